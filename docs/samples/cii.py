"""An invoice as UN/CEFACT Cross Industry Invoice D16B; the elements stand in the order of its schema."""

from base64 import b64encode
from decimal import Decimal

from .model import Adjustment, Invoice, Line, Party
from .ubl import BILLING
from .xml import Node, serialize, writer

UN = "urn:un:unece:uncefact:data:standard:"

node = writer(
    {
        "rsm": UN + "CrossIndustryInvoice:100",
        "ram": UN + "ReusableAggregateBusinessInformationEntity:100",
        "udt": UN + "UnqualifiedDataType:100",
    }
)


def document(invoice: Invoice) -> bytes:
    """The invoice as the bytes of a CII file."""
    return serialize(
        node(
            "rsm:CrossIndustryInvoice",
            node(
                "rsm:ExchangedDocumentContext",
                node("ram:BusinessProcessSpecifiedDocumentContextParameter", node("ram:ID", BILLING)),
                node("ram:GuidelineSpecifiedDocumentContextParameter", node("ram:ID", invoice.customization)),
            ),
            node(
                "rsm:ExchangedDocument",
                node("ram:ID", invoice.number),
                node("ram:TypeCode", invoice.kind),
                date("ram:IssueDateTime", invoice.issued),
                node("ram:IncludedNote", node("ram:Content", invoice.note)),
            ),
            node(
                "rsm:SupplyChainTradeTransaction",
                [line(each, n) for n, each in enumerate(invoice.lines, 1)],
                agreement(invoice),
                node(
                    "ram:ApplicableHeaderTradeDelivery",
                    node("ram:ActualDeliverySupplyChainEvent", date("ram:OccurrenceDateTime", invoice.delivered)),
                ),
                settlement(invoice),
            ),
        )
    )


def amount(name: str, value: Decimal, **attributes: str) -> Node:
    """An amount with cents; CII names the currency at the total VAT alone."""
    return node(name, f"{value:.2f}", **attributes)


def date(name: str, iso: str) -> Node:
    """A date as CII writes it: YYYYMMDD, format 102."""
    return node(name, node("udt:DateTimeString", iso.replace("-", ""), format="102"))


def period(dates: tuple[str, str] | None) -> Node:
    """BG-14 or BG-26."""
    start, end = dates or ("", "")
    return node("ram:BillingSpecifiedPeriod", date("ram:StartDateTime", start), date("ram:EndDateTime", end))


def party(name: str, who: Party) -> Node:
    """BG-4 or BG-7."""
    return node(
        name,
        node("ram:ID", who.number),
        node("ram:Name", who.name),
        node("ram:SpecifiedLegalOrganization", node("ram:ID", who.register)),
        node(
            "ram:DefinedTradeContact",
            node("ram:PersonName", who.person),
            node("ram:TelephoneUniversalCommunication", node("ram:CompleteNumber", who.phone)),
            node("ram:EmailURIUniversalCommunication", node("ram:URIID", who.mail)),
        ),
        node(
            "ram:PostalTradeAddress",
            node("ram:PostcodeCode", who.postcode),
            node("ram:LineOne", who.street),
            node("ram:CityName", who.city),
            node("ram:CountryID", "DE"),
        ),
        node("ram:URIUniversalCommunication", node("ram:URIID", who.address, schemeID=who.scheme)),
        node("ram:SpecifiedTaxRegistration", node("ram:ID", who.vat_id, schemeID="VA")),
        node("ram:SpecifiedTaxRegistration", node("ram:ID", who.tax_number, schemeID="FC")),
    )


def agreement(invoice: Invoice) -> Node:
    """Who ordered what from whom: BT-10, BG-4, BG-7, BT-13, BT-12, BG-24."""
    return node(
        "ram:ApplicableHeaderTradeAgreement",
        node("ram:BuyerReference", invoice.leitweg_id),
        party("ram:SellerTradeParty", invoice.seller),
        party("ram:BuyerTradeParty", invoice.buyer),
        node("ram:BuyerOrderReferencedDocument", node("ram:IssuerAssignedID", invoice.order)),
        node("ram:ContractReferencedDocument", node("ram:IssuerAssignedID", invoice.contract)),
        [
            node(
                "ram:AdditionalReferencedDocument",
                node("ram:IssuerAssignedID", n),
                node("ram:TypeCode", "916"),  # a supporting document
                node("ram:Name", each.title),
                node(
                    "ram:AttachmentBinaryObject",
                    b64encode(each.content).decode(),
                    mimeCode=each.mime,
                    filename=each.name,
                ),
            )
            for n, each in enumerate(invoice.attachments, 1)
        ],
    )


def settlement(invoice: Invoice) -> Node:
    """How it is taxed and paid: BG-16, BG-23, BG-14, BG-20, BG-21, BT-20, BT-9, BG-22."""
    return node(
        "ram:ApplicableHeaderTradeSettlement",
        node("ram:InvoiceCurrencyCode", "EUR"),
        node(
            "ram:SpecifiedTradeSettlementPaymentMeans",
            node("ram:TypeCode", invoice.payment_code),
            node("ram:PayeePartyCreditorFinancialAccount", node("ram:IBANID", invoice.iban)),
        ),
        [
            node(
                "ram:ApplicableTradeTax",
                amount("ram:CalculatedAmount", row.tax),
                node("ram:TypeCode", "VAT"),
                node("ram:ExemptionReason", invoice.exemption if row.category == "E" else ""),
                amount("ram:BasisAmount", row.base),
                node("ram:CategoryCode", row.category),
                node("ram:RateApplicablePercent", row.rate),
            )
            for row in invoice.breakdown
        ],
        period(invoice.period),
        [adjustment(each) for each in invoice.adjustments],
        node(
            "ram:SpecifiedTradePaymentTerms",
            node("ram:Description", invoice.terms),
            date("ram:DueDateDateTime", invoice.due),
        ),
        totals(invoice),
    )


def tax(name: str, category: str, rate: int) -> Node:
    """A VAT category with its rate."""
    return node(
        name,
        node("ram:TypeCode", "VAT"),
        node("ram:CategoryCode", category),
        node("ram:RateApplicablePercent", rate),
    )


def adjustment(each: Adjustment) -> Node:
    """BG-20 or BG-21."""
    return node(
        "ram:SpecifiedTradeAllowanceCharge",
        node("ram:ChargeIndicator", node("udt:Indicator", "true" if each.charge else "false")),
        amount("ram:ActualAmount", each.amount),
        node("ram:ReasonCode", each.code),
        node("ram:Reason", each.reason),
        tax("ram:CategoryTradeTax", "S", each.vat),
    )


def totals(invoice: Invoice) -> Node:
    """BG-22; what is nought and optional is left out."""
    return node(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        amount("ram:LineTotalAmount", invoice.lines_total),
        amount("ram:ChargeTotalAmount", invoice.charges_total) if invoice.charges_total else None,
        amount("ram:AllowanceTotalAmount", invoice.allowances_total) if invoice.allowances_total else None,
        amount("ram:TaxBasisTotalAmount", invoice.net),
        amount("ram:TaxTotalAmount", invoice.tax, currencyID="EUR"),
        amount("ram:GrandTotalAmount", invoice.gross),
        amount("ram:TotalPrepaidAmount", invoice.prepaid) if invoice.prepaid else None,
        amount("ram:DuePayableAmount", invoice.payable),
    )


def line(each: Line, number: int) -> Node:
    """BG-25."""
    return node(
        "ram:IncludedSupplyChainTradeLineItem",
        node("ram:AssociatedDocumentLineDocument", node("ram:LineID", number)),
        node("ram:SpecifiedTradeProduct", node("ram:Name", each.name), node("ram:Description", each.text)),
        node(
            "ram:SpecifiedLineTradeAgreement",
            node("ram:NetPriceProductTradePrice", node("ram:ChargeAmount", each.unit_price)),
        ),
        node("ram:SpecifiedLineTradeDelivery", node("ram:BilledQuantity", each.quantity, unitCode=each.unit)),
        node(
            "ram:SpecifiedLineTradeSettlement",
            tax("ram:ApplicableTradeTax", each.category, each.vat),
            period(each.period),
            node("ram:SpecifiedTradeSettlementLineMonetarySummation", amount("ram:LineTotalAmount", each.net)),
        ),
    )
