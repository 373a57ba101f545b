"""What operators do about held submissions in the portal, and what everyone reads of it."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from einvoice.identity import Role
from einvoice.intake import Spool
from einvoice.model.submission import EventKind, Handling, Hold, HumanDecision, Submission
from tests.support.letters import receive
from tests.support.web import Web, invoice


def held(web: Web, note: str = "abort", supplier: str = "Muster GmbH", **options: str) -> str:
    """The address of its page."""
    return f"/submissions/{web.submitted(web.supplier(supplier), invoice(note, **options))['id']}"


def at(web: Web, here: str) -> Submission:
    return web.app.store.submissions.get(here.rpartition("/")[2])


def csrf(page: str) -> str:
    return str(re.findall(r'name="csrf" value="(\w+)"', page)[0])


def act(client: Any, here: str, way: str, reason: str = "so sei es", **more: str) -> Any:
    return client.post(f"{here}/{way}", data={"reason": reason, "csrf": csrf(client.get(here).text)} | more)


def ways(page: str) -> set[str]:
    return set(re.findall(r'action="/submissions/\w{26}/([\w-]+)"', page))


@pytest.mark.parametrize(
    ("note", "offered"),
    [
        ("abort", {"retry", "send-on", "send-back"}),
        ("", {"send-on", "send-back"}),
        ("virus", {"consent", "send-back"}),
        ("reject", set()),
    ],
)
def test_an_operator_is_offered_the_ways_that_are_possible(web: Web, note: str, offered: set[str]) -> None:
    assert ways(web.signed_in(Role.OPERATOR).get(held(web, note)).text) == offered


def contested(web: Web, tmp_path: Path) -> tuple[str, str]:
    """Addresses of two submissions that came as the same message with different content."""
    bench = SimpleNamespace(store=web.app.store, spool=Spool(tmp_path / "spool", 5000))
    first, other = (receive(bench, one, owed=None).submission.id for one in (invoice(number="1"), invoice(number="2")))
    return f"/submissions/{first}", f"/submissions/{other}"


def test_what_is_held_before_it_was_judged_can_be_checked_or_sent_back(web: Web, tmp_path: Path) -> None:
    first, other = contested(web, tmp_path)
    page = web.signed_in(Role.OPERATOR).get(other).text
    assert ways(page) == {"retry", "send-back"}
    assert "InstanceIdentifier" in page
    assert "instance-id" in page
    assert f'Gleiche Sendungsnummer wie <a href="{first}">' in page


def test_released_by_an_operator_it_is_checked(web: Web, tmp_path: Path) -> None:
    _, other = contested(web, tmp_path)
    answer = act(web.signed_in(Role.OPERATOR), other, "send-on", authority=web.known().id)
    assert answer.status_code == 409
    assert "Ungeprüft wird nichts weitergeleitet" in answer.text
    act(web.signed_in(Role.OPERATOR), other, "retry")
    web.work()
    assert EventKind.DECIDED in [event.kind for event in web.app.store.events.of_submission(at(web, other).id)]


def test_nobody_else_is_offered_any(web: Web) -> None:
    here = held(web)
    assert ways(web.signed_in(Role.SUPPLIER, supplier="Muster GmbH").get(here).text) == set()


def test_an_operator_has_the_check_run_again_with_a_reason(web: Web) -> None:
    here = held(web)
    answer = act(web.signed_in(Role.OPERATOR), here, "retry", "neue Fassung des Prüfprogramms")
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert at(web, here).hold is Hold.NONE
    last = web.app.store.events.of_submission(at(web, here).id)[-1]
    assert (last.kind, last.reason) == (EventKind.RELEASED, "neue Fassung des Prüfprogramms")
    assert last.actor.startswith("account:")


@pytest.mark.parametrize("way", ["retry", "send-on", "send-back"])
def test_without_a_reason_nothing_happens(web: Web, way: str) -> None:
    here = held(web)
    answer = act(web.signed_in(Role.OPERATOR), here, way, "   ", authority=web.known().id)
    assert answer.status_code == 422
    assert "Begründung fehlt" in answer.text
    assert at(web, here).hold is Hold.ENGINE


def test_what_was_written_is_still_there_when_something_is_missing(web: Web) -> None:
    here = held(web)
    answer = act(web.signed_in(Role.OPERATOR), here, "send-on", "Lieferant & Rechnung bekannt")
    assert answer.status_code == 409
    assert "Behörde fehlt" in answer.text
    assert "Lieferant &amp; Rechnung bekannt</textarea>" in answer.text
    assert re.search(r'<details class="way" open>\s*<summary>An eine Behörde', answer.text)


def test_sending_on_offers_every_authority_and_proposes_the_addressee(web: Web) -> None:
    city, other = web.known(), web.known("99-OTHER-01")
    here = held(web)
    page = web.signed_in(Role.OPERATOR).get(here).text
    assert f'<option value="{other.id}">' in page
    assert re.search(rf'<option value="{city.id}" selected>.*laut Rechnung', page)


def test_what_is_sent_on_is_read_as_without_a_verdict(web: Web) -> None:
    here, city = held(web), web.known()
    act(web.signed_in(Role.OPERATOR), here, "send-on", "Von Hand geprüft", authority=city.id)
    assert at(web, here).human_decision is HumanDecision.SENT_ON
    for client in (web.signed_in(Role.AUTHORITY), web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")):
        page = client.get(here).text
        assert "Ohne Prüfergebnis" in page
        assert city.name in page
        assert 'class="badge accepted"' not in page
    assert "Von Hand geprüft" in web.signed_in(Role.AUTHORITY).get(here).text
    assert "Von Hand geprüft" not in web.signed_in(Role.SUPPLIER, supplier="Muster GmbH").get(here).text
    listed = web.signed_in(Role.AUTHORITY).get("/submissions").text
    assert "Ohne Prüfergebnis" in listed


def test_a_sender_reads_that_it_came_back_and_why(web: Web) -> None:
    here = held(web)
    act(web.signed_in(Role.OPERATOR), here, "send-back", "Bitte ohne <Anlage 3> neu senden.")
    assert at(web, here).handling is Handling.WITHDRAWN
    page = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH").get(here).text
    assert "an ihren Absender zurückgegeben" in page
    assert "Bitte ohne &lt;Anlage 3&gt; neu senden." in page
    assert "Zurückgegeben" in page
    assert "Erika Muster" not in page.partition("<main")[2]
    assert "kümmert sich darum" not in page, "the report of the fault promises what is over"


def test_operators_read_who_decided_by_name(web: Web) -> None:
    here, client = held(web), web.signed_in(Role.OPERATOR)
    act(client, here, "send-back", "Bitte neu.")
    page = client.get(here).text
    decided = page.partition('id="by-hand"')[2].partition("</section>")[0]
    assert "Erika Muster" in decided
    assert "Bitte neu." in decided
    assert "account:" not in decided
    history = page.partition('class="history"')[2].partition("</ol>")[0]
    assert "Konto <bdi>Erika Muster</bdi>" in history


def test_what_somebody_else_was_faster_with_is_told_on_the_page_as_it_is_now(web: Web) -> None:
    here, client = held(web), web.signed_in(Role.OPERATOR)
    shown = csrf(client.get(here).text)
    web.app.store.people.send_back(at(web, here).id, actor="account:1", reason="schon erledigt")
    answer = client.post(f"{here}/retry", data={"reason": "noch einmal", "csrf": shown})
    assert answer.status_code == 409
    assert "Nicht angehalten" in answer.text
    assert "schon erledigt" in answer.text


def test_a_quarantined_file_needs_the_consent_of_two(web: Web) -> None:
    here = held(web, "virus")
    first, second = web.signed_in(Role.OPERATOR), web.signed_in(Role.OPERATOR)
    page = first.get(here).text
    assert "Eicar-Test-Signature" in page
    assert f"{here}/original" not in page
    act(first, here, "consent", "Fehlalarm")
    assert "Es fehlt die Zustimmung einer zweiten Person" in first.get(here).text
    waiting = second.get(here).text
    assert re.search(r"Zugestimmt: <bdi>Erika Muster</bdi>, .*<q>Fehlalarm</q>", waiting)
    act(second, here, "consent", "auch gesehen")
    assert at(web, here).hold is Hold.NONE


def test_a_second_invoice_of_a_number_leads_to_the_first(web: Web) -> None:
    web.known()
    first = held(web, "", seller_id="HRB 1")
    second = held(web, "again", seller_id="HRB 1")
    for client in (web.signed_in(Role.AUTHORITY), web.signed_in(Role.SUPPLIER, supplier="Muster GmbH")):
        page = client.get(second).text
        assert "Gleiche Rechnungsnummer wie" in page
        assert f'href="{first}"' in page


def test_it_does_not_lead_to_what_is_somebody_elses(web: Web) -> None:
    web.known()
    held(web, "", supplier="A", seller_id="HRB 1")
    second = held(web, "again", supplier="B", seller_id="HRB 1")
    page = web.signed_in(Role.SUPPLIER, supplier="B").get(second).text
    assert "Gleiche Rechnungsnummer" not in page


def test_the_overview_groups_what_is_held_by_cause(web: Web) -> None:
    held(web, number="R-1")
    held(web, number="R-2")
    held(web, "", number="R-3")
    page = web.signed_in(Role.OPERATOR).get("/submissions").text
    groups = page.partition('class="groups"')[2].partition("</ul>")[0]
    assert re.findall(r"([\w-]+) <strong>(\d+)</strong>", groups)[0] == ("engine-abort", "2")
    assert groups.count('action="/holds/retry"') == 1, "another try helps against faults alone"


def test_all_of_a_cause_are_tried_again(web: Web) -> None:
    places = [held(web, number=f"R-{number}") for number in range(3)]
    client = web.signed_in(Role.OPERATOR)
    data = {"cause": "engine-abort", "reason": "neue Fassung", "csrf": csrf(client.get("/submissions").text)}
    answer = client.post("/holds/retry", data=data)
    assert answer.status_code == 303
    assert "3 Einlieferungen werden erneut geprüft." in client.get(answer.headers["location"]).text
    assert all(at(web, here).hold is Hold.NONE for here in places)
    assert client.post("/holds/retry", data=data | {"reason": " "}).status_code == 422


def test_a_supplier_is_not_shown_our_causes(web: Web) -> None:
    held(web)
    page = web.signed_in(Role.SUPPLIER, supplier="Muster GmbH").get("/submissions").text
    assert "engine-abort" not in page
    assert "/holds/retry" not in page
