"""`einvoice audit`: what the log proves, verified here or by somebody outside.

Ends with 0: intact, 1: problems found, 2: wrong usage, 3: could not be checked.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import make_url

from einvoice.cli.check import Language
from einvoice.errors import Fault
from einvoice.settings import Settings

if TYPE_CHECKING:
    from einvoice.model.audit import AuditEntry
    from einvoice.records.problems import Verification
    from einvoice.records.signing import PublicKeys
    from einvoice.store import Store

audit = typer.Typer(help="The audit log: verify it, hand it to others, sign it, read it.", no_args_is_help=True)

_PROBLEMS, _USAGE, _UNCHECKED = 1, 2, 3


class Shape(StrEnum):
    """For whom it is printed."""

    TEXT = "text"
    JSON = "json"


LangOption = Annotated[Language, typer.Option(help="Language of the sentences.")]
FormatOption = Annotated[Shape, typer.Option("--format", "-f", help="For people, or for programs.")]
KeyOption = Annotated[
    list[Path] | None,
    typer.Option(metavar="PEM", exists=True, dir_okay=False, help="Public key that counts, got elsewhere; repeatable."),
]


@audit.command("verify")
def verify_command(
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="An export; no service is needed.")
    ] = None,
    public_key: KeyOption = None,
    originals: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", exists=True, file_okay=False, help="Files that must be in an exported log."),
    ] = None,
    lang: LangOption = Language.DE,
    output_format: FormatOption = Shape.TEXT,
) -> None:
    """Verify the log and everything stored, or an export of it: names whatever was changed, removed or put in.

    Ends with 0: intact, 1: problems found, 2: wrong usage, 3: could not be checked.
    """
    if export is None and originals is not None:
        raise typer.BadParameter("only beside an export; a store has its own", param_hint="--originals")
    found = _verified_export(export, public_key, originals) if export else _verified_store(public_key)
    _show(found, lang, output_format, exported=export is not None)
    if not found.intact:
        raise typer.Exit(_PROBLEMS)


@audit.command("export")
def export_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="Gzipped if its name ends in .gz.")],
) -> None:
    """Write the whole log into one file that others can verify without us. It is signed up to this moment first."""
    from einvoice.records.checkpoints import sign_head
    from einvoice.records.export import Exporter, export_lines, write_export
    from einvoice.records.signing import PublicKeys, Signer
    from einvoice.store.evidence import StoredEvidence

    settings = Settings()
    with open_existing(settings) as store, _bar() as progress:
        signer = Signer.of(settings)
        sign_head(store, signer)
        exporter = Exporter(issuer=signer.issuer, keys=PublicKeys.of(settings), at=store.clock())
        lines = export_lines(store.audit, StoredEvidence.of(store), exporter, progress)
        write_export(path, lines)
    typer.echo(f"{path} is written; verify it anywhere: einvoice audit verify --export {path} --public-key PEM")


@audit.command("public-key")
def public_key_command(
    every: Annotated[bool, typer.Option("--all", help="Also those of earlier keys.")] = False,
) -> None:
    """Print the public key that others need to check what this service signs."""
    from einvoice.records.signing import PublicKeys, Signer

    settings = Settings()
    signer = Signer.of(settings)
    typer.echo("".join(PublicKeys.of(settings).pems()) if every else signer.public_key_pem(), nl=False)
    typer.echo(f"key id: {signer.key_id}", err=True)


@audit.command("checkpoint")
def checkpoint_command() -> None:
    """Sign the log as it stands now; the service does so itself every few minutes."""
    from einvoice.records.checkpoints import sign_head
    from einvoice.records.signing import Signer

    settings = Settings()
    with open_existing(settings) as store:
        number = store.audit.head()[0]
        made = sign_head(store, Signer.of(settings))
        if made is not None:
            typer.echo(f"signed up to entry {made.number}")
        elif _is_signed(store):
            typer.echo(f"nothing to sign: entry {number} is the last one, and signed" if number else "the log is empty")
        else:
            typer.echo("not signed: the log is not as it was signed before; run `einvoice audit verify`", err=True)
            raise typer.Exit(_PROBLEMS)


@audit.command("log")
def log_command(
    submission: Annotated[str | None, typer.Option(metavar="ID", help="Of this submission and its answers.")] = None,
    last: Annotated[int, typer.Option(min=1, metavar="N", help="The last so many.")] = 50,
    output_format: FormatOption = Shape.TEXT,
) -> None:
    """Show entries of the log, oldest first."""
    with open_existing(Settings()) as store:
        if submission is not None:
            names = (f"submission:{submission}", f"envelope:{submission}")
            answers = (f"answer:{answer.id}" for answer in store.answers.of(submission))
            about = (entry for name in (*names, *answers) for entry in store.audit.of(name))
            found = sorted(about, key=lambda entry: entry.number)
            entries: Iterator[AuditEntry] = iter(found[-last:])
        else:
            entries = store.audit.entries(after=max(store.audit.head()[0] - last, 0))
        for entry in entries:
            typer.echo(_as_json(entry) if output_format is Shape.JSON else _as_line(entry))


@contextmanager
def open_existing(settings: Settings) -> Iterator["Store"]:
    """The store, if there is one: a folder given by mistake must not look like an intact, empty one."""
    from einvoice.store import open_store

    address = make_url(settings.resolved_database_url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        raise Fault("database-missing", f"there is none at {address.database}; is EINVOICE_DATA_DIR right?")
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()


def read_keys(paths: list[Path]) -> "PublicKeys":
    """Public keys out of files; what is none is wrong usage."""
    from einvoice.records.signing import NoPublicKey, PublicKeys

    try:
        return PublicKeys.read(path.read_bytes() for path in paths)
    except NoPublicKey as error:
        raise typer.BadParameter(str(error), param_hint="--public-key") from None


def _verified_store(public_key: list[Path] | None) -> "Verification":
    from einvoice.records.signing import PublicKeys
    from einvoice.records.verify import verify
    from einvoice.store.evidence import StoredEvidence

    settings = Settings()
    keys = read_keys(public_key) if public_key else PublicKeys.of(settings)
    with open_existing(settings) as store, _bar() as progress:
        return verify(store.audit, StoredEvidence.of(store), keys, progress)


def _verified_export(export: Path, public_key: list[Path] | None, originals: Path | None) -> "Verification":
    from einvoice.records.exported import NotAnExport
    from einvoice.records.offline import verify_export

    keys = read_keys(public_key) if public_key else None
    try:
        with _bar() as progress:
            return verify_export(export, keys, originals, progress)
    except NotAnExport as error:
        typer.echo(f"einvoice: {export} is no export of an audit log: {error}", err=True)
        raise typer.Exit(_UNCHECKED) from None


def _show(found: "Verification", lang: Language, output_format: Shape, *, exported: bool) -> None:
    from einvoice.records.told import verification_data, verification_lines

    if output_format is Shape.JSON:
        typer.echo(json.dumps(verification_data(found, lang.value), ensure_ascii=False, indent=2))
        return
    for line in verification_lines(found, lang.value, exported=exported):
        typer.echo(line)


def _is_signed(store: "Store") -> bool:
    from einvoice.store.evidence import StoredEvidence

    signed = StoredEvidence.of(store).last_checkpoint()
    number, last_hash = store.audit.head()
    return number == 0 or (signed is not None and (signed.number, signed.hash) == (number, last_hash))


def _as_line(entry: "AuditEntry") -> str:
    details = " ".join(f"{name}={value}" for name, value in {**entry.details, **entry.hashes}.items())
    at = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{entry.number}  {at}  {entry.actor}  {entry.action}  {entry.object}  {details}".rstrip()


def _as_json(entry: "AuditEntry") -> str:
    from einvoice.records.export import entry_data

    return json.dumps(entry_data(entry), ensure_ascii=False)


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar on stderr for people."""
    from rich.console import Console
    from rich.progress import Progress

    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage)
            bar.update(tasks[stage], completed=done, total=total)

        yield show
