"""What inputs are made of: our sample invoices as text, and ways to change them."""

from collections.abc import Iterator
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[3] / "inbox" / "samples"

XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
WITH_EXTENSION = "#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
WITH_CVD = "#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"


def _sample(start: str) -> str:
    return next(SAMPLES.glob(f"{start}-*.xml")).read_text("utf-8")


UBL, CREDIT_NOTE, CII, EXTENSION, CVD = map(_sample, ("01", "02", "03", "04", "05"))


def changed(document: str, *changes: tuple[str, str]) -> str:
    """The document with each first occurrence replaced; what is to be replaced must be there."""
    for old, new in changes:
        assert old in document, old
        document = document.replace(old, new, 1)
    return document


def doubled(document: str, element: str) -> str:
    """The document with the first element of that name twice."""
    start, end = _span(document, element)
    return document[:end] + document[start:end] + document[end:]


def without(document: str, element: str) -> str:
    """The document without the first element of that name."""
    start, end = _span(document, element)
    return document[:start] + document[end:]


def plain(text: str) -> str:
    """The ASCII of it."""
    return "".join(character for character in text if ord(character) < 128)


def _span(document: str, element: str) -> tuple[int, int]:
    start = min(at for at in (document.find(f"<{element}>"), document.find(f"<{element} ")) if at >= 0)
    return start, document.index(f"</{element}>", start) + len(f"</{element}>")


Made = Iterator[tuple[str, str | bytes]]  # name and document
