"""What an authority's policies turned down, as people see it."""

import re

import pytest

from einvoice.identity import Role
from tests.support.web import Web, invoice


@pytest.fixture
def filled(web: Web) -> Web:
    web.known()
    supplier = web.supplier()
    web.submitted(supplier, invoice(number="GUT-1"))
    web.submitted(supplier, invoice("decline", number="ZURUECK-1"))
    return web


def numbers(page: str) -> set[str]:
    return set(re.findall(r"(?:GUT|ZURUECK)-1", page.partition("<table")[2]))


def test_the_list_tells_it_from_what_is_accepted(filled: Web) -> None:
    page = filled.signed_in(Role.OPERATOR).get("/submissions").text
    assert re.findall(r"<strong>(\d+)</strong> (\w+)", page)[1:4] == [
        ("0", "abgelehnt"),
        ("1", "angenommen"),
        ("1", "zurückgewiesen"),
    ]
    assert re.search(r'class="badge rejected">.*?Zurückgewiesen</span>', page)


@pytest.mark.parametrize(("verdict", "expected"), [("declined", {"ZURUECK-1"}), ("accepted", {"GUT-1"})])
def test_it_can_be_looked_for(filled: Web, verdict: str, expected: set[str]) -> None:
    assert numbers(filled.signed_in(Role.OPERATOR).get(f"/submissions?verdict={verdict}").text) == expected


def test_without_any_there_is_no_tile_for_it(web: Web) -> None:
    web.known()
    web.submitted(web.supplier(), invoice())
    tiles = re.findall(r"<strong>\d+</strong> (\w+)", web.signed_in(Role.OPERATOR).get("/submissions").text)
    assert tiles == ["angehalten", "abgelehnt", "angenommen", "in"]


def test_its_page_says_what_happened_and_that_the_formal_verdict_stands(filled: Web) -> None:
    client = filled.signed_in(Role.OPERATOR)
    address = re.search(r"/submissions/[0-9a-z]{26}", client.get("/submissions?verdict=declined").text)
    assert address
    page = client.get(address[0]).text
    strip = page.partition('class="strip rejected"')[2]
    assert "formal in Ordnung, hält aber Vorgaben von Stadt 04 nicht ein" in strip
    assert "Entschieden: zurückgewiesen nach Vorgaben der Behörde" in page
