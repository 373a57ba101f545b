"""From an engine's location to the readable path, the line, and the value found there."""

from lxml import etree

from einvoice.validation.location import Locations, path_of

CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
ROOT = etree.fromstring(
    f"""<Invoice xmlns="{UBL}" xmlns:b="{CBC}">
<b:Note>first</b:Note>
<b:Note languageID="de"> second </b:Note>
<b:ID>{"x" * 300}</b:ID>
</Invoice>"""
)


def _find(steps: str) -> tuple[str, int | None, str | None]:
    return Locations(ROOT).find(f"/Q{{{UBL}}}Invoice[1]{steps}")


def test_a_place_has_a_readable_path_a_line_and_its_value() -> None:
    assert _find(f"/Q{{{CBC}}}Note[2]") == ("/ubl:Invoice/cbc:Note[2]", 3, "second")


def test_the_first_of_its_name_carries_no_number() -> None:
    assert _find(f"/Q{{{CBC}}}Note[1]")[0] == "/ubl:Invoice/cbc:Note"


def test_an_attribute_is_a_place_of_its_own() -> None:
    assert _find(f"/Q{{{CBC}}}Note[2]/@Q{{}}languageID") == ("/ubl:Invoice/cbc:Note[2]/@languageID", 3, "de")


def test_where_a_rule_is_about_codes_the_attributes_are_part_of_the_value() -> None:
    location = f"/Q{{{UBL}}}Invoice[1]/Q{{{CBC}}}Note[2]"
    assert Locations(ROOT).find(location, attributes=True)[2] == "second (languageID: de)"


def test_a_branch_has_no_value() -> None:
    assert _find("") == ("/ubl:Invoice", 1, None)


def test_a_long_value_is_shortened() -> None:
    found = _find(f"/Q{{{CBC}}}ID[1]")[2]
    assert found is not None
    assert (len(found), found[-1]) == (200, "…")


def test_a_place_that_is_not_there_keeps_its_path() -> None:
    assert _find(f"/Q{{{CBC}}}Note[9]") == ("/ubl:Invoice/cbc:Note[9]", None, None)
    assert Locations(ROOT).find("nonsense") == ("nonsense", None, None)


def test_the_path_of_an_element_counts_its_siblings_of_the_same_name() -> None:
    assert [path_of(child) for child in ROOT] == [
        "/ubl:Invoice/cbc:Note",
        "/ubl:Invoice/cbc:Note[2]",
        "/ubl:Invoice/cbc:ID",
    ]
