"""What a message says of each place: an XPath its own prefixes explain, or NA; English; bounded."""

from dataclasses import replace

import pytest

from einvoice.model.finding import Finding, Level, Source
from einvoice.responses.lines import MOST, line_responses, place_of

BASE = Finding(
    rule="BR-DE-15", level=Level.ERROR, source=Source.SCHEMATRON, ruleset="xrechnung-ubl",
    xpath="/ubl:Invoice", line=3, terms=(), message="Das Element muss übermittelt werden.",
)  # fmt: skip


@pytest.mark.parametrize(
    "xpath",
    [
        "/ubl:Invoice/cac:InvoiceLine[2]/cbc:ID",
        "/cn:CreditNote/cbc:ID/@schemeID",
        "/rsm:CrossIndustryInvoice/ram:ID[11]",
    ],
)
def test_a_place_is_an_xpath_in_prefixes_the_message_declares(xpath: str) -> None:
    assert place_of(replace(BASE, xpath=xpath)) == xpath


@pytest.mark.parametrize("xpath", ["", "/", "/Invoice", "/my:Invoice", "/*:Invoice", "/Q{urn:x}Invoice[1]", "line 3"])
def test_any_other_place_is_not_available(xpath: str) -> None:
    assert place_of(replace(BASE, xpath=xpath)) == "NA"


def test_a_place_only_the_engine_can_say_is_not_available() -> None:
    assert place_of(replace(BASE, location="/Q{urn:x}Invoice[1]")) == "NA"


@pytest.mark.parametrize(
    ("level", "source", "reason"),
    [
        (Level.ERROR, Source.XSD, "SV"),
        (Level.ERROR, Source.SCHEMATRON, "BV"),
        (Level.WARNING, Source.SCHEMATRON, "BW"),
    ],
)
def test_the_reason_follows_from_who_speaks_and_how_grave_it_is(level: Level, source: Source, reason: str) -> None:
    (line,) = line_responses([replace(BASE, level=level, source=source)])
    assert line.issues[0].reason == reason


@pytest.mark.parametrize("source", [Source.POLICY, Source.CONTAINER])
def test_what_is_no_part_of_the_formal_verdict_is_not_told(source: Source) -> None:
    assert line_responses([replace(BASE, source=source)]) == ()


def test_informations_are_not_told() -> None:
    assert line_responses([replace(BASE, level=Level.INFORMATION)]) == ()


def test_the_text_begins_with_the_rule_and_is_english_where_the_official_message_is_german() -> None:
    (line,) = line_responses([BASE])
    assert line.issues[0].text.startswith("[BR-DE-15] ")
    assert "Element" not in line.issues[0].text
    assert "Leitweg-ID" in line.issues[0].text


def test_a_rule_we_have_no_words_for_speaks_for_itself() -> None:
    (line,) = line_responses([replace(BASE, rule="ZZ-1", message="Must be so.")])
    assert line.issues[0].text == "[ZZ-1] Must be so."


def test_findings_of_one_place_share_a_line_in_the_order_of_the_document_errors_first() -> None:
    other = replace(BASE, rule="BR-02", xpath="/ubl:Invoice/cbc:ID")
    hint = replace(BASE, level=Level.WARNING, xpath="/ubl:Invoice/cbc:Note")
    lines = line_responses([hint, BASE, other, replace(BASE, rule="BR-03")])
    assert [(line.place, len(line.issues)) for line in lines] == [(BASE.xpath, 2), (other.xpath, 1), (hint.xpath, 1)]


def test_of_too_many_the_errors_are_told_and_the_rest_is_counted() -> None:
    warning = replace(BASE, level=Level.WARNING)
    lines = line_responses([warning] * MOST + [BASE, BASE])
    reasons = [issue.reason for line in lines[:-1] for issue in line.issues]
    assert (len(reasons), reasons.count("BV")) == (MOST, 2)
    assert lines[-1].issues[0].text == "[more] 2 more findings are not listed here."
