"""Where in the invoice a place in the document is, as a person would say it."""

import pytest

from einvoice.semantics import Places, read_invoice

INVOICE = (
    "<cbc:ID>1</cbc:ID><cbc:Note>eins</cbc:Note><cbc:Note>zwei</cbc:Note>"
    "<cac:InvoicePeriod><cbc:StartDate>2024-01-01</cbc:StartDate></cac:InvoicePeriod>"
    "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>V1</cbc:ID></cac:InvoiceDocumentReference>"
    "</cac:BillingReference><cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>V2</cbc:ID>"
    "</cac:InvoiceDocumentReference></cac:BillingReference>"
    "<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID='EM'>a@b</cbc:EndpointID>"
    "<cac:PostalAddress><cac:Country/></cac:PostalAddress>"
    "<cac:PartyTaxScheme><cbc:CompanyID>DE1</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    "</cac:PartyTaxScheme></cac:Party></cac:AccountingSupplierParty>"
    "<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>DE01</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>"
    "<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>DE02</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>"
    "<cac:TaxTotal><cbc:TaxAmount>1</cbc:TaxAmount></cac:TaxTotal>"
    "<cac:InvoiceLine><cbc:ID>A</cbc:ID></cac:InvoiceLine>"
    "<cac:InvoiceLine/>"
    "<cac:InvoiceLine><cbc:ID>C</cbc:ID><cbc:InvoicedQuantity unitCode='C62'>1</cbc:InvoicedQuantity>"
    "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:Amount>1</cbc:Amount></cac:AllowanceCharge>"
    "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>2</cbc:Amount></cac:AllowanceCharge>"
    "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>3</cbc:Amount></cac:AllowanceCharge>"
    "<cac:Item><cbc:Name>n</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID></cac:ClassifiedTaxCategory></cac:Item>"
    "<cac:Price><cbc:PriceAmount>1</cbc:PriceAmount></cac:Price>"
    "<cac:SubInvoiceLine/><cac:SubInvoiceLine><cbc:ID>C.2</cbc:ID></cac:SubInvoiceLine></cac:InvoiceLine>"
)


@pytest.mark.parametrize(
    ("xpath", "place"),
    [
        ("/ubl:Invoice", ()),
        ("/ubl:Invoice/cbc:ID", (("BT-1", None),)),
        ("/ubl:Invoice/cbc:Note[2]", (("BG-1", 2),)),
        ("/ubl:Invoice/cac:InvoicePeriod", (("BG-14", None),)),
        ("/ubl:Invoice/cac:BillingReference[2]", (("BG-3", 2),)),
        ("/ubl:Invoice/cac:BillingReference[2]/cac:InvoiceDocumentReference/cbc:ID", (("BG-3", 2), ("BT-25", None))),
        ("/ubl:Invoice/cac:AccountingSupplierParty", (("BG-4", None),)),
        ("/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cbc:EndpointID", (("BT-34", None),)),
        ("/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cbc:EndpointID/@schemeID", (("BT-34-1", None),)),
        ("/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cbc:EndpointID/@other", (("BT-34", None),)),
        ("/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country", (("BT-40", None),)),
        (
            "/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID",
            (("BT-31", None),),
        ),
        ("/ubl:Invoice/cac:PaymentMeans[2]/cac:PayeeFinancialAccount/cbc:ID", (("BG-17", 2), ("BT-84", None))),
        ("/ubl:Invoice/cac:TaxTotal/cbc:TaxAmount", (("BT-110", None),)),
        ("/ubl:Invoice/cac:InvoiceLine", (("BG-25", 1),)),
        ("/ubl:Invoice/cac:InvoiceLine[3]/cbc:InvoicedQuantity/@unitCode", (("BG-25", 3), ("BT-130", None))),
        (
            "/ubl:Invoice/cac:InvoiceLine[3]/cac:AllowanceCharge[3]/cbc:Amount",
            (("BG-25", 3), ("BG-27", 2), ("BT-136", None)),
        ),
        ("/ubl:Invoice/cac:InvoiceLine[3]/cac:AllowanceCharge", (("BG-25", 3), ("BG-28", 1))),
        ("/ubl:Invoice/cac:InvoiceLine[3]/cac:Item/cac:ClassifiedTaxCategory/cbc:ID", (("BG-25", 3), ("BT-151", None))),
        ("/ubl:Invoice/cac:InvoiceLine[3]/cac:Price", (("BG-25", 3), ("BG-29", None))),
        ("/ubl:Invoice/cac:InvoiceLine[3]/cac:Price/cbc:PriceAmount", (("BG-25", 3), ("BT-146", None))),
        (
            "/ubl:Invoice/cac:InvoiceLine[3]/cac:SubInvoiceLine[2]/cbc:ID",
            (("BG-25", 3), ("BG-DEX-01", 2), ("BT-126", None)),
        ),
        ("/ubl:Invoice/cac:InvoiceLine[3]/cac:Unknown/cbc:ID", (("BG-25", 3),)),
        ("/ubl:Invoice/cac:InvoiceLine[9]/cbc:ID", ()),
        ("/ubl:Invoice/foo:Bar[0]", ()),
        ("nonsense", ()),
        ("", ()),
    ],
)
def test_places_in_ubl(ubl, xpath, place):
    assert Places(ubl(INVOICE)).at(xpath) == place


HEADER = "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction"


@pytest.mark.parametrize(
    ("xpath", "place"),
    [
        ("/rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:IssueDateTime", (("BT-2", None),)),
        (f"{HEADER}/ram:ApplicableHeaderTradeDelivery", (("BG-13", None),)),
        (f"{HEADER}/ram:ApplicableHeaderTradeSettlement", ()),
        (
            f"{HEADER}/ram:ApplicableHeaderTradeAgreement/ram:AdditionalReferencedDocument/ram:ReferenceTypeCode",
            (("BT-18-1", None),),
        ),
        (
            f"{HEADER}/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans[2]"
            "/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
            (("BG-17", 2), ("BT-84", None)),
        ),
    ],
)
def test_places_in_cii(cii, xpath, place):
    means = (
        "<ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount><ram:IBANID>DE</ram:IBANID>"
        "</ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>"
    )
    written = cii(
        document="<rsm:ExchangedDocument><ram:IssueDateTime/></rsm:ExchangedDocument>",
        agreement="<ram:AdditionalReferencedDocument><ram:TypeCode>130</ram:TypeCode>"
        "<ram:ReferenceTypeCode>ABT</ram:ReferenceTypeCode></ram:AdditionalReferencedDocument>",
        settlement=means * 2,
    )
    assert Places(written).at(xpath) == place


def test_the_number_of_a_place_is_the_number_of_the_group_read(ubl):
    document = ubl(INVOICE)
    ((_, number), _) = Places(document).at("/ubl:Invoice/cac:InvoiceLine[3]/cbc:ID")
    assert read_invoice(document).groups("BG-25")[number - 1].text("BT-126") == "C"


def test_a_document_that_is_no_invoice_has_no_places(other):
    document = other("<order><id>1</id></order>")
    assert Places(document).at("/order/id") == ()
    assert Places(document).of(document.root[0]) == ()
