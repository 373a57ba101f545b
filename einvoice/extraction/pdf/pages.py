"""What the pages of a PDF show, as far as it can be had with little effort."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pypdf.generic import DictionaryObject

from einvoice.extraction.pdf.objects import Objects, identity, name
from einvoice.extraction.pdf.opening import Reader
from einvoice.model.text import storable

_LONGEST = 500_000  # characters of all pages
_MOST_FONTS = 500
_DEEPEST = 5  # forms within forms
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")


class _TimeIsUp(BaseException):
    """Not to be caught by whoever is at work."""


def page_text(reader: Reader, seconds: float) -> str | None:
    """The text of all pages, in the order it is drawn, a form feed between two; None: it took too long, or can't be.

    `seconds` of the processor; to be asked in the main thread alone.
    """
    pages: list[str] = []
    try:
        with _at_most(seconds):
            for page in reader.pages:
                pages.append(page.extract_text())
                if sum(map(len, pages)) > _LONGEST:
                    return None
    except (_TimeIsUp, Exception):  # pypdf raises nearly everything; an invoice without page text is one, too
        return None
    return storable("\f".join(pages).strip())


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise _TimeIsUp

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def fonts_embedded(objects: Objects) -> bool | None:
    """Whether every font the pages may use is in the file, as PDF/A wants; None: too many to look at."""
    seen: set[object] = set()
    for page in objects.pages():
        for font in _fonts(objects, _resources(objects, page), seen, _DEEPEST):
            if len(seen) > _MOST_FONTS:
                return None
            if not _embedded(objects, font):
                return False
    return True


def _resources(objects: Objects, page: DictionaryObject) -> DictionaryObject | None:
    """Those of the page, or inherited from the nodes above it."""
    node: DictionaryObject | None = page
    for _ in range(_DEEPEST * 2):
        if node is None or "/Resources" in node:
            return objects.dictionary(node, "/Resources")
        node = objects.dictionary(node, "/Parent")
    return None


def _fonts(
    objects: Objects, resources: DictionaryObject | None, seen: set[object], deeper: int
) -> Iterator[DictionaryObject]:
    """Every font not seen yet, also of forms that are drawn on the page."""
    for kind in ("/Font", "/XObject"):
        for key in list(objects.dictionary(resources, kind) or ()):
            found = objects.dictionary(resources, kind, str(key))
            if found is None or identity(found) in seen:
                continue
            seen.add(identity(found))
            if kind == "/Font":
                yield found
            elif deeper:
                yield from _fonts(objects, objects.dictionary(found, "/Resources"), seen, deeper - 1)


def _embedded(objects: Objects, font: DictionaryObject) -> bool:
    kind = name(objects.at(font, "/Subtype"))
    if kind == "Type3":  # drawn by the PDF itself
        return True
    described = next(objects.items(font, "/DescendantFonts"), None) if kind == "Type0" else font
    descriptor = objects.dictionary(described, "/FontDescriptor")
    return descriptor is not None and any(objects.at(descriptor, program) is not None for program in _PROGRAMS)
