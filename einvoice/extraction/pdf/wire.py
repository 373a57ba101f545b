"""What a child answers: parts of bytes, each with its length before it in eight bytes."""

import json
import os
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

from einvoice.extraction.pdf.limits import PdfLimits

GREETING = b"+"  # the first part of every answer: the child lives
END = b"."  # the last part of an answer that is complete
_LENGTH = 8
_CHUNK = 1 << 24
_MISTAKE = b"!"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked: the invoice with all there is to know, one file by its names, or one enclosure by its number."""

    names: tuple[str, ...] = ()
    number: int | None = None


def write_order(order: Order, limits: PdfLimits) -> bytes:
    """One message."""
    return json.dumps({"names": order.names, "number": order.number, "limits": asdict(limits)}).encode()


def read_order(message: bytes) -> tuple[Order, PdfLimits]:
    """It, read."""
    said = json.loads(message)
    return Order(tuple(said["names"]), said["number"]), PdfLimits(**said["limits"])


def parts(heard: bytes | bytearray) -> list[bytes]:
    """All parts that arrived whole."""
    found: list[bytes] = []
    at = 0
    while len(heard) - at >= _LENGTH:
        start, size = at + _LENGTH, int.from_bytes(heard[at : at + _LENGTH])
        at = start + size
        if at > len(heard):
            break
        found.append(bytes(heard[start:at]))
    return found


def complete(heard: bytearray) -> bool:
    """Whether the last part is there."""
    return heard.endswith(END) and parts(heard)[-1:] == [END]


def write(descriptor: int, content: bytes) -> None:
    """Write one part. Raises OSError when nobody reads."""
    left = memoryview(len(content).to_bytes(_LENGTH) + content)
    while left:
        left = left[os.write(descriptor, left[:_CHUNK]) :]


def read_all(descriptor: int) -> bytes:
    """A file, from where it stands to its end."""
    heard = []
    while more := os.read(descriptor, _CHUNK):
        heard.append(more)
    return b"".join(heard)


def mistake(error: Exception) -> bytes:
    """Kind and place of a mistake of ours; its message may quote the PDF and is left out."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return _MISTAKE + f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}".encode()


def read_mistake(last: bytes) -> str | None:
    """What `mistake` said, if this part is one."""
    return last[1:201].decode("utf-8", "replace") if last.startswith(_MISTAKE) else None
