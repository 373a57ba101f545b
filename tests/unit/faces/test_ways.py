"""The ways out of a hold."""

import pytest

from einvoice.faces.ways import Way, go, ways_out
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Hold
from einvoice.store import NotPossible
from tests.support.web import Web, invoice


@pytest.mark.parametrize(
    ("hold", "ways"),
    [
        (Hold.NONE, ()),
        (Hold.FAULT, (Way.RETRY, Way.SEND_ON, Way.SEND_BACK)),
        (Hold.ENGINE, (Way.RETRY, Way.SEND_ON, Way.SEND_BACK)),
        (Hold.UNROUTABLE, (Way.SEND_ON, Way.SEND_BACK)),
        (Hold.CONFLICT, (Way.SEND_ON, Way.SEND_BACK)),
        (Hold.QUARANTINE, (Way.CONSENT, Way.SEND_BACK)),
        (Hold.PARKED, (Way.SEND_BACK,)),
    ],
)
def test_what_can_be_done_about_a_hold(hold: Hold, ways: tuple[Way, ...]) -> None:
    assert ways_out(hold) == ways


def test_what_was_held_before_it_was_judged_can_be_judged_or_sent_back() -> None:
    assert ways_out(Hold.CONFLICT, Verdict.UNDECIDED) == (Way.RETRY, Way.SEND_BACK)
    assert ways_out(Hold.CONFLICT, Verdict.ACCEPTED) == (Way.SEND_ON, Way.SEND_BACK)


@pytest.mark.parametrize(("note", "hold"), [("abort", Hold.ENGINE), ("", Hold.UNROUTABLE), ("virus", Hold.QUARANTINE)])
def test_the_store_goes_the_ways_that_are_offered_and_no_others(web: Web, note: str, hold: Hold) -> None:
    store, other = web.app.store, web.known("99-OTHER-01").id
    for number, way in enumerate(Way):
        held = web.submitted(web.supplier(), invoice(note, number=f"R-{number}"))["id"]
        assert store.submissions.get(held).hold is hold
        if way in ways_out(hold):
            go(way, held, store, actor="account:1", reason="so sei es", authority_id=other)
        else:
            with pytest.raises(NotPossible, match=f"held-{hold}"):
                go(way, held, store, actor="account:1", reason="so sei es", authority_id=other)
