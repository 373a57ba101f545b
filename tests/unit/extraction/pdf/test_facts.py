"""What is told about a hybrid PDF beside its invoice: nothing is judged, and nothing invented."""

import pytest

from einvoice.extraction.pdf import PdfLimits, embedded_invoice
from einvoice.model.enclosed import HybridFacts, XmpState
from tests.support.pdfs import NAMES, OTHER_XML, annotated, embedded, named, objects, pdf, spec, stream, with_second

FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_RDF = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_PDFA = '<rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" rdf:about="" {}</rdf:Description>'
_NAMES = ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")


def _facts(data: bytes) -> HybridFacts:
    return embedded_invoice(data, PdfLimits()).facts


def _with_xmp(packet: str, encoding: str = "utf-8") -> HybridFacts:
    metadata = stream(packet.encode(encoding), b"/Type/Metadata/Subtype/XML")
    return _facts(pdf(objects(NAMES + b"/Metadata 7 0 R", more={7: metadata})))


def _invoice(namespace: str = FX, prefix: str = "fx") -> str:
    said = zip(_NAMES, ("INVOICE", "factur-x.xml", "1.0", "EN 16931"), strict=True)
    elements = "".join(f"<{prefix}:{name}>{value}</{prefix}:{name}>" for name, value in said)
    return f'<rdf:Description xmlns:{prefix}="{namespace}" rdf:about="">{elements}</rdf:Description>'


def _schema(namespace: str = FX, names: tuple[str, ...] = _NAMES) -> str:
    properties = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name></rdf:li>' for name in names
    )
    return (
        '<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about=""><pdfaExtension:schemas><rdf:Bag>'
        f'<rdf:li rdf:parseType="Resource"><pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>'
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
        "</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    )


def test_no_metadata_is_told_as_absent() -> None:
    assert _facts(pdf()).xmp.state is XmpState.ABSENT


@pytest.mark.parametrize("packet", ["", "no xml", _RDF.format("<open>"), "<!DOCTYPE x><x/>"])
def test_metadata_that_cannot_be_read_is_told_as_broken(packet: str) -> None:
    assert _with_xmp(packet).xmp.state is XmpState.BROKEN


@pytest.mark.parametrize(
    "claim",
    [
        _PDFA.format("><pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"),
        _PDFA.format('pdfaid:part="3" pdfaid:conformance="B">'),
    ],
    ids=["elements", "attributes"],
)
def test_the_claim_of_pdf_a_is_read_however_it_is_written(claim: str) -> None:
    xmp = _with_xmp(_RDF.format(claim)).xmp
    assert (xmp.state, xmp.pdfa_part, xmp.pdfa_conformance) == (XmpState.READ, "3", "B")
    assert xmp.namespace is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_properties_of_the_invoice_are_read(encoding: str) -> None:
    xmp = _with_xmp(_RDF.format(_invoice() + _schema()), encoding).xmp
    assert (xmp.namespace, xmp.prefix, xmp.extension_schema) == (FX, "fx", True)
    assert (xmp.document_type, xmp.document_file_name) == ("INVOICE", "factur-x.xml")
    assert (xmp.version, xmp.conformance_level) == ("1.0", "EN 16931")


@pytest.mark.parametrize(
    ("namespace", "prefix"),
    [
        ("urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#", "zf"),
        ("urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#", "zf"),
        ("urn:ferd:pdfa:invoice:rc#", "zf"),
        ("urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0", "whatever"),
    ],
)
def test_the_namespace_is_told_as_it_stands_there(namespace: str, prefix: str) -> None:
    xmp = _with_xmp(_RDF.format(_invoice(namespace, prefix))).xmp
    assert (xmp.namespace, xmp.prefix, xmp.document_type) == (namespace, prefix, "INVOICE")


@pytest.mark.parametrize(
    "schema",
    ["", _schema("urn:other#"), _schema(names=_NAMES[:3])],
    ids=["none", "of another namespace", "without one of the properties"],
)
def test_properties_that_are_not_declared_are_told_as_such(schema: str) -> None:
    assert _with_xmp(_RDF.format(_invoice() + schema)).xmp.extension_schema is False


def test_how_the_invoice_is_embedded_is_told() -> None:
    dated = embedded(entries=b"/Params<</ModDate(D:20260101120000Z)>>")
    file = _facts(pdf(objects(NAMES + b"/AF[4 0 R]", file=dated))).invoice
    assert (file.name, file.unicode_name, file.plain_name) == ("factur-x.xml",) * 3
    assert (file.relationship, file.mime, file.modified) == ("Data", "text/xml", True)
    assert (file.in_names, file.in_associated, file.in_annotation) == (True, True, False)


def test_names_are_told_as_they_stand_there() -> None:
    file = _facts(named(b"/UF(Rechnung.pdf)/F(FACTUR-X.XML)")).invoice
    assert (file.name, file.unicode_name, file.plain_name) == ("FACTUR-X.XML", "Rechnung.pdf", "FACTUR-X.XML")


def test_an_invoice_that_hangs_on_a_page_is_told_as_such() -> None:
    file = _facts(annotated()).invoice
    assert (file.in_names, file.in_associated, file.in_annotation) == (False, False, True)


def test_what_is_not_said_is_not_invented() -> None:
    bare = b"<</F(factur-x.xml)/EF<</F 5 0 R>>>>"
    file = _facts(pdf(objects(specification=bare, file=stream(embedded())))).invoice
    assert (file.unicode_name, file.relationship, file.mime, file.modified) == (None, None, None, False)


def test_copies_of_the_invoice_are_counted() -> None:
    assert _facts(pdf()).invoices == 1
    assert _facts(pdf(objects(NAMES + b"/AF[4 0 R]"))).invoices == 1  # one file, named in two places
    twice = {7: spec(b"/F(xrechnung.xml)", b"/F 8 0 R"), 8: embedded(), 6: b"<</Names[(a)4 0 R(b)7 0 R]>>"}
    assert _facts(pdf(objects(more=twice))).invoices == 2


def test_the_version_is_that_of_the_catalog_else_of_the_header() -> None:
    assert _facts(pdf()).version == "1.7"
    assert _facts(pdf(objects(NAMES + b"/Version/2.0"))).version == "2.0"
    assert _facts(pdf(head=b"%PDF-1.4\n")).version == "1.4"


_TEXT = b"BT /F1 9 Tf 10 50 Td (Rechnung \\374ber 119,00) Tj ET"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding%b>>"


def _page(font: bytes, more: dict[int, bytes] | None = None) -> HybridFacts:
    page = b"/Contents 7 0 R/Resources<</Font<</F1 8 0 R>>>>"
    return _facts(pdf(objects(page=page, more={7: stream(_TEXT), 8: font, **(more or {})})))


def test_the_text_of_the_pages_is_read() -> None:
    facts = _page(_FONT % b"")
    assert (facts.pages, facts.text) == (1, "Rechnung über 119,00")


def test_pages_without_text_have_none() -> None:
    assert _facts(pdf()).text == ""


def test_pages_that_are_broken_have_no_readable_text() -> None:
    assert _facts(pdf(objects(more={2: b"null"}))).text is None


@pytest.mark.parametrize(
    ("font", "more", "embedded_all"),
    [
        (_FONT % b"", {}, False),
        (_FONT % b"/FontDescriptor 9 0 R", {9: b"<</FontFile2 10 0 R>>", 10: stream(b"font")}, True),
        (_FONT % b"/FontDescriptor 9 0 R", {9: b"<</Flags 4>>"}, False),
        (b"<</Subtype/Type3/FontMatrix[1 0 0 1 0 0]/CharProcs<<>>>>", {}, True),
        (
            b"<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[9 0 R]>>",
            {9: b"<</FontDescriptor 10 0 R>>", 10: b"<</FontFile3 11 0 R>>", 11: stream(b"font")},
            True,
        ),
    ],
    ids=["of the reader", "embedded", "described alone", "drawn", "composite"],
)
def test_whether_all_fonts_are_embedded_is_told(font: bytes, more: dict[int, bytes], embedded_all: bool) -> None:
    assert _page(font, more).fonts_embedded is embedded_all


def test_another_file_is_an_enclosure() -> None:
    found = embedded_invoice(with_second(b"/UF(notes.txt)", b"hello"), PdfLimits())
    (file,) = found.enclosures
    assert (file.number, file.origin, file.name, file.mime, file.size) == (1, "pdf", "notes.txt", "text/xml", 5)
    assert file.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def test_another_invoice_under_another_name_is_an_enclosure() -> None:
    (file,) = embedded_invoice(with_second(b"/F(copy.xml)", OTHER_XML), PdfLimits()).enclosures
    assert (file.name, file.kind) == ("copy.xml", "xml")


def test_a_file_that_is_broken_is_told_as_unknown() -> None:
    (file,) = embedded_invoice(with_second(b"/F(a.pdf)", b"x", b"/Filter/Secret"), PdfLimits()).enclosures
    assert (file.kind, file.size, file.dangers) == ("unknown", 0, ("unknown",))
