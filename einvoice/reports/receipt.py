"""A signed receipt as one page of PDF: what it says in words, with the signed JSON inside (PDF/A-3a, PDF/UA-1).

Set as reports are (`as_pdf`): by a child with limits, from JSON and never from source, so nothing can become a command.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from einvoice.errors import Fault
from einvoice.explain import Lang, status_words
from einvoice.reports.as_pdf import set_pdf
from einvoice.reports.formats import moment, size
from einvoice.reports.printable import Printable

ATTACHMENT = "einvoice-receipt.json"


def receipt_pdf(receipt: bytes, lang: Lang) -> bytes:
    """The page; the same receipt gives the same bytes. `receipt`: one of ours, signed, as JSON. Raises Fault."""
    said = json.loads(receipt)
    content = _content(said, lang) | {"signed": receipt.decode()}
    at = _time(said["decided_at"] or said["received_at"])
    done = set_pdf("receipt.typ", content, standards=("a-3a", "ua-1"), tags=True, at=at)
    if done.returncode:
        detail = done.stderr.decode("utf-8", "replace").partition("`")[0][:200]
        raise Fault("receipt", f"the PDF could not be set: {detail}", deterministic=True)
    return done.stdout


def receipt_facts(said: Mapping[str, Any], lang: Lang) -> tuple[tuple[str, str], ...]:
    """What a receipt says, as label and value, for people."""
    return tuple((words(lang)[name], value) for name, value in _facts(said, lang) if value)


def receipt_headline(said: Mapping[str, Any], lang: Lang) -> str:
    """What a receipt says, in a few words."""
    return words(lang)[_state(said)]


@cache
def words(lang: Lang) -> Mapping[str, str]:
    """All words of a language by key."""
    table = tomllib.loads(files("einvoice.reports").joinpath("receipt.toml").read_text(encoding="utf-8"))
    return {key: texts[lang] for key, texts in table.items()}


_TONES = {"accepted": "accepted", "sent_on": "accepted", "pending": "undecided"}  # the others: rejected


def _content(said: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    spoken, printable, state = words(lang), Printable(), _state(said)
    values = {
        "submission": said["submission"],
        "issuer": said["issuer"],
        "received_at": moment(_time(said["received_at"]), lang),
        "decided_at": moment(_time(said["decided_at"]), lang) if said["decided_at"] else "",
        "size": size(said["original"]["size"], lang),
        "attachment": ATTACHMENT,
    }
    proof = [(spoken[name], said[name]) for name in ("issuer", "key_id", "signature")]
    content = {
        "title": spoken["title"],
        "document_title": spoken["document_title"].format(**values),
        "description": spoken["description"],
        "page": spoken["page"].format(**values),
        "issuer": said["issuer"],
        "headline": spoken[state],
        "sentences": [spoken[name].format(**values) for name in ("received", f"{state}_more")],
        "facts_title": spoken["facts"],
        "check_title": spoken["check"],
        "check": [spoken["check_intro"].format(**values), spoken["check_key"], spoken["check_how"]],
        "command": "einvoice receipt verify DATEI.pdf --public-key SCHLUESSEL.pem --original RECHNUNG"
        if lang == "de"
        else "einvoice receipt verify FILE.pdf --public-key KEY.pem --original INVOICE",
        "attachment_description": spoken["attachment_description"],
    }
    plain = {
        name: printable.text(value) if isinstance(value, str) else list(map(printable.text, value))
        for name, value in content.items()
    }
    return plain | {
        "lang": lang,
        "tone": _TONES.get(state, "rejected"),
        "attachment": ATTACHMENT,
        "facts": [_pair(printable, *pair) for pair in receipt_facts(said, lang)],
        "proof": [_pair(printable, *pair) for pair in proof],
    }


def _pair(printable: Printable, label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": printable.text(value)}


def _state(said: Mapping[str, Any]) -> str:
    """Which sentences fit."""
    if said["human_decision"]:
        return str(said["human_decision"]).replace("-", "_")
    if said["verdict"] not in ("accepted", "rejected"):
        return "pending"
    declined = said["verdict"] == "accepted" and said["policy_outcome"] == "rejected"
    return "declined" if declined else str(said["verdict"])


def _facts(said: Mapping[str, Any], lang: Lang) -> Iterator[tuple[str, str | None]]:
    spoken = words(lang)
    yield "submission", said["submission"]
    yield "received_at", moment(_time(said["received_at"]), lang)
    yield "door", spoken.get(f"door_{said['door']}", said["door"])
    yield "size", size(said["original"]["size"], lang)
    yield "original_sha256", said["original"]["sha256"]
    yield "verdict", spoken[f"verdict_{said['verdict'] or 'none'}"]
    yield "policy_outcome", spoken[f"policy_{said['policy_outcome']}"] if said["policy_outcome"] else None
    yield "handling", status_words(said["verdict"], said["handling"], "", lang)
    yield "decided_at", moment(_time(said["decided_at"]), lang) if said["decided_at"] else None
    for name in ("scenario", "pack", "report_sha256"):
        yield name, said[name]
    for name in ("received", "decided"):
        entry = said["entries"][name]
        yield f"entry_{name}", spoken["entry"].format(**entry) if entry else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
