"""`einvoice holds` and `einvoice doors`: what operators do in the portal, for whoever may log on to the machine.

Releasing from quarantine is not among it: that takes two operators, and at the machine everybody is "admin".
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from einvoice.model.submission import Door, Hold
from einvoice.settings import Settings

if TYPE_CHECKING:
    from einvoice.faces.ways import Way
    from einvoice.store import Store

holds = typer.Typer(help="What is on hold, and the ways out of it.", no_args_is_help=True)
doors = typer.Typer(help="The doors invoices come in by: close one for a time, open it again.", no_args_is_help=True)

_ADMIN = "admin"  # the actor in history and audit log
_PAGE = 200
_REASONS = tuple(hold.value for hold in Hold if hold)
_NOT_DONE = 1

SubmissionId = Annotated[str, typer.Argument(metavar="ID", help="Of the submission.")]
DoorName = Annotated[Door, typer.Argument(help="Which door.")]
Reason = Annotated[str, typer.Option(help="Why, in a sentence; stands in the history.")]


@contextmanager
def _open() -> Iterator["Store"]:
    """The store. What cannot be done as things stand is told and ends with 1, what is not known with 2."""
    from einvoice.faces.trouble import trouble_of  # here, so that other commands start without these libraries
    from einvoice.store import NotFound, NotPossible, open_store

    store = open_store(Settings())
    try:
        yield store
    except NotFound as error:
        raise typer.BadParameter(f"not known: {error}") from None
    except NotPossible as error:
        trouble = trouble_of(error)
        typer.echo(f"einvoice: {trouble.detail('en')} {trouble.remedy('en')}", err=True)
        sys.exit(_NOT_DONE)
    finally:
        store.close()


@holds.command("list")
def list_holds(
    hold: Annotated[
        str | None, typer.Option(help=f"Show the submissions of one reason instead of counts: {', '.join(_REASONS)}.")
    ] = None,
) -> None:
    """Show what is on hold: how many by reason and cause, and since when the oldest waits."""
    from einvoice.store.holds import Holds

    if hold is not None and hold not in _REASONS:
        raise typer.BadParameter(f"is one of {', '.join(_REASONS)}", param_hint="--hold")
    with _open() as store:
        if hold:
            _list_submissions(store, Hold(hold))
            return
        for held in Holds.of(store).held():
            oldest = f"{held.oldest.astimezone():%Y-%m-%d %H:%M}"
            typer.echo(f"{held.count:6}  {held.hold}  {held.cause or '-'}  oldest received {oldest}")


def _list_submissions(store: "Store", hold: Hold) -> None:
    from einvoice.reports.formats import visible
    from einvoice.store import SubmissionFilter

    after = None
    while True:
        page = store.submissions.find(SubmissionFilter(hold=hold), after=after, limit=_PAGE)
        for one in page.items:
            what = visible(one.invoice_number or one.name or "-")
            received = f"{one.received_at.astimezone():%Y-%m-%d %H:%M}"
            typer.echo(f"{one.id}  {received}  {one.fault_cause or '-'}  {one.leitweg_id or '-'}  {what}")
        after = page.next
        if after is None:
            return


@holds.command("retry")
def retry(
    submission: Annotated[str | None, typer.Argument(metavar="ID", help="Of the submission.")] = None,
    cause: Annotated[str | None, typer.Option(help="All that this cause holds; `list` names the causes.")] = None,
    reason: Reason = "",
) -> None:
    """Have a submission worked on again from the start, or all that one cause holds."""
    from einvoice.faces.ways import Way
    from einvoice.store.holds import Holds

    if (submission is None) == (cause is None):
        raise typer.BadParameter("name either a submission or a --cause")
    if submission is not None:
        _go(Way.RETRY, submission, reason)
        return
    with _open() as store:
        count = Holds.of(store).retry_all(cause or "", actor=_ADMIN, reason=reason.strip())
        typer.echo(f"{count} will be worked on again")


@holds.command("send-on")
def send_on(
    submission: SubmissionId,
    reason: Reason,
    authority: Annotated[
        str | None, typer.Option(help="Id of the authority; if not given, the one it is addressed to.")
    ] = None,
) -> None:
    """Hand a held invoice to an authority. This makes no verdict; the authority reads the reason. It is final."""
    from einvoice.faces.ways import Way

    _go(Way.SEND_ON, submission, reason, authority)


@holds.command("send-back")
def send_back(submission: SubmissionId, reason: Reason) -> None:
    """End a held submission without handing it over; its sender reads the reason. It is final."""
    from einvoice.faces.ways import Way

    _go(Way.SEND_BACK, submission, reason)


def _go(way: "Way", submission_id: str, reason: str, authority_id: str | None = None) -> None:
    from einvoice.faces.ways import go
    from einvoice.faces.words import label

    with _open() as store:
        after = go(way, submission_id, store, actor=_ADMIN, reason=reason.strip(), authority_id=authority_id)
        typer.echo(f"{after.id}: {label(after, 'en')}")


@doors.command("list")
def list_doors() -> None:
    """Show every door, and how much waits for a decision."""
    with _open() as store:
        paused, most = store.doors.paused(), Settings().max_backlog
        names = store.accounts.names(pause.actor for pause in paused.values())
        for door in Door:
            pause = paused.get(door)
            if pause is None:
                typer.echo(f"{door}  open")
            else:
                who = names.get(pause.actor, pause.actor)
                typer.echo(f"{door}  paused since {pause.at.astimezone():%Y-%m-%d %H:%M} by {who}: {pause.reason}")
        typer.echo(f"{store.claims.backlog(most)} wait for a decision; all doors close at {most}")


@doors.command("pause")
def pause_door(door: DoorName, reason: Reason) -> None:
    """Take nothing in at a door until it is resumed; what is in goes on. Senders get 503, a drop folder waits."""
    if not reason.strip():
        raise typer.BadParameter("say why, in a sentence", param_hint="--reason")
    with _open() as store:
        store.doors.pause(door, actor=_ADMIN, reason=reason.strip())
        typer.echo(f"{door} is paused")


@doors.command("resume")
def resume_door(door: DoorName) -> None:
    """Take invoices in at a door again."""
    with _open() as store:
        store.doors.resume(door, actor=_ADMIN)
        typer.echo(f"{door} is open")
