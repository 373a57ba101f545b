"""One judge, several versions of the rules: the day, the grace period and a withdrawal say which of them speaks."""

import shutil
from datetime import UTC, date, datetime

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Basis, Verdict
from einvoice.rules import Deed, Entry, RuleFolders
from einvoice.settings import Settings
from einvoice.validation.assess import Judge
from einvoice.validation.process import build_judge
from tests.support.service import SAMPLES

OLD, NEW = "xrechnung-3.0.2+2026-01-31", "xrechnung-3.0.2+2026-08-31"
FIRST = date(2026, 8, 31)
UBL = next(SAMPLES.glob("01-ubl*.xml")).read_text("utf-8")
# A currency that only the older code lists know, one that only the newer ones know, and one in neither.
ONLY_OLD, ONLY_NEW, NEITHER = (
    extract(UBL.replace(">EUR<", f">{code}<").replace('"EUR"', f'"{code}"').encode(), Limits())
    for code in ("ANG", "XCG", "QQQ")
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> RuleFolders:
    return RuleFolders.of(Settings(data_dir=tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def judge(folders: RuleFolders) -> Judge:
    return build_judge(folders)


@pytest.fixture(autouse=True)
def _nothing_decided(folders: RuleFolders) -> None:
    shutil.rmtree(folders.kept, ignore_errors=True)


def _decide(folders: RuleFolders, deed: Deed, pack: str = NEW, days: int | None = None) -> None:
    with folders.ledger.locked():
        folders.ledger.write(Entry(at=datetime.now(UTC), by="me", deed=deed, pack=pack, reason="wrong", days=days))


def _outcome(assessment: Assessment) -> tuple[str | None, Verdict]:
    return assessment.pack, assessment.verdict


def test_the_day_of_receipt_decides(judge: Judge) -> None:
    assert _outcome(judge.assess(ONLY_OLD, Basis(on=date(2026, 8, 30)))) == (OLD, Verdict.ACCEPTED)
    assert _outcome(judge.assess(ONLY_OLD, Basis(on=FIRST))) == (NEW, Verdict.REJECTED)
    assert _outcome(judge.assess(ONLY_NEW, Basis(on=FIRST))) == (NEW, Verdict.ACCEPTED)


def test_in_the_grace_period_either_accepts_and_the_report_names_which(judge: Judge, folders: RuleFolders) -> None:
    _decide(folders, Deed.GRACE, days=30)
    assert _outcome(judge.assess(ONLY_OLD, Basis(on=FIRST))) == (OLD, Verdict.ACCEPTED)
    assert _outcome(judge.assess(ONLY_NEW, Basis(on=FIRST))) == (NEW, Verdict.ACCEPTED)
    assert _outcome(judge.assess(NEITHER, Basis(on=FIRST))) == (NEW, Verdict.REJECTED)


def test_a_withdrawn_pack_gives_way_at_once(judge: Judge, folders: RuleFolders) -> None:
    assert judge.assess(ONLY_OLD, Basis(on=FIRST)).pack == NEW
    _decide(folders, Deed.WITHDRAWN)
    assert _outcome(judge.assess(ONLY_OLD, Basis(on=FIRST))) == (OLD, Verdict.ACCEPTED)
    _decide(folders, Deed.RESTORED)
    assert judge.assess(ONLY_OLD, Basis(on=FIRST)).pack == NEW


def test_without_any_pack_for_it_an_invoice_is_not_rejected(judge: Judge, folders: RuleFolders) -> None:
    _decide(folders, Deed.WITHDRAWN)
    _decide(folders, Deed.WITHDRAWN, OLD)
    with pytest.raises(Fault, match="was withdrawn"):
        judge.assess(ONLY_OLD, Basis(on=FIRST))
