"""What comes in about an answer of ours: it is kept with that answer, and never answered itself."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from einvoice.model.answer import AnswerKind, Reply
from einvoice.responses import Response, read_response
from einvoice.store import NotFound, Store

_LONGEST_ID, _LONGEST_TEXT, _MOST_REASONS = 200, 10_000, 20  # of what others write, as far as it is shown


@dataclass(frozen=True, slots=True)
class Incoming:
    """What became of it."""

    found: bool  # what it is about
    text: str  # in German and English


def take_reply(store: Store, payload: bytes, folder: str) -> Incoming:
    """Keep a message about an answer of ours with that answer. Raises Refusal: the bytes are none of the three kinds.

    `folder`: the name of the folder it lies in.
    """
    response = read_response(payload)
    try:
        answer = store.answers.get(response.document_id)
    except NotFound:
        return Incoming(False, _told("unknown", response, submission="", name=""))
    kept = store.answers.replied(answer.id, _reply(response), actor=f"folder:{folder}")
    submission, which = store.submissions.get(answer.submission_id), "known" if kept else "further"
    return Incoming(True, _told(which, response, submission=submission.id, name=submission.name))


def _reply(response: Response) -> Reply:
    texts = [response.description, *(issue.text for line in response.lines for issue in line.issues)]
    return Reply(
        id=response.id[:_LONGEST_ID],
        kind=AnswerKind(response.kind),
        code=response.code[:_LONGEST_ID],
        reasons=tuple(reason[:_LONGEST_ID] for reason in response.reason_codes[:_MOST_REASONS]),
        text="\n".join(filter(None, texts))[:_LONGEST_TEXT] or None,
    )


def _told(which: str, response: Response, **gaps: str) -> str:
    gaps |= {"kind": response.kind.upper(), "code": response.code, "id": response.id, "about": response.document_id}
    return "\n\n".join(_words()[which][language].format_map(gaps) for language in ("de", "en"))


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("einvoice.answering").joinpath("words.toml").read_text("utf-8"))
