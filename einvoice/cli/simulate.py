"""`einvoice inbox simulate`: plays an access point, so that a drop folder can be tried before a real one is there."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from einvoice.cli.bar import progress_bar
from einvoice.cli.check import Language
from einvoice.cli.inbox import inbox

if TYPE_CHECKING:
    from einvoice.intake.simulator import Dropped, Plan, Simulation

_SEEDS = 1_000_000


class LayoutName(StrEnum):
    """Those that can be played."""

    PLAIN = "plain"
    OXALIS = "oxalis"
    PHOSS = "phoss"
    HOLODECK = "holodeck"
    DOMIBUS = "domibus"


def _share(text: str) -> Any:
    return typer.Option(min=0.0, max=1.0, help=text)


_TEXTS = {
    "no-folder": {
        "de": "{folder} ist kein Ordner. Legen Sie ihn an, oder nennen Sie den `path` aus folders.toml.",
        "en": "{folder} is no folder. Make it, or name the `path` of folders.toml.",
    },
    "no-rights": {
        "de": "In {folder} darf dieser Benutzer nichts ablegen: {error}.",
        "en": "This user may not put anything into {folder}: {error}.",
    },
    "manifest-inside": {
        "de": "Das Manifest darf nicht in {folder} liegen: es würde als Dokument abgeholt.",
        "en": "The manifest must not lie in {folder}: it would be picked up as a document.",
    },
    "shape": {
        "de": "{layout} hat die Formen {shapes}, nicht {shape}.",
        "en": "{layout} has the shapes {shapes}, not {shape}.",
    },
    "samples": {
        "de": "Die Beispielrechnungen fehlen ({error}). Nennen Sie ihren Ordner mit --samples.",
        "en": "The sample invoices are missing ({error}). Name their folder with --samples.",
    },
    "shares": {
        "de": "--doubles und --broken ergeben zusammen mehr als 1.",
        "en": "--doubles and --broken are more than 1 together.",
    },
    "begins": {
        "de": "Legt {count} Beispieldokumente in {folder} ab wie {layout} ({shapes}), {pace}; Startwert {seed}.\n"
        "{doubles:.0%} kommen doppelt, {broken:.0%} sind fehlerhaft, bei {late:.0%} kommt die Quittung spät.\n"
        "Die Rechnungen sind an die Demo-Behörden 04011000-1234512345-06 und 03999-BEISPIEL-86 gerichtet; gibt es die "
        "hier nicht, werden angenommene angehalten (unroutable).\nStrg-C beendet.",
        "en": "Puts {count} sample documents into {folder} as {layout} does ({shapes}), {pace}; seed {seed}.\n"
        "{doubles:.0%} come twice, {broken:.0%} are broken, of {late:.0%} the receipt is late.\n"
        "The invoices are addressed to the demo authorities 04011000-1234512345-06 and 03999-BEISPIEL-86; where there "
        "are none, accepted ones are held (unroutable).\nCtrl-C ends it.",
    },
    "paced": {"de": "{rate:g} je Sekunde", "en": "{rate:g} a second"},
    "unpaced": {"de": "so schnell es geht", "en": "as fast as it goes"},
    "interrupted": {
        "de": "Abgebrochen; was begonnen war, ist fertig abgelegt.",
        "en": "Interrupted; what had begun was completed.",
    },
    "ends": {
        "de": "{count} in {seconds:.1f} s abgelegt. Zu erwarten: {accepted} in done/, {failed} in failed/, "
        "{stuck} bleiben liegen; {submissions} Einlieferungen, denn {doubles} sind Wiederholungen.",
        "en": "{count} put down in {seconds:.1f} s. To be expected: {accepted} in done/, {failed} in failed/, "
        "{stuck} stay where they are; {submissions} submissions, for {doubles} are repeats.",
    },
    "manifest": {"de": "Was es im Einzelnen ist, steht in {manifest}.", "en": "{manifest} tells of each one."},
}


@inbox.command("simulate")
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to put documents into.")],
    layout: Annotated[LayoutName, typer.Option(help="As which access point.")],
    count: Annotated[int, typer.Option(min=1, help="How many documents.")] = 100,
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Documents a second; as fast as it goes if absent.")
    ] = None,
    doubles: Annotated[float, _share("Share of doubles: the same message, delivered once more.")] = 0.1,
    broken: Annotated[float, _share("Share of broken ones: truncated, empty, an order, …")] = 0.05,
    late: Annotated[float, _share("Share of those whose receipt comes late and out of order.")] = 0.1,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed puts the same documents down.")] = None,
    shape: Annotated[
        list[str] | None,
        typer.Option(help="phoss: flat, per-transaction; holodeck: mmd, ebms, single_xml; repeatable, or `all`."),
    ] = None,
    manifest: Annotated[Path | None, typer.Option(help="File for a line of JSON a document: what it is.")] = None,
    samples: Annotated[Path | None, typer.Option(help="Folder of the sample invoices.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.DE,
) -> None:
    """Play an access point: put sample invoices into a drop folder, with all that real ones get wrong.

    The invoices are those of inbox/samples, each with a number of its own; they are addressed to the authorities of the
    demo. Ends with 0, with 1 if it was interrupted, and with 2 where it can't begin.
    """
    from einvoice.intake.simulator import NoSamples, Plan, Simulation, read_samples

    _check_places(folder, manifest, lang)
    if doubles + broken > 1:
        _refuse("shares", lang)
    plan = Plan(
        layout=layout.value,
        count=count,
        seed=random.SystemRandom().randrange(_SEEDS) if seed is None else seed,
        rate=rate,
        doubles=doubles,
        broken=broken,
        late=late,
        shapes=_shapes(layout, shape or [], lang),
    )
    try:
        simulation = Simulation(plan, read_samples(samples))
    except NoSamples as error:
        _refuse("samples", lang, error=error)
    pace = _text("paced", lang, rate=rate) if rate else _text("unpaced", lang)
    shapes = ", ".join(plan.all_shapes)
    gaps = {"count": count, "folder": folder, "layout": layout.value, "shapes": shapes, "pace": pace, "seed": plan.seed}
    typer.echo(_text("begins", lang, doubles=doubles, broken=broken, late=late, **gaps))
    if not _run(simulation, plan, folder, manifest, lang):
        raise typer.Exit(1)


def _run(simulation: "Simulation", plan: "Plan", folder: Path, manifest: Path | None, lang: Language) -> bool:
    """Whether it came to its end."""
    began, told = time.monotonic(), Counter[str]()
    with ExitStack() as stack:
        stop = stack.enter_context(_interruptible())
        show = stack.enter_context(progress_bar())
        lines = stack.enter_context(manifest.open("w", encoding="utf-8")) if manifest else None
        for dropped in simulation.run(folder, stop):
            told.update(_counted(dropped))
            show("", told["count"], plan.count)
            if lines is not None:
                lines.write(dropped.as_line() + "\n")
                lines.flush()
    if stop.is_set():
        typer.echo(_text("interrupted", lang))
    names = ("count", "accepted", "failed", "stuck", "submissions", "doubles")
    typer.echo(_text("ends", lang, seconds=time.monotonic() - began, **{name: told[name] for name in names}))
    if manifest is not None:
        typer.echo(_text("manifest", lang, manifest=manifest))
    return not stop.is_set()


def _counted(dropped: "Dropped") -> Iterator[str]:
    from einvoice.intake.simulator import Fate

    yield "count"
    if not dropped.taken:
        yield "stuck"
    else:
        yield "accepted" if dropped.fate is Fate.ACCEPTED else "failed"
    if dropped.double_of is not None:
        yield "doubles"
    elif dropped.is_submission:
        yield "submissions"


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Set by Ctrl-C and by SIGTERM: a document is not left half written for that."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_places(folder: Path, manifest: Path | None, lang: Language) -> None:
    if not folder.is_dir():
        _refuse("no-folder", lang, folder=folder)
    if manifest is not None and manifest.resolve().is_relative_to(folder.resolve()):
        _refuse("manifest-inside", lang, folder=folder)
    probe = folder / f".simulate-{random.SystemRandom().getrandbits(64):x}.tmp"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        _refuse("no-rights", lang, folder=folder, error=error.strerror)


def _shapes(layout: LayoutName, asked: list[str], lang: Language) -> tuple[str, ...]:
    from einvoice.intake.simulator import SHAPES

    known = SHAPES[layout.value]
    if asked == ["all"]:
        return tuple(known)
    for shape in asked:
        if shape not in known:
            _refuse("shape", lang, layout=layout.value, shapes=", ".join(known), shape=shape)
    return tuple(asked)


def _refuse(code: str, lang: Language, **gaps: object) -> NoReturn:
    raise typer.BadParameter(_text(code, lang, **gaps))


def _text(code: str, lang: Language, **gaps: object) -> str:
    return _TEXTS[code][lang.value].format_map(gaps)
