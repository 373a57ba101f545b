"""Dates in any notation."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.inspection.dates import is_day, like, other_dates, shown_date
from einvoice.inspection.page import Page


@pytest.mark.parametrize(
    "text",
    ["31.12.2025", "31.12.25", "31. 12. 2025", "2025-12-31", "2025/12/31", "12/31/2025", "31/12/2025", "31-12-2025",
     "31. Dezember 2025", "31 Dec 2025", "31-Dez-2025", "31st December 2025", "Dec 31, 2025", "December 31st, 2025",
     "3 1 . 1 2 . 2 0 2 5", "31.\nDezember 2025"],
)  # fmt: skip
def test_a_day_is_found_in_any_notation(text: str) -> None:
    assert shown_date(Page.of(f"Datum: {text} Seite"), "2025-12-31")


@pytest.mark.parametrize("text", ["31.12.2024", "30.12.2025", "131.12.2025", "1.12.2025", "31.2.2025", "31. Dez"])
def test_another_day_is_not_taken_for_it(text: str) -> None:
    assert shown_date(Page.of(f"Datum: {text} Seite"), "2025-12-31") is None


@settings(deadline=None)
@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_found_as_it_is_usually_written(day: date) -> None:
    for text in (
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day:%Y-%m-%d}",
        f"{day:%B} {day.day}, {day.year}",
    ):
        assert shown_date(Page.of(f"Datum {text}."), day.isoformat()), text


@pytest.mark.parametrize("value", ["", "2025-02-30", "31.12.2025", "2025", "x"])
def test_what_is_no_day_is_never_shown(value: str) -> None:
    assert shown_date(Page.of("31.12.2025 2025"), value) is None
    assert not is_day(value)


def found(text: str, number: str | None = None) -> list[str]:
    return [shown for shown, _ in other_dates(Page.of(text), number)]


def test_the_date_behind_its_label_or_behind_the_number_is_that_of_the_invoice() -> None:
    assert found("Rechnungsdatum: 05.01.2026") == ["05.01.2026"]
    assert found("Invoice date Jan 5, 2026") == ["Jan 5, 2026"]
    assert found("Rechnung R-1 vom 5.1.2026", "R-1") == ["5.1.2026"]


def test_any_other_date_is_left_alone() -> None:
    assert found("Lieferdatum: 05.01.2026") == []
    assert found("Rechnungsdatum = Leistungsdatum 05.01.2026") == []
    assert found("Rechnungsdatum: siehe unten") == []
    assert found("Rechnung R-1 zahlbar bis 5.1.2026", "R-1") == []
    assert found("vom 5.1.2026") == []


def test_a_date_that_may_mean_two_days_means_both() -> None:
    ((_, days),) = other_dates(Page.of("Invoice date: 04/05/2025"), None)
    assert days >= {date(2025, 4, 5), date(2025, 5, 4)}


def test_a_day_of_the_xml_is_written_as_the_page_writes_its_own() -> None:
    assert like("31.12.2025", "2025-12-30") == "30.12.2025"
    assert like("Dec 31, 2025", "2025-12-30") == "2025-12-30"
