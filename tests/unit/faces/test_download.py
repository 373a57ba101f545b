"""Files to save."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.faces.download import disposition, quarantined
from einvoice.model.submission import Door, Handling, Hold, HumanDecision, Submission
from einvoice.model.trouble import MALWARE
from tests.support.web import Clock

HELD = {"malware": "Eicar", "fault_cause": MALWARE, "hold": Hold.QUARANTINE}
BACK = {"handling": Handling.WITHDRAWN, "human_decision": HumanDecision.SENT_BACK}


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


@pytest.mark.parametrize(
    ("fields", "locked"),
    [
        ({}, False),
        (HELD, True),
        (HELD | BACK | {"hold": Hold.NONE}, True),  # sent back, and nobody let it through
        (HELD | {"hold": Hold.NONE}, True),  # let through, but nobody has looked at it again
        (HELD | {"hold": Hold.ENGINE, "fault_cause": "engine-abort"}, False),  # let through, held for something else
        (HELD | BACK | {"hold": Hold.NONE, "fault_cause": "engine-abort"}, False),
        (HELD | {"hold": Hold.NONE, "fault_cause": None, "handling": Handling.AVAILABLE}, False),
    ],
)
def test_what_the_virus_scan_found_something_in_stays_locked_until_it_was_let_through_and_looked_at(
    fields: dict[str, object], locked: bool
) -> None:
    assert quarantined(submission(**fields)) is locked


def test_a_name_with_umlauts_arrives_whole_and_has_a_plain_form() -> None:
    assert disposition("büro.xml") == "attachment; filename=\"b_ro.xml\"; filename*=UTF-8''b%C3%BCro.xml"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_name_breaks_out_of_the_header(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert unquote(header.rpartition("''")[2]) == name
