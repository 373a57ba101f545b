"""The words for states and events."""

import pytest

from einvoice.explain import Lang
from einvoice.faces.words import standing, word
from einvoice.model.account import Role
from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Door, EventKind, Handling, Hold, HumanDecision, Submission
from einvoice.model.trouble import RefusalNotice
from tests.support.web import Clock

LANGUAGES: tuple[Lang, ...] = ("de", "en")


def submission(**fields: object) -> Submission:
    known = {
        "id": "01",
        "received_at": Clock().now,
        "door": Door.API,
        "sender": "",
        "name": "",
        "sha256": "",
        "size": 0,
    }
    return Submission(**(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "keys"), [("door", Door), ("event", EventKind), ("role", Role)], ids=["door", "event", "role"]
)
def test_every_key_has_a_word(kind: str, keys: type[Door | EventKind | Role], lang: Lang) -> None:
    assert all(word(kind, key, lang) not in ("", str(key)) or key == "upload" for key in keys)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("handling", [one for one in Handling if one is not Handling.DECIDED])
def test_every_place_on_the_way_has_a_sentence(handling: Handling, lang: Lang) -> None:
    found = standing(submission(handling=handling, verdict=Verdict.ACCEPTED, authority_name="Stadt Ö"), lang)
    assert found.label
    assert found.sentence.endswith(".")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("hold", [one for one in Hold if one])
def test_every_hold_has_a_sentence_and_says_what_to_do(hold: Hold, lang: Lang) -> None:
    found = standing(submission(hold=hold, leitweg_id="99-X-01"), lang)
    assert found.sentence.endswith(".")
    assert found.remedy.endswith(".")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_held_before_it_was_judged_is_not_called_formally_correct(lang: Lang) -> None:
    unjudged = standing(submission(hold=Hold.CONFLICT, verdict=Verdict.UNDECIDED), lang)
    doubled = standing(submission(hold=Hold.CONFLICT, verdict=Verdict.ACCEPTED, handling=Handling.DECIDED), lang)
    assert {"de": "noch nicht geprüft", "en": "not been checked yet"}[lang] in unjudged.sentence
    assert {"de": "formal in Ordnung", "en": "formally correct"}[lang] in doubled.sentence
    assert unjudged.remedy.endswith(".")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whoever_is_turned_down_by_policies_reads_whose_they_are_and_what_to_do(lang: Lang) -> None:
    declined = submission(
        verdict=Verdict.ACCEPTED,
        policy_outcome=Outcome.REJECTED,
        handling=Handling.DECIDED,
        authority_name="Stadt Ö",
    )
    found = standing(declined, lang)
    assert "Stadt Ö" in found.sentence
    assert {"de": "formal in Ordnung", "en": "formally correct"}[lang] in found.sentence
    assert found.remedy.endswith(".")


def test_the_sender_of_an_invoice_for_nobody_here_reads_the_leitweg_id() -> None:
    held = submission(hold=Hold.UNROUTABLE, leitweg_id="99-X-01", verdict=Verdict.ACCEPTED, handling=Handling.DECIDED)
    assert "99-X-01" in standing(held, "de").sentence


def test_an_invoice_without_a_leitweg_id_is_told_to_name_one() -> None:
    held = submission(hold=Hold.UNROUTABLE, verdict=Verdict.ACCEPTED, handling=Handling.DECIDED)
    assert "BT-10" in standing(held, "de").sentence
    assert "BT-10" in standing(held, "en").remedy


def test_a_refused_file_is_told_why() -> None:
    refused = submission(verdict=Verdict.REJECTED, handling=Handling.DECIDED, refusal=RefusalNotice("pdf-encrypted"))
    assert "verschlüsselt" in standing(refused, "de").sentence


def test_a_sender_never_reads_the_cause_of_our_trouble() -> None:
    held = submission(hold=Hold.FAULT, fault_cause="engine-crash")
    assert "engine-crash" not in str(standing(held, "de"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("handling", [Handling.AVAILABLE, Handling.LEASED, Handling.ACKNOWLEDGED])
def test_what_a_person_sent_on_without_a_verdict_is_never_called_accepted(handling: Handling, lang: Lang) -> None:
    sent_on = submission(
        verdict=Verdict.UNDECIDED, handling=handling, human_decision=HumanDecision.SENT_ON, authority_name="Stadt Ö"
    )
    found = standing(sent_on, lang)
    assert "Stadt Ö" in found.sentence
    assert not any(word in found.sentence + found.label for word in ("angenommen", "accepted"))
    assert {"de": "ohne Prüfergebnis", "en": "without a verdict"}[lang] in found.label


def test_what_a_person_sent_on_with_a_verdict_is_accepted_like_any_other() -> None:
    sent_on = submission(
        verdict=Verdict.ACCEPTED, handling=Handling.AVAILABLE, human_decision=HumanDecision.SENT_ON,
        authority_name="Stadt Ö",
    )  # fmt: skip
    assert standing(sent_on, "de") == standing(submission(
        verdict=Verdict.ACCEPTED, handling=Handling.AVAILABLE, authority_name="Stadt Ö"
    ), "de")  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.UNDECIDED])
def test_what_a_person_sent_back_says_so_and_where_to_read_why(verdict: Verdict, lang: Lang) -> None:
    found = standing(
        submission(verdict=verdict, handling=Handling.WITHDRAWN, human_decision=HumanDecision.SENT_BACK), lang
    )
    assert {"de": "zurückgegeben", "en": "sent"}[lang] in found.sentence
    assert {"de": "Begründung", "en": "reason"}[lang] in found.remedy
    assert found.label == {"de": "vom Betrieb zurückgegeben", "en": "sent back by the operator"}[lang]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sender_reads_that_an_examination_is_pending_and_not_what_was_found(lang: Lang) -> None:
    held = submission(hold=Hold.QUARANTINE, verdict=Verdict.UNDECIDED, fault_cause="virus", malware="Eicar-Signature")
    found = standing(held, lang)
    assert {"de": "Prüfung durch unseren Betrieb steht aus", "en": "examination by our operators is pending"}[
        lang
    ] in found.sentence
    assert "Eicar" not in str(found)
