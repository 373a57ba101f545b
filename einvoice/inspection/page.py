"""The text of a PDF's pages, made comparable, and what stands behind a label in it.

The text is a stranger's: it is cut, and every pattern here and in the modules that use it has bounded repeats only.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

CHARACTERS = 500_000  # of text looked at; an invoice of a hundred pages has about that
_BLOCK = 10_000  # characters resolved at a time: one may become eighteen
_LONGEST = 60  # characters of a value looked for
_LINE = 300  # characters of a line looked at for labels
_LINES = 10_000
_READABLE = 10  # fewer letters and digits are no text layer

# Line and page ends, dashes and minus signs of all sorts, and what a typesetter puts between thousands.
_ENDS = dict.fromkeys("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n")
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
_PLAIN = str.maketrans(_ENDS | _DASHES | {"\u2019": "'"})
_DROPPED = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))  # soft hyphens, joiners
_AMOUNT_LIKE = re.compile(r"[-+]?\d[\d .,']{0,20}")


@dataclass(frozen=True)
class Page:
    """All pages as one text: ligatures and non-breaking spaces resolved, dashes plain, soft hyphens gone."""

    text: str

    @classmethod
    def of(cls, text: str) -> "Page":
        """The text as it was read out of the PDF, made comparable."""
        plain = _resolved(text[:CHARACTERS].translate(_DROPPED).translate(_PLAIN))
        unseen = {ord(sign): " " for sign in set(plain) - {"\n"} if unicodedata.category(sign)[0] in "CZ"}
        return cls(plain.translate(unseen))

    @property
    def readable(self) -> bool:
        """Whether there is any text to speak of; a scan has none."""
        count = 0
        for sign in self.text:
            count += sign.isalnum()
            if count >= _READABLE:
                return True
        return False

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its lines with something on them, cut."""
        found = (line.strip()[:_LINE] for line in self.text.split("\n")[:_LINES])
        return tuple(line for line in found if line)

    @cached_property
    def squeezed(self) -> str:
        """Without any white space, capital letters: finds what is spaced apart or broken over two lines."""
        return "".join(self.text.split()).upper()

    def holds(self, wanted: str) -> bool:
        """Whether this stands there, however it is spaced. Only for what is long enough not to appear by chance."""
        squeezed = "".join(wanted.split()).upper()
        return bool(squeezed) and squeezed in self.squeezed

    def find(self, wanted: str) -> str | None:
        """This as a word of its own, however it is spaced, as it stands there; capitals do not matter."""
        letters = "".join(Page.of(wanted[: 2 * _LONGEST]).text.split())
        if not letters or len(letters) > _LONGEST:
            return None
        apart = r"[ \n]{0,3}".join(map(re.escape, letters))
        found = re.search(rf"(?<![0-9A-Za-z]){apart}(?![0-9A-Za-z])", self.text, re.IGNORECASE | re.ASCII)
        return " ".join(found.group().split()) if found else None

    def labelled(self, label: re.Pattern[str], *, first: bool = False) -> Iterator[str]:
        """What stands behind a label on its line, or alone on the next one behind a label alone with its colon.

        `first`: only where the label begins its line. A label within a sentence is none: before it stands nothing, or
        another value.
        """
        lines = self.lines
        for place, line in enumerate(lines):
            for found in label.finditer(line):
                before, rest = line[: found.start()], line[found.end() :].strip(" .:#=|\t")
                if before and (first or not _closed(before)):
                    continue
                if rest:
                    yield rest
                elif not before and line.endswith(":") and _stands_alone(lines, place):
                    yield lines[place + 1]


def _resolved(text: str) -> str:
    """Compatibility forms resolved (Unicode NFKC), and no longer than what is looked at."""
    if text.isascii():
        return text
    found, length = [], 0
    for start in range(0, len(text), _BLOCK):
        found.append(unicodedata.normalize("NFKC", text[start : start + _BLOCK]))
        length += len(found[-1])
        if length > CHARACTERS:
            break
    return "".join(found)[:CHARACTERS]


def _closed(before: str) -> bool:
    """Whether what stands before a label is something of its own: a value, or a cell of a table."""
    last = before.split()[-1:]
    return bool(last) and (any(map(str.isdigit, last[0])) or last[0].endswith(("|", ";", ",", ")")))


def _stands_alone(lines: tuple[str, ...], place: int) -> bool:
    """A label and its value on two lines, not a column of labels beside a column of values."""
    if place + 1 >= len(lines) or lines[place + 1].endswith(":"):
        return False
    before = lines[place - 1] if place else ""
    after = lines[place + 2] if place + 2 < len(lines) else ""
    return not before.endswith(":") and not _AMOUNT_LIKE.match(after)
