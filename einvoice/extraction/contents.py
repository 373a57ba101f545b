"""What an enclosed file is by its content, and why it is not simply opened.

Work is bounded by the size of the file: of a ZIP file the directory is read, of an office file its list of parts too,
of a PDF its object streams up to a limit. Nothing found is no proof of harmlessness; a virus scanner does that work.
"""

import re
import sys
import zlib
from collections.abc import Callable, Iterator

from einvoice.extraction.kinds import kind_of, parts, text_of
from einvoice.extraction.zipdirectory import Directory, directory
from einvoice.model.enclosed import Danger

# What EN 16931 lets an invoice enclose (BT-125-1), and XML, which XRechnung's Extension adds (BR-DEX-01).
_ALLOWED = frozenset({"pdf", "png", "jpeg", "csv", "xlsx", "ods", "xml"})

_ZIPS = frozenset({"xlsx", "xlsb", "docx", "pptx", "ods", "odt", "odp", "zip", "jar"})
_BY_KIND = {
    "exe": Danger.EXECUTABLE,
    "lnk": Danger.EXECUTABLE,  # starts whatever it points to
    "chm": Danger.EXECUTABLE,
    "jar": Danger.EXECUTABLE,
    "script": Danger.SCRIPT,
    **dict.fromkeys(("zip", "gz", "7z", "rar", "tar", "bz2", "xz", "cab", "iso"), Danger.ARCHIVE),
}

# What a file may be that has this extension, or that is said to be of this type. Others say nothing.
_TEXT = frozenset({"text", "csv", "xml"})
_EXTENSIONS = {
    "pdf": {"pdf"},
    "png": {"png"},
    "jpg": {"jpeg"},
    "jpeg": {"jpeg"},
    "gif": {"gif"},
    "tif": {"tiff"},
    "tiff": {"tiff"},
    "csv": {"csv", "text"},
    "txt": _TEXT,
    "xml": {"xml", "svg"},
    "svg": {"svg"},
    "html": {"html", "xml"},
    "htm": {"html", "xml"},
    "xlsx": {"xlsx", "ole"},  # encrypted ones are OLE files
    "xlsm": {"xlsx", "ole"},
    "xlsb": {"xlsb", "ole"},
    "docx": {"docx", "ole"},
    "docm": {"docx", "ole"},
    "pptx": {"pptx", "ole"},
    "xls": {"ole"},
    "doc": {"ole"},
    "ppt": {"ole"},
    "ods": {"ods"},
    "odt": {"odt"},
    "odp": {"odp"},
    "zip": {"zip"},
    "gz": {"gz"},
    "7z": {"7z"},
    "rar": {"rar"},
    "tar": {"tar"},
}
_MIMES = {
    "application/pdf": {"pdf"},
    "image/png": {"png"},
    "image/jpeg": {"jpeg"},
    "image/gif": {"gif"},
    "image/tiff": {"tiff"},
    "image/svg+xml": {"svg"},
    "text/csv": {"csv", "text"},
    "text/plain": _TEXT,
    "text/xml": {"xml", "svg"},
    "application/xml": {"xml", "svg"},
    "text/html": {"html", "xml"},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"xlsx", "ole"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {"docx", "ole"},
    "application/vnd.oasis.opendocument.spreadsheet": {"ods"},
    "application/vnd.oasis.opendocument.text": {"odt"},
    "application/zip": {"zip"},
}
_RUNS = re.compile(r"\.(?:exe|com|scr|pif|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|jar|lnk|cpl|dll)$")
_SHOWN_AS = re.compile(r"\.(?:pdf|png|jpe?g|gif|tiff?|csv|txt|xml|xlsx?|docx?|ods|odt)\s*\.\w+$")
_MISLEADING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")  # turn the direction of reading

_PROGRAM_INSIDE = re.compile(r"\.(?:exe|com|scr|pif|msi|dll|bat|cmd|ps1|vb[se]|jse?|wsf|hta|jar|lnk|cpl|class)$", re.I)
_ARCHIVE_INSIDE = re.compile(r"\.(?:zip|7z|rar|tar|gz|tgz|bz2|xz|cab|iso|img)$|/embeddings/.*\.bin$", re.I)
_MACROS_INSIDE = re.compile(
    r"(?:^|/)(?:vbaProject[^/]*\.bin|vbaData\.xml|macrosheets/|activeX/)|^(?:Basic|Scripts)/", re.I
)
_MACRO_PARTS = re.compile(rb"macroEnabled|vbaProject|macrosheet", re.I)
_ENCRYPTED_PARTS = b"encryption-data"  # ODF encrypts each part by itself

_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_XLS_PASSWORD = re.compile(rb"\x09\x08\x10\x00.{16}\x2f\x00", re.S)  # [MS-XLS] 2.4.117: FilePass right after BOF
_DOC_AT = 512  # the main stream of a Word document stands first, behind the header

_MARKUP_RUNS = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(?:script|iframe|object|embed|foreignObject|handler|application)[\s/>]"
    rb"|[\s\"'/]on[a-z]{3,30}\s{0,20}=|(?:java|vb)script:|data:text/html|http-equiv\s{0,20}=\s{0,20}[\"']?refresh",
    re.I,
)
_MOST_MARKUP = 4_000_000  # bytes; no invoice is explained by a longer page or drawing
_XML_RUNS = re.compile(rb"<(?:[\w.-]{1,40}:)?script[\s/>]|<\?xml-stylesheet\s", re.I)
# A formula that starts a program (DDE) or calls an address.
_CSV_RUNS = re.compile(rb"[=+@-]\w{1,40}\|'|[=+@-](?:WEBSERVICE|HYPERLINK|DDE|IMPORT\w{1,10})\(", re.I)
_PDF_ENCRYPTED = re.compile(rb"/Encrypt\s{0,20}(?:\d{1,10}\s{1,20}\d{1,10}\s{1,20}R|<<)")
_PDF_ACTIONS = ("JavaScript", "Launch", "SubmitForm", "ImportData", "RichMedia", "XFA")
_MOST_UNPACKED = 20_000_000  # bytes of all object streams of a PDF
_MOST_PASSES = 8  # times the length of a PDF that may be gone over to find them


def _pdf_name(name: str) -> str:
    """A pattern for a name in a PDF, any of whose characters may be written by its number (ISO 32000-1, 7.3.5)."""
    return "/" + "".join(f"(?:{character}|#{ord(character):02x}|#{ord(character):02X})" for character in name)


_PDF_RUNS = re.compile(f"(?:{'|'.join(map(_pdf_name, _PDF_ACTIONS))})(?![A-Za-z0-9])".encode())


def look_at(name: str, mime: str | None, content: bytes) -> tuple[str, tuple[Danger, ...]]:
    """What kind of file it is and what is dangerous about it, in the order of `Danger`.

    Kinds: pdf, png, jpeg, gif, tiff, csv, text, xml, html, svg, xlsx, xlsb, docx, pptx, ods, odt, odp, ole (office
    files of before 2007), zip, jar, gz, 7z, rar, tar, bz2, xz, cab, iso, exe, chm, lnk, script, unknown.
    """
    kind = kind_of(name, mime, content)
    found = set(_INSIDE[kind](content)) if kind in _INSIDE else set()
    if kind in _BY_KIND:
        found.add(_BY_KIND[kind])
    if not {kind} & (_ZIPS | _BY_KIND.keys()) and (tail := directory(content)) and tail.ends and tail.entries:
        found |= {Danger.ARCHIVE, Danger.DISGUISED}  # a picture, say, that is a ZIP file too
    if not found and kind not in _ALLOWED:
        found.add(Danger.UNKNOWN)
    if _contradicts(name, mime, kind):
        found.add(Danger.DISGUISED)
    return kind, tuple(danger for danger in Danger if danger in found)


def _contradicts(name: str, mime: str | None, kind: str) -> bool:
    plain = name.lower().rstrip(". \0")
    extension = plain.rpartition(".")[2]
    said = (mime or "").partition(";")[0].strip().lower()
    if kind not in _EXTENSIONS.get(extension, {kind}) or kind not in _MIMES.get(said, {kind}):
        return True
    return bool(_MISLEADING.search(name) or (_RUNS.search(plain) and _SHOWN_AS.search(plain)))


def _in_zip(content: bytes) -> Iterator[Danger]:
    packed = directory(content) or Directory((), False, False)
    names = [entry.name for entry in packed.entries]
    described = parts(content, packed)
    if not packed.whole or any(map(_ARCHIVE_INSIDE.search, names)):  # not whole: nobody knows what is in it
        yield Danger.ARCHIVE
    if any(entry.encrypted for entry in packed.entries) or _ENCRYPTED_PARTS in described:
        yield Danger.ENCRYPTED
    if any(map(_MACROS_INSIDE.search, names)) or _MACRO_PARTS.search(described):
        yield Danger.MACROS
    if any(map(_PROGRAM_INSIDE.search, names)):
        yield Danger.EXECUTABLE


def _in_ole(content: bytes) -> Iterator[Danger]:
    if _OLE_MACROS in content:
        yield Danger.MACROS
    word = content[_DOC_AT : _DOC_AT + 12]
    locked = word.startswith(b"\xec\xa5") and len(word) == 12 and word[11] & 1  # [MS-DOC] 2.5.2: fEncrypted
    if locked or _OLE_ENCRYPTED in content or _XLS_PASSWORD.search(content):
        yield Danger.ENCRYPTED


def _in_pdf(content: bytes) -> Iterator[Danger]:
    if _PDF_ENCRYPTED.search(content):
        yield Danger.ENCRYPTED
    if _PDF_RUNS.search(content) or any(map(_PDF_RUNS.search, _object_streams(content))):
        yield Danger.SCRIPT


def _object_streams(content: bytes) -> Iterator[bytes]:
    """The object streams of a PDF, unpacked, as far as there is no need to understand its structure."""
    at, left, effort = 0, _MOST_UNPACKED, _MOST_PASSES * len(content)
    while left > 0 and effort > 0 and (found := content.find(b"/ObjStm", at)) >= 0:
        at = found + 1
        start = content.find(b"stream", found, found + 1000)
        end = content.find(b"endstream", start)
        effort -= 1000 + (end if end >= 0 else len(content)) - found
        if start < 0 or end < 0:
            continue
        packed = content[start:end].removeprefix(b"stream").lstrip(b"\r\n")
        try:
            piece = zlib.decompressobj().decompress(packed, left)
        except zlib.error:
            continue
        at, left = end, left - len(piece)
        yield piece


def _running(pattern: re.Pattern[bytes], most: int = sys.maxsize) -> Callable[[bytes], Iterator[Danger]]:
    """Looks for what runs in a text; one longer than `most` bytes is not looked through, but taken to run."""

    def look(content: bytes) -> Iterator[Danger]:
        text = text_of(content)
        if len(text) > most or pattern.search(text):
            yield Danger.SCRIPT

    return look


_INSIDE: dict[str, Callable[[bytes], Iterator[Danger]]] = {
    **dict.fromkeys(_ZIPS, _in_zip),
    "ole": _in_ole,
    "pdf": _in_pdf,
    "html": _running(_MARKUP_RUNS, _MOST_MARKUP),
    "svg": _running(_MARKUP_RUNS, _MOST_MARKUP),
    "xml": _running(_XML_RUNS),
    "csv": _running(_CSV_RUNS),
}
