"""What was answered to who sent an envelope, for those who operate: which message, where it is, what came back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from einvoice.answering.telling import sent
from einvoice.explain import Lang
from einvoice.model.answer import Answer
from einvoice.portal.texts import text
from einvoice.store import Store
from einvoice.store.answers import WAIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer, or that there is none, as it is shown."""

    at: datetime | None  # None: it is still to be given
    what: str
    id: str = ""  # of the message
    told: tuple[str, ...] = ()  # what became of it


def given(store: Store, submission_id: str, lang: Lang) -> tuple[Given, ...]:
    """All about the answers to one submission, oldest first; nothing for what came in no envelope."""
    letter = store.envelopes.of(submission_id)
    if letter is None:
        return ()
    return (*_waived(store, submission_id, lang), *(_given(one, lang) for one in store.answers.of(submission_id)), *(
        (Given(at=None, what=text("answer_owed", lang, kind=text(f"answer_{letter.owed.value}", lang))),)
        if letter.owed else ()
    ))  # fmt: skip


def _given(answer: Answer, lang: Lang) -> Given:
    told = [text(f"sent_{sent(answer).value}", lang)]
    if answer.reply is not None:
        reasons = ", ".join(answer.reply.reasons)
        told.append(text("answer_reply", lang, code=answer.reply.code, reasons=f" ({reasons})" if reasons else ""))
        if answer.reply.text:
            told.append(answer.reply.text)
    kind = text(f"answer_{answer.kind.value}", lang)
    return Given(at=answer.issued_at, what=f"{kind}: {answer.code}", id=answer.id, told=tuple(told))


def _waived(store: Store, submission_id: str, lang: Lang) -> Iterator[Given]:
    for entry in store.audit.of(f"envelope:{submission_id}"):
        if entry.action == WAIVED:
            kind = text(f"answer_{entry.details['kind']}", lang)
            why = text(f"answer_none_{entry.details['reason']}", lang)
            yield Given(at=entry.at, what=text("answer_none", lang, kind=kind), told=(why,))
