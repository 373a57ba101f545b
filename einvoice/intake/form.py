"""The upload form: multipart/form-data (RFC 7578) taken apart while it streams, files straight into the spool.

The web framework's own form parser would first store everything, whatever its size.
"""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from einvoice.intake.names import shown_name
from einvoice.intake.spool import Spool, Spooled, SpoolWriter

_MOST_PARTS = 100
_LONGEST_FIELD = 10_000  # bytes


class BadForm(Exception):
    """The request is no form that we understand."""


class TooManyFiles(Exception):
    """The form has more files than are taken here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a form."""

    name: str  # as the browser called it, cleaned for display
    spooled: Spooled


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that was sent: its files in order, and its text fields (of several with one name the last)."""

    uploads: tuple[Upload, ...]
    fields: dict[str, str]

    def discard(self) -> None:
        """Remove the files the store did not take."""
        for upload in self.uploads:
            upload.spooled.discard()


async def read_form(
    content_type: str | None, chunks: AsyncIterable[bytes], spool: Spool, *, most_files: int = _MOST_PARTS
) -> Form:
    """Take in a form. Nothing is kept of one that is not taken.

    Raises Refusal("too-large") for a file above the limit, TooManyFiles as soon as there is one too many, and BadForm.
    """
    with _FormReader(content_type, spool, most_files) as reader:
        try:
            async for chunk in chunks:
                reader.parser.write(chunk)
            reader.parser.finalize()
        except FormParserError as error:
            raise BadForm(str(error)) from None
        return reader.finish()


@dataclass
class _Part:
    header_name: bytes = b""
    header_value: bytes = b""
    name: str = ""
    file_name: str | None = None  # None: a text field
    writer: SpoolWriter | None = None
    text: bytearray = field(default_factory=bytearray)


class _FormReader:
    """Follows the parser through the parts. Left without `finish`, it removes what it wrote."""

    def __init__(self, content_type: str | None, spool: Spool, most_files: int) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise BadForm("not multipart/form-data")
        self._spool = spool
        self._most_files = most_files
        self._part = _Part()
        self._parts = 0
        self._uploads: list[Upload] = []
        self._fields: dict[str, str] = {}
        self._finished = self._ended = False
        self.parser = self._parser(options[b"boundary"])

    def _parser(self, boundary: bytes) -> MultipartParser:
        """One of the library's limits is the length of the boundary; a part may have 8 headers of 4 kB each."""
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_end": self._all_seen,
                },
            )
        except FormParserError as error:
            raise BadForm(str(error)) from None

    def finish(self) -> Form:
        """The whole form; raises BadForm when it broke off."""
        if not self._ended:
            raise BadForm("the form breaks off")
        self._finished = True
        return Form(uploads=tuple(self._uploads), fields=self._fields)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._finished:
            return
        if self._part.writer is not None:
            self._part.writer.__exit__(kind, error, at)
        for upload in self._uploads:
            upload.spooled.discard()

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise BadForm("too many parts")
        self._part = _Part()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._part.header_name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.header_value += data[start:end]

    def _header_end(self) -> None:
        part = self._part
        if part.header_name.lower() == b"content-disposition":
            _, options = parse_options_header(part.header_value)
            part.name = options.get(b"name", b"").decode("utf-8", "replace")
            file_name = options.get(b"filename")
            part.file_name = None if file_name is None else shown_name(file_name.decode("utf-8", "replace"))
        part.header_name = part.header_value = b""

    def _headers_finished(self) -> None:
        if self._part.file_name:  # without a name it may be a field left empty: its first byte tells
            self._check_count()
        if self._part.file_name is not None:
            self._part.writer = self._spool.writer()

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part.writer is not None:
            self._check_count()
            self._part.writer.write(data[start:end])
            return
        self._part.text += data[start:end]
        if len(self._part.text) > _LONGEST_FIELD:
            raise BadForm("a field is too long")

    def _check_count(self) -> None:
        if len(self._uploads) >= self._most_files:
            raise TooManyFiles

    def _end(self) -> None:
        part = self._part
        if part.writer is None:
            self._fields[part.name] = part.text.decode("utf-8", "replace")
            return
        spooled, part.writer = part.writer.finish(), None
        if part.file_name == "" and spooled.size == 0:  # the field for a file was left empty
            spooled.discard()
            return
        self._uploads.append(Upload(name=part.file_name or "", spooled=spooled))

    def _all_seen(self) -> None:
        self._ended = True
