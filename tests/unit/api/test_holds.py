"""An operator's ways out of what is held, over the API."""

from dataclasses import replace
from typing import Any

import pytest

from einvoice.model.policy import Duplicates
from einvoice.model.submission import EventKind
from tests.support.web import OTHER_LEITWEG_ID, Web, invoice


def held(web: Web, note: str = "abort", **options: Any) -> str:
    return str(web.submitted(web.supplier(), invoice(note, **options))["id"])


def act(client: Any, submission_id: str, way: str, **body: Any) -> Any:
    return client.post(f"/api/v1/submissions/{submission_id}:{way}", json=body)


def test_holds_are_counted_by_reason_and_cause_with_the_age_of_the_oldest(web: Web) -> None:
    held(web, number="R-1")
    web.clock.advance(90)
    held(web, number="R-2")
    held(web, "", number="R-3")
    told = web.operator().get("/api/v1/holds").json()
    assert told["total"] == 3
    engine, unroutable = told["holds"]
    assert (engine["hold"], engine["cause"], engine["count"], engine["retriable"]) == (
        "engine", "engine-abort", 2, True,
    )  # fmt: skip
    assert engine["oldest_seconds"] == 90
    assert (unroutable["hold"], unroutable["cause"], unroutable["retriable"]) == ("unroutable", None, False)


def test_one_is_tried_again(web: Web) -> None:
    submission = held(web)
    answer = act(web.operator(), submission, "retry", reason="neue Fassung")
    assert (answer.status_code, answer.json()["hold"], answer.json()["settled"]) == (200, None, False)
    last = web.app.store.events.of_submission(submission)[-1]
    assert (last.kind, last.reason) == (EventKind.RELEASED, "neue Fassung")
    assert last.actor.startswith("token:")


def test_another_try_needs_no_reason_and_no_body(web: Web) -> None:
    assert web.operator().post(f"/api/v1/submissions/{held(web)}:retry").status_code == 200


def test_all_of_a_cause_are_tried_again_and_counted(web: Web) -> None:
    ids = [held(web, number=f"R-{number}") for number in range(3)]
    web.at_once = False
    operator = web.operator()
    body = {"cause": "engine-abort", "reason": "neue Fassung"}
    assert operator.post("/api/v1/holds:retry", json=body).json() == {"count": 3}
    assert operator.post("/api/v1/holds:retry", json=body).json() == {"count": 0}
    assert sorted(due.id for due in web.app.store.claims.due(10)) == sorted(ids)


def test_what_is_sent_on_reaches_the_authority_with_no_verdict_and_the_reason(web: Web) -> None:
    submission, city = held(web), web.known()
    answer = act(web.operator(), submission, "send-on", authority_id=city.id, reason="Von Hand geprüft.")
    assert (answer.json()["verdict"], answer.json()["status"]) == ("undecided", "available")
    [lease] = web.authority().post("/api/v1/deliveries:lease").json()["deliveries"]
    told = lease["submission"]
    assert (told["id"], told["verdict"]) == (submission, "undecided")
    assert (told["human_decision"], told["human_reason"]) == ("sent-on", "Von Hand geprüft.")


def test_what_is_addressed_needs_no_authority_named(web: Web) -> None:
    city = web.known()
    web.app.store.authorities.set_policy(city.id, lambda policy: replace(policy, duplicates=Duplicates.HOLD))
    held(web, "", seller_id="HRB 1", seller="A")
    second = web.submitted(web.supplier("B"), invoice("", seller_id="HRB 1", seller="B"))["id"]
    told = act(web.operator(), second, "send-on", reason="Es ist eine andere.").json()
    assert (told["authority"]["id"], told["verdict"]) == (city.id, "accepted")


def test_what_is_sent_back_tells_its_sender_why(web: Web) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier, invoice("abort"))
    answer = act(web.operator(), submission["id"], "send-back", reason="Bitte ohne Anlage 3 neu senden.")
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    told = supplier.get(submission["links"]["self"]).json()
    assert (told["human_decision"], told["human_reason"]) == ("sent-back", "Bitte ohne Anlage 3 neu senden.")
    assert "zurückgegeben" in told["message"]
    assert told["operator"] is None


def test_a_sender_does_not_read_why_it_was_sent_on(web: Web) -> None:
    supplier = web.supplier()
    submission = web.submitted(supplier, invoice("abort"))
    act(web.operator(), submission["id"], "send-on", authority_id=web.known().id, reason="Lieferant bekannt.")
    told = supplier.get(submission["links"]["self"]).json()
    assert (told["human_decision"], told["human_reason"]) == ("sent-on", None)


def test_operators_read_who_decided(web: Web) -> None:
    submission, operator = held(web), web.operator()
    act(operator, submission, "send-back", reason="Bitte neu.")
    [listed] = operator.get("/api/v1/submissions").json()["items"]
    assert listed["operator"]["decided_by"].startswith("token:")
    assert listed["human_reason"] == "Bitte neu."


def test_it_takes_two_operators_to_let_a_file_out_of_quarantine(web: Web) -> None:
    submission, first = held(web, "virus"), web.operator()
    assert act(first, submission, "consent", reason="Fehlalarm").json()["hold"] == "quarantine"
    again = act(first, submission, "consent", reason="Fehlalarm")
    assert (again.status_code, again.json()["code"]) == (409, "consented-already")
    assert act(web.operator(), submission, "consent", reason="auch gesehen").json()["hold"] is None
    web.known()
    web.work()
    told = first.get(f"/api/v1/submissions/{submission}").json()
    assert (told["verdict"], told["operator"]["malware"]) == ("accepted", "Eicar-Test-Signature in what was received")


@pytest.mark.parametrize(
    ("note", "way", "code"),
    [
        ("reject", "retry", "not-held"),
        ("reject", "send-back", "not-held"),
        ("", "retry", "held-unroutable"),
        ("virus", "retry", "held-quarantine"),
        ("virus", "send-on", "held-quarantine"),
        ("abort", "consent", "held-engine"),
        ("abort", "send-on", "no-authority"),
    ],
)
def test_what_is_not_possible_is_told_with_what_is(web: Web, note: str, way: str, code: str) -> None:
    submission = held(web, note)
    before = web.app.store.submissions.get(submission)
    answer = act(web.operator(), submission, way, reason="so sei es")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["remedy"]
    assert web.app.store.submissions.get(submission) == before


@pytest.mark.parametrize("way", ["send-on", "send-back", "consent"])
@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 1001}, {"reason": "x", "a": 1}]
)
def test_a_human_decision_needs_a_reason_of_bearable_length(web: Web, way: str, body: dict[str, Any]) -> None:
    answer = web.operator().post(f"/api/v1/submissions/{held(web)}:{way}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize("way", ["retry", "send-on", "send-back", "consent"])
def test_what_does_not_exist_is_not_found(web: Web, way: str) -> None:
    assert act(web.operator(), "unknown", way, reason="x").status_code == 404


def test_sending_on_to_nobody_we_know_changes_nothing(web: Web) -> None:
    submission = held(web)
    assert act(web.operator(), submission, "send-on", authority_id="unknown", reason="x").status_code == 404
    assert web.app.store.submissions.get(submission).hold


@pytest.fixture
def twice(web: Web) -> tuple[Any, Any]:
    """Two suppliers with the same invoice; the answers they got."""
    web.known()
    return tuple(
        (client, web.submitted(client, invoice(seller_id="HRB 1", seller=name)))
        for name, client in (("A", web.supplier("A")), ("B", web.supplier("B")))
    )  # type: ignore[return-value]


def test_an_authority_sees_which_invoice_is_repeated(web: Web, twice: Any) -> None:
    (_, first), (_, second) = twice
    leases = web.authority().post("/api/v1/deliveries:lease").json()["deliveries"]
    told = {lease["submission"]["id"]: lease["submission"]["duplicate_of"] for lease in leases}
    assert told == {first["id"]: None, second["id"]: first["id"]}


def test_another_sender_does_not_learn_whose_was_first(web: Web, twice: Any) -> None:
    _, (client, second) = twice
    assert client.get(second["links"]["self"]).json()["duplicate_of"] is None


def test_the_same_sender_sees_which_of_its_own_was_first(web: Web) -> None:
    web.known()
    supplier = web.supplier()
    first = web.submitted(supplier, invoice(seller_id="HRB 1"))
    second = web.submitted(supplier, invoice("again", seller_id="HRB 1"))
    assert second["duplicate_of"] == first["id"]


def test_an_invoice_of_another_authority_is_no_duplicate(web: Web) -> None:
    web.known()
    web.known(OTHER_LEITWEG_ID)
    supplier = web.supplier()
    web.submitted(supplier, invoice(seller_id="HRB 1"))
    other = web.submitted(supplier, invoice(seller_id="HRB 1", leitweg_id=OTHER_LEITWEG_ID))
    assert other["duplicate_of"] is None
