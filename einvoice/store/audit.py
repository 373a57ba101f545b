"""Reading the audit chain; it is written by `journal` alone. Checkpoints are signatures of its head."""

from collections.abc import Iterator
from dataclasses import asdict

from sqlalchemy import RowMapping, insert, select

from einvoice.model.audit import AuditEntry, Checkpoint
from einvoice.store.database import Database, lock
from einvoice.store.tables import audit_checkpoints, audit_entries, audit_head

_BATCH = 1000


class Audit:
    """The log, entry by entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, after: int = 0) -> Iterator[AuditEntry]:
        """All entries behind a number, in order; read in batches, so that a long log needs little memory."""
        while True:
            query = select(audit_entries).where(audit_entries.c.number > after)
            with self._database.read() as connection:
                rows = connection.execute(query.order_by(audit_entries.c.number).limit(_BATCH)).mappings().all()
            if not rows:
                return
            yield from map(to_entry, rows)
            after = rows[-1]["number"]

    def of(self, object_name: str) -> tuple[AuditEntry, ...]:
        """All entries about an object such as "submission:ID", oldest first."""
        query = select(audit_entries).where(audit_entries.c.object == object_name).order_by(audit_entries.c.number)
        with self._database.read() as connection:
            return tuple(to_entry(row) for row in connection.execute(query).mappings())

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry; 0 and GENESIS where there is none."""
        with self._database.read() as connection:
            row = connection.execute(select(audit_head.c.number, audit_head.c.hash)).one()
            return row.number, row.hash

    def checkpoints(self) -> Iterator[Checkpoint]:
        """All signatures of the head, oldest first."""
        query = select(audit_checkpoints).order_by(audit_checkpoints.c.number, audit_checkpoints.c.key_id)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        yield from (Checkpoint(**row) for row in rows)

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a signature of the head; one that is there already (another host was faster) is fine."""
        row, column = asdict(checkpoint), audit_checkpoints.c
        same = (column.number == checkpoint.number, column.key_id == checkpoint.key_id)
        with self._database.write() as connection:
            lock(connection, "checkpoint")
            if connection.execute(select(column.number).where(*same)).first() is None:
                connection.execute(insert(audit_checkpoints).values(row))


def to_entry(row: RowMapping) -> AuditEntry:
    """A row of `audit_entries`."""
    return AuditEntry(
        number=row["number"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        object=row["object"],
        details=row["details"],
        hashes=row["hashes"],
        previous=row["previous"],
        hash=row["hash"],
    )
