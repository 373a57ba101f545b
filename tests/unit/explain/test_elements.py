"""Names of elements."""

import re
from importlib.resources import files

import pytest

from einvoice.explain import Lang
from einvoice.explain.elements import everyday, technical
from einvoice.model.terms import TERMS

LANGUAGES: tuple[Lang, ...] = ("de", "en")


def rows(name: str) -> list[list[str]]:
    lines = files("einvoice.explain").joinpath(name).read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t") for line in lines]


def paths() -> set[str]:
    """Every element a rule of EN 16931 looks at."""
    return {row[5] for row in rows("rules.tsv") if len(row) > 5 and row[5]}


@pytest.mark.parametrize(
    ("lang", "name"),
    [("de", "Käufer › Ansprechpartner › Faxnummer"), ("en", "Buyer › contact › fax number")],
)
def test_an_element_is_called_by_the_way_to_it(lang: Lang, name: str) -> None:
    assert everyday("AccountingCustomerParty/Party/Contact/Telefax", lang) == name


def test_an_element_without_a_word_is_called_by_its_technical_name() -> None:
    assert everyday("Delivery/BrandNew/@what", "de") == "Lieferung › BrandNew › what"


def test_nothing_is_called_nothing() -> None:
    assert everyday("", "de") == technical("") == ""


def test_a_technical_name_has_no_mark_for_attributes() -> None:
    assert technical("CustomizationID/@schemeID") == "CustomizationID/schemeID"


def test_every_element_a_rule_names_has_words_in_both_languages() -> None:
    known = {row[0] for row in rows("elements.tsv")}
    assert {step for path in paths() for step in path.split("/")} <= known


def test_no_element_a_rule_names_is_lost_in_its_wrapper() -> None:
    wrappers = {row[0] for row in rows("elements.tsv") if not (row[1] and row[2])}
    assert {path for path in paths() if path.rpartition("/")[2] in wrappers} <= {
        "BillingReference/InvoiceDocumentReference"  # UBL-SR-06, which has words of its own
    }


def test_both_languages_leave_out_the_same_wrappers() -> None:
    assert [row[0] for row in rows("elements.tsv") if bool(row[1]) != bool(row[2])] == []


def test_no_element_has_two_rows_and_no_row_serves_no_rule() -> None:
    names = [row[0] for row in rows("elements.tsv")]
    assert len(names) == len(set(names))
    assert set(names) == {step for path in paths() for step in path.split("/")}


def test_what_stands_outside_the_model_is_sent_to_terms_there_are() -> None:
    named = {term for row in rows("rules.tsv") if len(row) > 6 for term in row[6].split(",")}
    assert named <= set(TERMS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_name_reads_like_xml(lang: Lang) -> None:
    odd = [path for path in paths() if re.search(r"[a-z][A-Z]|[@:_]", everyday(path, lang).replace("XPath", ""))]
    assert odd == []
