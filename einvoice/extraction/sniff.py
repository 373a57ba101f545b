"""What a file is, by its content; its name is never trusted."""

from enum import Enum


class Kind(Enum):
    """What the first bytes say. The value is the word the sender reads."""

    XML = "XML"
    PDF = "PDF"
    ZIP = "ZIP"  # also docx, xlsx, odt
    OFFICE = "Microsoft Office"
    IMAGE = "Bild/image"
    UNKNOWN = "?"


# ISO 32000-1 Annex H: readers look for the PDF header in the first 1024 bytes.
_PDF_WINDOW = 1024
_MAGIC = (
    (b"PK\x03\x04", Kind.ZIP),
    (b"\xd0\xcf\x11\xe0", Kind.OFFICE),
    (b"\x89PNG", Kind.IMAGE),
    (b"\xff\xd8\xff", Kind.IMAGE),
    (b"GIF8", Kind.IMAGE),
    (b"II*\0", Kind.IMAGE),
    (b"MM\0*", Kind.IMAGE),
)
# "<" in UTF-8, UTF-16 and UTF-32, with and without byte order mark
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"\0\0\0<", b"\0\0\xfe\xff")


def sniff(data: bytes) -> Kind:
    """The kind of a file. What looks like text is called XML: the parser says what is wrong with it."""
    start = data.lstrip(b" \t\r\n")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if start.startswith(_XML_STARTS):
        return Kind.XML
    if b"%PDF-" in data[:_PDF_WINDOW]:
        return Kind.PDF
    return Kind.UNKNOWN if b"\0" in data[:_PDF_WINDOW] else Kind.XML
