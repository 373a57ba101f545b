"""Hybrid PDFs of our own to begin with: small, each with the invoice in another place, or written in another way."""

from functools import cache
from typing import Any

from tests.security.fuzz import xml
from tests.security.fuzz.pdffile import Name, Pdf, Ref, Stream, packed_stream

XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>3</pdfaid:part><pdfaid:conformance>B'
    b'</pdfaid:conformance></rdf:Description><rdf:Description rdf:about="" '
    b'xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#" fx:DocumentType="INVOICE" '
    b'fx:DocumentFileName="factur-x.xml" fx:Version="1.0" fx:ConformanceLevel="EN 16931"/></rdf:RDF></x:xmpmeta>'
    b'<?xpacket end="w"?>'
)  # fmt: skip
_PAGE = b"BT /F1 12 Tf 50 700 Td (Rechnung 2026-10437 vom 29.10.2026) Tj 0 -20 Td (Zu zahlen 1.190,00 EUR) Tj ET"


@cache
def seeds() -> tuple[Pdf, ...]:
    """The PDFs every mutation starts from, each with the invoice in another place, or written in another way."""
    plain = _hybrid()
    nested = _hybrid()
    nested.objects[2]["EmbeddedFiles"] = Ref(10)
    nested.objects.update({
        10: {"Kids": [Ref(11), Ref(12)]},
        11: {"Kids": [Ref(13)], "Limits": [b"a", b"z"]},
        12: {"Limits": [b"z", b"z"], "Names": []},
        13: {"Limits": [b"factur-x.xml", b"factur-x.xml"], "Names": [b"factur-x.xml", Ref(5)]},
    })  # fmt: skip
    associated = _hybrid()
    del associated.objects[1]["Names"]
    attached = _hybrid()
    del attached.objects[1]["Names"], attached.objects[1]["AF"]
    attached.objects[4]["Annots"] = [Ref(10)]
    attached.objects[10] = {
        "Type": Name("Annot"),
        "Subtype": Name("FileAttachment"),
        "FS": Ref(5),
        "Rect": [0, 0, 9, 9],
    }
    twice = _hybrid()
    twice.revisions.append({6: packed_stream({"Type": Name("EmbeddedFile"), "Subtype": Name("text/xml")}, _invoice())})
    packed = _hybrid()
    packed.packed = True
    several = _hybrid()
    several.objects.update({
        10: {"Type": Name("Filespec"), "F": b"beleg.csv", "UF": b"beleg.csv", "EF": {"F": Ref(11)}},
        11: Stream({"Type": Name("EmbeddedFile"), "Subtype": Name("text/csv")}, b"a;b\n1;=2\n"),
    })  # fmt: skip
    several.objects[2]["EmbeddedFiles"]["Names"] += [b"beleg.csv", Ref(10)]
    return plain, nested, associated, attached, twice, packed, several


@cache
def _invoice() -> bytes:
    return next(seed for seed in xml.seeds() if b"CrossIndustryInvoice" in seed)


def _hybrid() -> Pdf:
    font = {"Type": Name("Font"), "Subtype": Name("Type1"), "BaseFont": Name("Helvetica"), "ToUnicode": Ref(9)}
    unicode_map = (
        b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <41> <0041> endbfchar endcmap"
    )
    file = {"Type": Name("EmbeddedFile"), "Subtype": Name("text/xml"), "Params": {"ModDate": b"D:20261122", "Size": 1}}
    objects: dict[int, Any] = {
        1: {"Type": Name("Catalog"), "Pages": Ref(3), "Names": Ref(2), "AF": [Ref(5)], "Metadata": Ref(8)},
        2: {"EmbeddedFiles": {"Names": [b"factur-x.xml", Ref(5)]}},
        3: {"Type": Name("Pages"), "Kids": [Ref(4)], "Count": 1},
        4: {
            "Type": Name("Page"), "Parent": Ref(3), "MediaBox": [0, 0, 595, 842], "Contents": Ref(7),
            "Resources": {"Font": {"F1": font}},
        },
        5: {
            "Type": Name("Filespec"), "F": b"factur-x.xml", "UF": b"factur-x.xml",
            "AFRelationship": Name("Alternative"), "EF": {"F": Ref(6), "UF": Ref(6)},
        },
        6: packed_stream(file, _invoice()),
        7: packed_stream({}, _PAGE),
        8: Stream({"Type": Name("Metadata"), "Subtype": Name("XML")}, XMP),
        9: Stream({}, unicode_map),
    }  # fmt: skip
    return Pdf([objects], {"Root": Ref(1), "ID": [b"0123456789abcdef", b"0123456789abcdef"]})
