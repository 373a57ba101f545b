"""Every hostile input gets the one answer it must get, from a real service that lives on, reaches for nothing and
keeps what it was sent out of its log."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.security.hostile.bait import SECRET, Bait, bait_laid
from tests.security.hostile.base import ACCEPTED, NUMBER, SELLER, UBL, Hostile
from tests.security.hostile.inputs import INPUTS
from tests.security.hostile.sending import ONCE, SHORT, outcome_of, sent
from tests.support.service import Service

ALL = [hostile for rows in INPUTS.values() for hostile in rows]
_TOLD = (
    "alert(",
    "onerror",
    "HYPERLINK",
    "forged",
    "DROP TABLE",
    "jndi",
    NUMBER,
    SELLER,
    SECRET,
    "bait",
    "\x1b",
    "\x9b",
)
_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \[\w+ *\] ")


def named(inputs: Iterable[Hostile]) -> list[Any]:
    """As parameters of a test that bear their names."""
    return [pytest.param(hostile, id=hostile.name[:60]) for hostile in inputs]


def running(folder: Path, options: dict[str, str]) -> Iterator[Service]:
    started = Service(folder, options)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from running(tmp_path_factory.mktemp("hostile"), ONCE)


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that lets no document take longer than two seconds."""
    yield from running(tmp_path_factory.mktemp("hurried"), SHORT)


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    with bait_laid(tmp_path_factory.mktemp("bait")) as laid:
        yield laid


@pytest.fixture(scope="module")
def supplier(service: Service) -> httpx.Client:
    return service.supplier("Feindliche Eingaben")


def test_there_are_at_least_120_and_no_two_have_the_same_name() -> None:
    assert len({hostile.name for hostile in ALL}) == len(ALL) >= 120


def check(supplier: httpx.Client, bait: Bait, hostile: Hostile) -> None:
    """It is answered as the table says, the report can be read, nothing was fetched, and the service lives."""
    answer = sent(supplier, hostile, hostile.data(bait.file_url, bait.web_url))
    assert answer.status_code == 202, answer.text[:500]
    told = answer.json()
    assert outcome_of(told) == hostile.outcome
    report = supplier.get(told["links"]["report"], headers={"Accept": "text/html"})
    assert report.status_code == 200
    assert SECRET not in report.text
    assert supplier.get("/readyz").status_code == 200
    assert bait.asked == []


@pytest.mark.parametrize("hostile", named(hostile for hostile in ALL if not hostile.endless))
def test_it_gets_the_answer_it_must_get(supplier: httpx.Client, bait: Bait, hostile: Hostile) -> None:
    check(supplier, bait, hostile)


@pytest.mark.parametrize("hostile", named(hostile for hostile in ALL if hostile.endless))
def test_what_would_take_without_end_is_held_and_the_next_one_judged(
    hurried: Service, bait: Bait, hostile: Hostile
) -> None:
    with hurried.supplier() as supplier:
        check(supplier, bait, hostile)
        honest = Hostile("an honest invoice", ACCEPTED, UBL.encode)
        check(supplier, bait, honest)


def test_an_honest_invoice_is_accepted_after_all_that(supplier: httpx.Client, bait: Bait) -> None:
    check(supplier, bait, Hostile("an honest invoice", ACCEPTED, UBL.encode))


def test_nothing_of_them_is_in_the_log_and_no_line_of_it_is_forged(service: Service, supplier: httpx.Client) -> None:
    assert supplier.get("/readyz").status_code == 200
    lines = [line for line in service.log().splitlines() if line]
    for line in lines:
        assert not any(word in line for word in _TOLD), line[:300]
        assert "Traceback" not in line
        assert "request-failed" not in line
        assert "stage-failed" not in line
    assert [line for line in lines if not _LINE.match(line)] == []
