"""Which edition and which conformance level an invoice belongs to."""

import pytest

from einvoice.inspection.editions import (
    FACTUR_X,
    ZUGFERD_1,
    ZUGFERD_2,
    ZUGFERD_CANDIDATE,
    edition_of,
    level_of,
    same_level,
)
from einvoice.model.document import Syntax
from tests.support.hybrids import EN_16931, XRECHNUNG, document_of, facts


@pytest.mark.parametrize(
    ("profile", "level"),
    [
        (EN_16931, "EN 16931"),
        (XRECHNUNG, "XRECHNUNG"),
        (XRECHNUNG + "#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0", "XRECHNUNG"),
        ("urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_2.3", "XRECHNUNG"),
        ("urn:factur-x.eu:1p0:minimum", "MINIMUM"),
        ("urn:zugferd.de:2p0:basicwl", "BASIC WL"),
        ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "BASIC"),
        ("urn:cen.eu:en16931:2017:compliant:factur-x.eu:1p0:basic", "BASIC"),
        ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "EXTENDED"),
        ("urn:ferd:CrossIndustryDocument:invoice:1p0:comfort", "COMFORT"),
        ("urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", None),
        ("", None),
    ],
)
def test_the_specification_identifier_tells_the_conformance_level(profile: str, level: str | None) -> None:
    assert level_of(document_of({}, profile=profile)) == level


def test_the_edition_is_that_of_the_xml() -> None:
    older = facts(xmp={"namespace": "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#"})
    basic_2 = "urn:cen.eu:en16931:2017#compliant#urn:zugferd.de:2p0:basic"
    first = document_of({}, syntax=Syntax.ZUGFERD_1, profile="urn:ferd:CrossIndustryDocument:invoice:1p0:basic")
    candidate = document_of({}, syntax=Syntax.ZUGFERD_1, profile="urn:ferd:invoice:rc:comfort")
    assert edition_of(first, facts()) is ZUGFERD_1
    assert edition_of(candidate, facts()) is ZUGFERD_CANDIDATE
    assert edition_of(document_of({}, profile=basic_2), facts()) is ZUGFERD_2
    assert edition_of(document_of({}, profile=XRECHNUNG), older) is FACTUR_X


def test_where_several_editions_share_an_identifier_the_metadata_tell_them_apart() -> None:
    older = facts(xmp={"namespace": "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#"})
    assert edition_of(document_of({}), facts()) is FACTUR_X
    assert edition_of(document_of({}), older) is ZUGFERD_2


def test_names_of_a_level_are_compared_by_meaning() -> None:
    assert same_level("EN 16931", "en16931")
    assert same_level("COMFORT", "EN 16931")
    assert same_level("BASIC WL", "BASICWL")
    assert not same_level("BASIC", "BASIC WL")
