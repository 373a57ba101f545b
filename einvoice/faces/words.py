"""The words people read for states and events, German and English; the texts stand in `words.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from einvoice.explain import Lang, refusal_text, status_words
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling, Hold, HumanDecision, Submission

_HANDED_OVER = (Handling.AVAILABLE, Handling.LEASED, Handling.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a submission stands, in words."""

    label: str  # a few words
    sentence: str  # what that means
    remedy: str  # what the sender can do; "" nothing


def word(kind: str, key: str, lang: Lang) -> str:
    """One word: `word("door", "api", "de")`. A key without a word is its own word."""
    texts = _words().get(kind, {}).get(key)
    return texts[lang] if texts else key


def standing(submission: Submission, lang: Lang) -> Standing:
    """Where it stands, for its sender: without the names of our troubles."""
    if submission.refusal and submission.verdict is Verdict.REJECTED:
        why = refusal_text(submission.refusal, lang)
        return Standing(label(submission, lang), why.sentence, why.remedy)
    texts = _words()["standing"][_standing_key(submission)]
    gaps = {
        "authority": submission.authority_name or "",
        "leitweg_id": submission.leitweg_id or "",
        "id": submission.id,
    }
    sentence, remedy = (texts.get(f"{part}_{lang}", "").format_map(gaps) for part in ("sentence", "remedy"))
    return Standing(label(submission, lang), sentence, remedy)


def label(submission: Submission, lang: Lang) -> str:
    """Its state in a few words: `angenommen`, `angehalten: technische Störung`."""
    if sent_back(submission):
        return word("human", HumanDecision.SENT_BACK, lang)
    said = status_words(submission.verdict, submission.handling, submission.hold, lang, declined=submission.declined)
    return f"{said}, {word('human', HumanDecision.SENT_ON, lang)}" if without_verdict(submission) else said


def sent_back(submission: Submission) -> bool:
    """Whether it ended by being sent back to its sender."""
    return submission.handling is Handling.WITHDRAWN and submission.human_decision is HumanDecision.SENT_BACK


def without_verdict(submission: Submission) -> bool:
    """Whether a person has handed it over though the rules said nothing."""
    return submission.human_decision is HumanDecision.SENT_ON and submission.verdict is Verdict.UNDECIDED


def _standing_key(submission: Submission) -> str:
    if sent_back(submission):
        return "sent-back"
    if submission.hold is Hold.NONE:
        handed_over = without_verdict(submission) and submission.handling in _HANDED_OVER
        return f"sent-on-{submission.status}" if handed_over else submission.status
    if submission.hold is Hold.UNROUTABLE and not submission.leitweg_id:
        return "held-unaddressed"
    return "held-unjudged" if submission.is_unjudged else f"held-{submission.hold}"


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(files("einvoice.faces").joinpath("words.toml").read_text(encoding="utf-8"))
