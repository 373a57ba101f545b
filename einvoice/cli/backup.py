"""`einvoice backup` and `einvoice restore`: everything the service must not lose, in one file, and back.

backup ends with 0: written, 1: written, but originals were missing, 2: wrong usage, 3: not written.
restore ends with 0: restored and verified, 1: the backup is damaged, or the verification found problems, 2: wrong
usage, or it can't be restored here, 3: not restored, or not verified.
"""

import fcntl
import gzip
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, NoReturn

import typer
from sqlalchemy import make_url

from einvoice.cli.audit import KeyOption, LangOption, read_keys
from einvoice.cli.bar import progress_bar
from einvoice.cli.check import Language
from einvoice.errors import Fault
from einvoice.settings import Settings

if TYPE_CHECKING:
    from einvoice.records.backup import Manifest, Reader, Restored, Taken
    from einvoice.records.signing import PublicKeys

_PROBLEMS, _USAGE, _TROUBLE = 1, 2, 3
_STREAM = "-"
_PLAIN, _PACKED = (".tar",), (".tar.gz", ".tgz")


def backup(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="New file NAME.tar or NAME.tar.gz; - is stdout.")],
    with_signing_key: Annotated[
        bool, typer.Option(help="Put in the private signing key as well. Whoever has it can sign in your name.")
    ] = False,
) -> None:
    """Write everything the service must not lose into one file, while the service goes on.

    Master keys, what lies in drop folders and policies of your own are not in it: see the operator handbook.
    Ends with 0: written, 1: written, but originals were missing (named), 2: wrong usage, 3: not written.
    """
    from einvoice.records.backup import Source, note_backup, take_backup

    settings = Settings()
    _assert_database(settings)
    with _output(target) as out, progress_bar() as progress:
        source = Source.of(settings, _now)
        taken = take_backup(source, out, with_signing_key=with_signing_key, progress=progress)
    note_backup(source, taken)
    _tell_taken(taken, target)


def restore(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A file that `einvoice backup` wrote; - is stdin.")],
    check: Annotated[bool, typer.Option("--check", help="Read and check the file; restore nothing.")] = False,
    verify: Annotated[bool, typer.Option(help="Verify the audit log and everything stored afterwards.")] = True,
    public_key: KeyOption = None,
    lang: LangOption = Language.DE,
) -> None:
    """Bring a backup back into an empty service: into the database and the object storage of the settings.

    Ends with 0: restored and verified, 1: the backup is damaged, or the verification found problems (named),
    2: wrong usage, or it can't be restored here, 3: not restored, or not verified.
    """
    from einvoice.records.backup import Damaged, NotABackup, Reader, Refused, Target, check_backup, restore_backup
    from einvoice.store import open_store

    settings = Settings()
    os.umask(0o077)  # whatever is written holds invoices: for the service's user alone
    trusted = read_keys(public_key) if public_key else None
    try:
        with _input(source) as stream, progress_bar() as progress:
            reader = Reader(stream)
            if check:
                check_backup(reader, trusted=trusted, progress=progress)
            else:
                with closing(open_store(settings)) as store:
                    target = Target.of(settings, store)
                    restored = restore_backup(reader, target, trusted=trusted, progress=progress)
    except Damaged as error:
        _end(f"{source} is damaged: {error}. Nothing is restored: take another backup", _PROBLEMS)
    except NotABackup as error:
        _end(f"{source} can't be restored: {error}", _USAGE)
    except Refused as error:
        _end(f"{error}. Nothing is restored", _USAGE)
    if check:
        typer.echo(f"{_described(reader.manifest)}: undamaged; {_whose(reader, trusted)}")
        return
    _tell_restored(reader, restored, trusted)
    if verify:
        _verify(settings, lang)


@contextmanager
def _output(target: str) -> Iterator[IO[bytes]]:
    """Where the backup goes: a file that has its name only when all is in it, durably; or stdout."""
    if target == _STREAM:
        if sys.stdout.isatty():
            raise typer.BadParameter("a terminal cannot keep a backup: name a file, or pipe it on", param_hint="TARGET")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = _new_file(target)
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise typer.BadParameter(f"another backup is being written to {part}", param_hint="TARGET") from None
        try:
            os.fchmod(file.fileno(), 0o600)
            file.truncate(0)  # what one that was killed has left
            yield from _packed(file, path)
            file.flush()
            os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def _packed(file: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
    if not path.name.endswith(_PACKED):
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        yield packed  # type: ignore[misc]  # a GzipFile is as good as an IO[bytes]


def _new_file(target: str) -> Path:
    path = Path(target)
    problem = None
    if path.is_dir():
        problem = f"{path} is a folder: name a file in it, such as {path / 'einvoice.tar.gz'}"
    elif path.exists() or path.is_symlink():
        problem = f"{path} exists already and is not overwritten: give another name"
    elif not path.name.endswith(_PLAIN + _PACKED):
        problem = f"a backup is a file *{', *'.join(_PLAIN + _PACKED)}"
    elif not path.parent.is_dir():
        problem = f"there is no folder {path.parent}"
    if problem:
        raise typer.BadParameter(problem, param_hint="TARGET")
    return path


@contextmanager
def _input(source: str) -> Iterator[IO[bytes]]:
    if source == _STREAM:
        yield sys.stdin.buffer
        return
    if not Path(source).is_file():
        raise typer.BadParameter(f"there is no file {source}", param_hint="SOURCE")
    with Path(source).open("rb") as file:
        yield file


def _assert_database(settings: Settings) -> None:
    """A folder given by mistake must not give a backup of nothing."""
    address = make_url(settings.resolved_database_url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        raise Fault("database-missing", f"there is none at {address.database}; is EINVOICE_DATA_DIR right?")


def _tell_taken(taken: "Taken", target: str) -> None:
    typer.echo(f"{target}: {_described(taken.manifest)}", err=True)
    if taken.manifest.master_keys:
        names = ", ".join(taken.manifest.master_keys)
        typer.echo(f"sealed: without the master keys {names} nobody can read it; keep them apart from it", err=True)
    gaps = taken.gaps
    if gaps.deleted:
        typer.echo(f"{len(gaps.deleted)} submissions were deleted by retention meanwhile", err=True)
    for what, ids in (("missing", gaps.missing), ("damaged", gaps.damaged)):
        for one in ids:
            typer.echo(f"submission {one}: its original is {what}", err=True)
    if not taken.complete:
        count = len(gaps.missing) + len(gaps.damaged)
        _end(f"{count} originals are not in it as they were received; run `einvoice audit verify`", _PROBLEMS)


def _tell_restored(reader: "Reader", restored: "Restored", trusted: "PublicKeys | None") -> None:
    typer.echo(f"restored: {_described(reader.manifest)}; {_whose(reader, trusted)}")
    if restored.gaps.deleted:
        count = len(restored.gaps.deleted)
        typer.echo(f"{count} submissions that were deleted while the backup was made were deleted here as well")
    if reader.manifest.master_keys:
        typer.echo(f"sealed: it takes the master keys {', '.join(reader.manifest.master_keys)}")
    if restored.kept_signing_key:
        typer.echo(
            "the signing key in it was not put in place: there is another one, or EINVOICE_SIGNING_KEY_FILE is set"
        )


def _described(manifest: "Manifest") -> str:
    count, made_at = manifest.tables.get("submissions", 0), f"{manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
    log = f", audit log up to entry {manifest.head[0]}" if manifest.head else ""
    return f"backup {manifest.id} of {manifest.issuer} of {made_at}, {count} submissions{log}"


def _whose(reader: "Reader", trusted: "PublicKeys | None") -> str:
    if trusted is not None:
        return f"signed with the key {reader.key_id}"
    return f"signed with the key {reader.key_id}, which came with it: --public-key shows whether that is yours"


def _verify(settings: Settings, lang: Language) -> None:
    from einvoice.records.signing import PublicKeys
    from einvoice.records.told import verification_lines
    from einvoice.records.verify import verify
    from einvoice.store import open_store
    from einvoice.store.evidence import StoredEvidence

    try:
        with closing(open_store(settings)) as store, progress_bar() as progress:
            found = verify(store.audit, StoredEvidence.of(store), PublicKeys.of(settings), progress)
    except Fault as fault:
        _end(f"restored, but not verified: {fault.notice.cause}: {fault.notice.detail}", _TROUBLE)
    for line in verification_lines(found, lang.value):
        typer.echo(line)
    if not found.intact:
        raise typer.Exit(_PROBLEMS)


def _end(text: str, code: int) -> NoReturn:
    typer.echo(f"einvoice: {text}", err=True)
    raise typer.Exit(code)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _now() -> datetime:
    return datetime.now(UTC)
