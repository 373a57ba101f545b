"""Makes a backup while the service goes on.

(1) one snapshot of the database; (2) keys and rules; (3) the objects the snapshot speaks of; (4) its tables; (5) what
was not there; (6) sums and signature. Objects never change, and are stored before their row: whatever the snapshot
speaks of is there, but for what retention deletes meanwhile. Of that the live row says that it has expired, and the
restore deletes it again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from einvoice import __version__
from einvoice.errors import Fault
from einvoice.records.backup.archive import Sink, Writer
from einvoice.records.backup.folders import Folders, to_keep
from einvoice.records.backup.layout import FORMAT, GAPS, MANIFEST, OBJECTS, Gaps, Manifest
from einvoice.records.backup.rows import to_chunks
from einvoice.records.signing import PublicKeys, Signer
from einvoice.records.verify import Progress, unseen
from einvoice.settings import Settings
from einvoice.store.blobs import Blobs, open_blobs
from einvoice.store.blobs.layout import path_of
from einvoice.store.database import Database
from einvoice.store.ids import new_id
from einvoice.store.journal import Note, note
from einvoice.store.snapshot import LEFT_OUT, Snapshot, erased, is_elsewhere, kind_of, open_snapshot
from einvoice.store.vault import is_sealed

TAKEN = "backup-taken"  # the action in the audit log
_ACTOR = "admin"
_TOLD_EVERY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is backed up. It is not migrated: a backup can be the last thing before an update."""

    database: Database
    blobs: Blobs
    folders: Folders
    signer: Signer
    keys: PublicKeys
    clock: Callable[[], datetime]

    @classmethod
    def of(cls, settings: Settings, clock: Callable[[], datetime]) -> "Source":
        """The service of the settings. Raises Fault."""
        return cls(
            database=Database(settings.resolved_database_url),
            blobs=open_blobs(settings),
            folders=Folders.of(settings),
            signer=Signer.of(settings),
            keys=PublicKeys.of(settings),
            clock=clock,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of it."""

    manifest: Manifest
    gaps: Gaps
    sums: str  # SHA-256 of its member SHA256SUMS, and so of all that is in it

    @property
    def complete(self) -> bool:
        """Whether all was there that should have been."""
        return not (self.gaps.missing or self.gaps.damaged)


def take_backup(source: Source, out: Sink, *, with_signing_key: bool = False, progress: Progress = unseen) -> Taken:
    """Write a backup. Raises Fault and OSError; then what was written is none."""
    with open_snapshot(source.database) as snapshot:  # (1)
        manifest = _describe(snapshot, source)
        archive = Writer(out, manifest.made_at)
        archive.add(MANIFEST, manifest.to_json())
        for name, data in to_keep(source.folders, source.keys, with_signing_key=with_signing_key):  # (2)
            archive.add(name, data)
        gaps = _add_objects(archive, snapshot, source, manifest.objects, progress)  # (3)
        for name, chunk in _chunks(snapshot, sum(manifest.tables.values()), progress):  # (4)
            archive.add(name, chunk)
        archive.add(GAPS, gaps.to_json())  # (5)
        sums = archive.finish(source.signer)  # (6)
    return Taken(manifest=manifest, gaps=gaps, sums=sums)


def note_backup(source: Source, taken: Taken) -> None:
    """Enter into the audit log that everything left the house in a file; up to which entry, and what it sums up to."""
    manifest = taken.manifest
    if manifest.head is None:
        return
    number, head = manifest.head
    entry = Note(
        at=source.clock(),
        actor=_ACTOR,
        action=TAKEN,
        object=f"backup:{manifest.id}",
        details={"entry": str(number), "submissions": str(manifest.tables.get("submissions", 0))},
        hashes={"entry": head, "sums": taken.sums},
    )
    with source.database.write() as connection:
        note(connection, entry)


def _describe(snapshot: Snapshot, source: Source) -> Manifest:
    return Manifest(
        format=FORMAT,
        id=new_id(),
        program=__version__,
        revision=snapshot.revision,
        made_at=source.clock(),
        issuer=source.signer.issuer,
        head=snapshot.head(),
        tables={table.name: snapshot.count(table) for table in snapshot.tables},
        objects=snapshot.count_objects(),
        master_keys=snapshot.master_keys(),
        left_out=LEFT_OUT,
    )


def _add_objects(archive: Writer, snapshot: Snapshot, source: Source, total: int, progress: Progress) -> Gaps:
    """Every object as it is stored."""
    deleted, missing, damaged = dict[str, str](), list[str](), list[str]()
    for number, (name, sha256) in enumerate(snapshot.objects(), 1):
        data = _read(source.blobs, name)
        if data is None:
            owners = snapshot.owners(name)
            gone = erased(source.database, owners)
            lost = [owner for owner in owners if owner not in gone]
            if any(is_elsewhere(source.database, owner, name) for owner in lost):
                raise _sealed_meanwhile()
            deleted |= gone
            missing += lost
        elif archive.add(OBJECTS + path_of(name), data) != sha256 and sha256 is not None:
            if is_sealed(data):
                raise _sealed_meanwhile()
            damaged += snapshot.owners(name)
        if number % _TOLD_EVERY == 0 or number == total:
            progress("objects", number, total)
    return Gaps(deleted=deleted, missing=tuple(missing), damaged=tuple(damaged))


def _read(blobs: Blobs, name: str) -> bytes | None:
    """None: there is no such object."""
    try:
        return blobs.read(name)
    except Fault as fault:
        if fault.notice.cause != "blob-missing":
            raise
        return None


def _sealed_meanwhile() -> Fault:
    """The snapshot has no keys for what was sealed after it: such a backup could not be read."""
    return Fault("backup", "originals were sealed while it was made; take it again after `einvoice keys seal-all`")


def _chunks(snapshot: Snapshot, total: int, progress: Progress) -> Iterator[tuple[str, bytes]]:
    done = 0
    for table in snapshot.tables:
        columns = [(column.name, kind_of(column)) for column in table.columns]
        for number, (chunk, rows) in enumerate(to_chunks(table.name, columns, snapshot.rows(table)), 1):
            yield f"tables/{table.name}/{number:06}.jsonl", chunk
            done += rows
            progress("rows", done, total)
