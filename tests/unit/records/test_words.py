"""The sentences of a verification."""

import re
from pathlib import Path

from einvoice.records.problems import Kind, Problem
from einvoice.records.receiptcheck import NoReceipt
from einvoice.records.signing import Signature
from einvoice.records.words import words

GAP = re.compile(r"{\w+}")


def test_every_problem_and_every_answer_has_its_sentence() -> None:
    needed = {str(kind) for kind in Kind} | {f"receipt-{one}" for one in (*NoReceipt, *Signature)}
    assert needed <= words("de").keys()


def test_both_languages_have_the_same_gaps() -> None:
    for key, text in words("de").items():
        assert sorted(GAP.findall(text)) == sorted(GAP.findall(words("en")[key])), key


def test_no_word_is_left_over() -> None:
    room = Path(__file__).parents[3] / "einvoice" / "records"
    source = "".join(path.read_text() for path in room.glob("*.py"))
    kinds = {str(kind) for kind in Kind} | {f"receipt-{one}" for one in (*NoReceipt, *Signature)}
    assert {key for key in words("de") if key.rstrip("+") not in kinds and f'"{key}"' not in source} == set()


def test_several_entries_have_a_form_of_their_own() -> None:
    one = Problem(kind=Kind.ENTRIES_MISSING, number=4, details={"last": "4", "count": "1"})
    more = Problem(kind=Kind.ENTRIES_MISSING, number=4, details={"last": "6", "count": "3"})
    assert one.text("en") == "Entry 4 of the log is missing."
    assert more.text("en") == "The entries 4 to 6 of the log (3 entries) are missing."


def test_what_somebody_wrote_into_an_entry_does_not_fill_gaps() -> None:
    problem = Problem(kind=Kind.EVENT_UNLOGGED, object="submission:a", details={"event": "{name}", "at": "{0}"})
    assert "“{name}” of {0}" in problem.text("en")
