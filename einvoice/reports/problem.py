"""One problem as its reader sees it: plain text, every sentence made."""

from dataclasses import dataclass

from einvoice.explain import Lang
from einvoice.model.finding import Level
from einvoice.reports.blocks import Pair
from einvoice.reports.evidence import Evidence
from einvoice.reports.insight import Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One place a rule fails at."""

    place: str  # "Rechnungsposition 2 › Nettopreis des Artikels"
    line: int | None  # in the invoice XML, from 1
    found: str | None  # the value there, "" if it is empty; None: it is no place that has one
    xpath: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """A rule that fails only because of the problem it stands under."""

    rule: str
    level: Level
    level_name: str
    kind: str
    title: str
    count: int
    count_text: str
    message: str  # the official one
    message_lang: Lang
    spots: tuple[Spot, ...]  # the first SHOWN_PLACES
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One rule: what it means, what to do, and where it fails."""

    rule: str
    level: Level
    level_name: str  # "Fehler"
    kind: str  # class of the Federal Ministry of Finance: "Geschäftsregelfehler"; "" for what is no error
    allowed: bool  # the chosen format permits it: nothing is to be done
    anchor: str  # unique within the report
    title: str
    what_label: str  # "Was ist das Problem?"
    fix_label: str  # "So beheben Sie es"
    what: str
    why: str
    fix: str
    terms: tuple[Pair, ...]  # the terms concerned by name, each with what the invoice says, "" if that is unclear
    concerns: tuple[Pair, ...]  # the first of them, to be named; none where the invoice's word on each of them is shown
    concerns_more: str  # "und 10 weitere", or ""
    said: tuple[Pair, ...]  # those with what the invoice says, if no sum computed anew shows that
    count: int  # places in all
    count_text: str  # "an 3 Stellen"
    spots: tuple[Spot, ...]  # the first SHOWN_PLACES
    more: str  # "und 9.990 weitere", or ""
    message: str  # the official one, in its own language
    message_label: str  # whose it is
    message_lang: Lang
    technical: tuple[Pair, ...]  # rule, rule set
    evidence: tuple[Evidence, ...]  # sums computed anew, of the first places
    culprit: str  # the one wrong amount that explains this and what follows, in a sentence; ""
    hints: tuple[Pair, ...]  # the value and what would be right: nearest codes, example
    snippet: Snippet | None  # XML to put in, for the first place
    snippet_text: str  # where it goes
    consequences: tuple[Consequence, ...]  # what follows from it: nothing to be done about these

    @property
    def has_values(self) -> bool:
        """Whether a value was found at any place shown."""
        return any(spot.found is not None for spot in self.spots)
