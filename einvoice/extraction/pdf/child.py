"""What the child answers about the PDF it was given. It knows nothing but the PDF and the order."""

import hashlib
import json
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pypdf.errors import FileNotDecryptedError, LimitReachedError
from pypdf.generic import StreamObject

from einvoice.extraction.contents import look_at
from einvoice.extraction.pdf.choice import Choice, NoChoice, by_name, invoice
from einvoice.extraction.pdf.files import EmbeddedFile, Place, embedded_files, mime, modified
from einvoice.extraction.pdf.limits import PdfLimits
from einvoice.extraction.pdf.objects import Objects, name, stream
from einvoice.extraction.pdf.opening import Encrypted, OverLimit, Reader, opened
from einvoice.extraction.pdf.pages import fonts_embedded, page_text
from einvoice.extraction.pdf.wire import Order
from einvoice.extraction.pdf.xmp import read_xmp
from einvoice.model.enclosed import Danger, Enclosure, HybridFacts, InvoiceFile, Origin, Xmp, XmpState

_OURS = str(Path(__file__).parent.parent)
_UNREADABLE = "unknown"  # the kind of a file nobody can look into


def answer(data: bytes, order: Order, limits: PdfLimits) -> Iterator[bytes]:
    """Up to three parts: a JSON object, the bytes of the file asked for, and a JSON object that may come too late.

    The first says `refusal` and `details`, or `name`; of an invoice also `facts` and `enclosures`.
    """
    try:
        with opened(data, limits) as reader:
            yield from _parts(reader, order, limits)
    except Exception as error:
        refusal = _refusal(error, limits)
        if refusal is None:
            raise
        yield _json(refusal)


def _parts(reader: Reader, order: Order, limits: PdfLimits) -> Iterator[bytes]:
    objects = Objects(reader)
    files = embedded_files(objects)
    chosen = _chosen(files, order, objects)
    _within(chosen.xml, limits)
    if order.names:
        yield _json({"name": chosen.name})
        yield chosen.xml
        return
    rest = [file for file in files if file not in chosen.files]
    if order.number is not None:
        yield from _one(rest, order.number, objects)
        return
    if len(rest) > limits.enclosures:
        yield _json(_refused("too-many-enclosures", count=str(len(rest)), limit=str(limits.enclosures)))
        return
    enclosures = [_enclosure(number, file, objects) for number, file in enumerate(rest, 1)]
    facts = _facts(reader, objects, chosen)
    reader.meter.check()
    yield _json({"name": chosen.name, "facts": asdict(facts), "enclosures": [asdict(one) for one in enclosures]})
    yield chosen.xml
    yield _json(_later(reader, objects, limits))


def _chosen(files: list[EmbeddedFile], order: Order, objects: Objects) -> Choice:
    try:
        return by_name(files, frozenset(order.names)) if order.names else invoice(files, objects.damage)
    except NoChoice as none:
        if none.names or objects.damage.seen is None:
            raise
        raise Broken(objects.damage.seen) from None  # it may be where nothing can be read


def _within(content: bytes, limits: PdfLimits) -> None:
    """What stands there unpacked counts to none of the limits on unpacking."""
    if len(content) > limits.unpacked_bytes:
        raise OverLimit(f"{limits.unpacked_bytes / 1_000_000:g} MB")


def _one(rest: list[EmbeddedFile], number: int, objects: Objects) -> Iterator[bytes]:
    if not 1 <= number <= len(rest):
        yield _json({"missing": True})
        return
    file = rest[number - 1]
    content = objects.damage.spared(file.content) or b""  # as it was listed; and first, for it may raise
    yield _json({"name": _shown(file)})
    yield content


def _later(reader: Reader, objects: Objects, limits: PdfLimits) -> dict[str, Any]:
    """What may cost more than it is worth. Whatever happens here, the invoice is out already."""
    try:
        return {"fonts_embedded": fonts_embedded(objects), "text": page_text(reader, limits.text_seconds)}
    except Exception:
        return {}


def _facts(reader: Reader, objects: Objects, chosen: Choice) -> HybridFacts:
    metadata = stream(objects.at(objects.catalog, "/Metadata"))
    places = set().union(*(file.places for file in chosen.files))
    first = chosen.files[0]
    return HybridFacts(
        version=name(objects.at(objects.catalog, "/Version")) or reader.pdf_header.removeprefix("%PDF-")[:3],
        pages=sum(1 for _ in objects.pages()),
        xmp=Xmp(state=XmpState.ABSENT) if metadata is None else _xmp(metadata, objects),
        invoice=InvoiceFile(
            name=chosen.name,
            unicode_name=first.unicode_name,
            plain_name=first.plain_name,
            relationship=first.relationship,
            mime=mime(objects, first),
            in_names=Place.NAMES in places,
            in_associated=Place.ASSOCIATED in places,
            in_annotation=Place.ANNOTATION in places,
            modified=modified(objects, first),
        ),
        invoices=len(chosen.files),
    )


def _xmp(metadata: StreamObject, objects: Objects) -> Xmp:
    return objects.damage.spared(lambda: read_xmp(bytes(metadata.get_data()))) or Xmp(state=XmpState.BROKEN)


def _enclosure(number: int, file: EmbeddedFile, objects: Objects) -> Enclosure:
    content = objects.damage.spared(file.content)
    said = mime(objects, file)
    kind, dangers = (_UNREADABLE, (Danger.UNKNOWN,)) if content is None else look_at(_shown(file), said, content)
    return Enclosure(
        number=number,
        origin=Origin.PDF,
        name=_shown(file),
        mime=said,
        kind=kind,
        size=len(content or b""),
        sha256=hashlib.sha256(content or b"").hexdigest(),
        dangers=dangers,
    )


def _shown(file: EmbeddedFile) -> str:
    return next(iter(file.names), "")


class Broken(Exception):
    """The PDF is damaged where the invoice may be."""


def _refusal(error: Exception, limits: PdfLimits) -> dict[str, Any] | None:
    """What the sender is told; None where the mistake is ours."""
    match error:
        case Encrypted() | FileNotDecryptedError():
            return _refused("pdf-encrypted")
        case OverLimit():
            return _refused("pdf-limits", limit=error.limit)
        case LimitReachedError():  # one of pypdf's, which nobody could make sense of
            return _refused("pdf-limits")
        case MemoryError():
            return _refused("pdf-limits", limit=f"{limits.memory_bytes // 1_000_000} MB")
        case NoChoice(names=()):
            return _refused("pdf-no-xml")
        case NoChoice():
            return _refused("pdf-several-invoices", names=", ".join(error.names))
        case Broken():
            return _refused("pdf-broken", reason=str(error))
    if _is_ours(error):
        return None
    return _refused("pdf-broken", reason=type(error).__name__)


def _is_ours(error: Exception) -> bool:
    """pypdf raises nearly everything on hostile files; what comes out of our own lines is a mistake in them."""
    innermost = traceback.extract_tb(error.__traceback__)[-1].filename
    return isinstance(error, ImportError | NameError) or (
        innermost.startswith(_OURS) and not isinstance(error, RecursionError)
    )


def _refused(code: str, **details: str) -> dict[str, Any]:
    return {"refusal": code, "details": details}


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode()
