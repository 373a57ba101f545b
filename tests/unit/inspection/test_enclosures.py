"""Findings about the files enclosed."""

import pytest

from einvoice.inspection.enclosures import RULES, enclosure_findings
from einvoice.model.enclosed import Danger, Enclosure, Origin
from einvoice.model.finding import Finding, Level


def findings(
    *dangers: Danger, name: str = "Beleg.xlsm", origin: Origin = Origin.XML, intact: bool = True
) -> list[Finding]:
    file = Enclosure(
        number=3,
        origin=origin,
        name=name,
        mime="application/x",
        kind="xlsm",
        size=9,
        sha256="0",
        dangers=dangers,
        intact=intact,
    )
    return list(enclosure_findings([file]))


def test_a_harmless_file_is_not_mentioned() -> None:
    assert findings() == []


@pytest.mark.parametrize("danger", [danger for danger in Danger if danger is not Danger.UNKNOWN])
def test_each_danger_is_one_warning_that_names_the_file_and_its_kind(danger: Danger) -> None:
    (found,) = findings(danger)
    assert found.rule == f"ENCLOSURE-{danger.name}"
    assert found.level is Level.WARNING
    assert found.found == "Beleg.xlsm"
    assert "Beleg.xlsm" in found.message
    assert dict(found.details)["kind"] == "xlsm"


def test_a_kind_the_standard_does_not_name_is_a_note() -> None:
    assert [found.level for found in findings(Danger.UNKNOWN)] == [Level.INFORMATION]


def test_a_file_with_a_real_danger_is_not_called_unusual_on_top() -> None:
    assert [found.rule for found in findings(Danger.DISGUISED, Danger.UNKNOWN)] == ["ENCLOSURE-DISGUISED"]


def test_one_that_cannot_be_read_whole_is_told_before_its_dangers() -> None:
    rules = [found.rule for found in findings(Danger.EXECUTABLE, intact=False)]
    assert rules == ["ENCLOSURE-DAMAGED", "ENCLOSURE-EXECUTABLE"]


def test_a_file_of_the_xml_is_told_with_its_term_and_one_of_the_pdf_without() -> None:
    assert findings(Danger.SCRIPT)[0].terms == ("BT-125",)
    assert findings(Danger.SCRIPT, origin=Origin.PDF)[0].terms == ()


def test_a_nameless_file_is_told_by_its_number() -> None:
    assert findings(Danger.ARCHIVE, name="")[0].found == "#3"


def test_a_name_cannot_bring_lines_braces_or_endless_length_into_the_message() -> None:
    found = findings(Danger.ARCHIVE, name="a\n{kind}\u202e" + "b" * 5000)[0]
    assert "\n" not in found.message
    assert "\u202e" not in found.message
    assert "{kind}" in found.message
    assert len(found.message) < 300


def test_no_danger_is_without_a_rule() -> None:
    assert set(RULES) == set(Danger)
