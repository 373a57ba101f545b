"""The files within an invoice XML: BT-125, and whatever else is embedded by an element that can embed a file."""

import hashlib
import re
from binascii import a2b_base64
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree

from einvoice.errors import Refusal
from einvoice.extraction.contents import look_at
from einvoice.model.document import Syntax
from einvoice.model.enclosed import Danger, Enclosure, Origin
from einvoice.model.namespaces import CBC, FERD_RAM, RAM

_UBL = (f"{{{CBC}}}EmbeddedDocumentBinaryObject",)
# By UN/CEFACT D16B and D22B, and in ZUGFeRD 1.0; EN 16931 knows the first alone.
_CII = ("AttachmentBinaryObject", "IncludedBinaryObject", "ReferenceFileBinaryObject", "DescriptionBinaryObject")
_ELEMENTS = {
    Syntax.UBL_INVOICE: _UBL,
    Syntax.UBL_CREDITNOTE: _UBL,
    Syntax.CII: tuple(f"{{{RAM}}}{name}" for name in _CII),
    Syntax.ZUGFERD_1: tuple(f"{{{FERD_RAM}}}{name}" for name in _CII),
}
_BT122 = (f"{{{CBC}}}ID", f"{{{RAM}}}IssuerAssignedID", f"{{{FERD_RAM}}}ID")
_UNTOLD = re.compile(rb"[^A-Za-z0-9+/=]+")
_WHITE = b" \t\r\n"
_SAID_OF_WHOLE_FILES = (Danger.DISGUISED, Danger.UNKNOWN)
_UNNAMED = "attachment-{number}"
_LONGEST_NAME = 500  # characters; no file system takes more
_SHOWN_NAME = 100


def enclosed(root: etree._Element, syntax: Syntax, most: int) -> tuple[Enclosure, ...]:
    """All files within an invoice, in its order, numbered from 1. Base64 that is broken is read as far as it goes.

    Raises Refusal: too-many-enclosures, before any of them is decoded.
    """
    count = sum(1 for _ in _elements(root, syntax))
    if count > most:
        raise Refusal("too-many-enclosures", limit=most, count=count)
    return tuple(_enclosure(number, element) for number, element in enumerate(_elements(root, syntax), 1))


def enclosed_content(root: etree._Element, syntax: Syntax, number: int) -> bytes:
    """The bytes of one of them. Raises LookupError if there is no such file."""
    for position, element in enumerate(_elements(root, syntax), 1):
        if position == number:
            return _decoded(element)[0]
    raise LookupError(number)


def admitted(files: Sequence[Enclosure], most: int, refused: frozenset[Danger]) -> tuple[Enclosure, ...]:
    """All enclosed files, numbered through. Raises Refusal: too-many-enclosures, enclosure-refused."""
    if len(files) > most:
        raise Refusal("too-many-enclosures", limit=most, count=len(files))
    for file in files:
        for danger in file.dangers:
            if danger in refused:
                raise Refusal("enclosure-refused", name=file.name[:_SHOWN_NAME], danger=danger, kind=file.kind)
    return tuple(replace(file, number=number) for number, file in enumerate(files, 1))


def _elements(root: etree._Element, syntax: Syntax) -> Iterator[etree._Element]:
    names = _ELEMENTS.get(syntax)
    return root.iter(*names) if names else iter(())


def _enclosure(number: int, element: etree._Element) -> Enclosure:
    content, intact = _decoded(element)
    name = (element.get("filename") or _UNNAMED.format(number=number))[:_LONGEST_NAME]
    mime = element.get("mimeCode")
    kind, dangers = look_at(name, mime, content)
    if not intact:  # what is left of a file may well look like something else
        dangers = tuple(danger for danger in dangers if danger not in _SAID_OF_WHOLE_FILES)
    return Enclosure(
        number=number,
        origin=Origin.XML,
        name=name,
        mime=mime,
        kind=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        dangers=dangers,
        reference=_reference(element),
        intact=intact,
    )


def _decoded(element: etree._Element) -> tuple[bytes, bool]:
    """What the base64 says, and whether it is sound (XML Schema part 2, 3.2.16), white space aside.

    The most forgiving reader skips what is no base64 and misses no padding; what it would see is what is looked at.
    """
    text = str(element.xpath("string()")).encode("ascii", "replace").translate(None, _WHITE)
    data = _UNTOLD.sub(b"", text)
    letters = data.replace(b"=", b"")
    padding = b"=" * (-len(letters) % 4)
    intact = bool(letters) and len(letters) % 4 != 1 and text == letters + padding
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]  # one letter over says nothing
    return a2b_base64(whole + b"=="), intact


def _reference(element: etree._Element) -> str | None:
    """BT-122, the identifier of the document it is the content of."""
    holder = element.getparent()
    for _ in range(2):  # UBL has cac:Attachment between
        if holder is None:
            return None
        for tag in _BT122:
            if (found := holder.find(tag)) is not None:
                return str(found.xpath("string()")).strip()[:_LONGEST_NAME] or None
        holder = holder.getparent()
    return None
