"""The list."""

import re

import pytest

from einvoice.identity import Role
from einvoice.portal import listing
from einvoice.portal.filters import Filters
from tests.support.web import OTHER_LEITWEG_ID, Web, invoice


@pytest.mark.parametrize(
    ("typed", "rule"), [("br-de-23-A", "BR-DE-23-a"), ("XSD-Wrong-Value", "xsd-wrong-value"), (" Br-01 ", "BR-01")]
)
def test_a_rule_is_found_however_it_is_typed(typed: str, rule: str) -> None:
    assert Filters.of({"rule": typed}).rule == rule


@pytest.fixture
def filled(web: Web) -> Web:
    web.known()
    supplier = web.supplier()
    web.submitted(supplier, invoice(number="GUT-1"))
    web.submitted(supplier, invoice("reject", number="SCHLECHT-1"))
    web.submitted(supplier, invoice(number="FREMD-1", leitweg_id=OTHER_LEITWEG_ID))
    web.submitted(supplier, invoice("abort", number="DEFEKT-1"))
    return web


def numbers(page: str) -> set[str]:
    return set(re.findall(r"(?:GUT|SCHLECHT|FREMD|DEFEKT)-1", page.partition("<table")[2]))


def test_an_operator_sees_everything_and_how_much_of_it(filled: Web) -> None:
    page = filled.signed_in(Role.OPERATOR).get("/submissions").text
    assert numbers(page) == {"GUT-1", "SCHLECHT-1", "FREMD-1", "DEFEKT-1"}
    tiles = re.findall(r"<strong>(\d+)</strong> (\w+)", page)
    assert tiles[:3] == [("2", "angehalten"), ("1", "abgelehnt"), ("2", "angenommen")]


def test_beyond_a_thousand_nobody_needs_to_know_exactly(filled: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_COUNTED", 1)
    page = filled.signed_in(Role.OPERATOR).get("/submissions").text
    tiles = re.findall(r"<strong>([^<]+)</strong> (\w+)", page)
    assert tiles[:3] == [("über 1.000", "angehalten"), ("1", "abgelehnt"), ("über 1.000", "angenommen")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("verdict=rejected", {"SCHLECHT-1"}),
        ("rule=BR-DE-15", {"SCHLECHT-1"}),
        ("rule=br-de-15", {"SCHLECHT-1"}),
        ("handling=available", {"GUT-1"}),
        ("hold=unroutable", {"FREMD-1"}),
        ("hold=any", {"FREMD-1", "DEFEKT-1"}),
        ("hold=none&verdict=accepted", {"GUT-1"}),
        ("text=defekt", {"DEFEKT-1"}),
        ("verdict=&handling=&hold=&rule=&text=", {"GUT-1", "SCHLECHT-1", "FREMD-1", "DEFEKT-1"}),
        ("verdict=tampered&hold=tampered", {"GUT-1", "SCHLECHT-1", "FREMD-1", "DEFEKT-1"}),
    ],
)
def test_the_list_is_narrowed(filled: Web, query: str, expected: set[str]) -> None:
    assert numbers(filled.signed_in(Role.OPERATOR).get(f"/submissions?{query}").text) == expected


def test_filters_that_leave_nothing_say_so_and_lead_out(filled: Web) -> None:
    page = filled.signed_in(Role.OPERATOR).get("/submissions?text=nirgends").text
    assert "Nichts gefunden" in page
    assert "Alle Filter entfernen" in page


def test_a_supplier_sees_its_own_alone(filled: Web) -> None:
    stranger = filled.signed_in(Role.SUPPLIER, supplier="Andere GmbH")
    assert "Noch nichts da" in stranger.get("/submissions").text
    assert numbers(filled.signed_in(Role.SUPPLIER, supplier="Muster GmbH").get("/submissions").text) != set()


def test_an_authority_sees_its_invoices_alone(filled: Web) -> None:
    assert numbers(filled.signed_in(Role.AUTHORITY).get("/submissions?verdict=accepted").text) == {"GUT-1"}
    other = filled.known(OTHER_LEITWEG_ID)  # from now on it is delivered
    found = filled.signed_in(Role.AUTHORITY, authority_id=other.id).get("/submissions").text
    assert numbers(found) == {"FREMD-1"}


def test_older_ones_are_a_page_away_with_the_same_filters(web: Web) -> None:
    supplier = web.supplier()
    for number in range(51):
        web.submitted(supplier, invoice(number=f"R-{number}"))
    client = web.signed_in(Role.OPERATOR)
    page = client.get("/submissions?verdict=accepted").text
    [older] = re.findall(r'href="([^"]+)" rel="next"', page)
    rest = client.get(older.replace("&amp;", "&")).text
    assert rest.count("<tr>") == 2  # head and one row
    assert "R-0" in rest
    assert 'href="/submissions?verdict=accepted"' in rest


def test_hostile_texts_are_shown_not_run(web: Web) -> None:
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt;\u202e"
    web.submitted(web.supplier(), invoice(number=hostile, seller=hostile))
    page = web.signed_in(Role.OPERATOR).get('/submissions?text="><script>alert(2)</script>').text
    assert "<script>" not in page
    whole = web.signed_in(Role.OPERATOR).get("/submissions").text
    assert "<script>" not in whole
    assert "⟨U+202E⟩" in whole
