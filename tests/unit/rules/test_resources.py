"""Files of a configuration stand alone: nothing is fetched, nothing lies outside, nothing is expanded."""

import pytest

from einvoice.rules.archive import ReleaseRefused
from einvoice.rules.resources import check_stylesheet, locate, schema_closure
from einvoice.xmlparse import XmlLimits

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
SHEET = (
    '<xsl:transform xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="2.0">{more}'
    '<xsl:template match="/"><svrl:schematron-output xmlns:svrl="http://purl.oclc.org/dsdl/svrl"/></xsl:template>'
    "</xsl:transform>"
)


def _schema(*parts: str, doctype: str = "") -> bytes:
    return f"{doctype}<xs:schema {XS}>{''.join(parts)}</xs:schema>".encode()


def _include(location: str) -> str:
    return f'<xs:include schemaLocation="{location}"/>'


def test_a_location_is_seen_from_the_file_that_names_it() -> None:
    files = {"r/common/a b.xsd": b""}
    assert locate("../common/a%20b.xsd", "r/maindoc", files, named_by="x") == "r/common/a b.xsd"


@pytest.mark.parametrize(
    "location",
    ["/etc/passwd", "../../x.xsd", "http://example.org/x.xsd", "//example.org/x.xsd", "file:///x.xsd", "C:/x.xsd",
     "..\\x.xsd", "%2e%2e/%2e%2e/x.xsd", "x.xsd?y", "x.xsd#y"],
)  # fmt: skip
def test_a_location_outside_is_refused(location: str) -> None:
    with pytest.raises(ReleaseRefused, match="does not lie in the configuration"):
        locate(location, "r", {"x.xsd": b"", "r/x.xsd": b""}, named_by="scenarios.xml")


def test_a_missing_file_is_told_with_who_names_it() -> None:
    with pytest.raises(ReleaseRefused, match=r"Scenario 1 names r\.xsl, which is missing"):
        locate("r.xsl", "", {}, named_by="Scenario 1")


def test_a_schema_comes_with_everything_it_imports() -> None:
    files = {
        "m/a.xsd": _schema(_include("../c/b.xsd"), '<xs:import namespace="urn:x"/>'),
        "c/b.xsd": _schema(_include("../m/a.xsd"), _include("c.xsd")),
        "c/c.xsd": _schema(),
        "c/unused.xsd": _schema(),
    }
    assert set(schema_closure("m/a.xsd", files)) == {"m/a.xsd", "c/b.xsd", "c/c.xsd"}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (_schema(_include("http://www.w3.org/x.xsd")), "does not lie in the configuration"),
        (_schema(_include("../x.xsd")), "does not lie in the configuration"),
        (_schema(_include("b.xsd")), "b.xsd, which is missing"),
        (b"<a/>", "no XML Schema"),
        (b"<xs:schema", "not well-formed"),
        (_schema(doctype='<!DOCTYPE s SYSTEM "http://example.org/x.dtd">'), "DOCTYPE that fetches"),
        (_schema(doctype='<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "entity x, which is fetched"),
        (_schema("&x;", doctype='<!DOCTYPE s [<!ENTITY x "y">]>'), "uses the entity &x;"),
        (_schema(doctype="<!DOCTYPE s [<!ENTITY % p \"<!ENTITY y 'z'>\">%p;]>"), "uses the entity %p;"),
    ],
)
def test_a_schema_that_reaches_out_is_refused(schema: bytes, reason: str) -> None:
    with pytest.raises(ReleaseRefused, match=reason):
        schema_closure("a.xsd", {"a.xsd": schema})


def test_a_doctype_that_fetches_and_expands_nothing_is_harmless() -> None:
    doctype = "<!DOCTYPE s [<!ATTLIST s a CDATA #FIXED 'b'><!ENTITY % p ''><!ENTITY dsig 'urn:x'>]>"
    assert set(schema_closure("a.xsd", {"a.xsd": _schema(doctype=doctype)})) == {"a.xsd"}


ENTITY = "<!DOCTYPE s [<!ENTITY x \"<xs:import schemaLocation='file:///etc/passwd'/>\">]>"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16le", "utf-16be", "iso-8859-1"])
@pytest.mark.parametrize("content", ["&x;", ""])
def test_entities_in_another_encoding_than_utf_8_are_refused(encoding: str, content: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + _schema(content, doctype=ENTITY).decode()
    with pytest.raises(ReleaseRefused, match="declares entities and is not UTF-8"):
        schema_closure("a.xsd", {"a.xsd": text.encode(encoding)})


def test_utf_16_that_only_its_mark_tells_is_no_way_around() -> None:
    with pytest.raises(ReleaseRefused, match="declares entities and is not UTF-8"):
        schema_closure("a.xsd", {"a.xsd": _schema("&x;", doctype=ENTITY).decode().encode("utf-16")})


def test_a_schema_in_utf_16_without_entities_is_taken() -> None:
    files = {"a.xsd": _schema(_include("b.xsd")).decode().encode("utf-16"), "b.xsd": _schema()}
    assert set(schema_closure("a.xsd", files)) == {"a.xsd", "b.xsd"}


def test_a_compiled_schematron_passes() -> None:
    check_stylesheet("r.xsl", SHEET.format(more="").encode(), XmlLimits())


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (SHEET.format(more='<xsl:import href="x.xsl"/>'), "xsl:import reaches out"),
        (SHEET.format(more='<xsl:include href="x.xsl"/>'), "xsl:include reaches out"),
        (SHEET.format(more='<xsl:function name="f"><xsl:result-document/></xsl:function>'), "xsl:result-document"),
        (SHEET.replace("schematron-output", "other").format(more=""), "no Schematron compiled to XSLT"),
        ('<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron"/>', "no Schematron compiled to XSLT"),
        ("<!DOCTYPE a []>" + SHEET.format(more=""), "doctype"),
        ("<xsl:transform", "malformed"),
    ],
)  # fmt: skip
def test_a_stylesheet_that_is_none_or_reaches_out_is_refused(sheet: str, reason: str) -> None:
    with pytest.raises(ReleaseRefused, match=reason):
        check_stylesheet("r.xsl", sheet.encode(), XmlLimits())
