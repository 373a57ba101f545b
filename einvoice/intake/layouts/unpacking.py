"""Taking the document out of what an access point wrapped around it, piece by piece."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from einvoice.intake.layouts.parcels import Packing

_PATH = ["Payloads", "Payload"]


class Unpackable(ValueError):
    """There is not exactly one whole document inside."""


def unpacked(packing: Packing, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes to be submitted, out of the bytes of the file. Raises Unpackable, maybe after some of them."""
    return iter(chunks) if packing is Packing.BARE else _single_xml(chunks)


def _single_xml(chunks: Iterable[bytes]) -> Iterator[bytes]:
    reader = _Payload()
    try:
        for chunk in chunks:
            reader.parser.Parse(chunk, False)
            yield reader.decoded(last=False)
        reader.parser.Parse(b"", True)
        yield reader.decoded(last=True)
    except (expat.ExpatError, binascii.Error, LookupError) as error:
        raise Unpackable(str(error)) from None
    if reader.count != 1:
        raise Unpackable(f"{reader.count} payloads")


class _Payload:
    """Base64 text of the one `Payloads/Payload` (namespace of Holodeck's single_xml delivery; local names suffice)."""

    def __init__(self) -> None:
        self.count = 0
        self._path: list[str] = []
        self._text: list[str] = []
        self._rest = ""  # what does not fill four characters yet
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def decoded(self, *, last: bool) -> bytes:
        """What can be decoded by now. Raises binascii.Error."""
        text = self._rest + "".join("".join(self._text).split())
        self._text.clear()
        whole = len(text) if last else len(text) // 4 * 4
        self._rest = text[whole:]
        return base64.b64decode(text[:whole], validate=True)

    def _doctype(self, *_: object) -> None:
        raise Unpackable("DOCTYPE")

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name.rpartition(" ")[2])
        if len(self._path) > 100:
            raise Unpackable("too deep")
        self.count += self._path[-2:] == _PATH
        if self.count > 1:
            raise Unpackable("several payloads")

    def _end(self, _: str) -> None:
        self._path.pop()

    def _characters(self, text: str) -> None:
        if self._path[-2:] == _PATH:
            self._text.append(text)
