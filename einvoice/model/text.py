"""Which texts can be kept: NUL is refused by PostgreSQL, half a pair of surrogates is no character and no UTF-8."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text, with U+FFFD in place of what no database takes."""
    if text.isascii() and "\x00" not in text:  # nearly all that is stored, and known at once
        return text
    return _UNSTORABLE.sub("\ufffd", text)
