"""Which texts can be kept: NUL is refused by PostgreSQL, half a pair of surrogates is no character and no UTF-8."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text, with U+FFFD in place of what no database takes."""
    return _UNSTORABLE.sub("\ufffd", text)
