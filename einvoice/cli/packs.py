"""`einvoice rules import | withdraw | restore | grace`: which packs there are and which of them judge."""

import getpass
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from einvoice.cli.rules import chosen, pinned_by, rules
from einvoice.errors import Fault
from einvoice.rules import Deed, Entry, LiveRegistry, Pack, RuleFolders
from einvoice.rules.archive import Archive, ArchiveLimits, ReleaseRefused
from einvoice.rules.release import Wish, keep, make_release, own_lexical
from einvoice.rules.standing import Standing, State, dropped, rival, standings
from einvoice.settings import Settings

_WRONG_INPUT = 2
_PackName = Annotated[str, typer.Argument(metavar="PACK", help="Its name, or the beginning that only it has.")]


@rules.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(metavar="FILE.zip", exists=True, dir_okay=False, help="The release.")],
    sha256: Annotated[str | None, typer.Option(help="What its publisher says the file's SHA-256 is.")] = None,
    valid_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of receipt it judges; default: its date.")
    ] = None,
    version: Annotated[str | None, typer.Option(help="Version of the pack; default: its date.")] = None,
    grace_days: Annotated[int, typer.Option(min=0, help="So long the pack before it may accept what it rejects.")] = 0,
) -> None:
    """Take an official KoSIT validator configuration as a rule pack, whole or not at all.

    Ends with 2 and the reason when it is refused; nothing has changed then.
    """
    from einvoice.validation.trial import try_pack  # here, so that the other commands start without the engine

    settings = Settings()
    folders = RuleFolders.of(settings)
    if version is not None and not re.fullmatch(r"[\w.-]+", version):
        raise typer.BadParameter("letters, digits, points and hyphens only", param_hint="--version")
    wish = Wish(valid_from=valid_from.date() if valid_from else None, version=version, grace_days=grace_days)
    try:
        archive = Archive.read(path, ArchiveLimits(settings.max_pack_bytes, settings.max_pack_files), sha256=sha256)
        release = make_release(archive, wish, own_lexical(folders))
        is_new = keep(release, folders, _entry(Deed.IMPORTED, release.pack), try_pack)
    except (ReleaseRefused, Fault) as trouble:
        if isinstance(trouble, Fault) and trouble.notice.cause != "rules-uncompilable":
            raise
        reason = trouble if isinstance(trouble, ReleaseRefused) else f"{trouble.notice.detail}."
        typer.echo(f"einvoice: {path} is not imported: {reason} Nothing has changed.", err=True)
        raise typer.Exit(_WRONG_INPUT) from None
    typer.echo(f"{release.pack.name} {'is imported' if is_new else 'is here already'}")
    if sha256 is None:
        typer.echo("warning: without --sha256 nobody has compared the file with what its publisher says", err=True)
    _tell(folders, release.pack)
    for scenario in dropped(release.pack, LiveRegistry(folders).known()):
        told = f"it has no {scenario.name}: such invoices are rejected from {release.pack.valid_from} on"
        typer.echo(f"warning: {told}", err=True)


@rules.command("withdraw")
def withdraw(
    pack: _PackName,
    reason: Annotated[str, typer.Option(help="Why it is wrong; kept with the pack and told wherever it is named.")],
) -> None:
    """Take a pack that was found wrong out of use. From the next document on the pack before it judges."""
    settings = Settings()
    folders = RuleFolders.of(settings)
    if not reason.strip():
        raise typer.BadParameter("a reason is needed", param_hint="--reason")
    with folders.ledger.locked():
        registry = LiveRegistry(folders)
        found = chosen(registry, pack)
        if found.name in registry.known().ledger.withdrawn:
            raise typer.BadParameter(f"{found.name} is withdrawn already", param_hint="PACK")
        folders.ledger.write(_entry(Deed.WITHDRAWN, found, reason.strip()))
    _tell(folders, found)
    if authorities := pinned_by(settings)[found.name]:
        typer.echo(f"warning: pinned by {', '.join(authorities)}: their invoices are held until unpinned", err=True)
    typer.echo(f"See what it judged: einvoice rules reassess {found.name}")


@rules.command("restore")
def restore(
    pack: _PackName, reason: Annotated[str, typer.Option(help="Why the withdrawal was a mistake.")] = ""
) -> None:
    """Undo a withdrawal."""
    folders = RuleFolders.of(Settings())
    with folders.ledger.locked():
        registry = LiveRegistry(folders)
        found = chosen(registry, pack)
        if found.name not in registry.known().ledger.withdrawn:
            raise typer.BadParameter(f"{found.name} is not withdrawn", param_hint="PACK")
        if other := rival(found, registry.known()):
            told = f"{other.name} judges the same invoices with equal rank; withdraw it first"
            raise typer.BadParameter(told, param_hint="PACK")
        folders.ledger.write(_entry(Deed.RESTORED, found, reason.strip()))
    _tell(folders, found)


@rules.command("grace")
def grace(
    pack: _PackName,
    days: Annotated[int, typer.Option(min=0, help="Counted from its first day; 0: none.")],
    reason: Annotated[str, typer.Option(help="Why; kept with it.")] = "",
) -> None:
    """Set how long the pack before this one may still accept what this one rejects."""
    folders = RuleFolders.of(Settings())
    with folders.ledger.locked():
        found = chosen(LiveRegistry(folders), pack)
        folders.ledger.write(_entry(Deed.GRACE, found, reason.strip(), days))
    end = LiveRegistry(folders).known().grace_ends(found)
    over = "; that is past, nothing is graced" if end <= datetime.now().astimezone().date() else ""
    typer.echo(f"the pack before {found.name} may accept what it rejects on days before {end}{over}")


def _entry(deed: Deed, pack: Pack, reason: str = "", days: int | None = None) -> Entry:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid())
    return Entry(at=datetime.now(UTC), by=user, deed=deed, pack=pack.name, reason=reason, days=days)


def _tell(folders: RuleFolders, pack: Pack) -> None:
    """What judges now where this pack did, or does."""
    today = datetime.now().astimezone().date()
    found = standings(LiveRegistry(folders).known(), today)
    standing = next(one for one in found if one.pack.name == pack.name)
    typer.echo(f"{pack.name} is {standing.state}{_more(standing)}")
    replaced = [one.pack.name for one in found if one.state is State.REPLACED and pack in one.by]
    if standing.state is State.IN_FORCE and replaced:
        typer.echo(f"it judges in the place of {', '.join(replaced)}")


def _more(standing: Standing) -> str:
    if standing.state is State.NOT_YET:
        return f": from {standing.pack.valid_from} on"
    if standing.state is State.WITHDRAWN and not standing.by:
        return "; no other pack judges its scenarios: such invoices are held"
    return f"; judged is by {', '.join(pack.name for pack in standing.by)}" if standing.by else ""
