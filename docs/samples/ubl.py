"""An invoice as UBL 2.1 Invoice or CreditNote; the elements stand in the order of the OASIS schema."""

from base64 import b64encode
from decimal import Decimal

from .model import Adjustment, Invoice, Line, Party
from .xml import Node, serialize, writer

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
PREFIXES: dict[str | None, str] = {"cac": UBL + "CommonAggregateComponents-2", "cbc": UBL + "CommonBasicComponents-2"}
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"  # BT-23

node = writer(PREFIXES)


def document(invoice: Invoice) -> bytes:
    """The invoice as the bytes of a UBL file; a credit note where its kind says so."""
    credit = invoice.kind == "381"
    root = "CreditNote" if credit else "Invoice"
    make = writer({None: f"{UBL}{root}-2", **PREFIXES})
    return serialize(
        make(
            root,
            node("cbc:CustomizationID", invoice.customization),
            node("cbc:ProfileID", BILLING),
            node("cbc:ID", invoice.number),
            node("cbc:IssueDate", invoice.issued),
            None if credit else node("cbc:DueDate", invoice.due),
            node(f"cbc:{root}TypeCode", invoice.kind),
            node("cbc:Note", invoice.note),
            node("cbc:DocumentCurrencyCode", "EUR"),
            node("cbc:BuyerReference", invoice.leitweg_id),
            period(invoice.period),
            node("cac:OrderReference", node("cbc:ID", invoice.order)),
            preceding(invoice.preceding),
            node("cac:OriginatorDocumentReference", node("cbc:ID", invoice.tender)),
            node("cac:ContractDocumentReference", node("cbc:ID", invoice.contract)),
            attachments(invoice),
            node("cac:AccountingSupplierParty", party(invoice.seller)),
            node("cac:AccountingCustomerParty", party(invoice.buyer)),
            node("cac:Delivery", node("cbc:ActualDeliveryDate", invoice.delivered)),
            payment(invoice),
            node("cac:PaymentTerms", node("cbc:Note", invoice.terms)),
            [adjustment(each) for each in invoice.adjustments],
            taxes(invoice),
            totals(invoice),
            [line(each, str(n), credit=credit) for n, each in enumerate(invoice.lines, 1)],
        )
    )


def amount(name: str, value: Decimal) -> Node:
    """An amount in EUR with cents."""
    return node(name, f"{value:.2f}", currencyID="EUR")


def period(dates: tuple[str, str] | None) -> Node:
    """BG-14 or BG-26."""
    return dates and node("cac:InvoicePeriod", node("cbc:StartDate", dates[0]), node("cbc:EndDate", dates[1]))


def preceding(reference: tuple[str, str] | None) -> Node:
    """BG-3."""
    return reference and node(
        "cac:BillingReference",
        node("cac:InvoiceDocumentReference", node("cbc:ID", reference[0]), node("cbc:IssueDate", reference[1])),
    )


def attachments(invoice: Invoice) -> list[Node]:
    """BG-24."""
    return [
        node(
            "cac:AdditionalDocumentReference",
            node("cbc:ID", n),
            node("cbc:DocumentDescription", each.title),
            node(
                "cac:Attachment",
                node(
                    "cbc:EmbeddedDocumentBinaryObject",
                    b64encode(each.content).decode(),
                    mimeCode=each.mime,
                    filename=each.name,
                ),
            ),
        )
        for n, each in enumerate(invoice.attachments, 1)
    ]


def party(who: Party) -> Node:
    """BG-4 or BG-7."""
    return node(
        "cac:Party",
        node("cbc:EndpointID", who.address, schemeID=who.scheme),
        node("cac:PartyIdentification", node("cbc:ID", who.number)),
        node(
            "cac:PostalAddress",
            node("cbc:StreetName", who.street),
            node("cbc:CityName", who.city),
            node("cbc:PostalZone", who.postcode),
            node("cac:Country", node("cbc:IdentificationCode", "DE")),
        ),
        tax_id(who.vat_id, "VAT"),
        tax_id(who.tax_number, "FC"),
        node("cac:PartyLegalEntity", node("cbc:RegistrationName", who.name), node("cbc:CompanyID", who.register)),
        node(
            "cac:Contact",
            node("cbc:Name", who.person),
            node("cbc:Telephone", who.phone),
            node("cbc:ElectronicMail", who.mail),
        ),
    )


def tax_id(number: str, scheme: str) -> Node:
    """BT-31 or BT-32."""
    known = node("cbc:CompanyID", number)
    return None if known is None else node("cac:PartyTaxScheme", known, tax_scheme(scheme))


def tax_scheme(scheme: str = "VAT") -> Node:
    """The kind of tax."""
    return node("cac:TaxScheme", node("cbc:ID", scheme))


def payment(invoice: Invoice) -> Node:
    """BG-16."""
    return node(
        "cac:PaymentMeans",
        node("cbc:PaymentMeansCode", invoice.payment_code),
        node("cac:PayeeFinancialAccount", node("cbc:ID", invoice.iban)),
    )


def category(name: str, code: str, rate: int, exemption: str = "") -> Node:
    """A VAT category with its rate."""
    reason = node("cbc:TaxExemptionReason", exemption) if code == "E" else None
    return node(name, node("cbc:ID", code), node("cbc:Percent", rate), reason, tax_scheme())


def adjustment(each: Adjustment) -> Node:
    """BG-20 or BG-21."""
    return node(
        "cac:AllowanceCharge",
        node("cbc:ChargeIndicator", "true" if each.charge else "false"),
        node("cbc:AllowanceChargeReasonCode", each.code),
        node("cbc:AllowanceChargeReason", each.reason),
        amount("cbc:Amount", each.amount),
        category("cac:TaxCategory", "S", each.vat),
    )


def taxes(invoice: Invoice) -> Node:
    """BT-110 and BG-23."""
    rows = [
        node(
            "cac:TaxSubtotal",
            amount("cbc:TaxableAmount", row.base),
            amount("cbc:TaxAmount", row.tax),
            category("cac:TaxCategory", row.category, row.rate, invoice.exemption),
        )
        for row in invoice.breakdown
    ]
    return node("cac:TaxTotal", amount("cbc:TaxAmount", invoice.tax), rows)


def totals(invoice: Invoice) -> Node:
    """BG-22; what is nought and optional is left out."""
    return node(
        "cac:LegalMonetaryTotal",
        amount("cbc:LineExtensionAmount", invoice.lines_total),
        amount("cbc:TaxExclusiveAmount", invoice.net),
        amount("cbc:TaxInclusiveAmount", invoice.gross),
        amount("cbc:AllowanceTotalAmount", invoice.allowances_total) if invoice.allowances_total else None,
        amount("cbc:ChargeTotalAmount", invoice.charges_total) if invoice.charges_total else None,
        amount("cbc:PrepaidAmount", invoice.prepaid) if invoice.prepaid else None,
        amount("cbc:PayableAmount", invoice.payable),
    )


def line(each: Line, number: str, *, credit: bool, name: str = "") -> Node:
    """BG-25 with its sub lines (BG-DEX-01)."""
    return node(
        f"cac:{name or ('CreditNoteLine' if credit else 'InvoiceLine')}",
        node("cbc:ID", number),
        node(f"cbc:{'Credited' if credit else 'Invoiced'}Quantity", each.quantity, unitCode=each.unit),
        amount("cbc:LineExtensionAmount", each.net),
        period(each.period),
        node(
            "cac:Item",
            node("cbc:Description", each.text),
            node("cbc:Name", each.name),
            each.classified
            and node(
                "cac:CommodityClassification",
                node("cbc:ItemClassificationCode", each.classified[1], listID=each.classified[0]),
            ),
            category("cac:ClassifiedTaxCategory", each.category, each.vat),
            [node("cac:AdditionalItemProperty", node("cbc:Name", n), node("cbc:Value", v)) for n, v in each.attributes],
        ),
        node("cac:Price", node("cbc:PriceAmount", each.unit_price, currencyID="EUR")),
        [line(part, f"{number}.{n}", credit=credit, name="SubInvoiceLine") for n, part in enumerate(each.parts, 1)],
    )
