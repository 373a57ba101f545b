"""From the bytes a sender sent to the one invoice XML in them."""

import hashlib
from dataclasses import dataclass, field

from lxml import etree

from einvoice.errors import Refusal
from einvoice.extraction.pdf import PdfLimits, embedded_invoice
from einvoice.extraction.sniff import Kind, sniff
from einvoice.model import Container, Customization, InvoiceDocument, Syntax
from einvoice.model.namespaces import CBC, FERD, FERD_RC, RAM, RSM, SBDH, UBL_CREDITNOTE, UBL_INVOICE
from einvoice.settings import Settings
from einvoice.xmlparse import XmlLimits, parse

_SYNTAX = {
    f"{{{UBL_INVOICE}}}Invoice": Syntax.UBL_INVOICE,
    f"{{{UBL_CREDITNOTE}}}CreditNote": Syntax.UBL_CREDITNOTE,
    f"{{{RSM}}}CrossIndustryInvoice": Syntax.CII,
    f"{{{FERD}}}CrossIndustryDocument": Syntax.ZUGFERD_1,
    f"{{{FERD_RC}}}Invoice": Syntax.ZUGFERD_1,
}
_BT24 = {
    Syntax.UBL_INVOICE: f"{{{CBC}}}CustomizationID",
    Syntax.UBL_CREDITNOTE: f"{{{CBC}}}CustomizationID",
    Syntax.CII: f"{{{RSM}}}ExchangedDocumentContext/{{{RAM}}}GuidelineSpecifiedDocumentContextParameter/{{{RAM}}}ID",
    Syntax.ZUGFERD_1: "*/{*}GuidelineSpecifiedDocumentContextParameter/{*}ID",  # no namespace in the candidate
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost us."""

    xml: XmlLimits = field(default_factory=XmlLimits)
    pdf: PdfLimits = field(default_factory=PdfLimits)

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The limits an operator has set."""
        xml = XmlLimits(settings.max_upload_bytes, settings.max_xml_depth, settings.max_xml_nodes)
        pdf = PdfLimits(
            objects=settings.max_pdf_objects,
            unpacked_bytes=settings.max_pdf_unpacked_bytes,
            memory_bytes=settings.pdf_memory_bytes,
            cpu_seconds=settings.pdf_cpu_seconds,
        )
        return cls(xml, pdf)


def extract(data: bytes, limits: Limits) -> InvoiceDocument:
    """The invoice XML of a file, parsed. Raises Refusal (see explain/ for every code) or Fault."""
    if len(data) > limits.xml.size:
        raise Refusal("too-large", limit=limits.xml.size, size=len(data))
    if not data.strip(b" \t\r\n\0"):
        raise Refusal("empty")
    kind = sniff(data)
    if kind is Kind.PDF:
        name, xml = embedded_invoice(data, limits.pdf)
        return _document(xml, limits.xml, Container.PDF, name)
    if kind is not Kind.XML:
        raise Refusal("unknown-type", found=kind.value)
    return _document(data, limits.xml, Container.XML, None)


def _document(xml: bytes, limits: XmlLimits, container: Container, attachment: str | None) -> InvoiceDocument:
    root = parse(xml, limits)
    if etree.QName(root).namespace == SBDH:
        raise Refusal("sbdh")
    syntax = _SYNTAX.get(str(root.tag), Syntax.OTHER)
    return InvoiceDocument(
        syntax=syntax,
        xml=xml,
        sha256=hashlib.sha256(xml).hexdigest(),
        customizations=tuple(map(_customization, root.iterfind(_BT24[syntax]))) if syntax in _BT24 else (),
        container=container,
        attachment=attachment,
        root=root,
    )


def _customization(element: etree._Element) -> Customization:
    """BT-24 with its text nodes: a comment inside splits a text in two, and KoSIT's scenarios see that."""
    own = (element.text, *(child.tail for child in element))
    return Customization(str(element.xpath("string()")), tuple(text for text in own if text))
