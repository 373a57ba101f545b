"""Reading a message whoever sent it: bounded in size, lines, headers, parts and depth before it costs anything."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.feedparser import BytesFeedParser
from email.message import EmailMessage
from typing import Any

_CHUNK = 1 << 20
_TELLING = frozenset({"content-type", "content-disposition", "content-transfer-encoding"})
_READ = 10_000  # characters of a header field that are decoded; of longer ones the beginning is taken as it stands


class Unusable(Exception):
    """A message that brings nothing we could take; `reason` is a code out of words.toml."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one message. The defaults are far beyond what a mail program writes."""

    lines: int = 2_000_000  # each costs the parser a microsecond
    work: int = 8_000_000  # lines times depth: the deeper a line lies, the more it costs
    header_bytes: int = 64_000  # of one header field, with its continuations
    telling_bytes: int = 4_000  # of one whose parameters are looked into
    headers: int = 5_000  # fields of all parts
    parts: int = 200
    depth: int = 20  # parts within parts, messages within messages


@dataclass(slots=True)
class _Tally:
    """What was counted so far in one message."""

    limits: Limits
    lines: int
    headers: int = 0
    parts: int = 0
    parser: "BytesFeedParser[EmailMessage] | None" = None

    def header(self, lines: Sequence[str]) -> None:
        self.headers += 1
        is_telling = lines[0].partition(":")[0].strip().lower() in _TELLING
        most = self.limits.telling_bytes if is_telling else self.limits.header_bytes
        if self.headers > self.limits.headers or sum(map(len, lines)) > most:
            raise Unusable("headers")

    def part(self) -> None:
        self.parts += 1
        depth = len(getattr(self.parser, "_msgstack", ()))
        if self.parts > self.limits.parts or depth > self.limits.depth or depth * self.lines > self.limits.work:
            raise Unusable("parts")


class _Counting(policy.EmailPolicy):
    """The default policy, but it counts the header fields it is handed."""

    tally: _Tally | None = None

    def header_source_parse(self, sourcelines: Any) -> tuple[str, str]:
        """As the base class, within the limits."""
        assert self.tally is not None
        self.tally.header(sourcelines)
        return super().header_source_parse(sourcelines)


def read_message(data: bytes, limits: Limits | None = None) -> EmailMessage:
    """The message with all its parts. Raises Unusable; defects short of that are tolerated, as mail programs do."""
    tally = _Tally(limits or Limits(), lines=max(data.count(b"\n"), data.count(b"\r")))
    if tally.lines > tally.limits.lines:
        raise Unusable("lines")
    counting: Any = _Counting()  # the stubs want to know of which kind of message
    object.__setattr__(counting, "tally", tally)  # policies are frozen

    def made(policy: Any = None) -> EmailMessage:
        tally.part()
        return EmailMessage(policy)

    parser: BytesFeedParser[EmailMessage] = BytesFeedParser(made, policy=counting)
    tally.parser = parser
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
        return parser.close()
    except Unusable:
        raise
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:  # what it stumbles over
        raise Unusable("unreadable") from error


def header(message: EmailMessage, name: str) -> str:
    """The first field of that name as text on one line, decoded where it can be; "" if there is none.

    The parser of the standard library raises a dozen kinds of errors on odd fields; those are read as they stand.
    """
    found = headers(message, name)
    return found[0] if found else ""


def headers(message: EmailMessage, name: str) -> list[str]:
    """All fields of that name, topmost first."""
    wanted = name.lower()
    return [_decoded(message, key, raw) for key, raw in message.raw_items() if key.lower() == wanted]


def _decoded(message: EmailMessage, name: str, raw: Any) -> str:
    text = str(raw)[:_READ]
    with suppress(Exception):  # whatever: see above
        if len(raw) <= _READ:
            text = str(message.policy.header_fetch_parse(name, raw))
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
