"""`einvoice replay` and `einvoice rules reassess`: what another rule pack would say, or says now, of the same invoices.

Nothing that was decided changes: both print a list for a person to act on.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from einvoice.cli.compared import AllOption, FormatOption, ListFormat, Listing
from einvoice.cli.rules import chosen, rules
from einvoice.rules import LiveRegistry, RuleFolders
from einvoice.rules.artefacts import write_durably
from einvoice.settings import Settings

_TAKEN = {".xml", ".pdf"}  # in folders; a file that is named is always taken


def replay(
    pack: Annotated[str, typer.Option(help="The pack to try: its name, or the beginning that only it has.")],
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH…", exists=True, help="Files and folders, XML and PDF.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="Compare with this pack instead of those in force today.")
    ] = None,
    stored: Annotated[bool, typer.Option("--stored", help="What the service has decided, instead of files.")] = False,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of these, what was received from that day on.")
    ] = None,
    output_format: FormatOption = ListFormat.TEXT,
    show_all: AllOption = False,
) -> None:
    """Say what would change for these invoices under another rule pack. Decides nothing.

    Ends with 0: no verdict flips, 1: some flip, 2: wrong usage, 3: some could not be judged.
    """
    if bool(paths) is stored or (stored and source) or (since and not stored):
        raise typer.BadParameter("name files, or --stored (with --since), not both", param_hint="PATH")
    from einvoice.cli.rejudge import judged, open_bench, open_stored  # here, so that other commands start sooner
    from einvoice.store import SubmissionFilter

    settings = Settings()
    registry = LiveRegistry(RuleFolders.of(settings))
    tried = (chosen(registry, pack, hint="--pack").name,)
    pins = (chosen(registry, source, hint="--from").name,) if source else ()
    listing = Listing(output_format=output_format, before="now", after="then", show_all=show_all)
    if stored:
        with open_stored(settings) as (bench, store):
            submissions = judged(store, SubmissionFilter(), since.date() if since else None)
            listing.show(bench.side_by_side(partial(bench.stored, store=store, pins=tried), submissions))
    else:
        with open_bench(settings) as bench:
            listing.show(bench.side_by_side(partial(bench.file, before=pins, after=tried), _files(paths or [])))
    raise typer.Exit(listing.code)


@rules.command("reassess")
def reassess(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack whose verdicts are in doubt.")],
    output_format: FormatOption = ListFormat.TEXT,
    show_all: AllOption = False,
) -> None:
    """Judge again everything this pack has judged, by the packs that judge now, and list what comes out otherwise.

    Nothing is changed and nobody is told: what follows is yours to decide. The list is kept in the data folder. Ends
    with 0: no verdict flips, 1: some flip, 2: wrong usage, 3: some could not be judged.
    """
    from einvoice.cli.rejudge import judged, open_stored  # here, so that other commands start sooner
    from einvoice.store import SubmissionFilter

    settings = Settings()
    folders = RuleFolders.of(settings)
    registry = LiveRegistry(folders)
    name = chosen(registry, pack).name
    if name not in registry.known().ledger.withdrawn:
        typer.echo(f"{name} is not withdrawn: it may judge again what it has judged, then nothing differs", err=True)
    listing = Listing(output_format=output_format, before="decided", after="now", show_all=show_all)
    with open_stored(settings) as (bench, store):
        submissions = judged(store, SubmissionFilter(pack=name))
        listing.show(bench.side_by_side(partial(bench.stored, store=store, pins=None), submissions))
    path = Path(folders.kept) / "reassessed" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{name}.jsonl"
    write_durably(path, "".join(f"{line}\n" for line in listing.kept).encode(), mode=0o600)
    typer.echo(f"kept in {path}", err=True)
    raise typer.Exit(listing.code)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in _TAKEN and file.is_file())
        else:
            yield path
