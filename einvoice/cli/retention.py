"""`einvoice retention`: how long invoices are kept, what the law holds beyond that, and what is deleted when."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from einvoice.cli.audit import FormatOption, Shape, open_existing
from einvoice.model.policy import DEFAULT_RETENTION, Retention, StartEvent
from einvoice.settings import Settings

if TYPE_CHECKING:
    from einvoice.store import Store
    from einvoice.store.keeping import Kept

retention = typer.Typer(help="How long invoices are kept, legal holds, and what is deleted when.", no_args_is_help=True)

_ADMIN = "admin"  # the actor in history and audit log
_NOT_DONE = 1
_LONGEST = 100  # years
_ROUND = 10  # portions between two looks at what has been done
_TOO_SHORT = f"warning: where tax law applies, it asks for {DEFAULT_RETENTION.years} years; see docs/retention.md"
_WHY_NOT = {
    "reason-missing": "say why, with --reason",
    "held-by-law": "it is held already; free it first to give another reason",
    "not-held-by-law": "there is no legal hold on it",
    "expired": "its time has ended, original and report are deleted",
}

AuthorityOption = Annotated[str, typer.Option(metavar="ID", help="The authority; admin list-authorities shows it.")]
SubmissionOption = Annotated[list[str], typer.Option(metavar="ID", help="Of the submission; repeat for several.")]
ReasonOption = Annotated[str, typer.Option(help="Why, in a sentence; stands in the history until it is deleted.")]


@retention.command("show")
def show_command() -> None:
    """Show each authority's rule, and how long rejected invoices are kept."""
    with _open() as store:
        for authority in store.authorities.all():
            rule = authority.policy.retention
            default = " (default)" if rule == DEFAULT_RETENTION else ""
            typer.echo(f"{authority.id}  {authority.name}: {_in_words(rule)}{default}")
        days = store.retention.rejected_days
    typer.echo(f"rejected, declined, sent back: {days} days from the decision (EINVOICE_REJECTED_DAYS)")


@retention.command("set")
def set_command(
    authority: AuthorityOption,
    start: Annotated[StartEvent, typer.Option(help="From the end of which calendar year it counts.")],
    years: Annotated[int, typer.Option(min=1, max=_LONGEST, help="Full years.")],
) -> None:
    """Set how long an authority's invoices are kept; holds for those that are there as well."""
    rule = Retention(start, years)
    with _open() as store:
        changed = store.authorities.set_policy(authority, lambda known: replace(known, retention=rule), actor=_ADMIN)
        count = store.retention.reschedule(authority)
        typer.echo(f"{changed.name}: {_in_words(rule)}; {count} booked invoices dated anew")
    if years < DEFAULT_RETENTION.years:
        typer.echo(_TOO_SHORT, err=True)


@retention.command("hold")
def hold_command(submission: SubmissionOption, reason: ReasonOption) -> None:
    """Keep submissions from being deleted, whatever their time: for a court, an audit, an open tax year."""
    with _open() as store:
        for one in submission:
            store.retention.hold(one, actor=_ADMIN, reason=reason)
            typer.echo(f"{one} is kept until it is freed")


@retention.command("free")
def free_command(submission: SubmissionOption, reason: ReasonOption) -> None:
    """End a legal hold; what is due goes with the next round."""
    with _open() as store:
        for one in submission:
            store.retention.free(one, actor=_ADMIN, reason=reason)
            typer.echo(f"{one} may be deleted when its time has ended")


@retention.command("due")
def due_command(
    before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="What will have been deleted by that day; today.")
    ] = None,
    output_format: FormatOption = Shape.TEXT,
) -> None:
    """List what would be deleted, what a legal hold keeps, and what is overdue. Deletes nothing."""
    with _open() as store:
        store.retention.schedule()
        day = before.astimezone() if before else store.clock()
        lists = store.retention.lists
        due = (one for one in lists.due(day) if one.legal_hold is None)
        if output_format is Shape.JSON:
            for name, found in (("due", due), ("held", lists.held()), ("overdue", lists.overdue())):
                for one in found:
                    typer.echo(json.dumps({"list": name, **asdict(one)}, default=_as_text, ensure_ascii=False))
            return
        _tell(f"to be deleted before {day:%Y-%m-%d %H:%M}", due)
        _tell("kept by a legal hold", lists.held())
        _tell(
            f"overdue: older than {store.retention.rejected_days} days, and nobody has fetched or ended it",
            lists.overdue(),
        )


@retention.command("run")
def run_command() -> None:
    """Delete now what is due; the workers do so every few minutes anyway."""
    with _open() as store:
        expired = objects = 0
        while True:
            done = store.retention.tend(_ROUND)
            expired, objects = expired + done.expired, objects + done.objects
            if not done.expired and not done.objects:
                break
            if sys.stderr.isatty():
                typer.echo(f"{expired} …\r", err=True, nl=False)
    typer.echo(f"{expired} submissions expired, {objects} stored originals deleted")


@contextmanager
def _open() -> Iterator["Store"]:
    """The store. What can't be done as things stand is told and ends with 1, what is not known with 2."""
    from einvoice.store import NotFound, NotPossible  # here, so that other commands start without the database library

    with open_existing(Settings()) as store:
        try:
            yield store
        except NotFound as error:
            raise typer.BadParameter(f"not known: {error}") from None
        except NotPossible as error:
            typer.echo(f"einvoice: not done: {_WHY_NOT[error.code]}", err=True)
            raise typer.Exit(_NOT_DONE) from None


def _tell(headline: str, found: Iterable["Kept"]) -> None:
    from einvoice.reports.formats import visible

    count = 0
    typer.echo(f"# {headline}")
    for one in found:
        count += 1
        ends = f"{one.ends_at.astimezone():%Y-%m-%d}" if one.ends_at else "-"
        state = one.hold or one.handling
        words = (one.id, ends, one.rule or "-", f"received {one.received_at.astimezone():%Y-%m-%d}", state)
        further = [one.authority or "no authority", *([f"held by law: {one.legal_hold}"] if one.legal_hold else ())]
        typer.echo("  ".join((*words, *map(visible, further))))
    typer.echo(f"{count} submissions\n")


def _in_words(rule: Retention) -> str:
    events = {
        StartEvent.ISSUED: "in which it was issued",
        StartEvent.RECEIVED: "in which it was received",
        StartEvent.BOOKED: "in which it was booked",
    }
    return f"{rule.years} years from the end of the year {events[rule.start]}"


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
