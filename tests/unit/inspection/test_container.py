"""What the inspection gives as a whole."""

from einvoice.model.enclosed import Danger, Enclosure, Inspection, Origin, Picture
from einvoice.model.finding import Level, Source
from tests.support.hybrids import facts, inspected

TERMS = {"BT-1": "R-2026-001", "BT-2": "2026-01-05", "BT-5": "EUR", "BT-112": "119.00", "BT-115": "119.00"}
PAGE = "Rechnungsnummer: R-2026-001\nRechnungsdatum: 05.01.2026\nGesamtbetrag: 119,00 €\n"


def test_an_invoice_that_came_as_xml_has_nothing_around_it() -> None:
    assert inspected(TERMS) == Inspection()
    assert inspected(TERMS).picture is Picture.NONE


def test_a_sound_hybrid_invoice_gives_no_finding() -> None:
    found = inspected(TERMS, facts(text=PAGE))
    assert found.findings == ()
    assert found.picture is Picture.COMPARED
    assert found.verapdf is None


def test_nothing_the_inspection_finds_is_an_error() -> None:
    broken = facts(
        pages=0,
        text=PAGE.replace("119,00", "1.190,00"),
        xmp={"pdfa_part": None, "namespace": "urn:x", "document_type": "ORDER", "version": "9"},
        invoice={"name": "a.xml", "relationship": None, "mime": None, "in_names": False},
    )
    found = inspected(TERMS, broken, enclosures=(enclosure(Danger.EXECUTABLE), enclosure(Danger.UNKNOWN)))
    assert len(found.findings) > 10
    assert {one.source for one in found.findings} == {Source.CONTAINER}
    assert {one.level for one in found.findings} == {Level.WARNING, Level.INFORMATION}
    assert {one.ruleset for one in found.findings} == {"hybrid", "picture", "enclosures"}


def test_a_contradiction_is_told_before_anything_about_the_file() -> None:
    found = inspected(TERMS, facts(text=PAGE.replace("119,00", "1.190,00"), invoice={"mime": None}))
    assert [one.rule for one in found.findings] == ["PICTURE-BT-112", "BR-HYBRID-12"]


def test_the_enclosed_files_are_passed_on() -> None:
    files = (enclosure(), enclosure(Danger.ARCHIVE))
    assert inspected(TERMS, enclosures=files).enclosures == files


def enclosure(*dangers: Danger) -> Enclosure:
    return Enclosure(
        number=1, origin=Origin.XML, name="a.bin", mime="x/y", kind="zip", size=3, sha256="0", dangers=dangers
    )
