"""From the bytes a sender sent to the one invoice XML in them."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lxml import etree

from einvoice.envelope import Opened, differences, is_envelope, open_envelope
from einvoice.errors import Refusal
from einvoice.extraction.enclosures import admitted, enclosed
from einvoice.extraction.pdf import HybridPdf, PdfLimits, embedded_invoice
from einvoice.extraction.pdf.sandbox import log_if_asked
from einvoice.extraction.sniff import Kind, sniff
from einvoice.model import Container, Customization, InvoiceDocument, Syntax
from einvoice.model.enclosed import Danger
from einvoice.model.envelope import Envelope, PayloadKind
from einvoice.model.namespaces import CBC, FERD, FERD_RC, RAM, RSM, UBL_CREDITNOTE, UBL_INVOICE
from einvoice.xmlparse import XmlLimits, parse

if TYPE_CHECKING:  # the process that reads PDFs imports this room, and has no use for them
    from einvoice.settings import Settings

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
# Roots that are meant for invoices, though they may stand in a wrong namespace: the rules say what is wrong with them.
_MEANT = frozenset(tag.rpartition("}")[2] for tag in _SYNTAX)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost us."""

    xml: XmlLimits = field(default_factory=XmlLimits)
    pdf: PdfLimits = field(default_factory=PdfLimits)
    enclosures: int = 200  # files enclosed, in the XML and in the PDF together
    refused: frozenset[Danger] = frozenset()  # whoever encloses such a file is refused
    envelopes: bool = True  # False: none is opened; KoSIT opens none, so an envelope is XML without a scenario

    @classmethod
    def of(cls, settings: "Settings") -> "Limits":
        """The limits an operator has set."""
        xml = XmlLimits(settings.max_upload_bytes, settings.max_xml_depth, settings.max_xml_nodes)
        pdf = PdfLimits(
            objects=settings.max_pdf_objects,
            unpacked_bytes=settings.max_pdf_unpacked_bytes,
            memory_bytes=settings.pdf_memory_bytes,
            cpu_seconds=settings.pdf_cpu_seconds,
            enclosures=settings.max_enclosures,
        )
        return cls(xml, pdf, settings.max_enclosures, settings.refused_dangers)


def extract(data: bytes, limits: Limits) -> InvoiceDocument:
    """The invoice XML of a file, parsed: (1) out of its envelope, (2) out of its PDF.

    Raises Refusal (see explain/ for every code) or Fault.
    """
    if len(data) > limits.xml.size:
        raise Refusal("too-large", limit=limits.xml.size, size=len(data))
    if not data.strip(b" \t\r\n\0"):
        raise Refusal("empty")
    if sniff(data) is Kind.XML and limits.envelopes and is_envelope(data):  # (1)
        opened = open_envelope(data, limits.xml)
        return _enveloped(_taken(opened.standalone, limits), opened)
    return _taken(data, limits)


def _taken(data: bytes, limits: Limits) -> InvoiceDocument:
    kind = sniff(data)
    if kind is Kind.PDF:  # (2)
        pdf = embedded_invoice(data, limits.pdf)
        return _document(pdf.xml, limits, pdf)
    if kind is not Kind.XML:
        raise Refusal("unknown-type", found=kind.value)
    return _document(data, limits)


def _enveloped(document: InvoiceDocument, opened: Opened) -> InvoiceDocument:
    """The same document with the envelope it came in. Raises Refusal: not-an-invoice."""
    root = str(document.root.tag)
    if document.syntax is Syntax.OTHER and root.rpartition("}")[2] not in _MEANT:
        raise Refusal("not-an-invoice", root=root)
    envelope = replace(opened.envelope, differences=differences(opened.envelope, document.root))
    _log(envelope)
    whole = None if envelope.payload_kind is PayloadKind.XML else opened.payload
    return replace(document, envelope=envelope, payload=whole)


def _log(envelope: Envelope) -> None:
    """What is odd, by its codes: the values are nobody's business but the receiver's."""
    odd = [one.code for one in (*envelope.irregularities, *envelope.differences)]
    if odd:
        log_if_asked("envelope-odd", codes=odd)


def _document(xml: bytes, limits: Limits, pdf: HybridPdf | None = None) -> InvoiceDocument:
    root = parse(xml, limits.xml)
    syntax = _SYNTAX.get(str(root.tag), Syntax.OTHER)
    files = (*enclosed(root, syntax, limits.enclosures), *(pdf.enclosures if pdf else ()))
    return InvoiceDocument(
        syntax=syntax,
        xml=xml,
        sha256=hashlib.sha256(xml).hexdigest(),
        customizations=tuple(map(_customization, root.iterfind(_BT24[syntax]))) if syntax in _BT24 else (),
        container=Container.PDF if pdf else Container.XML,
        attachment=pdf.name if pdf else None,
        root=root,
        hybrid=pdf.facts if pdf else None,
        enclosures=admitted(files, limits.enclosures, limits.refused),
    )


def _customization(element: etree._Element) -> Customization:
    """BT-24 with its text nodes: a comment inside splits a text in two, and KoSIT's scenarios see that."""
    own = (element.text, *(child.tail for child in element))
    return Customization(str(element.xpath("string()")), tuple(text for text in own if text))
