"""All that is looked at beside the verdict, in its order."""

from pathlib import Path

from einvoice.inspection import verapdf as external
from einvoice.inspection.enclosures import enclosure_findings
from einvoice.inspection.hybrid import hybrid_findings
from einvoice.inspection.picture import compare
from einvoice.model.document import InvoiceDocument
from einvoice.model.enclosed import Inspection
from einvoice.model.invoice import Invoice


def inspect(data: bytes, document: InvoiceDocument, invoice: Invoice, *, verapdf: Path | None = None) -> Inspection:
    """What there is to say about the PDF around the invoice, its pages and the files enclosed.

    `data` is what was received. (1) the files enclosed; then, for a PDF: (2) veraPDF, if there is the command,
    (3) the rules for hybrid invoices, (4) the pages. Every finding is a warning or a note.
    """
    findings = tuple(enclosure_findings(document.enclosures))  # (1)
    facts = document.hybrid
    if facts is None:
        return Inspection(findings=findings, enclosures=document.enclosures)
    checked = external.verify(verapdf, document.payload or data, facts.xmp) if verapdf else None  # (2)
    hybrid = tuple(hybrid_findings(document, invoice, facts, checked))  # (3)
    picture, compared, contradictions = compare(document, invoice, facts)  # (4)
    return Inspection(
        findings=(*contradictions, *hybrid, *findings),
        picture=picture,
        compared=compared,
        enclosures=document.enclosures,
        verapdf=checked,
    )
