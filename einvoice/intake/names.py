"""File names as senders give them: kept to show, never used to open anything."""

import re
import unicodedata

_LONGEST = 200  # characters
_FOLDERS = re.compile(r"[/\\]")


def shown_name(name: str | None) -> str:
    """The last part of a sender's file name, without control characters, of bounded length; "" if nothing is left."""
    last = _FOLDERS.split(name or "")[-1].encode("utf-8", "replace").decode("utf-8")
    visible = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    return visible.strip()[:_LONGEST]
