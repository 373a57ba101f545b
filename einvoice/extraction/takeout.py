"""One enclosed file, taken out of the original again: none is kept by itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from einvoice.envelope import is_envelope, open_envelope
from einvoice.errors import Fault, Refusal
from einvoice.extraction.enclosures import enclosed_content
from einvoice.extraction.extract import Limits, extract
from einvoice.extraction.pdf import embedded_enclosure
from einvoice.model.enclosed import Enclosure, Origin


def enclosed_file(data: bytes, files: Sequence[Enclosure], number: int, limits: Limits) -> tuple[Enclosure, bytes]:
    """A file enclosed in what was received, by its number; `files` are all that were found in it.

    Raises LookupError if there is none of that number. Raises Fault if it can't be taken out, or is not the one found.
    """
    file = next((one for one in files if one.number == number), None)
    if file is None:
        raise LookupError(number)
    try:
        content = _content(data, file, files, replace(limits, refused=frozenset()))
    except Refusal as refusal:  # it was taken once: limits are others today
        raise Fault("enclosure", f"refused today: {refusal.notice.code}", deterministic=True) from None
    except LookupError:
        raise Fault("enclosure", "it is not found any more", deterministic=True) from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Fault("enclosure", "what was taken out is not what was found at first", deterministic=True)
    return file, content


def _content(data: bytes, file: Enclosure, files: Sequence[Enclosure], limits: Limits) -> bytes:
    if file.origin is Origin.PDF:
        whole = open_envelope(data, limits.xml).standalone if is_envelope(data) else data
        before = sum(one.origin is Origin.XML for one in files)
        return embedded_enclosure(whole, file.number - before, limits.pdf)[1]
    document = extract(data, limits)
    return enclosed_content(document.root, document.syntax, file.number)
