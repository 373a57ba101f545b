"""Brings a backup back into an empty service: any database, any object storage, whatever it came from.

(1) the service is empty, and its doors are closed until the end; (2) objects and rule artefacts are put back, durably;
(3) all tables are filled in one transaction; (4) only when the sums prove that everything read is what was written,
keys and ledger are put in place and (5) the transaction commits. Killed at any moment before, there is still no
service: no row, doors closed; and the restore can be started again.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from einvoice.model.audit import moment
from einvoice.records.backup.archive import Damaged, Member, Reader
from einvoice.records.backup.folders import Folders, Returning, own_keys
from einvoice.records.backup.layout import CHUNK, GAPS, OBJECTS, PUBLIC_KEY, Gaps, Manifest, Refused
from einvoice.records.backup.rows import NoChunk, read_chunk
from einvoice.records.signing import PublicKeys, Signature
from einvoice.records.verify import Progress, unseen
from einvoice.settings import Settings
from einvoice.store import Store
from einvoice.store.blobs.layout import name_at
from einvoice.store.journal import Note
from einvoice.store.loading import Loading, NotEmpty, NotLoadable, begin, has_begun, loading, rows_there
from einvoice.store.snapshot import revisions

RESTORED = "restored"  # the action in the audit log
_WORKS = timedelta(seconds=60)  # a process that said so within this time is thought to work
_TOLD_EVERY = 50
_PORTION = 1 << 20  # bytes of an object in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where it is restored to."""

    store: Store
    folders: Folders
    spool: Path  # a folder for one object on its way

    @classmethod
    def of(cls, settings: Settings, store: Store) -> "Target":
        """The service of the settings."""
        return cls(store=store, folders=Folders.of(settings), spool=settings.data_dir.resolve() / "restore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it."""

    rows: int
    objects: int
    gaps: Gaps
    key_id: str  # that signed the backup
    kept_signing_key: bool  # the backup has a signing key, and another one is in use here


def restore_backup(
    reader: Reader, target: Target, *, trusted: PublicKeys | None = None, progress: Progress = unseen
) -> Restored:
    """Restore all. Raises Refused before anything is changed; Refused, Damaged and Fault with no row restored.

    `trusted`: the backup must be signed with one of these keys. Without, it has to be signed with one of its own.
    """
    _claim(target, reader.manifest)  # (1)
    work = _Work(reader, target, progress)
    with _folder(target.spool), ExitStack() as transaction:
        for member in reader.members():
            work.take(member, transaction)  # (2), (3)
        assert_signed(reader, trusted, work.returning.held)
        work.complete(transaction)  # (4), then leaving the block (5)
    return Restored(
        rows=sum(work.rows.values()),
        objects=work.objects,
        gaps=work.gaps,
        key_id=reader.key_id,
        kept_signing_key=work.returning.kept_signing_key,
    )


def check_backup(reader: Reader, *, trusted: PublicKeys | None = None, progress: Progress = unseen) -> None:
    """Read all, and restore nothing. Raises Refused and Damaged as `restore_backup` does."""
    held: dict[str, bytes] = {}
    for number, member in enumerate(reader.members(), 1):
        if PUBLIC_KEY.fullmatch(member.name):
            held[member.name] = member.read()
        if number % _TOLD_EVERY == 0:
            progress("members", number, None)
    assert_signed(reader, trusted, held)


def assert_signed(reader: Reader, trusted: PublicKeys | None, held: Mapping[str, bytes]) -> None:
    """After the last member: the signature is good, by one of the trusted keys, or by one that came with it."""
    match reader.signed_by(own_keys(held) if trusted is None else trusted):
        case Signature.BAD:
            raise Damaged("its signature is wrong: somebody changed it")
        case Signature.UNKNOWN_KEY if trusted is None:
            raise Damaged(f"it is signed with the key {reader.key_id}, and does not hold its public half")
        case Signature.UNKNOWN_KEY:
            raise Refused(f"It is signed with the key {reader.key_id}, which is none of those given")


def _claim(target: Target, manifest: Manifest) -> None:
    """Make sure that nothing is overwritten, and nobody works here; close the doors."""
    if manifest.revision not in revisions():
        raise Refused(f"Its tables are of revision {manifest.revision}; use version {manifest.program} or a newer one")
    works = target.store.processes.working(_WORKS)
    if works:
        raise Refused(f"The service runs ({works[0].host}, process {works[0].pid}). Stop it; if it was killed, wait")
    begun = has_begun(target.store.database)
    if not begun and (rows := rows_there(target.store.database)):
        raise _not_empty(rows)
    if not begun and next(target.store.blobs.stored(), None) is not None:
        raise Refused("The object storage is not empty: it may be in use elsewhere. Give it another EINVOICE_BLOB_URL")
    try:
        begin(
            target.store.database, target.store.clock(), f"the restore of backup {manifest.id} has begun and not ended"
        )
    except NotEmpty as error:
        raise _not_empty(error.rows) from None


def _not_empty(rows: Mapping[str, int]) -> Refused:
    told = ", ".join(f"{name} {count}" for name, count in rows.items())
    return Refused(f"The database is not empty (rows: {told}). Give it an empty one; nothing is ever overwritten")


@dataclass(slots=True)
class _Work:
    """A restore under way."""

    reader: Reader
    target: Target
    progress: Progress
    rows: dict[str, int] = field(default_factory=dict)
    objects: int = 0
    gaps: Gaps = field(default_factory=Gaps)
    returning: Returning = field(init=False)
    _loading: Loading | None = None

    def __post_init__(self) -> None:
        self.returning = Returning(self.target.folders)

    def take(self, member: Member, transaction: ExitStack) -> None:
        """One member. The transaction begins with the first rows."""
        if member.name.startswith(OBJECTS):
            self._object(member)
        elif match := CHUNK.fullmatch(member.name):
            self._chunk(match[1], member, self._load(transaction))
        elif member.name == GAPS:
            self.gaps = _gaps(member)
        elif not self.returning.take(member.name, member.read()):
            raise Damaged(f"{member.name} does not belong into a backup")

    def complete(self, transaction: ExitStack) -> None:
        """After the last member."""
        manifest, load = self.reader.manifest, self._load(transaction)
        if self.rows != {name: count for name, count in manifest.tables.items() if count}:
            raise Damaged("it does not hold as many rows as it says")
        details = {"made_at": moment(manifest.made_at), "program": manifest.program}
        number, head = manifest.head or (0, "")
        restored = Note(
            at=self.target.store.clock(),
            actor="admin",
            action=RESTORED,
            object=f"backup:{manifest.id}",
            details=details | {"entry": str(number)},
            hashes={"entry": head} if head else {},
        )
        load.complete(self.target.store.vault, self.gaps.deleted, restored)
        self.returning.complete()

    def _load(self, transaction: ExitStack) -> Loading:
        if self._loading is None:
            manifest = self.reader.manifest
            try:
                opened = loading(self.target.store.database, manifest.revision, manifest.tables)
                self._loading = transaction.enter_context(opened)
            except NotEmpty as error:
                raise _not_empty(error.rows) from None
        return self._loading

    def _object(self, member: Member) -> None:
        name = name_at(member.name.removeprefix(OBJECTS))
        if name is None:
            raise Damaged(f"{member.name} does not belong into a backup")
        path = self.target.spool / "object"
        with path.open("wb") as file:
            while data := member.read(_PORTION):
                file.write(data)
        self.target.store.blobs.put(path, name)
        self.objects += 1
        if self.objects % _TOLD_EVERY == 0:
            self.progress("objects", self.objects, self.reader.manifest.objects)

    def _chunk(self, table: str, member: Member, load: Loading) -> None:
        try:
            chunk = read_chunk(member.read())
            if chunk.table != table:
                raise Damaged(f"{member.name} is not what its name says")
            self.rows[table] = self.rows.get(table, 0) + load.insert(table, chunk.columns, chunk.rows)
        except (NoChunk, NotLoadable) as error:
            raise Damaged(f"{member.name}: {error}") from error
        self.progress("rows", sum(self.rows.values()), sum(self.reader.manifest.tables.values()))


def _gaps(member: Member) -> Gaps:
    try:
        return Gaps.read(member.read())
    except ValueError:
        raise Damaged(f"{member.name} is not what was written") from None


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    finally:
        shutil.rmtree(path, ignore_errors=True)
