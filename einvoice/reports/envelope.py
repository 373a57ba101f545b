"""The envelope an invoice came in, as a report tells it: who sent it to whom, and what is odd about it."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from einvoice.explain import Lang
from einvoice.model.envelope import Envelope, Irregularity
from einvoice.model.examination import Examination

_SHOWN = ("instance_id", "created_at", "country", "document_type", "process")


def envelope_pairs(envelope: Envelope, lang: Lang) -> Iterator[tuple[str, str | None]]:
    """Label and value of what the header says and of what is odd; None where it says nothing."""
    spoken = _words(lang)
    yield spoken["sender"], envelope.sender.value
    yield spoken["receiver"], envelope.receiver.value
    for name in _SHOWN:
        yield spoken[name], getattr(envelope, name)
    yield spoken["payload_hash"], envelope.payload_sha256
    for one in (*envelope.irregularities, *envelope.differences):
        yield spoken["odd"], in_words(one, lang)


def envelope_facts(examination: Examination, lang: Lang) -> dict[str, Any] | None:
    """The same for programs; None where it came in no envelope."""
    envelope = examination.document.envelope if examination.document else None
    if envelope is None:
        return None
    odd = {
        name: [asdict(one) | {"message": in_words(one, lang)} for one in getattr(envelope, name)]
        for name in ("irregularities", "differences")
    }
    return asdict(envelope) | odd


def in_words(one: Irregularity, lang: Lang) -> str:
    """A sentence about what is odd; a code nobody has words for is told as it is."""
    told = _words(lang).get(f"odd_{one.code}", one.code)
    return told.format_map(defaultdict(str, one.details))


@cache
def _words(lang: Lang) -> Mapping[str, str]:
    text = files("einvoice.reports").joinpath("envelope.toml").read_text("utf-8")
    return {key: told[lang] for key, told in tomllib.loads(text).items()}
