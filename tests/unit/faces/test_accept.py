"""Content negotiation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.faces.accept import negotiate, weighted
from einvoice.faces.language import preferred

OFFERS = ("application/json", "text/html", "text/plain")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "text/html"),
        ("text/*", "text/html"),
        ("text/html;q=0.5, text/plain", "text/plain"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "text/html"),
        ("*/*, application/json;q=0", "text/html"),
        ("TEXT/PLAIN ; q=1", "text/plain"),
        ("application/pdf", None),
        ("application/json;q=0", None),
        ("text/html;q=nonsense", None),
    ],
)
def test_the_form_a_client_likes_best_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert negotiate(accept, OFFERS) == chosen


@pytest.mark.parametrize(
    ("accept_language", "lang"),
    [
        (None, "de"),
        ("", "de"),
        ("en", "en"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr,en;q=0.5", "en"),
        ("fr", "de"),
        ("en;q=0", "de"),
        ("en;q=0.2,de;q=0.7", "de"),
    ],
)
def test_the_language_a_reader_likes_best_is_chosen_and_german_otherwise(
    accept_language: str | None, lang: str
) -> None:
    assert preferred(accept_language) == lang


@given(st.text())
def test_any_header_is_understood_somehow(header: str) -> None:
    assert all(value for value, _ in weighted(header))
    assert negotiate(header, OFFERS) in (*OFFERS, None)
    assert preferred(header) in ("de", "en")
