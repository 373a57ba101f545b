"""What was answered to who sent the envelope, on the page of a submission."""

from typing import Any

import pytest

from einvoice.identity import Role
from einvoice.intake import Spool
from einvoice.model.answer import AnswerKind, Reply
from einvoice.model.submission import Door
from tests.support.letters import letter
from tests.support.web import Web, invoice

MLS = AnswerKind.MLS


@pytest.fixture
def submission_id(web: Web) -> str:
    """Decided, and owing an MLS."""
    web.known()
    spool = Spool(web.app.settings.data_dir / "letters", 100_000)
    data = invoice()
    found: str = web.app.store.receiving.receive(
        spool.write([data]), door=Door.FOLDER, sender="folder:ap1", actor="folder:ap1", name="a.xml",
        letter=letter(data),
    ).submission.id  # fmt: skip
    web.work()
    return found


def section(web: Web, submission_id: str, role: Role = Role.OPERATOR, **options: Any) -> str:
    page = web.signed_in(role).get(f"/submissions/{submission_id}", **options).text
    return page.partition('aria-labelledby="answers"')[2].partition("</section>")[0]


def issue(web: Web, submission_id: str) -> None:
    web.app.store.answers.issue(submission_id, MLS, id="m-1", code="RE", details={}, issued_at=web.clock())


def test_an_operator_reads_what_is_still_owed(web: Web, submission_id: str) -> None:
    assert "Steht noch aus: Message Level Status (MLS)" in section(web, submission_id)


def test_an_operator_reads_what_was_given_and_where_it_is(web: Web, submission_id: str) -> None:
    issue(web, submission_id)
    told = section(web, submission_id)
    assert "Message Level Status (MLS): RE" in told
    assert "<code>m-1</code>" in told
    assert "Wird für den Zugangspunkt in den Ausgang gelegt." in told
    web.app.store.outgoing.take("m-1", "w", patience=60)
    web.app.store.outgoing.written("m-1", "w", name="m-1.xml", sha256=64 * "0")
    assert "Liegt für den Zugangspunkt im Ausgang." in section(web, submission_id)


def test_an_operator_reads_what_came_back(web: Web, submission_id: str) -> None:
    issue(web, submission_id)
    reply = Reply(id="t-1", kind=MLS, code="RE", reasons=("BV",), text="<b>no</b>")
    web.app.store.answers.replied("m-1", reply, actor="folder:ap1")
    told = section(web, submission_id)
    assert "Darauf kam zurück: RE (BV)" in told
    assert "&lt;b&gt;no&lt;/b&gt;" in told


@pytest.mark.parametrize(
    "reason", ["not-asked", "no-answer", "impossible", "no-address", "passed-on", "said-already", "deleted"]
)
def test_an_operator_reads_why_there_is_no_answer(web: Web, submission_id: str, reason: str) -> None:
    web.app.store.answers.waive(submission_id, MLS, reason=reason)
    assert "Keine Antwort: Message Level Status (MLS)" in section(web, submission_id)
    assert "No answer" in section(web, submission_id, headers={"Accept-Language": "en"})


def test_nobody_else_reads_it(web: Web, submission_id: str) -> None:
    issue(web, submission_id)
    assert section(web, submission_id, Role.AUTHORITY) == ""


def test_what_came_in_no_envelope_has_no_such_section(web: Web) -> None:
    web.known()
    found = web.submitted(web.supplier(), invoice())["id"]
    assert section(web, found) == ""
