"""XML namespaces of the invoice syntaxes and the prefixes we show them with (UBL 2.1; UN/CEFACT CII D16B)."""

UBL_INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
UBL_CREDITNOTE = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
EXT = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
# ZUGFeRD 1.0 (2014), and the root of its release candidate
FERD = "urn:ferd:CrossIndustryDocument:invoice:1p0"
FERD_RC = "urn:un:unece:uncefact:data:standard:CBFBUY:5"
FERD_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"
FERD_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15"
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

PREFIXES = {
    "ubl": UBL_INVOICE,
    "cn": UBL_CREDITNOTE,
    "cac": CAC,
    "cbc": CBC,
    "ext": EXT,
    "rsm": RSM,
    "ram": RAM,
    "udt": UDT,
    "qdt": QDT,
    "ferd": FERD,
    "ram12": FERD_RAM,
    "udt15": FERD_UDT,
    "sh": SBDH,
}
PREFIX_OF = {uri: prefix for prefix, uri in PREFIXES.items()}
