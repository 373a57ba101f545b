"""Invoices in the formats the samples do not have, made out of the samples: Factur-X profiles, Peppol BIS, ZUGFeRD 1.0.

Each can be changed to make a mistake: `basic(text("//ram:GrandTotalAmount", "1.00"))`.
"""

import copy
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from lxml import etree

SAMPLES = Path(__file__).resolve().parents[2] / "inbox" / "samples"

EN16931 = "urn:cen.eu:en16931:2017"
BASIC = f"{EN16931}#compliant#urn:factur-x.eu:1p0:basic"
EXTENDED = f"{EN16931}#conformant#urn:factur-x.eu:1p0:extended"
BASIC_WL = "urn:factur-x.eu:1p0:basicwl"
MINIMUM = "urn:factur-x.eu:1p0:minimum"
PEPPOL = f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"

_UN = "urn:un:unece:uncefact:data:standard:"
_OASIS = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES = {
    "rsm": f"{_UN}CrossIndustryInvoice:100",
    "ram": f"{_UN}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UN}UnqualifiedDataType:100",
    "cac": f"{_OASIS}CommonAggregateComponents-2",
    "cbc": f"{_OASIS}CommonBasicComponents-2",
}

# What sample 03 has and these profiles have not, by their schemas.
_NOT_BASIC_WL = ("//ram:DefinedTradeContact", "//ram:AdditionalReferencedDocument")
_NOT_BASIC = (
    *_NOT_BASIC_WL,
    "//ram:IncludedSupplyChainTradeLineItem//ram:BillingSpecifiedPeriod",
    "//ram:SpecifiedTradeProduct/ram:Description",
)
_NOT_MINIMUM = (
    *_NOT_BASIC_WL,
    "//ram:SellerTradeParty/ram:PostalTradeAddress/*[not(self::ram:CountryID)]",
    "//ram:BuyerTradeParty/ram:PostalTradeAddress",
    "//ram:URIUniversalCommunication",
    "//ram:ContractReferencedDocument",
    "//ram:ApplicableHeaderTradeDelivery/*",
    "//ram:ApplicableHeaderTradeSettlement/*[not(self::ram:InvoiceCurrencyCode or contains(name(), 'Summation'))]",
    "//ram:LineTotalAmount",
)

_ZUGFERD_1 = """<r:CrossIndustryDocument xmlns:r="urn:ferd:CrossIndustryDocument:invoice:1p0"
  xmlns:a="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"
  xmlns:u="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15">
  <r:SpecifiedExchangedDocumentContext><a:GuidelineSpecifiedDocumentContextParameter><a:ID>{guideline}</a:ID>
  </a:GuidelineSpecifiedDocumentContextParameter></r:SpecifiedExchangedDocumentContext>
  <r:HeaderExchangedDocument><a:ID>ALT-7</a:ID><a:Name>RECHNUNG</a:Name><a:TypeCode>380</a:TypeCode>
    <a:IssueDateTime><u:DateTimeString format="102">20150311</u:DateTimeString></a:IssueDateTime>
  </r:HeaderExchangedDocument>
  <r:SpecifiedSupplyChainTradeTransaction>
    <a:ApplicableSupplyChainTradeAgreement><a:SellerTradeParty><a:Name>Altbau OHG</a:Name></a:SellerTradeParty>
      <a:BuyerTradeParty><a:Name>Stadt Musterstadt</a:Name></a:BuyerTradeParty></a:ApplicableSupplyChainTradeAgreement>
    <a:ApplicableSupplyChainTradeDelivery/>
    <a:ApplicableSupplyChainTradeSettlement><a:InvoiceCurrencyCode>EUR</a:InvoiceCurrencyCode>
      <a:SpecifiedTradeSettlementMonetarySummation>
        <a:LineTotalAmount currencyID="EUR">100.00</a:LineTotalAmount>
        <a:ChargeTotalAmount currencyID="EUR">0.00</a:ChargeTotalAmount>
        <a:AllowanceTotalAmount currencyID="EUR">0.00</a:AllowanceTotalAmount>
        <a:TaxBasisTotalAmount currencyID="EUR">100.00</a:TaxBasisTotalAmount>
        <a:TaxTotalAmount currencyID="EUR">19.00</a:TaxTotalAmount>
        <a:GrandTotalAmount currencyID="EUR">119.00</a:GrandTotalAmount>
      </a:SpecifiedTradeSettlementMonetarySummation></a:ApplicableSupplyChainTradeSettlement>
    <a:IncludedSupplyChainTradeLineItem><a:SpecifiedTradeProduct><a:Name>Umbau</a:Name></a:SpecifiedTradeProduct>
    </a:IncludedSupplyChainTradeLineItem>
  </r:SpecifiedSupplyChainTradeTransaction></r:CrossIndustryDocument>"""

Change = Callable[[etree._Element], None]


def cii(customization: str, *changes: Change) -> bytes:
    """Sample 03 under another BT-24."""
    bt24 = "//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"
    return _made("03-cii-rechnung-it-wartung.xml", text(bt24, customization), *changes)


def basic(*changes: Change) -> bytes:
    """A right invoice of the profile BASIC."""
    return cii(BASIC, *map(without, _NOT_BASIC), *changes)


def extended(*changes: Change) -> bytes:
    """A right invoice of the profile EXTENDED, with what only that has: lines below a group line."""
    return cii(EXTENDED, _under_a_group, *changes)


def basic_wl() -> bytes:
    """Data of the profile BASIC WL: without lines."""
    return cii(BASIC_WL, *map(without, _NOT_BASIC_WL), without("//ram:IncludedSupplyChainTradeLineItem"))


def minimum() -> bytes:
    """Data of the profile MINIMUM: who, whom, when, how much."""
    no_lines, no_indent = (
        without("//ram:IncludedSupplyChainTradeLineItem"),
        text("//ram:ApplicableHeaderTradeDelivery", ""),
    )
    return cii(MINIMUM, no_lines, *map(without, _NOT_MINIMUM), no_indent)


def peppol(*changes: Change, credit: bool = False) -> bytes:
    """A right Peppol BIS Billing 3.0 invoice or credit note."""
    sample = "02-ubl-gutschrift-schulbücher.xml" if credit else "01-ubl-rechnung-büromöbel.xml"
    return _made(sample, text("//cbc:CustomizationID", PEPPOL), _seller_in_peppol, *changes)


def zugferd_1(guideline: str = "urn:ferd:CrossIndustryDocument:invoice:1p0:basic") -> bytes:
    """The least ZUGFeRD 1.0 invoice its schema takes."""
    return _ZUGFERD_1.format(guideline=guideline).encode()


def without(xpath: str) -> Change:
    """Take out what is there."""

    def change(root: etree._Element) -> None:
        for element in found(root, xpath):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)

    return change


def text(xpath: str, value: str) -> Change:
    """Write another text."""

    def change(root: etree._Element) -> None:
        for element in found(root, xpath):
            element.text = value

    return change


def attribute(xpath: str, name: str, value: str) -> Change:
    """Write an attribute."""

    def change(root: etree._Element) -> None:
        for element in found(root, xpath):
            element.set(name, value)

    return change


def after(xpath: str, name: str, value: str) -> Change:
    """Put `prefix:Name` with a text after what is there."""

    def change(root: etree._Element) -> None:
        for element in found(root, xpath):
            element.addnext(_element(name, value))

    return change


def found(root: etree._Element, xpath: str) -> list[etree._Element]:
    """The elements there; a path that leads nowhere is a mistake of the test."""
    elements = root.xpath(xpath, namespaces=NAMESPACES)
    assert isinstance(elements, list)
    assert elements, xpath
    return elements


def _made(sample: str, *changes: Change) -> bytes:
    root = etree.parse(SAMPLES / sample).getroot()
    for change in changes:
        change(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _element(name: str, value: str) -> etree._Element:
    prefix, _, local = name.partition(":")
    element = etree.Element(f"{{{NAMESPACES[prefix]}}}{local}")
    element.text = value
    return element


def _seller_in_peppol(root: etree._Element) -> None:
    """An e-mail address is no address in that network; a German VAT number is one (scheme 9930)."""
    [endpoint] = found(root, "//cac:AccountingSupplierParty//cbc:EndpointID")
    endpoint.text = found(root, "//cac:AccountingSupplierParty//cac:PartyTaxScheme/cbc:CompanyID")[0].text
    endpoint.set("schemeID", "9930")


def _under_a_group(root: etree._Element) -> None:
    """Put a group line over all lines; its amount is theirs, and the invoice's sums leave it out (BT-X-8, BT-X-304)."""
    lines = found(root, "//ram:IncludedSupplyChainTradeLineItem")
    total = sum(Decimal(amount.text or "0") for line in lines for amount in found(line, ".//ram:LineTotalAmount"))
    group = copy.deepcopy(lines[0])
    text(".//ram:LineID", "G")(group)
    text(".//ram:LineTotalAmount", str(total))(group)
    after(".//ram:LineID", "ram:LineStatusReasonCode", "GROUP")(group)
    for line in lines:
        after(".//ram:LineID", "ram:LineStatusReasonCode", "DETAIL")(line)
        after(".//ram:LineID", "ram:ParentLineID", "G")(line)
    lines[0].addprevious(group)
