"""Objects of a PDF as they should be, or nothing: a broken object hides itself, never the rest of the file."""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from einvoice.extraction.pdf.opening import Encrypted, OverLimit, Reader
from einvoice.model.text import storable

_INDIRECTIONS = 8  # a reference to a reference is not allowed, and written all the same
_LONGEST_NAME = 500  # characters of a file name that are kept
_BEYOND_US = (Encrypted, OverLimit, MemoryError, ImportError, NameError)  # no damage in the PDF

Answer = TypeVar("Answer")


class Damage:
    """Whether anything in the PDF could not be read."""

    def __init__(self) -> None:
        self.seen: str | None = None  # the first trouble, as the name of its exception

    def spared(self, read: Callable[[], Answer]) -> Answer | None:
        """What `read` answers; None, and a note, where the PDF is damaged. Raises OverLimit and MemoryError."""
        try:
            return read()
        except _BEYOND_US:
            raise
        except Exception as error:  # pypdf raises nearly everything on hostile files
            self.seen = self.seen or type(error).__name__
            return None


class Objects:
    """Looks objects up in one PDF."""

    def __init__(self, reader: Reader) -> None:
        self.damage = Damage()
        self.catalog = self.damage.spared(lambda: reader.root_object) or DictionaryObject()

    def resolved(self, value: object) -> object:
        """The object itself, where `value` refers to it; None where it can't be read."""
        for _ in range(_INDIRECTIONS):
            if not isinstance(value, IndirectObject):
                return value
            value = self.damage.spared(value.get_object)
        return None

    def at(self, holder: object, *keys: str) -> object:
        """What stands in a dictionary under a key, in that dictionary under the next, and so on."""
        for key in keys:
            if not isinstance(holder, DictionaryObject):
                return None
            holder = self.resolved(dict.get(holder, key))
        return holder

    def dictionary(self, holder: object, *keys: str) -> DictionaryObject | None:
        """A dictionary (a stream is one, too)."""
        found = self.at(holder, *keys)
        return found if isinstance(found, DictionaryObject) else None

    def items(self, holder: object, *keys: str) -> Iterator[object]:
        """The items of an array, resolved; a single object in its place counts as one item."""
        found = self.at(holder, *keys)
        if isinstance(found, ArrayObject):
            yield from map(self.resolved, list(found))
        elif isinstance(found, DictionaryObject):
            yield found

    def pages(self) -> Iterator[DictionaryObject]:
        """Every page, in order, whatever the tree looks like; each once."""
        seen: set[int] = set()
        waiting: list[object] = [self.at(self.catalog, "/Pages")]
        while waiting:
            node = waiting.pop()
            if not isinstance(node, DictionaryObject) or id(node) in seen:
                continue
            seen.add(id(node))
            if "/Kids" in node:
                waiting.extend(reversed(list(self.items(node, "/Kids"))))
            else:
                yield node


def name(value: object) -> str | None:
    """A name object without its slash."""
    return _kept(str(value).removeprefix("/")) if isinstance(value, NameObject) else None


def text(value: object) -> str | None:
    """A text string."""
    if isinstance(value, ByteStringObject):
        return _kept(bytes(value).decode("latin-1"))
    return _kept(str(value)) if isinstance(value, TextStringObject) else None


def stream(value: object) -> StreamObject | None:
    """A stream."""
    return value if isinstance(value, StreamObject) else None


def identity(value: Any) -> tuple[int, int] | int:
    """By which one object is known, however many references lead to it."""
    reference = getattr(value, "indirect_reference", None)
    return (reference.idnum, reference.generation) if isinstance(reference, IndirectObject) else id(value)


def comparable(name: str | None) -> str:
    """A file name for comparing: without folders, case, surrounding spaces and what can't be seen."""
    shown = "".join(one for one in unicodedata.normalize("NFKC", name or "") if unicodedata.category(one)[0] != "C")
    return shown.replace("\\", "/").rpartition("/")[2].strip().casefold()


def _kept(text: str) -> str:
    return storable(text[:_LONGEST_NAME])
