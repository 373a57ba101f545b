"""Encodings that lie, hide or break: what one reader sees, all must see, or the document is refused."""

import codecs

from tests.security.hostile.base import ACCEPTED, NOTE, UBL, Hostile, noted, numbered, put_text


def written(declared: str, actual: str, bom: bytes = b"", text: str = UBL) -> bytes:
    """An invoice that says it is in one encoding and is in another."""
    return bom + put_text("UTF-8", declared, text).encode(actual, "xmlcharrefreplace")


def raw(broken: bytes, text: str = UBL) -> bytes:
    """Bytes that are no character in the place of the note."""
    return text.encode().replace(NOTE.encode(), b"x" + broken + b"x", 1)


ROWS = (
    Hostile("UTF-16 as it should be", ACCEPTED, lambda: written("UTF-16", "utf-16")),
    Hostile("UTF-16, big end first, no mark", ACCEPTED, lambda: written("UTF-16BE", "utf-16-be")),
    Hostile("UTF-16 that says UTF-8", "encoding", lambda: written("UTF-8", "utf-16")),
    Hostile("UTF-16 with an odd number of bytes", "encoding", lambda: written("UTF-16", "utf-16")[:-1]),
    Hostile("UTF-16 with half a surrogate pair", "encoding", lambda: written(
        "UTF-16", "utf-16", text=UBL.replace(NOTE, "x@@x")).replace("@@".encode("utf-16-le"), b"\x00\xd8x\x00")),
    Hostile("UTF-8 that says UTF-16", "encoding", lambda: written("UTF-16", "utf-8")),
    Hostile("UTF-8 with the mark of UTF-16", "not-xml", lambda: written("UTF-8", "utf-8", codecs.BOM_UTF16_LE)),
    Hostile("UTF-16 with the mark of UTF-8", "not-xml", lambda: written("UTF-16", "utf-16-le", codecs.BOM_UTF8)),
    Hostile("the mark of UTF-8 and Latin 1 declared", ACCEPTED, lambda: written(
        "ISO-8859-1", "utf-8", codecs.BOM_UTF8)),
    Hostile("two byte order marks", "not-xml", lambda: written("UTF-8", "utf-8", codecs.BOM_UTF8 * 2)),
    Hostile("UTF-32", "not-xml", lambda: written("UTF-32", "utf-32")),
    Hostile("UTF-32 without a mark", "not-xml", lambda: written("UTF-32LE", "utf-32-le")),
    Hostile("UTF-7", "encoding", lambda: written("UTF-7", "utf-8").replace(b"Lieferung", b"+ADw-script+AD4-")),
    Hostile("EBCDIC", "not-xml", lambda: written("CP037", "cp037")),
    Hostile("Latin 1 that says UTF-8", "encoding", lambda: UBL.encode("latin-1", "replace")),
    Hostile("ASCII that is none", "encoding", lambda: written("US-ASCII", "utf-8")),
    Hostile("an encoding nobody knows", "encoding", lambda: written("KLINGON", "utf-8")),
    Hostile("an encoding of Python that is no character set", "encoding", lambda: written("rot13", "utf-8")),
    Hostile("an encoding of Python that unpacks", "encoding", lambda: written("zlib", "utf-8")),
    Hostile("an encoding name of 1 MB", "encoding", lambda: written("x" * 1_000_000, "utf-8")),
    Hostile("an encoding name with a path", "malformed", lambda: written("../../x", "utf-8")),
    Hostile("Shift JIS, where a backslash is none", "encoding", lambda: written("Shift_JIS", "shift_jis")),
    Hostile("an overlong bracket", "encoding", lambda: raw(b"\xc0\xbcscript\xc0\xbe")),
    Hostile("an overlong NUL", "encoding", lambda: raw(b"\xc0\x80")),
    Hostile("an overlong slash in three bytes", "encoding", lambda: raw(b"\xe0\x80\xaf")),
    Hostile("a surrogate pair in UTF-8", "encoding", lambda: raw(b"\xed\xa0\xbd\xed\xb8\x80")),
    Hostile("a character of five bytes", "encoding", lambda: raw(b"\xf8\x88\x80\x80\x80")),
    Hostile("a character beyond Unicode", "encoding", lambda: raw(b"\xf5\x80\x80\x80")),
    Hostile("a character cut off", "encoding", lambda: raw(b"\xe2\x82")),
    Hostile("NUL in a value", "malformed", lambda: raw(b"\0")),
    Hostile("NUL in a name", "malformed", lambda: UBL.encode().replace(b"<cbc:ID>", b"<cbc:I\0D>", 1)),
    Hostile("NUL behind the invoice", "malformed", lambda: UBL.encode() + b"\0"),
    Hostile("control characters in a value", "malformed", lambda: raw(b"\x01\x08\x1b")),
    Hostile("U+FFFE and U+FFFF", "malformed", lambda: noted("a\ufffeb\uffff")),
    Hostile("C1 control characters", ACCEPTED, lambda: noted("a\x85b\x9bc\x80")),
    Hostile("private and unassigned characters", ACCEPTED, lambda: noted("\ue000\U000f0000\U0010fffd\u0378")),
    Hostile("control characters of XML 1.1", "malformed", lambda: numbered("1&#1;2").replace(b"'1.0'", b"'1.1'", 1)),
    Hostile("XML 1.1 with a next line in a value", "malformed", lambda: noted("a\x9fb").replace(b"'1.0'", b"'1.1'", 1)),
    Hostile("XML 2.0", "malformed", lambda: UBL.replace("'1.0'", "'2.0'", 1).encode()),
    Hostile("an XML declaration behind a blank", "malformed", lambda: b" " + UBL.encode()),
    Hostile("a second XML declaration", "malformed", lambda:
        UBL.encode().replace(b"?>", b"?><?xml version='1.0'?>", 1)),
)  # fmt: skip
