"""The frozen types that go from stage to stage, one per arrow of the way of an invoice.

Imports nothing of ours: every other room may lean on it, it leans on none.
"""

from einvoice.model.assessment import ArtefactRef, Assessment, Verdict
from einvoice.model.document import Container, Customization, InvoiceDocument, Syntax
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.trouble import FaultNotice, RefusalNotice

__all__ = [
    "ArtefactRef",
    "Assessment",
    "Container",
    "Customization",
    "FaultNotice",
    "Finding",
    "InvoiceDocument",
    "Level",
    "RefusalNotice",
    "Source",
    "Syntax",
    "Verdict",
]
