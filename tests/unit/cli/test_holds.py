"""`einvoice holds`, `einvoice doors`, and what `einvoice admin` says about tokens, accounts and duplicates."""

import pytest
from typer.testing import CliRunner, Result

from einvoice.cli.admin import admin
from einvoice.cli.holds import doors, holds
from einvoice.identity import Role
from einvoice.model.policy import Duplicates
from einvoice.model.submission import Door, Hold, HumanDecision
from tests.support.web import PASSWORD, Web, invoice, web

__all__ = ["web"]

APPS = {"holds": holds, "doors": doors, "admin": admin}


@pytest.fixture(autouse=True)
def _same_store(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EINVOICE_DATA_DIR", str(web.app.settings.data_dir))


def einvoice(command: str, *arguments: str) -> Result:
    return CliRunner().invoke(APPS[command], list(arguments))


def held(web: Web, note: str = "abort", number: str = "R-1") -> str:
    return str(web.submitted(web.supplier(), invoice(note, number=number))["id"])


def test_what_is_held_is_counted_by_reason_and_cause(web: Web) -> None:
    held(web)
    held(web, number="R-2")
    held(web, "", number="R-3")
    lines = [line.split() for line in einvoice("holds", "list").output.splitlines()]
    assert [line[:3] for line in lines] == [["2", "engine", "engine-abort"], ["1", "unroutable", "-"]]


def test_the_submissions_of_a_reason_are_listed(web: Web) -> None:
    submission = held(web, number="R-77\u202e")
    held(web, "", number="R-3")
    listed = einvoice("holds", "list", "--hold", "engine").output
    assert listed.startswith(submission)
    assert len(listed.splitlines()) == 1
    assert "\u202e" not in listed
    assert einvoice("holds", "list", "--hold", "nonsense").exit_code == 2


def test_one_or_all_of_a_cause_are_tried_again(web: Web) -> None:
    first, second, third = (held(web, number=f"R-{number}") for number in range(3))
    assert einvoice("holds", "retry", first).exit_code == 0
    assert einvoice("holds", "retry", "--cause", "engine-abort", "--reason", "neu").output.startswith("2 ")
    assert {due.id for due in web.app.store.claims.due(10)} == {first, second, third}


def test_one_or_all_and_not_both(web: Web) -> None:
    assert einvoice("holds", "retry").exit_code == 2
    assert einvoice("holds", "retry", held(web), "--cause", "engine-abort").exit_code == 2


def test_one_is_sent_on_and_another_back_by_the_administrator(web: Web) -> None:
    on, back = held(web), held(web, number="R-2")
    sent = einvoice("holds", "send-on", on, "--authority", web.known().id, "--reason", "geprüft")
    assert (sent.exit_code, "sent on without a verdict" in sent.output) == (0, True)
    assert einvoice("holds", "send-back", back, "--reason", "bitte neu").exit_code == 0
    get = web.app.store.submissions.get
    assert (get(on).human_decision, get(back).human_decision) == (HumanDecision.SENT_ON, HumanDecision.SENT_BACK)
    assert web.app.store.events.of_submission(on)[-1].actor == "admin"


def test_what_is_not_possible_ends_with_1_and_says_why(web: Web) -> None:
    done = einvoice("holds", "retry", held(web, "virus"))
    assert done.exit_code == 1
    assert "quarantine" in done.stderr
    assert einvoice("holds", "send-back", held(web), "--reason", " ").exit_code == 1


def test_what_is_not_known_ends_with_2() -> None:
    assert einvoice("holds", "send-back", "unknown", "--reason", "x").exit_code == 2


def test_the_machine_can_not_let_a_file_out_of_quarantine() -> None:
    assert "consent" not in einvoice("holds", "--help").output


def test_a_door_is_paused_listed_and_resumed(web: Web) -> None:
    assert einvoice("doors", "pause", "folder", "--reason", "Umzug").exit_code == 0
    assert "Umzug" in einvoice("doors", "list").output
    assert set(web.app.store.doors.paused()) == {Door.FOLDER}
    assert einvoice("doors", "resume", "folder").exit_code == 0
    assert web.app.store.doors.paused() == {}
    assert einvoice("doors", "pause", "folder", "--reason", " ").exit_code == 2


def test_what_becomes_of_duplicates_is_set(web: Web) -> None:
    city = web.known()
    assert einvoice("admin", "set-duplicates", "--authority", city.id, "--action", "hold").exit_code == 0
    assert web.app.store.authorities.get(city.id).policy.duplicates is Duplicates.HOLD
    supplier = web.supplier()
    for note in ("", "again"):
        last = web.submitted(supplier, invoice(note, seller_id="HRB 1"))
    assert last["hold"] == Hold.CONFLICT
    assert einvoice("admin", "set-duplicates", "--authority", "unknown", "--action", "hold").exit_code == 2


def test_tokens_are_listed_and_revoked_without_ever_being_shown(web: Web) -> None:
    token = web.app.identity.create_token(Role.SUPPLIER, supplier="Muster GmbH")
    listed = einvoice("admin", "list-tokens").output
    assert "supplier  Muster GmbH  since 2026-11-22" in listed
    assert token not in listed
    token_id = listed.split()[0]
    assert einvoice("admin", "revoke-token", token_id).exit_code == 0
    assert web.app.identity.by_token(token) is None
    assert "revoked " in einvoice("admin", "list-tokens").output
    unknown = einvoice("admin", "revoke-token", "unknown")
    assert (unknown.exit_code, "list-tokens" in unknown.stderr) == (2, True)


def test_a_user_is_disabled_and_enabled(web: Web) -> None:
    web.app.identity.create_account("erika", "Erika Muster", Role.OPERATOR, password=PASSWORD)
    assert einvoice("admin", "disable-user", "erika").exit_code == 0
    assert web.app.identity.sign_in("erika", PASSWORD) is None
    assert "erika  operator  Erika Muster  since 2026-11-22  disabled " in einvoice("admin", "list-users").output
    assert einvoice("admin", "enable-user", "erika").exit_code == 0
    assert web.app.identity.sign_in("erika", PASSWORD) is not None
    unknown = einvoice("admin", "disable-user", "nobody")
    assert (unknown.exit_code, "list-users" in unknown.stderr) == (2, True)
