"""The only place with SQL and blob access: what the service knows, kept so that nothing is lost.

`open_store` opens database and blobs, makes sure that they are durable, and migrates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from einvoice.model.transitions import IllegalTransition
from einvoice.settings import Settings
from einvoice.store.accounts import Accounts
from einvoice.store.answers import Answers, Check
from einvoice.store.audit import Audit
from einvoice.store.authorities import Authorities
from einvoice.store.blobs import Blobs, open_blobs
from einvoice.store.claims import Claims, Due
from einvoice.store.database import Database
from einvoice.store.deliveries import DeliveryStore
from einvoice.store.doors import Doors
from einvoice.store.envelopes import Envelopes
from einvoice.store.errors import (
    AlreadyThere,
    ClaimLost,
    DoorClosed,
    IdempotencyConflict,
    LeaseLost,
    NotFound,
    NotPossible,
)
from einvoice.store.events import Events
from einvoice.store.folders import Folders
from einvoice.store.keymanagement import KeyManagement
from einvoice.store.keyring import Keyring
from einvoice.store.masters import Masters
from einvoice.store.originals import Originals
from einvoice.store.outgoing import Outgoing
from einvoice.store.people import People
from einvoice.store.processes import Processes
from einvoice.store.receiving import Receiving
from einvoice.store.retention import Retention
from einvoice.store.submissions import Page, SubmissionFilter, Submissions
from einvoice.store.together import Together
from einvoice.store.vault import Vault

__all__ = [
    "AlreadyThere",
    "Check",
    "ClaimLost",
    "DoorClosed",
    "Due",
    "IdempotencyConflict",
    "IllegalTransition",
    "LeaseLost",
    "NotFound",
    "NotPossible",
    "Page",
    "Store",
    "SubmissionFilter",
    "open_store",
]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Everything kept, by subject. Safe to use from many threads and processes."""

    receiving: Receiving
    claims: Claims
    submissions: Submissions
    envelopes: Envelopes
    answers: Answers
    outgoing: Outgoing
    events: Events
    deliveries: DeliveryStore
    authorities: Authorities
    accounts: Accounts
    audit: Audit
    doors: Doors
    folders: Folders
    people: People
    retention: Retention
    processes: Processes
    vault: Vault
    keys: KeyManagement
    originals: Originals
    blobs: Blobs
    database: Database
    clock: Callable[[], datetime]  # the time it writes down, UTC

    def close(self) -> None:
        """Let go of the database connections."""
        self.database.close()


def open_store(settings: Settings, *, clock: Callable[[], datetime] = _now) -> Store:
    """Open the store under the settings' `data_dir`; raises Fault when it can't be durable or can't be migrated."""
    database = Database(settings.resolved_database_url)
    database.assert_durable()
    database.migrate()
    blobs = open_blobs(settings)
    keyring = Keyring(database, Masters(settings), clock)
    vault = Vault(keyring)
    originals = Originals(blobs, vault, database)
    together = Together(database)
    claims = Claims(database, together, vault, clock, settings=settings)
    return Store(
        receiving=Receiving(database, together, vault, originals, clock),
        claims=claims,
        submissions=Submissions(database, vault),
        envelopes=Envelopes(database),
        answers=Answers(database, clock),
        outgoing=Outgoing(database, clock),
        events=Events(database),
        deliveries=DeliveryStore(database, clock),
        authorities=Authorities(database, vault, clock),
        accounts=Accounts(database, clock),
        audit=Audit(database),
        doors=Doors(database, clock, claims.backlog, settings.max_backlog),
        folders=Folders(database, clock),
        people=People(database, vault, clock),
        retention=Retention(database, vault, originals, clock, settings.rejected_days),
        processes=Processes(database, clock),
        vault=vault,
        keys=KeyManagement(database, keyring, clock),
        originals=originals,
        blobs=blobs,
        database=database,
        clock=clock,
    )
