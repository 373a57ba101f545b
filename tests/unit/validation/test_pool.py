"""The supervised pool: a hung or crashed validator process fails one document and is replaced."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Basis, InvoiceDocument, Verdict
from einvoice.rules import RuleFolders
from einvoice.settings import Settings
from einvoice.validation import ValidatorPool, process
from einvoice.validation import pool as module

DOCUMENT = extract(b"<Invoice/>", Limits())
DAY = Basis(on=date(2026, 11, 1))


def hang(*_: object) -> Assessment:
    while True:
        time.sleep(0.01)


def crash(*_: object) -> Assessment:
    os.kill(os.getpid(), signal.SIGABRT)
    raise AssertionError


def fault(*_: object) -> Assessment:
    raise Fault("engine-abort", "no digits in value", deterministic=True)


def own_pid(*_: object) -> Assessment:
    return Assessment(verdict=Verdict.REJECTED, engine=str(os.getpid()))


def answer(folders: RuleFolders, document: InvoiceDocument, basis: Basis) -> Assessment:
    return Assessment(verdict=Verdict.REJECTED, engine=f"{document.root.tag} {basis.on}")


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[ValidatorPool]:
    settings = Settings(workers=1, document_seconds=1.0, schematron_dir=tmp_path)
    with ValidatorPool(settings, preload=False) as made:
        yield made


def _cause(pool: ValidatorPool, task: object, monkeypatch: pytest.MonkeyPatch) -> tuple[str, bool]:
    monkeypatch.setattr(module, "judge_document", task)
    with pytest.raises(Fault) as caught:
        pool.assess(DOCUMENT, DAY)
    return caught.value.notice.cause, caught.value.notice.deterministic


def test_a_document_arrives_in_the_process_and_its_assessment_comes_back(
    pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "judge_document", answer)
    assert pool.assess(DOCUMENT, DAY).engine == "Invoice 2026-11-01"


@pytest.mark.parametrize(
    ("task", "cause"), [(hang, ("timeout", False)), (crash, ("engine-crash", False)), (fault, ("engine-abort", True))]
)
def test_trouble_in_a_process_is_a_fault_and_never_a_verdict(
    pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch, task: object, cause: tuple[str, bool]
) -> None:
    assert _cause(pool, task, monkeypatch) == cause


@pytest.mark.parametrize("task", [hang, crash])
def test_after_a_lost_process_the_next_document_is_judged(
    pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch, task: object
) -> None:
    _cause(pool, task, monkeypatch)
    monkeypatch.setattr(module, "judge_document", answer)
    assert pool.assess(DOCUMENT, DAY).verdict is Verdict.REJECTED


def test_an_idle_process_that_dies_is_replaced_too(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "judge_document", own_pid)
    for _ in range(3):
        died = int(pool.assess(DOCUMENT, DAY).engine or 0)
        os.kill(died, signal.SIGKILL)
        time.sleep(0.5)  # pebble finds out
        assert int(pool.assess(DOCUMENT, DAY).engine or 0) != died


def test_a_closed_pool_gives_a_fault_that_a_retry_mends(tmp_path: Path) -> None:
    made = ValidatorPool(Settings(workers=1, schematron_dir=tmp_path), preload=False)
    made.close()
    with pytest.raises(Fault) as caught:
        made.assess(DOCUMENT, DAY)
    assert (caught.value.notice.cause, caught.value.notice.deterministic) == ("shutdown", False)


def test_missing_rule_artefacts_are_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    xrechnung = (
        b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'><c:CustomizationID "
        b"xmlns:c='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'"
        b">urn:cen.eu:en16931:2017</c:CustomizationID></Invoice>"
    )
    settings = Settings(workers=1, rules_dir=tmp_path / "nothing")
    with ValidatorPool(settings) as made, pytest.raises(Fault) as caught:
        made.assess(extract(xrechnung, Limits()), DAY)
    assert caught.value.notice.cause == "rules-missing"
    assert "einvoice rules sync" in caught.value.notice.detail


def grow(*given: object) -> Assessment:
    process.MOST_MEMORY = 1
    process._judges[given[0]] = Grown()  # type: ignore[index,assignment]
    return process.judge_document(*given)  # type: ignore[arg-type]


class Grown:
    """A judge that says in which process it is."""

    def assess(self, *_: object) -> Assessment:
        return own_pid()


def test_a_process_that_has_grown_judges_nothing_more_and_the_next_document_is_judged_by_another(
    pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "judge_document", grow)
    judged_by = [pool.assess(DOCUMENT, DAY).engine for _ in range(3)]
    assert len(set(judged_by)) == 3
