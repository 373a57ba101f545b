"""Who reads what about a decision by hand, and about an invoice that comes a second time."""

import pytest

from einvoice.faces.background import Background, background, by_hand
from einvoice.model.account import Principal, Role
from einvoice.model.submission import HumanDecision, Submission
from tests.support.web import Web, invoice

OPERATOR = Principal(actor="account:x", role=Role.OPERATOR, name="")


def authority(web: Web) -> Principal:
    return Principal(actor="token:x", role=Role.AUTHORITY, name="", authority_id=web.known().id)


def supplier(submission: Submission) -> Principal:
    return Principal(
        actor="token:y", role=Role.SUPPLIER, name="", supplier_id=submission.sender.removeprefix("supplier:")
    )


def decided(web: Web, act: str) -> Submission:
    """Held by an engine abort, and ended by Erika."""
    held = web.submitted(web.supplier(), invoice("abort"))["id"]
    account = web.app.identity.create_account("erika", "Erika Muster", Role.OPERATOR)
    people, actor = web.app.store.people, f"account:{account.id}"
    if act == "back":
        return people.send_back(held, actor=actor, reason="Bitte neu erstellen.")
    return people.send_on(held, web.known().id, actor=actor, reason="Von Hand geprüft.")


def test_mostly_there_is_nothing_to_know(web: Web) -> None:
    submission = web.app.store.submissions.get(web.submitted(web.supplier())["id"])
    assert background(submission, OPERATOR, web.app.store) == Background()
    assert by_hand(submission, web.app.store) is None


def test_an_operator_reads_who_decided_when_and_why(web: Web) -> None:
    found = background(decided(web, "back"), OPERATOR, web.app.store).by_hand
    assert found is not None
    assert (found.decision, found.at) == (HumanDecision.SENT_BACK, web.clock.now)
    assert (found.name, found.reason) == ("Erika Muster", "Bitte neu erstellen.")
    assert found.actor.startswith("account:")


def test_a_sender_reads_why_it_was_sent_back_and_no_names(web: Web) -> None:
    submission = decided(web, "back")
    found = background(submission, supplier(submission), web.app.store).by_hand
    assert found is not None
    assert (found.actor, found.name, found.reason) == ("", "", "Bitte neu erstellen.")


def test_why_it_was_sent_on_is_the_authoritys_to_read(web: Web) -> None:
    submission = decided(web, "on")
    told = {
        reader.role: found.reason
        for reader in (supplier(submission), authority(web))
        if (found := background(submission, reader, web.app.store).by_hand)
    }
    assert told == {Role.SUPPLIER: "", Role.AUTHORITY: "Von Hand geprüft."}


@pytest.fixture
def twice(web: Web) -> tuple[Submission, Submission]:
    """The same invoice by two senders."""
    web.known()
    first, second = (
        web.submitted(web.supplier(name), invoice(seller_id="HRB 1", seller=name))["id"] for name in ("A", "B")
    )
    get = web.app.store.submissions.get
    return get(first), get(second)


def test_a_second_one_leads_to_the_first_for_those_who_may_see_it(
    web: Web, twice: tuple[Submission, Submission]
) -> None:
    first, second = twice
    assert second.duplicate_of == first.id
    for reader in (OPERATOR, authority(web)):
        assert background(second, reader, web.app.store).first == first


def test_a_sender_learns_nothing_of_somebody_elses_first(web: Web, twice: tuple[Submission, Submission]) -> None:
    _, second = twice
    assert background(second, supplier(second), web.app.store).first is None
