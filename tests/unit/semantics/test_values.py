"""What the syntaxes write differently is brought to one form; what fits no form stays as written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.semantics.values import iso_date, note_subject, note_text, plain, tax_point


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-02-29", "2024-02-29"),
        ("20240229", "2024-02-29"),
        (" \n2024-02-29\t", "2024-02-29"),
        ("2024-02-29Z", "2024-02-29"),
        ("2024-02-29+01:00", "2024-02-29"),
        ("2023-02-29", "2023-02-29"),  # no such day
        ("29.02.2024", "29.02.2024"),
        ("202402", "202402"),
        ("2024-02-29T10:00:00", "2024-02-29T10:00:00"),
        (" ", None),
    ],
)
def test_dates(written, read):
    assert iso_date(written) == read or (read is None and not iso_date(written))


@given(st.dates())
def test_a_date_reads_the_same_in_both_forms(day):
    assert iso_date(day.isoformat()) == iso_date(day.strftime("%Y%m%d").zfill(8)) == day.isoformat()


@pytest.mark.parametrize(
    ("note", "subject", "text"),
    [
        ("#AAI#Hinweis", "AAI", "Hinweis"),
        ("\n #REG# Amtsgericht\nKöln ", "REG", "Amtsgericht\nKöln"),
        ("#AAI#", "AAI", None),
        ("Hinweis", None, "Hinweis"),
        ("#Hinweis# ohne Code", None, "#Hinweis# ohne Code"),
        ("vorn #AAI#", None, "vorn #AAI#"),
    ],
)
def test_notes(note, subject, text):
    assert (note_subject(note), note_text(note)) == (subject, text)


def test_an_unknown_tax_point_code_stays():
    assert tax_point(" 99 ") == "99"


def test_a_no_break_space_is_text():
    assert plain("\n\u00a0\t") == "\u00a0"
