"""The envelope against its content: whether header and invoice speak of the same thing.

Differences are told and decide nothing; an invoice goes where its Leitweg-ID (BT-10) says.
"""

import re
from collections.abc import Iterator

from lxml import etree

from einvoice.model.envelope import Envelope, Irregularity, PayloadKind
from einvoice.model.namespaces import CAC, CBC, RAM, RSM, UBL_CREDITNOTE, UBL_INVOICE

_NS = {"cac": CAC, "cbc": CBC, "ram": RAM, "rsm": RSM}
_LEITWEG = "0204"  # scheme of Leitweg-IDs
_DOCUMENT_TYPE = re.compile(r"(?P<root>.+?)##(?P<customization>.+)::[^:]*", re.S)
_UBL = {
    "BT-24": "cbc:CustomizationID",
    "BT-23": "cbc:ProfileID",
    "BT-10": "cbc:BuyerReference",
    "BT-49": "cac:AccountingCustomerParty/cac:Party/cbc:EndpointID",
}
_CII_CONTEXT = "rsm:ExchangedDocumentContext/ram:"
_CII_AGREEMENT = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:"
_PATHS = {
    f"{{{UBL_INVOICE}}}Invoice": _UBL,
    f"{{{UBL_CREDITNOTE}}}CreditNote": _UBL,
    f"{{{RSM}}}CrossIndustryInvoice": {
        "BT-24": f"{_CII_CONTEXT}GuidelineSpecifiedDocumentContextParameter/ram:ID",
        "BT-23": f"{_CII_CONTEXT}BusinessProcessSpecifiedDocumentContextParameter/ram:ID",
        "BT-10": f"{_CII_AGREEMENT}BuyerReference",
        "BT-49": f"{_CII_AGREEMENT}BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID",
    },
}


def differences(envelope: Envelope, root: etree._Element) -> tuple[Irregularity, ...]:
    """What header and content say differently; `root` is that of the invoice XML.

    Codes: document-type, customization (BT-24), process (BT-23), receiver-endpoint (BT-49), receiver-reference (BT-10).
    `stated` is what the envelope says, `found` what the invoice says. What either leaves out is not compared.
    """
    return tuple(_differences(envelope, root))


def _differences(envelope: Envelope, root: etree._Element) -> Iterator[Irregularity]:
    if envelope.payload_kind is PayloadKind.XML and envelope.document_type:
        yield from _of_document_type(envelope.document_type, root)
    process = _text(root, "BT-23")
    if envelope.process and process and envelope.process != process:
        yield _differs("process", envelope.process, process)
    receiver, endpoint = envelope.receiver, _endpoint(root)
    if receiver.value and endpoint and _folded(receiver.value) != _folded(endpoint):
        yield _differs("receiver-endpoint", receiver.value, endpoint)
    reference = _text(root, "BT-10")
    if receiver.scheme == _LEITWEG and reference and _folded(receiver.identifier) != _folded(reference):
        yield _differs("receiver-reference", receiver.identifier, reference)


def _of_document_type(stated: str, root: etree._Element) -> Iterator[Irregularity]:
    """Peppol Policy for use of Identifiers: `namespace::local##customization::version`."""
    tag = etree.QName(root)
    name = f"{tag.namespace or ''}::{tag.localname}"
    parts = _DOCUMENT_TYPE.fullmatch(stated)
    if parts is None or parts["root"] != name:
        yield _differs("document-type", parts["root"] if parts else stated, name)
        return
    customization = _text(root, "BT-24")
    if customization and parts["customization"] != customization:
        yield _differs("customization", parts["customization"], customization)


def _endpoint(root: etree._Element) -> str:
    element = _find(root, "BT-49")
    value = _text(root, "BT-49")
    scheme = "" if element is None else element.get("schemeID", "").strip()
    return f"{scheme}:{value}" if value else ""


def _find(root: etree._Element, term: str) -> etree._Element | None:
    path = _PATHS.get(str(root.tag), {}).get(term)
    return None if path is None else root.find(path, _NS)


def _text(root: etree._Element, term: str) -> str:
    element = _find(root, term)
    return "" if element is None else str(element.xpath("string()")).strip()


def _folded(identifier: str) -> str:
    """Participant identifiers are compared without regard to case."""
    return identifier.casefold()


def _differs(code: str, stated: str, found: str) -> Irregularity:
    return Irregularity(code=code, details={"stated": stated, "found": _short(found)})


def _short(text: str) -> str:
    return text if len(text) <= 500 else f"{text[:499]}…"
