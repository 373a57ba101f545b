"""What comes in about an answer of ours."""

from typing import Any

import pytest

from einvoice.answering import take_reply
from einvoice.errors import Refusal
from einvoice.responses import Kind, write_response
from tests.unit.answering.helping import RESPONSE, decided
from tests.unit.responses.making import message


def about(id_: str, kind: Kind = Kind.MLS) -> bytes:
    return write_response(message(kind, document_id=id_))


def test_it_is_kept_with_what_it_answers(bench: Any) -> None:
    submission = decided(bench)
    bench.store.answers.issue(submission.id, RESPONSE, id="a1", code="AB", details={}, issued_at=bench.clock.now)
    told = take_reply(bench.store, about("a1"), "ap1")
    assert told.found
    assert submission.id in told.text
    kept = bench.store.answers.get("a1").reply
    assert (kept.kind, kept.id) == ("mls", "1")


def test_said_again_it_changes_nothing(bench: Any) -> None:
    submission = decided(bench)
    bench.store.answers.issue(submission.id, RESPONSE, id="a1", code="AB", details={}, issued_at=bench.clock.now)
    assert take_reply(bench.store, about("a1"), "ap1") == take_reply(bench.store, about("a1"), "ap1")
    assert len(bench.store.audit.of("answer:a1")) == 2


def test_a_further_one_is_not_said_to_be_kept_where_it_is_not(bench: Any) -> None:
    submission = decided(bench)
    bench.store.answers.issue(submission.id, RESPONSE, id="a1", code="AB", details={}, issued_at=bench.clock.now)
    take_reply(bench.store, about("a1"), "ap1")
    told = take_reply(bench.store, write_response(message(Kind.MLS, document_id="a1", id="2")), "ap1")
    assert told.found
    assert "nur als Datei" in told.text
    assert "as a file alone" in told.text
    assert bench.store.answers.get("a1").reply.id == "1"
    _, first, second = bench.store.audit.of("answer:a1")
    assert first.action == second.action == "answer-replied-to"
    assert first.hashes != second.hashes
    assert take_reply(bench.store, write_response(message(Kind.MLS, document_id="a1", id="2")), "ap1") == told
    assert len(bench.store.audit.of("answer:a1")) == 3


def test_what_others_write_does_not_get_into_the_log(bench: Any) -> None:
    submission = decided(bench)
    bench.store.answers.issue(submission.id, RESPONSE, id="a1", code="AB", details={}, issued_at=bench.clock.now)
    strange = about("a1").replace(b">AP<", b">Erika Muster<").replace(b">RE<", b">Erika Muster<")
    assert b"Erika" in strange
    take_reply(bench.store, strange, "ap1")
    assert "Erika" not in str(bench.store.audit.of("answer:a1"))


def test_about_what_we_never_sent_it_says_so(bench: Any) -> None:
    told = take_reply(bench.store, about("other"), "ap1")
    assert not told.found
    assert "nicht gesendet" in told.text
    assert "not sent by us" in told.text


def test_what_is_none_of_the_three_kinds_is_refused(bench: Any) -> None:
    with pytest.raises(Refusal):
        take_reply(bench.store, b"<Invoice/>", "ap1")
