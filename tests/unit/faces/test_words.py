"""The words for states and events."""

import pytest

from einvoice.explain import Lang
from einvoice.faces.words import standing, word
from einvoice.model.account import Role
from einvoice.model.assessment import Verdict
from einvoice.model.policy import Outcome
from einvoice.model.submission import Door, EventKind, Handling, Hold, Submission
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
