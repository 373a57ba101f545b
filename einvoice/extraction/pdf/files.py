"""Every file embedded in a PDF, wherever it hangs (ISO 32000-2, 7.11.4, 14.13, 12.5.6.15)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from einvoice.extraction.pdf.objects import Objects, comparable, identity, name, stream, text

_UNICODE, _PLAIN = "/UF", "/F"
_STREAMS = (_UNICODE, _PLAIN, "/Unix", "/Mac", "/DOS")  # under which an embedded file may stand in /EF


class Place(Enum):
    """Where a file hangs."""

    NAMES = "names"  # in the catalog's name tree of embedded files
    ASSOCIATED = "associated"  # in /AF of the catalog
    ANNOTATION = "annotation"  # as a FileAttachment annotation
    ELSEWHERE = "elsewhere"  # in /AF of a page


@dataclass(slots=True, kw_only=True, eq=False)
class EmbeddedFile:
    """One embedded stream, and what all the file specifications that lead to it say."""

    stream: StreamObject
    unicode_name: str | None = None
    plain_name: str | None = None
    key: str | None = None  # in the name tree
    relationship: str | None = None
    places: set[Place] = field(default_factory=set)

    def content(self) -> bytes:
        """Its bytes, unpacked; pypdf remembers them. Raises OverLimit, and nearly anything where it is damaged."""
        return bytes(self.stream.get_data())

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it has, the one to show first."""
        return tuple(filter(None, (self.unicode_name, self.plain_name, self.key)))

    def named(self, wanted: frozenset[str]) -> str | None:
        """The name by which it is one of those wanted (in lower case), as it stands there."""
        return next((one for one in self.names if comparable(one) in wanted), None)

    def add(self, other: "EmbeddedFile") -> None:
        """The same stream, found once more."""
        self.unicode_name = self.unicode_name or other.unicode_name
        self.plain_name = self.plain_name or other.plain_name
        self.key = self.key or other.key
        self.relationship = self.relationship or other.relationship
        self.places |= other.places


def embedded_files(objects: Objects) -> list[EmbeddedFile]:
    """Each embedded stream once, in the order found: name tree, associated files, annotations."""
    found: dict[object, EmbeddedFile] = {}
    for file in _everywhere(objects):
        known = found.setdefault(identity(file.stream), file)
        if known is not file:
            known.add(file)
    return list(found.values())


def _everywhere(objects: Objects) -> Iterator[EmbeddedFile]:
    for key, specification in _name_tree(objects):
        yield from _files(objects, specification, Place.NAMES, key)
    for specification in objects.items(objects.catalog, "/AF"):
        yield from _files(objects, specification, Place.ASSOCIATED)
    for page in objects.pages():
        for specification in objects.items(page, "/AF"):
            yield from _files(objects, specification, Place.ELSEWHERE)
        for annotation in objects.items(page, "/Annots"):
            yield from _files(objects, objects.at(annotation, "/FS"), Place.ANNOTATION)
            for specification in objects.items(annotation, "/AF"):
                yield from _files(objects, specification, Place.ELSEWHERE)


def _name_tree(objects: Objects) -> Iterator[tuple[str | None, object]]:
    """(name, file specification) of the whole tree. /Limits are not asked: they only help to search, and may lie."""
    seen: set[object] = set()
    waiting: list[object] = [objects.at(objects.catalog, "/Names", "/EmbeddedFiles")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ArrayObject):  # the pairs themselves in the place of a node
            yield from _pairs(objects, node)
        if not isinstance(node, DictionaryObject) or identity(node) in seen:
            continue
        seen.add(identity(node))
        names = objects.at(node, "/Names")
        if isinstance(names, ArrayObject):
            yield from _pairs(objects, names)
        if "/EF" in node:  # a file specification in the place of a node
            yield None, node
        waiting.extend(reversed(list(objects.items(node, "/Kids"))))


def _pairs(objects: Objects, names: ArrayObject) -> Iterator[tuple[str | None, object]]:
    """A name belongs to what follows it; one that is missing, or has nothing after it, shifts no other."""
    key: str | None = None
    for item in map(objects.resolved, list(names)):
        if isinstance(item, DictionaryObject):
            yield key, item
            key = None
        else:
            key = text(item) or name(item)


def _files(objects: Objects, specification: object, place: Place, key: str | None = None) -> Iterator[EmbeddedFile]:
    """The embedded streams of a file specification: mostly one, under two keys."""
    if not isinstance(specification, DictionaryObject):
        return
    alone = stream(specification)  # the file itself in the place of its specification
    holder = objects.dictionary(specification, "/EF")
    streams = [alone] if alone is not None else [stream(objects.at(holder, one)) for one in _STREAMS]
    for one in streams:
        if one is not None:
            yield EmbeddedFile(
                stream=one,
                unicode_name=text(objects.at(specification, _UNICODE)),
                plain_name=text(objects.at(specification, _PLAIN)) or _in_dictionary(objects, specification),
                key=key,
                relationship=name(objects.at(specification, "/AFRelationship")),
                places={place},
            )


def _in_dictionary(objects: Objects, specification: DictionaryObject) -> str | None:
    """The names for single platforms, of old."""
    return next(filter(None, (text(objects.at(specification, one)) for one in _STREAMS[2:])), None)


def mime(objects: Objects, file: EmbeddedFile) -> str | None:
    """The MIME type the PDF gives it."""
    said = objects.at(file.stream, "/Subtype")
    return name(said) or text(said)


def modified(objects: Objects, file: EmbeddedFile) -> bool:
    """Whether it says when it was changed last."""
    return text(objects.at(file.stream, "/Params", "/ModDate")) is not None
