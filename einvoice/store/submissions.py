"""What can be asked about submissions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, TextClause, func, literal, or_, select

from einvoice.model.assessment import Verdict
from einvoice.model.examination import Examination
from einvoice.model.policy import Outcome
from einvoice.model.submission import Handling, Hold, Submission
from einvoice.store.database import Database
from einvoice.store.reports import read_examination
from einvoice.store.rows import read_submission, submission_query, to_submission
from einvoice.store.tables import DECLINED, rule_hits, submissions
from einvoice.store.vault import Vault

_RULES_SHOWN = 30
_RULES_OF = 1000  # newest submissions in which rules are counted: what happens now, at a cost that does not grow
_FEW = submissions.alias("few").c
_PORTION = 500  # names asked for at once
_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionFilter:
    """Which submissions; what is None does not matter. `text` is looked for in names, numbers and ids."""

    verdict: Verdict | None = None
    declined: bool | None = None  # True: accepted, but turned down by the authority's policies; False: the others
    handling: Handling | None = None
    hold: Hold | None = None
    held: bool | None = None  # True: whatever someone must act on, False: the others
    at_work: bool | None = None  # True: waits for a worker or has one, False: the others
    rule: str | None = None  # a rule that spoke, at any level
    authority_id: str | None = None
    sender: str | None = None
    sha256: str | None = None  # of the bytes received
    pack: str | None = None  # id+version of the rules that judged
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list, newest first."""

    items: tuple[Submission, ...]
    next: str | None  # give it as `after` to read on; None: this is the end


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

    def still_there(self, sender: str, sha256s: Iterable[str]) -> set[str]:
        """Those of the hashes of which the sender has a submission that is not deleted; asked in portions."""
        left, found = iter(sha256s), set[str]()
        while portion := list(islice(left, _PORTION)):
            asked = (submissions.c.sender == sender, submissions.c.sha256.in_(portion))
            with self._database.read() as connection:
                found.update(connection.scalars(select(submissions.c.sha256).where(*asked)))
        return found

    def some(self, ids: Iterable[str]) -> Iterator[Submission]:
        """Those of these ids that there are, in no order; asked in portions."""
        left = iter(ids)
        while portion := list(islice(left, _PORTION)):
            with self._database.read() as connection:
                rows = connection.execute(submission_query().where(submissions.c.id.in_(portion))).mappings().all()
            yield from map(to_submission, rows)

    def find(self, wanted: SubmissionFilter, *, after: str | None = None, limit: int = 50) -> Page:
        """Those wanted, newest first; `after` is `Page.next` of the page before."""
        query = _narrowed(submission_query(), wanted).order_by(submissions.c.id.desc()).limit(limit + 1)
        if after is not None:
            query = query.where(submissions.c.id < after)
        with self._database.read() as connection:
            found = tuple(to_submission(row) for row in connection.execute(query).mappings())
        items = found[:limit]
        return Page(items=items, next=items[-1].id if len(found) > limit and items else None)

    def count(self, wanted: SubmissionFilter, most: int) -> int:
        """How many are wanted; counts to `most` and no further, so that it costs the same however many there are."""
        some = select(literal(1).label("one")).select_from(submissions)  # no column, so an index may be enough
        found = _narrowed(some, wanted).limit(most).subquery()
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(found)) or 0

    def frequent_rules(self, wanted: SubmissionFilter) -> tuple[tuple[str, int], ...]:
        """The rules that spoke most often in the newest thousand of those wanted, with the number of submissions."""
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
        with self._database.read() as connection:
            return tuple((row.rule, row.hits) for row in connection.execute(rules))


def _narrowed(query: Select[*_Columns], wanted: SubmissionFilter) -> Select[*_Columns]:
    column = submissions.c
    for name in ("verdict", "handling", "authority_id", "sender", "sha256", "pack"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(column[name] == value)
    for state in _rare(wanted):  # found first, by indexes of their own, and then looked for among the wanted
        query = query.where(column.id.in_(select(_FEW.id).where(state)))
    if wanted.held is False or wanted.hold is Hold.NONE:
        query = query.where(column.hold == Hold.NONE)
    if wanted.at_work is False:
        query = query.where(column.due_at.is_(None))
    if wanted.declined is False:
        query = query.where(column.policy_outcome.is_distinct_from(Outcome.REJECTED))
    if wanted.rule is not None:
        with_rule = select(rule_hits.c.submission_id).where(rule_hits.c.rule == wanted.rule)
        query = query.where(column.id.in_(with_rule))
    if wanted.text:
        searched = (column.id, column.name, column.invoice_number, column.seller_name, column.leitweg_id)
        query = query.where(or_(*(field_.icontains(wanted.text, autoescape=True) for field_ in searched)))
    return query


def _rare(wanted: SubmissionFilter) -> Iterator[ColumnElement[bool] | TextClause]:
    """The states asked for that few submissions are in, however many there are."""
    if wanted.held:
        yield _FEW.hold > Hold.NONE  # not "<>": this way the index finds them
    if wanted.hold:
        yield _FEW.hold == wanted.hold
    if wanted.at_work:
        yield _FEW.due_at.is_not(None)
    if wanted.declined:
        yield DECLINED
