"""What can be asked about submissions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar, TypeVarTuple

from sqlalchemy import Select, func, or_, select

from einvoice.model.assessment import Verdict
from einvoice.model.examination import Examination
from einvoice.model.policy import Outcome
from einvoice.model.submission import Handling, Hold, Submission
from einvoice.store.database import Database
from einvoice.store.reports import read_examination
from einvoice.store.rows import read_submission, submission_query, to_submission
from einvoice.store.tables import rule_hits, submissions
from einvoice.store.vault import Vault

_RULES_SHOWN = 30  # in an overview
_RULES_OF = 1000  # newest submissions in which rules are counted: what happens now, at a cost that does not grow
_PORTION = 500  # names asked for at once
_Key = TypeVar("_Key")
_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionFilter:
    """Which submissions; what is None does not matter. `text` is looked for in names, numbers and ids."""

    verdict: Verdict | None = None
    declined: bool | None = None  # True: accepted, but turned down by the authority's policies; False: the others
    handling: Handling | None = None
    hold: Hold | None = None
    held: bool | None = None  # True: whatever someone must act on, False: the others
    rule: str | None = None  # a rule that spoke, at any level
    authority_id: str | None = None
    sender: str | None = None
    pack: str | None = None  # id+version of the rules that judged
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list, newest first."""

    items: tuple[Submission, ...]
    next: str | None  # give it as `after` to read on; None: this is the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How many there are."""

    total: int = 0
    by_verdict: Mapping[Verdict | None, int] = field(default_factory=dict)  # None: not yet
    by_policy: Mapping[Outcome, int] = field(default_factory=dict)  # of those an authority's policies were applied to
    by_handling: Mapping[Handling, int] = field(default_factory=dict)
    by_hold: Mapping[Hold, int] = field(default_factory=dict)
    rules: tuple[tuple[str, int], ...] = ()  # the most frequent ones of the newest thousand, with their number


class Submissions:
    """Reads submissions and their reports."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def get(self, submission_id: str) -> Submission:
        """One submission as it stands; raises NotFound."""
        with self._database.read() as connection:
            return read_submission(connection, submission_id)

    def examination(self, submission_id: str) -> Examination | None:
        """The report's content; None while there is none (not decided, or held before anything was found out)."""
        with self._database.read() as connection:
            return read_examination(connection, self._vault, submission_id)

    def without_row(self, blobs: Iterable[str]) -> Iterator[str]:
        """Those names of stored objects that no submission has; asked in portions."""
        names = func.coalesce(submissions.c.blob, submissions.c.sha256)
        left = iter(blobs)
        while portion := list(islice(left, _PORTION)):
            with self._database.read() as connection:
                known = set(connection.scalars(select(names).where(names.in_(portion))))
            yield from (name for name in portion if name not in known)

    def find(self, wanted: SubmissionFilter, *, after: str | None = None, limit: int = 50) -> Page:
        """Those wanted, newest first; `after` is `Page.next` of the page before."""
        query = _narrowed(submission_query(), wanted).order_by(submissions.c.id.desc()).limit(limit + 1)
        if after is not None:
            query = query.where(submissions.c.id < after)
        with self._database.read() as connection:
            found = tuple(to_submission(row) for row in connection.execute(query).mappings())
        items = found[:limit]
        return Page(items=items, next=items[-1].id if len(found) > limit and items else None)

    def overview(self, wanted: SubmissionFilter) -> Overview:
        """Counts over those wanted."""
        state = (submissions.c.verdict, submissions.c.handling, submissions.c.hold, submissions.c.policy_outcome)
        states = _narrowed(select(*state, func.count()), wanted).group_by(*state)
        newest = _narrowed(select(submissions.c.id), wanted).order_by(submissions.c.id.desc())
        latest = newest.limit(_RULES_OF).subquery()
        hits = func.count().label("hits")
        rules = (
            select(rule_hits.c.rule, hits)
            .join(latest, latest.c.id == rule_hits.c.submission_id)
            .group_by(rule_hits.c.rule)
            .order_by(hits.desc(), rule_hits.c.rule)
            .limit(_RULES_SHOWN)
        )
        by_verdict: dict[Verdict | None, int] = {}
        by_handling: dict[Handling, int] = {}
        by_hold: dict[Hold, int] = {}
        by_policy: dict[Outcome, int] = {}
        with self._database.read() as connection:
            for verdict, handling, hold, outcome, count in connection.execute(states):
                _add(by_verdict, Verdict(verdict) if verdict else None, count)
                _add(by_handling, Handling(handling), count)
                _add(by_hold, Hold(hold), count)
                if outcome:
                    _add(by_policy, Outcome(outcome), count)
            frequent = tuple((row.rule, row.hits) for row in connection.execute(rules))
        return Overview(
            total=sum(by_verdict.values()),
            by_verdict=by_verdict,
            by_policy=by_policy,
            by_handling=by_handling,
            by_hold=by_hold,
            rules=frequent,
        )


def _add(counts: dict[_Key, int], key: _Key, count: int) -> None:
    counts[key] = counts.get(key, 0) + count


def _narrowed(query: Select[*_Columns], wanted: SubmissionFilter) -> Select[*_Columns]:
    column = submissions.c
    for name in ("verdict", "handling", "hold", "authority_id", "sender", "pack"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(column[name] == value)
    if wanted.held is not None:
        query = query.where((column.hold != Hold.NONE) if wanted.held else (column.hold == Hold.NONE))
    if wanted.declined is not None:
        turned_down = column.policy_outcome.is_not_distinct_from(Outcome.REJECTED)
        query = query.where(turned_down if wanted.declined else ~turned_down)
    if wanted.rule is not None:
        with_rule = select(rule_hits.c.submission_id).where(rule_hits.c.rule == wanted.rule)
        query = query.where(column.id.in_(with_rule))
    if wanted.text:
        searched = (column.id, column.name, column.invoice_number, column.seller_name, column.leitweg_id)
        query = query.where(or_(*(field_.icontains(wanted.text, autoescape=True) for field_ in searched)))
    return query
