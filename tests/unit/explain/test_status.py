"""The one word people see."""

import pytest

from einvoice.explain import Lang, status_words
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling, Hold


@pytest.mark.parametrize(
    ("verdict", "handling", "word"),
    [
        (None, Handling.RECEIVED, "eingegangen"),
        (None, Handling.PROCESSING, "in Prüfung"),
        (Verdict.REJECTED, Handling.DECIDED, "abgelehnt"),
        (Verdict.ACCEPTED, Handling.DECIDED, "angenommen"),
        (Verdict.ACCEPTED, Handling.AVAILABLE, "abholbereit"),
        (Verdict.ACCEPTED, Handling.LEASED, "abgeholt"),
        (Verdict.ACCEPTED, Handling.ACKNOWLEDGED, "verbucht"),
        (Verdict.ACCEPTED, Handling.WITHDRAWN, "zurückgezogen"),
        (Verdict.REJECTED, Handling.EXPIRED, "abgelaufen"),
    ],
)
def test_the_way_of_an_invoice_in_words(verdict: Verdict | None, handling: Handling, word: str) -> None:
    assert status_words(verdict, handling, Hold.NONE, "de") == word


@pytest.mark.parametrize("hold", [hold for hold in Hold if hold])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_hold_says_why(hold: Hold, lang: Lang) -> None:
    shown = status_words(None, Handling.PROCESSING, hold, lang)
    assert shown.startswith({"de": "angehalten: ", "en": "on hold: "}[lang])
    assert shown != status_words(None, Handling.PROCESSING, "unheard-of", lang)


def test_an_accepted_invoice_on_hold_is_still_called_accepted() -> None:
    shown = status_words(Verdict.ACCEPTED, Handling.DECIDED, Hold.UNROUTABLE, "de")
    assert shown == "angenommen; angehalten: Leitweg-ID keiner Behörde zugeordnet"


@pytest.mark.parametrize("lang", ["de", "en"])
def test_what_the_policies_turned_down_is_called_so_and_not_rejected(lang: Lang) -> None:
    shown = status_words(Verdict.ACCEPTED, Handling.DECIDED, Hold.NONE, lang, declined=True)
    assert shown.startswith({"de": "zurückgewiesen nach Vorgaben", "en": "declined"}[lang])
    rejected = status_words(Verdict.REJECTED, Handling.DECIDED, Hold.NONE, lang)
    assert rejected not in shown


def test_an_undecided_invoice_on_hold_is_called_nothing_else() -> None:
    assert status_words(Verdict.UNDECIDED, Handling.PROCESSING, Hold.ENGINE, "de").startswith("angehalten: ")


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("handling", Handling)
@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_every_combination_has_words_of_its_language(verdict: Verdict | None, handling: Handling, lang: Lang) -> None:
    shown = status_words(verdict, handling, Hold.NONE, lang)
    assert shown
    other = status_words(verdict, handling, Hold.NONE, "en" if lang == "de" else "de")
    assert shown != other


def test_a_place_nobody_has_words_for_is_shown_as_it_is() -> None:
    assert status_words(None, "teleported", "", "de") == "teleported"
