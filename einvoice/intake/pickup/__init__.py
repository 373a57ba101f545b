"""The pickup: claims what lies complete in a folder, hands it in, and puts it away with its reports, exactly once.

Several processes of several hosts may look after one folder; one that is away keeps no other from being looked after.
"""

from einvoice.intake.pickup.desk import FolderDesk, Outcome
from einvoice.intake.pickup.failed import FailedFile, FailedLooks, FailedSight, document_id, noted_documents
from einvoice.intake.pickup.health import Health, StuckFile
from einvoice.intake.pickup.hints import Hints
from einvoice.intake.pickup.item import Slip
from einvoice.intake.pickup.pickup import Pickup
from einvoice.intake.pickup.processes import ProcessId
from einvoice.intake.pickup.retrying import failed_documents, retry
from einvoice.intake.pickup.trouble import Trouble

__all__ = [
    "FailedFile",
    "FailedLooks",
    "FailedSight",
    "FolderDesk",
    "Health",
    "Hints",
    "Outcome",
    "Pickup",
    "ProcessId",
    "Slip",
    "StuckFile",
    "Trouble",
    "document_id",
    "failed_documents",
    "noted_documents",
    "retry",
]
