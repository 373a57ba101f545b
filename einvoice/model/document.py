"""The invoice XML, taken out of whatever it came in."""

from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

from einvoice.model.enclosed import Enclosure, HybridFacts
from einvoice.model.envelope import Envelope
from einvoice.model.xml import reparse


class Syntax(StrEnum):
    """What the root element says the document is."""

    UBL_INVOICE = "ubl-invoice"
    UBL_CREDITNOTE = "ubl-creditnote"
    CII = "cii"
    ZUGFERD_1 = "zugferd-1"  # ZUGFeRD 1.0, of 2014: a root element of its own
    OTHER = "other"  # well-formed XML with any other root: no scenario, hence rejected


class Container(StrEnum):
    """What the XML came in."""

    XML = "xml"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Customization:
    """One BT-24, the specification identifier, exactly as it stands there."""

    value: str  # string value: all text of the element
    texts: tuple[str, ...]  # its own text nodes; more than one where a comment stands inside


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """A well-formed document within our limits; nothing is said yet about its validity."""

    syntax: Syntax
    xml: bytes  # exactly as it stood in the container; out of an envelope, with what was declared around it
    sha256: str  # of xml, hex
    customizations: tuple[Customization, ...]  # every BT-24 of the document (normally one)
    container: Container
    attachment: str | None  # name of the embedded file, PDF only
    root: etree._Element = field(repr=False, compare=False)  # parsed by einvoice.xmlparse
    hybrid: HybridFacts | None = field(default=None, repr=False)  # of the PDF around it
    enclosures: tuple[Enclosure, ...] = ()
    envelope: Envelope | None = None  # it came in
    payload: bytes | None = field(default=None, repr=False)  # the file an envelope had in base64 or as text

    @property
    def customization(self) -> str | None:
        """BT-24, the specification identifier; the first where a document wrongly has several."""
        return self.customizations[0].value if self.customizations else None

    def __reduce__(self) -> tuple[object, ...]:
        """Travels between processes as bytes; the tree is parsed again where it arrives.

        What came along with the invoice stays behind: no rule asks for it.
        """
        return _restore, (self.syntax, self.xml, self.sha256, self.customizations, self.container, self.attachment)


def _restore(
    syntax: Syntax,
    xml: bytes,
    sha256: str,
    customizations: tuple[Customization, ...],
    container: Container,
    attachment: str | None,
) -> InvoiceDocument:
    return InvoiceDocument(
        syntax=syntax,
        xml=xml,
        sha256=sha256,
        customizations=customizations,
        container=container,
        attachment=attachment,
        root=reparse(xml),
    )
