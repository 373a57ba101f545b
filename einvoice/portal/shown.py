"""How values are shown: foreign text made harmless, times as people read them, states with their icon and colour."""

import shlex
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from einvoice.explain import Lang, status_words
from einvoice.faces.words import sent_back, without_verdict, word
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Event, Handling, Hold, Submission
from einvoice.reports.formats import day, number, size, visible
from einvoice.routing import leitweg_problem

_TONES = {Verdict.ACCEPTED: "accepted", Verdict.REJECTED: "rejected"}
_ENDED = (Handling.WITHDRAWN, Handling.EXPIRED)
_HANDING_OVER = (Handling.AVAILABLE, Handling.LEASED, Handling.ACKNOWLEDGED)


def tone(submission: Submission) -> str:
    """Which icon and colour a state has: accepted, rejected, held, working or ended."""
    if submission.hold is not Hold.NONE:
        return "held"
    if submission.handling in _ENDED or without_verdict(submission):
        return "ended"
    if submission.declined:
        return "rejected"
    if submission.verdict in _TONES and submission.settled:
        return _TONES[submission.verdict]
    return "working"


def badge(submission: Submission, lang: Lang) -> str:
    """The state in one or two words: held, else declined, else the verdict, else how far it is."""
    if submission.hold is not Hold.NONE:
        return {"de": "Angehalten", "en": "On hold"}[lang]
    if submission.status == "declined":
        return {"de": "Zurückgewiesen", "en": "Declined"}[lang]
    if sent_back(submission):
        return {"de": "Zurückgegeben", "en": "Sent back"}[lang]
    if without_verdict(submission) and submission.handling in _HANDING_OVER:
        return {"de": "Ohne Prüfergebnis", "en": "No verdict"}[lang]
    handling = Handling.DECIDED if submission.handling in _HANDING_OVER else submission.handling
    return upper_first(status_words(submission.verdict, handling, Hold.NONE, lang))


def stage(submission: Submission, lang: Lang) -> str:
    """What the badge leaves out: why something is held or declined, how far the handing over is; "" nothing."""
    if submission.hold is not Hold.NONE:
        return hold_reason(submission.hold, lang)
    if submission.status == "declined":
        return {"de": "nach Vorgaben der Behörde", "en": "under the authority's requirements"}[lang]
    if submission.handling in _HANDING_OVER:
        return status_words(None, submission.handling, Hold.NONE, lang)
    if sent_back(submission):
        return {"de": "vom Betrieb", "en": "by the operator"}[lang]
    return ""


def hold_reason(hold: Hold, lang: Lang) -> str:
    """Why something is held: `technische Störung`."""
    return status_words(None, "received", hold, lang).partition(": ")[2]


def actor(event: Event, lang: Lang) -> str:
    """Who did something, as far as it tells a reader anything: a program, an account, the check."""
    return word("actor", event.actor.partition(":")[0], lang)


def short_moment(value: datetime, lang: Lang) -> str:
    """A point in time in German local time, to the minute: `22.11.2026, 14:03`."""
    try:
        local = value.astimezone(ZoneInfo("Europe/Berlin"))
    except ZoneInfoNotFoundError:  # no time zone data on this machine
        local = value
    return f"{day(local.date(), lang)}, {local:%H:%M}"


def shell_word(text: str) -> str:
    """Foreign text in a command that people copy: one word, whatever stands in it."""
    return shlex.quote(visible(text))


def mistyped(leitweg_id: str) -> bool:
    """Whether a Leitweg-ID looks wrong, so that an operator does not register a slip of the pen."""
    return leitweg_problem(leitweg_id) is not None


def upper_first(text: str) -> str:
    """With a capital letter at the start, the rest as it is."""
    return text[:1].upper() + text[1:]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "tone": tone,
    "actor": actor,
    "badge": badge,
    "hold_reason": hold_reason,
    "mistyped": mistyped,
    "number": number,
    "shell_word": shell_word,
    "short_moment": short_moment,
    "size": size,
    "stage": stage,
    "visible": visible,
    "upper_first": upper_first,
}
