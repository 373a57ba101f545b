"""File names of senders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.intake import shown_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Rechnung März.xml", "Rechnung März.xml"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Rechnungen\\r.pdf", "r.pdf"),
        ("a\x00b\nc\u202egpj.exe", "abcgpj.exe"),
        ("r\udcff.xml", "r?.xml"),
        ("folder/", ""),
        (None, ""),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_name_is_cleaned(given_name: str | None, shown: str) -> None:
    assert shown_name(given_name) == shown


@given(st.text())
def test_a_cleaned_name_can_be_stored_and_names_no_folder(name: str) -> None:
    shown = shown_name(name)
    shown.encode()
    assert not set(shown) & set("/\\\x00\n\r")
    assert shown_name(shown) == shown
