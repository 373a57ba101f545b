"""What a sender sent along with the invoice XML: the PDF around it, what its pages show, and every enclosed file."""

from dataclasses import dataclass
from enum import StrEnum

from einvoice.model.finding import Finding


class Danger(StrEnum):
    """Why an enclosed file is not simply opened. An operator may have such files refused (`refused_enclosures`)."""

    EXECUTABLE = "executable"  # a program
    SCRIPT = "script"  # text that a program runs, also active content within HTML, SVG or PDF
    MACROS = "macros"  # an office document that brings its own program
    ARCHIVE = "archive"  # files within a file
    ENCRYPTED = "encrypted"  # nobody can look into it, no virus scanner either
    DISGUISED = "disguised"  # its content is not what its name or MIME type says
    UNKNOWN = "unknown"  # a kind of file that EN 16931 (BT-125) does not allow, and harmless as far as we can tell


class Origin(StrEnum):
    """Where an enclosed file lay."""

    XML = "xml"  # BT-125, within the invoice
    PDF = "pdf"  # beside the invoice XML, in the PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """One enclosed file, without its bytes; they are taken out of the original again when somebody asks for them."""

    number: int  # from 1, those of the XML first; by it the file is asked for
    origin: Origin
    name: str  # as the sender called it; shown, never trusted
    mime: str | None  # as the sender says
    kind: str  # what its content says, e.g. "pdf", "png", "csv", "xlsx", "zip", "exe", "text", "unknown"
    size: int  # bytes
    sha256: str  # hex
    dangers: tuple[Danger, ...] = ()
    reference: str | None = None  # BT-122, XML only
    intact: bool = True  # False: damaged, as by broken base64; the rest is about what could be read of it


class XmpState(StrEnum):
    """How far the metadata of a PDF could be read."""

    ABSENT = "absent"
    BROKEN = "broken"  # not well-formed, or with a DTD
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Xmp:
    """What the metadata of a PDF claims (XMP, ISO 16684-1), as text, exactly as it stands there; None: nothing."""

    state: XmpState
    pdfa_part: str | None = None  # pdfaid:part
    pdfa_conformance: str | None = None  # pdfaid:conformance
    namespace: str | None = None  # of the properties below: Factur-X, ZUGFeRD 2.0 or ZUGFeRD 1.0
    prefix: str | None = None  # of that namespace; None: not looked at
    document_type: str | None = None  # fx:DocumentType
    document_file_name: str | None = None  # fx:DocumentFileName
    version: str | None = None  # fx:Version
    conformance_level: str | None = None  # fx:ConformanceLevel
    extension_schema: bool = False  # whether these properties are declared as PDF/A wants (pdfaExtension:schemas)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFile:
    """How the invoice XML is embedded."""

    name: str  # the one it was found by
    unicode_name: str | None  # /UF
    plain_name: str | None  # /F
    relationship: str | None  # /AFRelationship without the slash
    mime: str | None  # /Subtype of the embedded stream, e.g. "text/xml"
    in_names: bool  # in /Names /EmbeddedFiles
    in_associated: bool  # in /AF of the catalog
    in_annotation: bool  # as a FileAttachment annotation
    modified: bool  # whether /Params has a /ModDate


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridFacts:
    """What was found out about a hybrid PDF while it was open. Nothing is judged here."""

    version: str  # of PDF: the catalog's, else the header's, e.g. "1.7"
    pages: int
    xmp: Xmp
    invoice: InvoiceFile
    invoices: int = 1  # places that hold the same invoice XML
    text: str | None = None  # text of the pages; "": there is none (a scan); None: it could not be read within limits
    fonts_embedded: bool | None = None  # PDF/A wants all of them; None: not looked at


class Picture(StrEnum):
    """Whether the pages of a PDF could be compared with the invoice in it."""

    NONE = "none"  # there are no pages to compare: it came as XML
    COMPARED = "compared"
    NO_TEXT = "no-text"  # a scan, or text as curves: not comparable
    UNREAD = "unread"  # the text could not be read within the limits


class Agreement(StrEnum):
    """What the comparison of one fact came to."""

    SAME = "same"
    CONTRADICTS = "contradicts"
    NOT_SHOWN = "not-shown"  # neither the value nor another one in its place


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One fact, as the invoice says it and as the pages show it."""

    term: str  # BT-1, BT-2, BT-112, BT-84, BT-31, BT-10 …
    invoice: str  # as in the XML
    shown: tuple[str, ...]  # on the pages, as it stands there; the contradicting values where it contradicts
    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was seen beside the formal verdict, which none of it touches: since 2025 the XML is the invoice."""

    findings: tuple[Finding, ...] = ()  # source "container", level warning or information
    picture: Picture = Picture.NONE
    compared: tuple[Compared, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    verapdf: str | None = None  # what an external veraPDF said: "compliant", "not-compliant", "failed"; None: not asked

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say: an XML with nothing enclosed."""
        return self.picture is Picture.NONE and not self.findings and not self.enclosures
