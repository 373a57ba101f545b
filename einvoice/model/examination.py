"""Everything known of one document after the stages: what is stored, and what every report is made from."""

from dataclasses import dataclass
from datetime import datetime

from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.document import Container, InvoiceDocument, Syntax
from einvoice.model.enclosed import Inspection
from einvoice.model.envelope import Envelope
from einvoice.model.invoice import Invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """An InvoiceDocument without its bytes."""

    syntax: Syntax
    customization: str | None  # BT-24
    container: Container
    attachment: str | None
    xml_sha256: str
    envelope: Envelope | None = None  # None: it came in none, or was examined by an earlier version

    @classmethod
    def of(cls, document: InvoiceDocument) -> "DocumentFacts":
        """The facts of a document."""
        return cls(
            syntax=document.syntax,
            customization=document.customization,
            container=document.container,
            attachment=document.attachment,
            xml_sha256=document.sha256,
            envelope=document.envelope,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One file, examined. Language-neutral; reports/ renders it, the store keeps it as JSON."""

    name: str  # as the sender called it; shown, never trusted
    sha256: str  # of the bytes received
    size: int  # bytes
    examined_at: datetime  # with time zone
    document: DocumentFacts | None  # None: refused before an invoice was found
    invoice: Invoice | None
    assessment: Assessment
    inspection: Inspection | None = None  # None: it did not get that far, or examined by an earlier version

    @property
    def verdict(self) -> Verdict:
        """The formal verdict."""
        return self.assessment.verdict
