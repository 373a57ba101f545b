"""What comes in about an answer of ours: it is kept with that answer, and never answered itself."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from einvoice.model.answer import AnswerKind, Reply
from einvoice.responses import Response, read_response
from einvoice.store import NotFound, Store


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
    store.answers.replied(answer.id, _reply(response), actor=f"folder:{folder}")
    submission = store.submissions.get(answer.submission_id)
    return Incoming(True, _told("known", response, submission=submission.id, name=submission.name))


def _reply(response: Response) -> Reply:
    texts = [response.description, *(issue.text for line in response.lines for issue in line.issues)]
    return Reply(
        id=response.id,
        kind=AnswerKind(response.kind),
        code=response.code,
        reasons=response.reason_codes,
        text="\n".join(filter(None, texts))[:10_000] or None,
    )


def _told(which: str, response: Response, **gaps: str) -> str:
    gaps |= {"kind": response.kind.upper(), "code": response.code, "id": response.id, "about": response.document_id}
    return "\n\n".join(_words()[which][language].format_map(gaps) for language in ("de", "en"))


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("einvoice.answering").joinpath("words.toml").read_text("utf-8"))
