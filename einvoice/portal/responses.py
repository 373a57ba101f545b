"""What the recipient has told about an invoice, in plain words, the latest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from einvoice.answering.telling import Wish, responses, sent
from einvoice.explain import Lang
from einvoice.model.answer import Answer
from einvoice.model.terms import TERMS, term_name
from einvoice.portal.texts import text
from einvoice.reports.formats import day
from einvoice.responses import ACTIONS, REASONS, Condition
from einvoice.responses.codes import word
from einvoice.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A reason, or what the supplier is asked to do."""

    heading: str
    words: str  # of the code
    text: str  # of the person; "" none
    conditions: tuple[tuple[str, str], ...]  # term in words, and what should stand there; "" is not said


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One response as it is shown."""

    at: datetime
    tone: str
    sentence: str
    since: str  # day from which it is so; "" not said
    points: tuple[Point, ...]
    note: str
    contact: tuple[str, ...]
    sent: str  # what became of the message, for those who send it


_TONES = {"UQ": "held", "CA": "held", "RE": "rejected", "AP": "accepted", "PD": "accepted"}
_HEADINGS = {REASONS: "response_why", ACTIONS: "response_asked"}


def said(store: Store, submission_id: str, lang: Lang) -> tuple[Said, ...]:
    """Everything told about an invoice, the latest first."""
    return tuple(_said(one, lang) for one in reversed(responses(store, submission_id)))


def _said(answer: Answer, lang: Lang) -> Said:
    wish = Wish.told(answer)
    status = "partly" if wish.step.partial else wish.status.value.lower()
    contact = wish.contact
    return Said(
        at=answer.issued_at,
        tone=_TONES.get(wish.status.value, "working"),
        sentence=text(f"response_{status}", lang),
        since=day(date.fromisoformat(wish.effective_date), lang) if wish.effective_date else "",
        points=tuple(_points(wish, lang)),
        note=wish.note or "",
        contact=tuple(filter(None, (contact.name, contact.telephone, contact.mail))) if contact else (),
        sent=text(f"sent_{sent(answer).value}", lang),
    )


def _points(wish: Wish, lang: Lang) -> Iterator[Point]:
    """But for those that say there is nothing."""
    for one in wish.why:
        if one.code is None or one.code.list_id not in _HEADINGS or (one.code.value in ("NON", "NOA") and not one.text):
            continue
        yield Point(
            heading=text(_HEADINGS[one.code.list_id], lang),
            words=word(one.code.list_id, one.code.value, lang),
            text=one.text or "",
            conditions=tuple((_term(found, lang), found.value or "") for found in one.conditions),
        )


def _term(condition: Condition, lang: Lang) -> str:
    known = condition.term in TERMS
    return f"{term_name(condition.term, lang)} ({condition.term})" if known else condition.term
