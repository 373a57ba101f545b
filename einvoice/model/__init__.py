"""The frozen types that go from stage to stage, one per arrow of the way of an invoice.

Imports nothing of ours: every other room may lean on it, it leans on none.
"""

from einvoice.model.assessment import ArtefactRef, Assessment, Verdict
from einvoice.model.basis import Basis
from einvoice.model.document import Container, Customization, InvoiceDocument, Syntax
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.policy import Demand, Outcome, PolicyAction, PolicyOutcome
from einvoice.model.trouble import FaultNotice, RefusalNotice

__all__ = [
    "ArtefactRef",
    "Assessment",
    "Basis",
    "Container",
    "Customization",
    "Demand",
    "FaultNotice",
    "Finding",
    "InvoiceDocument",
    "Level",
    "Outcome",
    "PolicyAction",
    "PolicyOutcome",
    "RefusalNotice",
    "Source",
    "Syntax",
    "Verdict",
]
