"""Hybrid PDFs as real software writes them, and as nobody should: each odd structure by its name.

Written byte by byte, for no library writes most of these. `CONTAINERS` says of each what is to come of it.
"""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
XML = f'<rsm:CrossIndustryInvoice xmlns:rsm="{CII}">Größe 1</rsm:CrossIndustryInvoice>'.encode()
OTHER_XML = XML.replace(b"1<", b"2<")
NO_INVOICE = b'<?xml version="1.0"?><catalog xmlns="urn:example"/>'

CATALOG, PAGES, PAGE, SPEC, FILE = 1, 2, 3, 4, 5
NAMES = b"/Names<</EmbeddedFiles 6 0 R>>"
Objects = dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Container:
    """A PDF and what is to come of it: the invoice under this name, or this refusal."""

    data: bytes
    name: str | None = "factur-x.xml"
    refusal: str | None = None
    xml: bytes = XML


def stream(content: bytes, entries: bytes = b"", length: bytes | None = None) -> bytes:
    """A stream object; its /Length may lie, or be missing (b"")."""
    said = b"/Length %d" % len(content) if length is None else length
    return b"<<%b%b>>\nstream\n%b\nendstream" % (entries, said, content)


def embedded(xml: bytes = XML, entries: bytes = b"") -> bytes:
    """The stream of an embedded file."""
    return stream(xml, b"/Type/EmbeddedFile/Subtype/text#2Fxml" + entries)


def spec(names: bytes = b"/F(factur-x.xml)/UF(factur-x.xml)", file: bytes = b"/F 5 0 R/UF 5 0 R") -> bytes:
    """A file specification."""
    return b"<</Type/Filespec/AFRelationship/Data%b/EF<<%b>>>>" % (names, file)


def objects(
    catalog: bytes = NAMES,
    *,
    page: bytes = b"",
    specification: bytes | None = None,
    file: bytes | None = None,
    more: Mapping[int, bytes] | None = None,
) -> Objects:
    """A whole PDF with one page and an embedded invoice; parts are given anew, `more` beside."""
    return {
        CATALOG: b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        PAGES: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        PAGE: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]%b>>" % page,
        SPEC: spec() if specification is None else specification,
        FILE: embedded() if file is None else file,
        6: b"<</Names[(factur-x.xml)4 0 R]>>",
        **(more or {}),
    }


def body(numbered: Objects, start: int) -> tuple[bytes, dict[int, int]]:
    """The objects one after the other, and where each begins."""
    written, places = b"", {}
    for number, content in numbered.items():
        places[number] = start + len(written)
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    return written, places


def table(places: Mapping[int, int], freed: tuple[int, ...] = ()) -> bytes:
    """A cross-reference table of single entries."""
    written = b"xref\n0 1\n0000000000 65535 f \n"
    written += b"".join(b"%d 1\n%010d 00000 n \n" % item for item in places.items())
    return written + b"".join(b"%d 1\n0000000000 00001 f \n" % number for number in freed)


def trailer(size: int, start: int, entries: bytes = b"") -> bytes:
    """The end of a file."""
    return b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (size, entries, start)


def pdf(numbered: Objects | None = None, *, head: bytes = b"%PDF-1.7\n%\xe2\xe3\n", entries: bytes = b"") -> bytes:
    """A PDF of these objects."""
    numbered = objects() if numbered is None else numbered
    written, places = body(numbered, len(head))
    start = len(head) + len(written)
    return head + written + table(places) + trailer(max(numbered) + 1, start, entries)


def updated(before: bytes, changed: Objects, freed: tuple[int, ...] = (), entries: bytes = b"") -> bytes:
    """An incremental update appended."""
    previous = int(before.rpartition(b"startxref\n")[2].split()[0])
    written, places = body(changed, len(before))
    start = len(before) + len(written)
    end = trailer(50, start, b"/Prev %d%b" % (previous, entries))
    return before + written + table(places, freed) + end


def compressed(numbered: Objects | None = None, *, table_too: bool = False) -> bytes:
    """Objects in an object stream, found by a cross-reference stream; or by both, for readers of old (hybrid)."""
    numbered = objects() if numbered is None else numbered
    packed = {number: content for number, content in numbered.items() if b"stream\n" not in content}
    index, contents = b"", b""
    for number, content in packed.items():
        index += b"%d %d " % (number, len(contents))
        contents += content + b" "
    plain = {number: content for number, content in numbered.items() if number not in packed}
    holder, reference = 40, 41
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(packed), len(index))
    plain[holder] = stream(zlib.compress(index + contents), entries)
    head = b"%PDF-1.7\n"
    written, places = body(plain, len(head))
    start = len(head) + len(written)
    rows = [(0, 0, 255)] * (reference + 1)
    for number, place in {**places, reference: start}.items():
        rows[number] = (1, place, 0)
    for at, number in enumerate(packed):
        rows[number] = (2, holder, at)
    data = b"".join(kind.to_bytes(1) + place.to_bytes(4) + last.to_bytes(1) for kind, place, last in rows)
    said = b"/Type/XRef/W[1 4 1]/Size %d/Root 1 0 R/Filter/FlateDecode" % (reference + 1)
    found = b"%d 0 obj\n%b\nendobj\n" % (reference, stream(zlib.compress(data), said))
    if table_too:
        at = start + len(found)
        return head + written + found + table(places) + trailer(reference + 1, at, b"/XRefStm %d" % start)
    return head + written + found + b"startxref\n%d\n%%%%EOF\n" % start


def lzw(content: bytes) -> bytes:
    """LZW that never learns: a clear code before the codes would get longer."""
    codes = [code for at in range(0, len(content), 200) for code in (256, *content[at : at + 200])] + [257]
    bits = "".join(f"{code:09b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def run_length(content: bytes) -> bytes:
    """Runs of single bytes."""
    pieces = [content[at : at + 128] for at in range(0, len(content), 128)]
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces) + b"\x80"


def predicted(content: bytes) -> bytes:
    """Deflated rows of ten bytes, each with PNG's "up" before it; padded with spaces."""
    content += b" " * (-len(content) % 10)
    above, rows = bytes(10), b""
    for at in range(0, len(content), 10):
        row = content[at : at + 10]
        rows += b"\x02" + bytes((now - before) % 256 for now, before in zip(row, above, strict=True))
        above = row
    return zlib.compress(rows)


def filtered(content: bytes, filters: bytes) -> bytes:
    """A PDF whose invoice went through these filters."""
    return pdf(objects(file=embedded(content, b"/Filter" + filters)))


def named(names: bytes, key: bytes = b"(x)", xml: bytes = XML) -> bytes:
    """A PDF whose invoice is called like this."""
    return pdf(objects(specification=spec(names), file=embedded(xml), more={6: b"<</Names[%b 4 0 R]>>" % key}))


def tree(root: bytes, more: Mapping[int, bytes] | None = None) -> bytes:
    """A PDF with this root of the name tree; the file specification is object 4."""
    return pdf(objects(more={6: root, **(more or {})}))


def with_second(names: bytes, xml: bytes, entries: bytes = b"") -> bytes:
    """A PDF with the invoice and another file, in objects 7 and 8, under these names."""
    second = {7: spec(names, b"/F 8 0 R"), 8: embedded(xml, entries), 6: b"<</Names[(a)4 0 R(b)7 0 R]>>"}
    return pdf(objects(more=second))


def annotated(kids: bytes = b"", more: Mapping[int, bytes] | None = None) -> bytes:
    """A PDF whose invoice hangs on a page as an annotation alone."""
    note = {7: b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 4 0 R>>"}
    return pdf(objects(b"", page=b"/Annots[null 7 0 R]" + kids, more={**note, **(more or {})}))


def _nested(depth: int) -> dict[int, bytes]:
    links = {number: b"<</Kids[%d 0 R]>>" % (number + 1) for number in range(10, 10 + depth)}
    return {**links, 10 + depth: b"<</Names[(factur-x.xml)4 0 R]>>"}


def _shifted(by: int) -> bytes:
    """Every offset in the cross-reference table is wrong by so many bytes."""
    written, places = body(objects(), 9)
    return b"%PDF-1.7\n" + written + table({n: at + by for n, at in places.items()}) + trailer(7, 9 + len(written))


def _encrypted(password: str) -> bytes:
    import io

    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(99, 99)
    writer.add_attachment("factur-x.xml", XML)
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


_UTF16 = XML.decode().encode("utf-16")
_FREED = pdf(objects(more={6: b"<</Names[(a)7 0 R(factur-x.xml)4 0 R]>>", 7: spec(file=b"/F 8 0 R"), 8: embedded()}))

CONTAINERS: dict[str, Container] = {
    # where it hangs
    "a name tree of one node": Container(pdf()),
    "a name tree of three levels": Container(tree(b"<</Kids[10 0 R]>>", _nested(2))),
    "a name tree of five thousand levels": Container(tree(b"<</Kids[10 0 R]>>", _nested(5000))),
    "limits that exclude the file": Container(
        tree(b"<</Kids[7 0 R]>>", {7: b"<</Limits[(x)(z)]/Names[(factur-x.xml)4 0 R]>>"})
    ),
    "limits that are no pair of names": Container(
        tree(b"<</Kids[7 0 R]>>", {7: b"<</Limits 12/Names[(factur-x.xml)4 0 R]>>"})
    ),
    "kids and names in one node": Container(tree(b"<</Kids[7 0 R]/Names[]>>", {7: b"<</Names[(factur-x.xml)4 0 R]>>"})),
    "a name tree that bites its tail": Container(
        tree(b"<</Kids[7 0 R 6 0 R]>>", {7: b"<</Kids[6 0 R 7 0 R]/Names[(factur-x.xml)4 0 R]>>"})
    ),
    "a kid that is broken": Container(
        tree(b"<</Kids[7 0 R 8 0 R]>>", {7: b"<</Names[(a", 8: b"<</Names[(factur-x.xml)4 0 R]>>"})
    ),
    "a kid that is missing": Container(tree(b"<</Kids[49 0 R null 8 0 R]>>", {8: b"<</Names[(factur-x.xml)4 0 R]>>"})),
    "names without keys": Container(tree(b"<</Names[4 0 R]>>")),
    "names with a key too many": Container(tree(b"<</Names[(lost)(factur-x.xml)4 0 R(end)]>>")),
    "an array in the place of the tree": Container(tree(b"[(factur-x.xml)4 0 R]")),
    "the tree in the catalog itself": Container(
        pdf(objects(b"/Names<</EmbeddedFiles<</Names[(factur-x.xml)4 0 R]>>>>"))
    ),
    "associated files alone": Container(pdf(objects(b"/AF[4 0 R]"))),
    "associated files as an array elsewhere": Container(pdf(objects(b"/AF 7 0 R", more={7: b"[4 0 R]"}))),
    "one associated file without an array": Container(pdf(objects(b"/AF 4 0 R"))),
    "an associated file of the page": Container(pdf(objects(b"", page=b"/AF[4 0 R]"))),
    "an annotation alone": Container(annotated()),
    "an annotation on a page of a deep tree": Container(
        annotated(more={PAGES: b"<</Type/Pages/Kids[8 0 R 8 0 R]>>", 8: b"<</Kids[3 0 R 2 0 R]>>"})
    ),
    "names, associated and annotated at once": Container(
        pdf(objects(NAMES + b"/AF[4 0 R]", page=b"/Annots[<</Subtype/FileAttachment/FS 4 0 R>>]"))
    ),
    # how it is specified
    "a file specification without type": Container(pdf(objects(specification=spec().replace(b"/Type/Filespec", b"")))),
    "a file specification in the tree itself": Container(tree(b"<</Names[(factur-x.xml)" + spec() + b"]>>")),
    "the stream in the place of its specification": Container(tree(b"<</Names[(factur-x.xml)5 0 R]>>")),
    "a unicode entry alone": Container(pdf(objects(specification=spec(file=b"/UF 5 0 R")))),
    "an entry for DOS alone": Container(pdf(objects(specification=spec(b"/DOS(factur-x.xml)", b"/DOS 5 0 R")))),
    "an embedded file without type": Container(pdf(objects(file=stream(XML)))),
    # what it is called
    "a name in capitals": Container(named(b"/F(FACTUR-X.XML)"), "FACTUR-X.XML"),
    "a name of ZUGFeRD 1.0": Container(named(b"/UF(ZUGFeRD-invoice.xml)"), "ZUGFeRD-invoice.xml"),
    "a name of XRechnung": Container(named(b"/UF(xrechnung.xml)"), "xrechnung.xml"),
    "a name with a folder": Container(named(b"/F(C:\\\\out\\\\factur-x.xml)"), "C:\\out\\factur-x.xml"),
    "a name in UTF-16 with a space after it": Container(
        named(b"/UF<%b>" % "\ufefffactur-x.xml ".encode("utf-16-be").hex().encode()), "factur-x.xml "
    ),
    "a unicode name that lies": Container(named(b"/UF(Rechnung.pdf)/F(factur-x.xml)")),
    "a plain name that lies": Container(named(b"/F(ferd)/UF(factur-x.xml)")),
    "a name in the tree alone": Container(named(b"", b"(factur-x.xml)")),
    "an invoice called ferd": Container(named(b"/F(ferd)/UF(ferd)", b"(ferd)"), "ferd"),
    "an invoice called invoice.xml": Container(named(b"/F(invoice.xml)"), "invoice.xml"),
    "an invoice called picture.png": Container(named(b"/F(picture.png)"), "picture.png"),
    "an invoice without a name": Container(tree(b"<</Names[null 4 0 R]>>").replace(b"(factur-x.xml)", b"()"), ""),
    "an invoice in UTF-16 called ferd": Container(named(b"/F(ferd)", xml=_UTF16), "ferd", xml=_UTF16),
    "another invoice under another name": Container(with_second(b"/F(copy.xml)", OTHER_XML)),
    # how it is packed
    "deflate": Container(filtered(zlib.compress(XML), b"/FlateDecode")),
    "deflate with a predictor": Container(
        filtered(predicted(XML), b"/FlateDecode/DecodeParms<</Predictor 12/Columns 10>>"),
        xml=XML + b" " * (-len(XML) % 10),
    ),
    "deflate without its checksum": Container(filtered(zlib.compress(XML)[:-4], b"/FlateDecode")),
    "LZW": Container(filtered(lzw(XML), b"/LZWDecode")),
    "hexadecimal": Container(filtered(XML.hex().encode() + b">", b"/ASCIIHexDecode")),
    "base 85": Container(filtered(base64.a85encode(XML) + b"~>", b"/ASCII85Decode")),
    "run length": Container(filtered(run_length(XML), b"[/RunLengthDecode]")),
    "three filters one after the other": Container(
        filtered(zlib.compress(lzw(XML)).hex().encode() + b">", b"[/ASCIIHexDecode/FlateDecode/LZWDecode]")
    ),
    "an identity crypt filter": Container(filtered(XML, b"[/Crypt]")),
    "a length that is too short": Container(pdf(objects(file=stream(XML, length=b"/Length 5")))),
    "a length beyond the file": Container(pdf(objects(file=stream(XML, length=b"/Length 999999999")))),
    "a length that is missing": Container(pdf(objects(file=stream(XML, length=b""))), xml=XML + b"\n"),
    "a length that stands elsewhere": Container(
        pdf(objects(file=stream(XML, length=b"/Length 7 0 R"), more={7: b"%d" % len(XML)}))
    ),
    # how the file is put together
    "object streams": Container(compressed()),
    "object streams, and a table beside": Container(compressed(table_too=True)),
    "bytes before the header": Container(b"\xef\xbb\xbf\r\n" + pdf()),
    "bytes after the end": Container(pdf() + b"\0" * 3000),
    "no end of file": Container(pdf().replace(b"%%EOF\n", b"")),
    "an end that was cut off": Container(pdf().partition(b"startxref")[0]),
    "a start that points nowhere": Container(pdf().replace(b"startxref\n", b"startxref\n9")),
    "offsets that are wrong": Container(_shifted(3)),
    "no table at all": Container(pdf().partition(b"xref\n0")[0] + trailer(7, 0)),
    "a catalog without type": Container(pdf().replace(b"/Type/Catalog", b"")),
    "pages that are missing": Container(pdf(objects(more={PAGES: b"null"}))),
    # revisions
    "an update that replaced the invoice": Container(updated(pdf(), {FILE: embedded(OTHER_XML)}), xml=OTHER_XML),
    "an update of object streams": Container(
        updated(compressed(), {FILE: embedded(OTHER_XML), SPEC: spec(b"/F(xrechnung.xml)")}),
        name="xrechnung.xml",
        xml=OTHER_XML,
    ),
    "an update that took the invoice out": Container(
        updated(pdf(), {CATALOG: b"<</Type/Catalog/Pages 2 0 R>>"}), None, "pdf-no-xml"
    ),
    "an update that freed the invoice": Container(updated(pdf(), {}, freed=(SPEC, FILE)), None, "pdf-no-xml"),
    "an update that freed what was in an object stream": Container(
        updated(compressed(), {}, freed=(SPEC,)), None, "pdf-no-xml"
    ),
    "an update that freed one of two": Container(updated(_FREED, {8: embedded(OTHER_XML)}, freed=(7,))),
    "an update that put another invoice beside": Container(
        updated(
            pdf(),
            {6: b"<</Names[(a)4 0 R(b)7 0 R]>>", 7: spec(b"/F(xrechnung.xml)", b"/F 8 0 R"), 8: embedded(OTHER_XML)},
        ),
        None,
        "pdf-several-invoices",
    ),
    # several
    "the same invoice twice": Container(with_second(b"/F(xrechnung.xml)", XML)),
    "two invoices of one name": Container(with_second(b"/F(factur-x.xml)", OTHER_XML), None, "pdf-several-invoices"),
    "two invoices under other names": Container(
        with_second(b"/F(b.xml)", OTHER_XML).replace(b"(factur-x.xml)", b"(a.xml)"), None, "pdf-several-invoices"
    ),
    "two streams in one specification": Container(
        pdf(objects(specification=spec(file=b"/F 5 0 R/UF 7 0 R"), more={7: embedded(OTHER_XML)})),
        None,
        "pdf-several-invoices",
    ),
    "another file that is broken": Container(with_second(b"/F(a.pdf)", b"nonsense", b"/Filter/FlateDecode")),
    "another file under an unknown filter": Container(with_second(b"/F(a.pdf)", b"x", b"/Filter/Secret")),
    # what is refused
    "no embedded file": Container(pdf(objects(b"")), None, "pdf-no-xml"),
    "another XML alone": Container(named(b"/F(catalog.xml)", xml=NO_INVOICE), None, "pdf-no-xml"),
    "a specification without a file": Container(
        pdf(objects(specification=b"<</Type/Filespec/F(factur-x.xml)>>")), None, "pdf-no-xml"
    ),
    "an invoice under an unknown filter": Container(filtered(XML, b"/Secret"), None, "pdf-broken"),
    "an unnamed invoice under an unknown filter": Container(
        filtered(XML, b"/Secret").replace(b"factur-x.xml", b"other-one.xm"), None, "pdf-broken"
    ),
    "an invoice as a JBIG2 picture": Container(filtered(XML, b"/JBIG2Decode"), None, "pdf-broken"),
    "a header and nothing else": Container(b"%PDF-1.7\n", None, "pdf-broken"),
    "half a file": Container(pdf()[:150], None, "pdf-broken"),
    "encrypted with an empty password": Container(_encrypted(""), None, "pdf-encrypted"),
    "encrypted with a password": Container(_encrypted("secret"), None, "pdf-encrypted"),
    "encrypted in a way nobody knows": Container(pdf(entries=b"/Encrypt<</Filter/Own>>"), None, "pdf-encrypted"),
    "a bomb for an invoice": Container(filtered(zlib.compress(bytes(90_000_000)), b"/FlateDecode"), None, "pdf-limits"),
    "a bomb beside the invoice": Container(
        with_second(b"/F(a.bin)", zlib.compress(bytes(90_000_000)), b"/Filter/FlateDecode"), None, "pdf-limits"
    ),
    "a bomb in layers": Container(
        filtered(zlib.compress(zlib.compress(bytes(90_000_000))), b"[/FlateDecode/FlateDecode]"), None, "pdf-limits"
    ),
}
