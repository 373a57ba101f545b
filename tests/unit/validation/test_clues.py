"""The wrong code, and the allowed ones nearest to it, out of the rule's own expression."""

import pytest

from einvoice.model import Level
from einvoice.validation.clues import clues, nearest
from einvoice.validation.engine import Fired

TEXT = "((not(contains(normalize-space(.), ' ')) and contains(' {codes} ', concat(' ', normalize-space(.), ' '))))"
SCHEME = "contains(' {codes} ', concat(' ', normalize-space(@schemeID), ' '))"
COUNTRIES = "AT BE CH DE DK FR IT NL PL UA UG US"
UNITS = "C62 DAY H87 HUR KGM LS MON MTK MTQ MTR XPK XHR"


def fired(test: str, element: str = "ID", codes: tuple[str, ...] = ()) -> Fired:
    return Fired("BR-CL-14", Level.ERROR, f"/Q{{urn:x}}Invoice[1]/Q{{urn:y}}{element}[2]", "", test, codes)


def told(test: str, found: str | None, element: str = "ID") -> dict[str, str]:
    return dict(clues(fired(test, element), found, "code-list"))


def test_it_names_the_wrong_code_the_nearest_and_a_short_list_whole() -> None:
    assert told(TEXT.format(codes="AE S Z E"), "s") == {"value": "s", "nearest": "S", "allowed": "S, E, AE, Z"}


def test_a_long_list_is_not_told_whole() -> None:
    assert "allowed" not in told(TEXT.format(codes=COUNTRIES + " ZW"), "Deutschland")


def test_the_code_of_an_attribute_is_taken_out_of_the_value_found() -> None:
    found = told(SCHEME.format(codes="0088 0204 EM"), "info@x.example (schemeID: email, other: 1)")
    assert (found["value"], found["nearest"]) == ("email", "EM")


def test_the_type_of_an_attachment_is_told_and_never_its_content() -> None:
    test = "((@mimeCode = 'application/pdf' or @mimeCode  = 'text/csv'))"
    assert told(test, "a.doc (mimeCode: application/msword)", "EmbeddedDocumentBinaryObject") == {
        "value": "application/msword",
        "allowed": "application/pdf, text/csv",
    }
    assert "value" not in told(test, "JVBERi0xLjUNCiW1tbW1DQox…", "EmbeddedDocumentBinaryObject")


def test_an_empty_attribute_is_told_as_such() -> None:
    units = SCHEME.format(codes=UNITS).replace("schemeID", "unitCode")
    assert told(units, "3 (unitCode: )")["absent"] == "@unitCode"
    assert "absent" not in told(units, "3 (unitCode: Stk)")


def test_attributes_beside_a_code_are_no_part_of_it() -> None:
    assert told(TEXT.format(codes=COUNTRIES), "Germany (listID: ISO3166-1)")["value"] == "Germany"


def test_of_several_lists_the_one_for_the_element_counts() -> None:
    lists = "(self::c:InvoiceTypeCode and {}) or (self::c:CreditNoteTypeCode and {})".format(
        TEXT.format(codes="380 384"), TEXT.format(codes="81 381")
    )
    assert told(lists, "Gutschrift", "CreditNoteTypeCode")["allowed"] == "381, 81"
    assert told(lists, "Rechnung", "InvoiceTypeCode")["nearest"] == "380"


def test_a_list_of_quoted_codes_is_read_too() -> None:
    assert told("normalize-space(c:TypeCode) = ('326', '380')", None) == {"allowed": "380, 326"}


def test_codes_that_the_engine_looked_up_come_first() -> None:
    answer = clues(fired("$codeValue", codes=("DE", "AT")), "Österreich", None)
    assert dict(answer) == {"value": "Österreich", "nearest": "AT", "allowed": "DE, AT"}


@pytest.mark.parametrize("kind", ["calculation", None])
def test_other_rules_have_no_codes(kind: str | None) -> None:
    assert clues(fired(TEXT.format(codes="A B")), "x", kind) == ()


@pytest.mark.parametrize(
    ("written", "codes", "meant"),
    [
        ("€", "EUR USD", ("EUR",)),
        ("Deutschland", COUNTRIES, ("DE",)),
        ("de", COUNTRIES, ("DE",)),
        ("Stück", UNITS, ("H87", "C62")),
        ("Std.", UNITS, ("HUR",)),
        ("h 87", UNITS, ("H87",)),
        ("XHUR", UNITS, ("HUR", "XHR")),
        ("HRU", UNITS, ("HUR",)),
        ("8", "0008 0088", ("0008",)),
        ("Stk", "C62 H87 STK", ("H87", "C62")),
        ("300", "308 380 500", ()),
        ("19 %", "AE S Z", ("S",)),
        ("quatsch", UNITS, ()),
        ("", UNITS, ()),
        ("x" * 10_000, UNITS, ()),
    ],
)
def test_nearest_is_what_was_probably_meant(written: str, codes: str, meant: tuple[str, ...]) -> None:
    assert nearest(written, tuple(codes.split())) == meant


def test_what_is_suggested_is_always_allowed() -> None:
    assert nearest("Überweisung", ("30", "ZZZ")) == ("30",)
    assert nearest("Überweisung", ("ZZZ",)) == ()
