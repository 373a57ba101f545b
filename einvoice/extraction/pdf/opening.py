"""pypdf, with a bound on everything it unpacks and no way into encrypted files."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pypdf import PdfReader, apply_configuration, filters
from pypdf.errors import LimitReachedError
from pypdf.generic import StreamObject

from einvoice.extraction.pdf.limits import PdfLimits

_MEGABYTE = 1_000_000
# What pypdf may put out for one stream, whatever the filter: as much as is left of what all of them may.
_PER_STREAM = (
    "array_based_stream_maximum_output_length",
    "brotli_maximum_output_length",
    "lzw_maximum_output_length",
    "run_length_maximum_output_length",
    "zlib_maximum_output_length",
)
_ANY = 2**31
_NO_TABLE = b"\nstartxref\n0\n%%EOF\n"  # at the end of a file: there is none
_STEPS = 4  # how often a stream may be as large as that on its way through several filters


class Encrypted(Exception):
    """The PDF is encrypted. Nobody tries a password, not even the empty one."""


class OverLimit(LimitReachedError):
    """One of our limits is reached; `limit` says which, with its unit."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class Reader(PdfReader):
    """A reader that stops at the door of an encrypted PDF, and lets what a later revision freed stay free.

    `meter` counts what it unpacks.
    """

    def __init__(self, data: bytes, meter: "Meter", limits: PdfLimits) -> None:
        self.meter = meter
        self._freed: set[int] = set()  # numbers of objects whose latest entry says so
        super().__init__(io.BytesIO(data), xref_stream_maximum_entries=limits.objects)

    def _handle_encryption(self, password: str | bytes | None) -> None:  # noqa: ARG002 - pypdf's signature
        raise Encrypted

    def _read_xref_tables_and_trailers(self, *given: Any) -> None:
        """Newest revision first. An older one may define anew what is free, which pypdf takes for the last word."""
        self._freed = set()
        super()._read_xref_tables_and_trailers(*given)
        for number in self._freed:
            self.xref_objStm.pop(number, None)
            for generation, places in self.xref.items():
                if number in places:  # it stays there: what has no place is looked for in the whole file
                    self.xref_free_entry.setdefault(generation, {})[number] = True

    def _read_standard_xref_table(self, stream: Any) -> None:
        known = self._defined()
        super()._read_standard_xref_table(stream)
        free = {number for entries in self.xref_free_entry.values() for number, freed in entries.items() if freed}
        self._freed |= free - known - self._defined()

    def _read_xref_subsections(self, index_pairs: list[int], get_entry: Any, used_before: Any) -> None:
        known = self._defined()
        numbers = (start + at for start, size in self._pairs(index_pairs) for at in range(size))

        def noting(field: int) -> Any:
            value = get_entry(field)
            if field == 0:  # the kind of the next entry
                number = next(numbers)
                if value == 0 and number not in known:
                    self._freed.add(number)
            return value

        super()._read_xref_subsections(index_pairs, noting, used_before)

    def _defined(self) -> set[int]:
        return set().union(self.xref_objStm, *self.xref.values())


class Meter:
    """Counts what all streams of a PDF unpack to."""

    def __init__(self, unpacked_bytes: int) -> None:
        self._limit = unpacked_bytes
        self._left = unpacked_bytes
        self.original = filters.decode_stream_data

    def decode(self, stream: StreamObject) -> bytes:
        """In the place of pypdf's function of that name. Raises OverLimit."""
        self.check()
        left: dict[str, Any] = dict.fromkeys(_PER_STREAM, self._left)
        try:
            with apply_configuration(**left, stream_decoding_work_maximum_length=_STEPS * self._limit):
                data = self.original(stream)
        except LimitReachedError:
            self._left = 0
            self.check()
        self._left -= len(data)
        if self._left < 0:
            self.check()
        return data

    def check(self) -> None:
        """Raise OverLimit if too much was unpacked, even where pypdf kept that to itself."""
        if self._left <= 0:
            raise OverLimit(f"{self._limit / _MEGABYTE:g} MB")


@contextmanager
def opened(data: bytes, limits: PdfLimits) -> Iterator[Reader]:
    """The PDF, open. Raises Encrypted, OverLimit, errors of pypdf."""
    meter = Meter(limits.unpacked_bytes)
    filters.decode_stream_data = meter.decode  # pypdf looks it up anew for every stream
    try:
        with apply_configuration(
            disable_legacy_handling=True,
            jbig2dec_binary=None,  # starts a program
            maximum_declared_stream_length=_ANY,  # a /Length that lies is mended, and no more is read than there is
        ):
            yield _reader(data, meter, limits)
    finally:
        filters.decode_stream_data = meter.original


def _reader(data: bytes, meter: Meter, limits: PdfLimits) -> Reader:
    """By its cross-reference table; where that leads nowhere, by looking for every object in the file."""
    try:
        reader = Reader(data, meter, limits)
        _ = reader.root_object
    except (Encrypted, LimitReachedError, MemoryError, ImportError):
        raise
    except Exception:  # pypdf raises nearly everything
        reader = Reader(data + _NO_TABLE, meter, limits)
    if len(reader.xref_objStm) + sum(map(len, reader.xref.values())) > limits.objects:
        raise OverLimit(f"{limits.objects} objects")
    return reader
