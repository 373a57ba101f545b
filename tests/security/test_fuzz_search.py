"""The search itself: it finds a mistake, makes the input small, keeps it once, and goes on."""

from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import strategies as st

from einvoice.errors import Fault
from einvoice.extraction import extract
from einvoice.model import Assessment, Verdict
from einvoice.pipeline import Stages
from einvoice.semantics import read_invoice
from tests.security.fuzz import extraction, xml
from tests.security.fuzz.campaign import Crashes, search
from tests.security.fuzz.holds import Broken, Escaped, check


def stages(**mistaken: Any) -> Stages:
    """Those of a check in which every invoice is right, but for the ones given."""
    right: dict[str, Any] = {
        "extract": lambda data: extract(data, extraction.LIMITS),
        "read": read_invoice,
        "assess": lambda *_: Assessment(verdict=Verdict.ACCEPTED, scenario="EN16931 (UBL Invoice)", xsd_valid=True),
    }
    return Stages(**right | mistaken)


def mistake(*_: object) -> NoReturn:
    raise KeyError("planted")


def gone(*_: object) -> NoReturn:
    raise Fault("engine-crash", "gone")


def test_it_keeps_the_smallest_input_of_each_mistake(tmp_path: Path) -> None:
    def too_large(number: int) -> None:
        if number >= 1000:
            raise ValueError(number)

    crashes = Crashes(tmp_path)
    search(
        "x", st.integers(0, 10**6), too_large, lambda number: str(number).encode(), seconds=1, seed=1, crashes=crashes
    )
    [(place, file)] = crashes.known.items()
    assert place.startswith("ValueError at test_fuzz_search.py:")
    assert file.read_bytes() == b"1000"
    assert "ValueError: 1000" in file.with_name(f"{file.name}.txt").read_text()


@pytest.mark.parametrize("stage", ["extract", "read", "assess", "inspect"])
def test_a_mistake_that_the_pipeline_would_take_care_of_is_told(stage: str) -> None:
    with pytest.raises(Escaped, match="planted"):
        check(xml.seeds()[0], stages(**{stage: mistake}))


def test_a_fault_is_told_unless_the_official_rules_abort() -> None:
    with pytest.raises(Broken, match="engine-crash"):
        check(xml.seeds()[0], stages(assess=gone))


def test_where_all_is_well_nothing_is_told() -> None:
    assert check(xml.seeds()[0], stages()).verdict is Verdict.ACCEPTED
