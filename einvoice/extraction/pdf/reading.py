"""The invoice inside a hybrid PDF, or another file inside one, and the facts about it."""

import signal
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from einvoice.errors import Fault, Refusal
from einvoice.extraction.pdf.confinement import NO_MEMORY
from einvoice.extraction.pdf.limits import PdfLimits
from einvoice.extraction.pdf.sandbox import SANDBOX, Ending
from einvoice.extraction.pdf.wire import Order, read_mistake
from einvoice.model.enclosed import Enclosure, HybridFacts

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_STOPPED = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM)  # not by the PDF


@dataclass(frozen=True, slots=True)
class HybridPdf:
    """What was found in a hybrid PDF; `enclosures` are all files but the invoice, numbered from 1."""

    name: str  # of the invoice XML
    xml: bytes
    facts: HybridFacts
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Head:
    """The first part of an answer. A child is not trusted: what does not look like this is none."""

    name: str = ""
    facts: HybridFacts | None = None
    enclosures: tuple[Enclosure, ...] = ()
    refusal: str | None = None
    details: dict[str, str] | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class _Later:
    """The third."""

    text: str | None = None
    fonts_embedded: bool | None = None


def embedded_invoice(data: bytes, limits: PdfLimits) -> HybridPdf:
    """The one invoice XML in a PDF: found by its name or, where none is named as it should be, by its content.

    Raises Refusal: pdf-no-xml, pdf-several-invoices, pdf-encrypted, pdf-broken, pdf-limits, too-many-enclosures.
    Raises Fault `pdf-reader` if the child can't be started, gets no time, or ends badly; deterministic where it will
    do so again with this PDF.
    """
    head, xml, later = _asked(data, Order(), limits)
    if head.facts is None:
        raise Fault("pdf-reader", "the PDF reader told nothing about the PDF", deterministic=True)
    facts = replace(head.facts, text=later.text, fonts_embedded=later.fonts_embedded)
    return HybridPdf(head.name, xml, facts, head.enclosures)


def embedded_file(data: bytes, names: Iterable[str], limits: PdfLimits) -> tuple[str, bytes]:
    """(name, bytes) of the one file in a PDF that has one of the names, which are in lower case.

    Raises as `embedded_invoice` does.
    """
    head, content, _ = _asked(data, Order(names=tuple(names)), limits)
    return head.name, content


def embedded_enclosure(data: bytes, number: int, limits: PdfLimits) -> tuple[str, bytes]:
    """(name, bytes) of a file enclosed in a hybrid PDF, by its number there: `HybridPdf.enclosures` tells them.

    Raises LookupError if there is no such file; else as `embedded_invoice` does.
    """
    head, content, _ = _asked(data, Order(number=number), limits)
    return head.name, content


def _asked(data: bytes, order: Order, limits: PdfLimits) -> tuple[_Head, bytes, _Later]:
    ending = SANDBOX.ask(data, order, limits)
    parts = ending.parts
    head: _Head | None = _read(_Head, parts[0]) if parts else None
    if head is None or not (head.refusal or head.missing or len(parts) > 1):
        raise _died(ending, limits)
    if head.refusal is not None:
        raise Refusal(head.refusal, **(head.details or {}))
    if head.missing:
        raise LookupError(order.number)
    later: _Later | None = (
        _read(_Later, parts[2]) if len(parts) > 2 else None
    )  # a child that ended before had no time for it
    return head, parts[1], later or _Later()


def _read(kind: Any, part: bytes) -> Any:
    """A part of an answer; None if it does not look like one."""
    try:
        return _adapter(kind).validate_json(part)
    except ValueError:
        return None


@cache
def _adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # the children import this module, too, and have no use for it

    return TypeAdapter(kind)


def _died(ending: Ending, limits: PdfLimits) -> Refusal | Fault:
    """A child stopped by its own limits was asked too much by the PDF; any other end is our trouble, no verdict."""
    if ending.code == -signal.SIGXCPU:
        return Refusal("pdf-limits", limit=f"{limits.cpu_seconds} s")
    if ending.code == NO_MEMORY:
        return Refusal("pdf-limits", limit=f"{limits.memory_bytes // 1_000_000} MB")
    if ending.flooded:
        return Fault("pdf-reader", "the PDF reader said more than it may", deterministic=True)
    if ending.code is None:
        return Fault("pdf-reader", f"the PDF reader gave no answer: {ending.trouble}")
    mistake = read_mistake(ending.parts[-1]) if ending.parts else None
    stopped = -ending.code in _STOPPED
    detail = f"the PDF reader ended with code {ending.code}: {mistake or 'it did not say why'}"
    return Fault("pdf-reader", detail, deterministic=not stopped)
