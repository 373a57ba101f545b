"""The envelope in the reports: who sent it to whom, and what is odd about it in words."""

import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from einvoice.envelope import differences, open_envelope
from einvoice.explain import Lang
from einvoice.model.envelope import Irregularity
from einvoice.reports.envelope import envelope_pairs, in_words
from einvoice.xmlparse import XmlLimits, parse
from tests.unit.envelope.envelopes import envelope

LANGUAGES: tuple[Lang, ...] = ("de", "en")
CODES = [
    *("invalid-header-version", "header-not-first", "invalid-sender-count", "invalid-receiver-count"),
    *("invalid-sender-authority", "invalid-receiver-authority", "invalid-sender-value", "invalid-receiver-value"),
    *("invalid-instance-identifier", "invalid-creation-date-time", "creation-without-zone", "missing-mime-type"),
    *("invalid-standard", "invalid-type", "invalid-type-version", "invalid-scope-count", "duplicate-scope"),
    *("missing-document-type-identifier", "missing-process-identifier", "missing-country-c1", "invalid-country-c1"),
    *("scheme-in-value", "invalid-mls-to", "invalid-mls-type"),
    *("document-type", "customization", "process", "receiver-endpoint", "receiver-reference"),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_everything_odd_has_a_sentence_with_what_stands_there(code: str, lang: Lang) -> None:
    told = in_words(Irregularity(code=code, details={"stated": "S", "expected": "E", "found": "F"}), lang)
    assert told.endswith((".", ")."))
    assert told != code


def test_no_sentence_is_there_for_nothing() -> None:
    table = tomllib.loads(files("einvoice.reports").joinpath("envelope.toml").read_text("utf-8"))
    assert {key.removeprefix("odd_") for key in table if key.startswith("odd_")} == set(CODES)


def test_a_code_without_words_is_told_as_it_is() -> None:
    assert in_words(Irregularity(code="quite-new"), "de") == "quite-new"


def test_the_proof_names_sender_receiver_number_and_what_differs() -> None:
    opened = open_envelope(envelope(receiver="0204:05911000-00000-00"))
    root = parse(opened.standalone, XmlLimits())
    compared = replace(opened.envelope, differences=differences(opened.envelope, root))
    pairs = list(envelope_pairs(compared, "de"))
    told = dict(reversed(pairs))
    assert told["Absender laut Umschlag"] == "9930:DE123456789"
    assert told["Empfänger laut Umschlag"] == "0204:05911000-00000-00"
    assert told["Sendungsnummer (Umschlag)"] == "7f1d3a52-1be1-4d54-9a3e-6f0a3c3f1f10"
    assert any("Leitweg-ID der Rechnung ist „04011000-1234512345-06“" in str(value) for _, value in pairs)
