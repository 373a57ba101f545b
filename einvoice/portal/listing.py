"""The list of submissions: a supplier's own, an authority's invoices, for an operator all, with counts on top."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from einvoice.faces.caller import may
from einvoice.faces.words import standing
from einvoice.identity import Action, Principal, Role, scope
from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Handling, Hold
from einvoice.portal.filters import DECLINED, HELD, NOT_HELD, Filters
from einvoice.portal.screen import OnScreen, Screen
from einvoice.portal.shown import hold_reason
from einvoice.portal.uploading import LIST_PATH
from einvoice.store import Overview
from einvoice.store.holds import Held, Holds

_PAGE = 50
_UNDECIDED = (Hold.FAULT, Hold.ENGINE, Hold.QUARANTINE)  # holds of what is "received" still, and not worked on

router = APIRouter()

Lister = Annotated[Principal, Depends(may(Action.LIST))]


@dataclass(frozen=True, slots=True)
class Tile:
    """One count on top of the list, leading to what it counts."""

    tone: str
    label: str
    count: int
    address: str


@router.get(LIST_PATH)
def show_list(
    request: Request, screen: OnScreen, principal: Lister, after: Annotated[str | None, Query(max_length=100)] = None,
    retried: Annotated[int | None, Query(ge=0, le=10**9)] = None,
) -> Response:  # fmt: skip
    """The list, newest first. `retried`: how many were just sent to be checked again."""
    filters = Filters.of(request.query_params)
    mine = scope(principal)
    store = screen.app.store.submissions
    page = store.find(filters.narrow(mine), after=after or None, limit=_PAGE)
    overview = store.overview(mine)
    return screen.page(
        "list.html",
        rows=[(submission, standing(submission, screen.lang)) for submission in page.items],
        older=filters.address(LIST_PATH, after=page.next) if page.next else None,
        newest=filters.address(LIST_PATH) if after else None,
        filters=filters,
        choices=_choices(screen),
        tiles=tuple(_tiles(screen, principal.role, overview)),
        reasons=tuple(_reasons(screen, overview)),
        groups=tuple(_groups(screen, principal.role)),
        retried=retried if principal.role is Role.OPERATOR else None,
        rules=tuple((rule, count, Filters(rule=rule).address(LIST_PATH)) for rule, count in overview.rules),
        total=overview.total,
    )


def _tiles(screen: Screen, role: Role, overview: Overview) -> Iterator[Tile]:
    """What matters most to a role."""
    by_handling, by_verdict = overview.by_handling, overview.by_verdict
    declined = overview.by_policy.get(Outcome.REJECTED, 0)
    if role is Role.AUTHORITY:
        for handling, tone in (
            (Handling.AVAILABLE, "working"), (Handling.LEASED, "held"), (Handling.ACKNOWLEDGED, "accepted"),
        ):  # fmt: skip
            address = Filters(handling=handling).address(LIST_PATH)
            yield Tile(tone, screen.text(f"tile_{handling}"), by_handling.get(handling, 0), address)
        yield from _declined(screen, declined)
        return
    held = sum(count for hold, count in overview.by_hold.items() if hold)
    at_work = by_handling.get(Handling.RECEIVED, 0) + by_handling.get(Handling.PROCESSING, 0)
    at_work -= sum(overview.by_hold.get(hold, 0) for hold in _UNDECIDED)
    yield Tile("held", screen.text("tile_held"), held, Filters(hold=HELD).address(LIST_PATH))
    counts = {verdict: by_verdict.get(verdict, 0) for verdict in (Verdict.REJECTED, Verdict.ACCEPTED)}
    counts[Verdict.ACCEPTED] -= declined
    for verdict, count in counts.items():
        yield Tile(verdict, screen.text(f"tile_{verdict}"), count, Filters(verdict=verdict).address(LIST_PATH))
    yield from _declined(screen, declined)
    yield Tile("working", screen.text("tile_working"), at_work, "")


def _declined(screen: Screen, count: int) -> Iterator[Tile]:
    """Shown where there are any: most authorities ask for nothing beyond the law."""
    if count:
        yield Tile("rejected", screen.text("tile_declined"), count, Filters(verdict=DECLINED).address(LIST_PATH))


def _reasons(screen: Screen, overview: Overview) -> Iterator[tuple[str, int, str]]:
    """Why something is held: words, count, address."""
    for hold in Hold:
        if hold and overview.by_hold.get(hold):
            yield hold_reason(hold, screen.lang), overview.by_hold[hold], Filters(hold=hold).address(LIST_PATH)


def _groups(screen: Screen, role: Role) -> Iterator[tuple[Held, str, str]]:
    """For operators: what is held by reason and cause, in words, and where all with the reason are listed."""
    if role is Role.OPERATOR:
        for held in Holds.of(screen.app.store).held():
            yield held, hold_reason(held.hold, screen.lang), Filters(hold=held.hold).address(LIST_PATH)


def _choices(screen: Screen) -> dict[str, list[tuple[str, str]]]:
    """What the selects of the filter form offer: value and words."""
    lang = screen.lang
    return {
        "verdict": [(verdict, screen.text(f"verdict_{verdict}")) for verdict in (*Verdict, DECLINED)],
        "handling": [(handling, screen.text(f"handling_{handling}")) for handling in Handling],
        "hold": [
            (NOT_HELD, screen.text("hold_none")),
            (HELD, screen.text("hold_any")),
            *((hold, hold_reason(hold, lang)) for hold in Hold if hold),
        ],
    }
