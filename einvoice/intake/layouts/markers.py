"""The small files beside a document: receipts, JSON, AS4 metadata. Read to a bound, nothing in them is obeyed.

What they say tells whether a document is complete, and is compared with its envelope later; it names no file outside
the folder it lies in.
"""

import json
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from einvoice.intake.layouts.directory import Directory

MOST = 1 << 20  # bytes of a marker; real ones have some ten thousand
_HEAD, _TAIL = 4096, 512
_ROOT = re.compile(rb"<([A-Za-z_][^\s/>]*)")
_END = re.compile(rb"</([A-Za-z_][^\s/>]*)\s*>(?:\s|<!--.*?-->|<\?.*?\?>)*$", re.DOTALL)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")  # UTF-16, which is looked at by nothing but its size
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Part:
    """One payload, as AS4 metadata names it."""

    attributes: dict[str, str]
    properties: dict[str, str] = field(default_factory=dict)  # by name in small letters


@dataclass(slots=True)
class Info:
    """What AS4 metadata say: ebMS3 `Messaging` or `UserMessage`, or Holodeck's `MessageMetaData`."""

    root: str = ""  # local name
    parts: list[Part] = field(default_factory=list)
    message_id: str = ""
    elements: set[str] = field(default_factory=set)  # local names

    @property
    def is_signal(self) -> bool:
        """Whether it is a receipt or an error about a message, and brings no document."""
        return "SignalMessage" in self.elements


class _Enough(Exception):
    """DTD in a marker: nobody who writes one means well."""


class _Reader:
    """Gathers what matters, by local names: the namespaces differ from format to format."""

    def __init__(self) -> None:
        self.info = Info()
        self._text: list[str] = []
        self._property: str | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append

    def _doctype(self, *_: object) -> None:
        raise _Enough

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        self.info.root = self.info.root or local
        self.info.elements.add(local)
        self._text.clear()
        if local == "PartInfo":
            self.info.parts.append(Part({_local(key): value for key, value in attributes.items()}))
        elif local == "Property":
            self._property = attributes.get("name", "").lower()

    def _end(self, name: str) -> None:
        local, text = _local(name), "".join(self._text).strip()
        if local == "Property" and self._property is not None and self.info.parts:
            self.info.parts[-1].properties.setdefault(self._property, text)
        elif local == "MessageId" and not self.info.message_id:
            self.info.message_id = text
        self._text.clear()


def read_info(directory: Directory, name: str) -> Info | None:
    """AS4 metadata; None if they are not there, not whole, or not to be had at this size. Raises OSError."""
    data = directory.read(name, MOST + 1)
    if not data or len(data) > MOST:
        return None
    reader = _Reader()
    return reader.info if _parsed(reader.parser, data) else None


def read_head(directory: Directory, name: str) -> Info:
    """As far as the first bytes of an XML file say it, whether or not it goes on. Raises OSError."""
    reader = _Reader()
    _parsed(reader.parser, directory.read(name, 1 << 16) or b"")
    return reader.info


def read_json(directory: Directory, name: str) -> dict[str, object] | None:
    """A JSON object; None if there is none, or only a part of one. Raises OSError."""
    data = directory.read(name, MOST + 1)
    if not data or len(data) > MOST:
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_xml(directory: Directory, name: str) -> bool:
    """Whether the file begins as XML does. Raises OSError."""
    head = directory.read(name, 64) or b""
    return head.removeprefix(_BOM).lstrip().startswith(b"<")


def is_whole_xml(directory: Directory, name: str) -> bool:
    """Whether a small XML file parses to its end. Raises OSError."""
    return read_info(directory, name) is not None


def ends_as_xml_must(directory: Directory, name: str) -> bool:
    """Whether the file ends by closing the element it begins with; anything but XML ends well. Raises OSError.

    Only its first and last bytes are read, whatever its size.
    """
    head = (directory.read(name, _HEAD) or b"").removeprefix(_BOM).lstrip()
    if not head.startswith(b"<") or head.startswith(_WIDE):
        return True
    begins = _ROOT.search(re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", head, flags=re.DOTALL))
    ends = _END.search(directory.read(name, _TAIL, from_end=True) or b"")
    return ends is not None and (begins is None or ends[1] == begins[1])


def _parsed(parser: expat.XMLParserType, data: bytes) -> bool:
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError, _Enough):
        return False
    return True


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
