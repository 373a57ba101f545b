"""The list of submissions: a supplier's own, an authority's invoices, for an operator all, with counts on top."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from einvoice.faces.caller import may
from einvoice.faces.words import standing
from einvoice.identity import Action, Principal, Role, scope
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling, Hold
from einvoice.operations.folders import folder_states
from einvoice.portal.filters import DECLINED, HELD, NOT_HELD, Filters
from einvoice.portal.folders import standing_of
from einvoice.portal.screen import OnScreen, Screen
from einvoice.portal.shown import hold_reason
from einvoice.portal.uploading import LIST_PATH
from einvoice.store import SubmissionFilter
from einvoice.store.holds import Held, Holds

_PAGE = 50
_COUNTED = 1000  # the highest number that is told; the text "count_beyond" names it
_IF_ANY = "tile_declined"  # most authorities ask for nothing beyond the law
_STATES = (  # text, tone and filter of each tile
    ("tile_held", "held", Filters(hold=HELD)),
    ("tile_rejected", "rejected", Filters(verdict=Verdict.REJECTED)),
    ("tile_accepted", "accepted", Filters(verdict=Verdict.ACCEPTED)),
    (_IF_ANY, "rejected", Filters(verdict=DECLINED)),
)
_TILES = {
    Role.SUPPLIER: _STATES,
    Role.OPERATOR: _STATES,
    Role.AUTHORITY: (
        ("tile_available", "working", Filters(handling=Handling.AVAILABLE)),
        ("tile_leased", "held", Filters(handling=Handling.LEASED)),
        ("tile_acknowledged", "accepted", Filters(handling=Handling.ACKNOWLEDGED)),
        (_IF_ANY, "rejected", Filters(verdict=DECLINED)),
    ),
}

router = APIRouter()

Lister = Annotated[Principal, Depends(may(Action.LIST))]


@dataclass(frozen=True, slots=True)
class Tile:
    """One count on top of the list, leading to what it counts."""

    tone: str
    label: str
    count: str  # "" none
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
    operates = principal.role is Role.OPERATOR
    rules = store.frequent_rules(mine) if operates else ()
    return screen.page(
        "list.html",
        rows=[(submission, standing(submission, screen.lang)) for submission in page.items],
        older=filters.address(LIST_PATH, after=page.next) if page.next else None,
        newest=filters.address(LIST_PATH) if after else None,
        filters=filters,
        choices=_choices(screen),
        tiles=tuple(_tiles(screen, principal.role, mine)),
        reasons=tuple(_reasons(screen, mine)) if principal.role is Role.SUPPLIER else (),
        groups=tuple(_groups(screen)) if operates else (),
        retried=retried if operates else None,
        folders=tuple(_folders(screen)) if operates else (),
        rules=tuple((rule, count, Filters(rule=rule).address(LIST_PATH)) for rule, count in rules),
        nothing=not page.items and not store.count(mine, 1),
    )


def _tiles(screen: Screen, role: Role, mine: SubmissionFilter) -> Iterator[Tile]:
    """What matters most to a role."""
    for key, tone, filters in _TILES[role]:
        count = _count(screen, filters.narrow(mine))
        if count or key != _IF_ANY:
            yield Tile(tone, screen.text(key), count, filters.address(LIST_PATH))
    if role is not Role.AUTHORITY:
        yield Tile("working", screen.text("tile_working"), _count(screen, replace(mine, at_work=True)), "")


def _count(screen: Screen, wanted: SubmissionFilter) -> str:
    """As people read it; "" none. Beyond a limit nobody needs to know exactly, and counting would take ever longer."""
    count = screen.app.store.submissions.count(wanted, _COUNTED + 1)
    return screen.text("count_beyond") if count > _COUNTED else str(count or "")


def _reasons(screen: Screen, mine: SubmissionFilter) -> Iterator[tuple[str, str, str]]:
    """Why something is held: words, count, address."""
    if screen.app.store.submissions.count(replace(mine, held=True), 1):
        for hold in filter(None, Hold):
            if count := _count(screen, replace(mine, hold=hold)):
                yield hold_reason(hold, screen.lang), count, Filters(hold=hold).address(LIST_PATH)


def _groups(screen: Screen) -> Iterator[tuple[Held, str, str]]:
    """What is held by reason and cause, in words, and where all with the reason are listed."""
    for held in Holds.of(screen.app.store).held():
        yield held, hold_reason(held.hold, screen.lang), Filters(hold=held.hold).address(LIST_PATH)


def _folders(screen: Screen) -> Iterator[tuple[str, str]]:
    """Drop folders that need somebody: name, and what is the matter in a word."""
    for state in folder_states(screen.app.store):
        label, tone = standing_of(state)
        if tone != "accepted":
            yield state.name, screen.text(label)


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
