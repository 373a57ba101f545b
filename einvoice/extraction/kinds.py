"""What kind of file some bytes are: by what they hold, and by the name only where text can be anything."""

import re

from einvoice.extraction.zipdirectory import Directory, Entry, beginning, directory

# (where, what stands there, kind). The order counts: the first that fits.
_MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"\x1f\x8b\x08", "gz"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (4, b"1AY&SY", "bz2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"MSCF\0\0\0\0", "cab"),
    (0, b"\x7fELF", "exe"),
    (0, b"\xfe\xed\xfa\xce", "exe"),  # Mach-O, four ways
    (0, b"\xfe\xed\xfa\xcf", "exe"),
    (0, b"\xce\xfa\xed\xfe", "exe"),
    (0, b"\xcf\xfa\xed\xfe", "exe"),
    (0, b"\xca\xfe\xba\xbe", "exe"),  # Mach-O for several processors, and Java classes
    (0, b"L\0\0\0\x01\x14\x02\0", "lnk"),
    (0, b"ITSF\3\0\0\0", "chm"),
    (257, b"ustar", "tar"),
    (32769, b"CD001", "iso"),
)
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")  # class id of a Windows Installer package

# An office file is a ZIP file with these in it.
_OOXML = "[Content_Types].xml"
_OOXML_FOLDERS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_ODF = "mimetype"
_ODF_MANIFEST = "META-INF/manifest.xml"
_ODF_TYPES = (
    (b"application/vnd.oasis.opendocument.spreadsheet", "ods"),
    (b"application/vnd.oasis.opendocument.text", "odt"),
    (b"application/vnd.oasis.opendocument.presentation", "odp"),
)
_SMALL = 256 * 1024  # bytes of a member that are looked at

_PDF_WINDOW = 1024  # ISO 32000-1, Annex H: readers look for the header there
_TEXT_WINDOW = 64 * 1024
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>)", re.S | re.I)
_ROOT = re.compile(rb"\s*<(?:[\w.-]+:)?([\w.-]+)")
_HTML = frozenset(
    b"html head body title script style meta link base iframe div span p a img table form object embed h1 br".split()
)
_SCRIPT_NAME = re.compile(
    r"\.(?:bat|cmd|psm?1|m?js|jse|vb[se]|ws[fhc]|sct|hta|(?:ba)?sh|py|p[lm]|php|rb|reg|inf|scf|iqy|applescript|command"
    r"|settingcontent-ms)[. ]*$"
)
_SCRIPT_TEXT = re.compile(
    rb"\A\s*(?:#!|@echo\b|<\?php|<%|On Error Resume Next)"
    rb"|\bWScript\.|\bCreateObject\s*\(|\bpowershell(?:\.exe)?\s+-|\bSet-ExecutionPolicy\b|\bInvoke-Expression\b",
    re.I,
)
_SHORTCUT = re.compile(rb"\A\s*\[InternetShortcut\]", re.I)
_DELIMITERS = (b";", b",", b"\t", b"|")


def kind_of(name: str, mime: str | None, content: bytes) -> str:
    """The kind of a file, in the words of `Enclosure.kind`."""
    for at, magic, kind in _MAGIC:
        if content.startswith(magic, at):
            return "exe" if kind == "ole" and _INSTALLER in content else kind
    if content.startswith(b"MZ") and b"\0" in content[:64]:
        return "exe"
    if content.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return _packed(content, directory(content))
    if b"%PDF-" in content[:_PDF_WINDOW]:
        return "pdf"
    return _written(name.lower(), mime or "", content)


def text_of(content: bytes) -> bytes:
    """Text in UTF-8, whichever Unicode encoding it came in; what is no text comes back as it is."""
    for mark, encoding in ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"),
                           (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):  # fmt: skip
        if content.startswith(mark):
            return content.decode(encoding, "ignore").encode("utf-8", "ignore")
    return content.removeprefix(b"\xef\xbb\xbf")


def parts(content: bytes, packed: Directory) -> bytes:
    """What an office file (ECMA-376 part 2, OASIS ODF 1.3 part 2) says of its parts, as far as it is looked at."""
    entries = [_entry(packed, name) for name in (_OOXML, _ODF_MANIFEST)]
    return b"".join(beginning(content, entry, _SMALL) for entry in entries if entry)


def _packed(content: bytes, packed: Directory | None) -> str:
    if packed is None:
        return "zip"
    if (entry := _entry(packed, _ODF)) is not None:
        said = beginning(content, entry, 256)
        return next((kind for mime, kind in _ODF_TYPES if said.startswith(mime)), "zip")
    names = [entry.name for entry in packed.entries]
    if _OOXML in names:
        if b"sheet.binary" in parts(content, packed):
            return "xlsb"
        return next((kind for folder, kind in _OOXML_FOLDERS if any(n.startswith(folder) for n in names)), "zip")
    return "jar" if "META-INF/MANIFEST.MF" in names and any(n.endswith(".class") for n in names) else "zip"


def _entry(packed: Directory, name: str) -> Entry | None:
    return next((entry for entry in packed.entries if entry.name == name), None)


def _written(name: str, mime: str, content: bytes) -> str:
    text = text_of(content)
    start = text[:_TEXT_WINDOW]
    if not text or _BINARY.search(start):
        return "unknown"
    if _SHORTCUT.match(start):
        return "lnk"
    if _SCRIPT_NAME.search(name) or _SCRIPT_TEXT.search(start[:4096]):
        return "script"
    if start.lstrip().startswith(b"<"):
        return _marked_up(start)
    return "csv" if name.endswith(".csv") or mime.startswith("text/csv") or _in_columns(start) else "text"


def _marked_up(start: bytes) -> str:
    at, is_html = 0, False
    while prolog := _PROLOG.match(start, at):
        at = prolog.end()
        is_html = is_html or bool(re.match(rb"\s*<!DOCTYPE\s+html\b", prolog.group(), re.I))
    root = _ROOT.match(start, at)
    local = root.group(1).lower() if root else b""
    if local == b"svg":
        return "svg"
    if is_html or local == b"html" or (local in _HTML and not start.lstrip().startswith(b"<?xml")):
        return "html"
    return "xml" if root else "text"


def _in_columns(start: bytes) -> bool:
    """Whether the first lines have the same number of delimiters, at least one."""
    lines = [line for line in start.splitlines()[:6] if line.strip()][:5]
    return len(lines) > 1 and any(len({line.count(d) for line in lines}) == 1 and d in lines[0] for d in _DELIMITERS)
