"""A text made comparable, and what stands behind labels."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.inspection.page import CHARACTERS, Page

LABEL = re.compile("total", re.IGNORECASE)


def behind(text: str, *, first: bool = False) -> list[str]:
    return list(Page.of(text).labelled(LABEL, first=first))


def test_ligatures_spaces_dashes_and_soft_hyphens_become_plain() -> None:
    assert Page.of("Rech\u00adnung \ufb01x\u00a0RE\u20111\f2").text == "Rechnung fix RE-1\n2"


def test_what_is_spaced_apart_or_broken_over_lines_is_found() -> None:
    assert Page.of("D E 8 9\n3704 0044").holds("DE89 37040044")
    assert not Page.of("DE89").holds("DE88")
    assert not Page.of("anything").holds("")


def test_a_scan_is_not_readable() -> None:
    assert not Page.of("").readable
    assert not Page.of(" \n\f . - ").readable
    assert not Page.of("Seite 1/1").readable
    assert Page.of("Rechnung 4711").readable


def test_what_stands_behind_a_label_is_its_value() -> None:
    assert behind("Total: 5") == ["5"]
    assert behind("Total .... 5") == ["5"]
    assert behind("Total\n5") == []


def test_a_label_alone_with_its_colon_has_its_value_on_the_next_line() -> None:
    assert behind("Total:\nR-5\nThanks") == ["R-5"]


def test_a_column_of_labels_beside_a_column_of_values_is_not_guessed_at() -> None:
    assert behind("Net:\nTotal:\n5\n6") == []
    assert behind("Total:\n5,00\n6,00") == []
    assert behind("Total:\nNet:\n5\n6") == []
    assert behind("Total:") == []


def test_a_label_within_a_sentence_is_none() -> None:
    assert behind("see the total 5") == []
    assert behind("Page 3 total 5") == ["5"]
    assert behind("Date: x | Total 5") == ["5"]
    assert behind("Page 3 total 5", first=True) == []


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    page = Page.of(text)
    assert len(page.text) <= CHARACTERS
    assert all(line and "\n" not in line for line in page.lines)
    list(page.labelled(LABEL))


def test_a_text_that_grows_when_it_is_made_plain_is_cut_all_the_same() -> None:
    assert len(Page.of("\ufdfa" * 100_000).text) == CHARACTERS
