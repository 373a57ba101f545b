"""Names of packs and profiles out of what a configuration calls itself: they stand in commands, files and addresses."""

import re
import unicodedata

from einvoice.rules.archive import ReleaseRefused

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_COMBINING = re.compile("[\u0300-\u036f]")  # accents, once they stand apart from their letter
_OTHER = re.compile(r"[^a-z0-9.]+")


def slug(text: str) -> str:
    """Small letters a to z, digits, points and hyphens; empty if nothing of the text can be written so."""
    german = unicodedata.normalize("NFC", text.lower()).translate(_GERMAN)
    plain = _COMBINING.sub("", unicodedata.normalize("NFKD", german))
    return _OTHER.sub("-", plain).strip("-.")


def name_of(text: str) -> str:
    """The slug of a name. Raises ReleaseRefused if there is none: nobody could call it."""
    if not (name := slug(text)):
        raise ReleaseRefused(f"scenarios.xml has a name without Latin letters and digits: {text}")
    return name
