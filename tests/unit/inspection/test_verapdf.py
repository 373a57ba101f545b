"""The external veraPDF: what it says is taken over, whatever else happens is "failed"."""

import json
import os
import time
from pathlib import Path

import pytest

from einvoice.inspection import inspect
from einvoice.inspection.verapdf import verify
from einvoice.model.enclosed import Xmp, XmpState
from tests.support.hybrids import document_of, facts, invoice_of

PDF = b"%PDF-1.7 a file"
PDFA_3U = Xmp(state=XmpState.READ, pdfa_part="3", pdfa_conformance="U")


def report(result: object) -> str:
    return json.dumps({"report": {"jobs": [{"validationResult": result}]}})


def command(folder: Path, script: str) -> Path:
    """A command that notes how it was called and then does as told."""
    path = folder / "verapdf"
    path.write_text(f'#!/bin/sh\necho "$@" > {folder}/words\ncp "$5" {folder}/seen\nenv > {folder}/env\n{script}\n')
    path.chmod(0o755)
    return path


def saying(folder: Path, text: str, code: int = 0) -> Path:
    (folder / "answer").write_text(text)
    return command(folder, f"cat {folder}/answer\nexit {code}")


@pytest.mark.parametrize("form", ["list", "object"])
def test_its_answer_is_taken_over(tmp_path: Path, form: str) -> None:
    for compliant, code, expected in ((True, 0, "compliant"), (False, 1, "not-compliant")):
        result: object = {"compliant": compliant, "profileName": "PDF/A-3U"}
        said = report([result] if form == "list" else result)
        assert verify(saying(tmp_path, said, code), PDF, PDFA_3U) == expected


def test_it_is_given_the_bytes_and_the_flavour_they_claim(tmp_path: Path) -> None:
    verify(saying(tmp_path, report([{"compliant": True}])), PDF, PDFA_3U)
    assert (tmp_path / "seen").read_bytes() == PDF
    words = (tmp_path / "words").read_text().split()
    assert words[:4] == ["--format", "json", "--flavour", "3u"]
    assert not Path(words[4]).exists()  # gone afterwards


def test_a_file_that_claims_nothing_is_held_against_pdfa_3b(tmp_path: Path) -> None:
    verify(saying(tmp_path, report([{"compliant": True}])), PDF, Xmp(state=XmpState.ABSENT))
    assert "--flavour 3b" in (tmp_path / "words").read_text()


def test_it_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EINVOICE_DATABASE_URL", "postgresql://secret")
    verify(saying(tmp_path, report([{"compliant": True}])), PDF, PDFA_3U)
    assert "secret" not in (tmp_path / "env").read_text()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 0),
        ("not json", 0),
        ("[]", 0),
        ("{}", 0),
        (report([]), 0),
        (report([{"compliant": "true"}]), 0),
        (report([{}]), 0),
        (report([{"compliant": True}, {"compliant": True}]), 0),
        (report([{"compliant": True}]), 7),
        ('{"report": {"jobs": []}}', 0),
        ('{"report": {"jobs": [{"taskException": {}}]}}', 1),
        ("[" * 100_000, 0),
    ],
)
def test_any_other_answer_is_failed(tmp_path: Path, text: str, code: int) -> None:
    assert verify(saying(tmp_path, text, code), PDF, PDFA_3U) == "failed"


def test_a_command_that_is_not_there_is_failed(tmp_path: Path) -> None:
    assert verify(tmp_path / "nothing", PDF, PDFA_3U) == "failed"


def test_one_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    slow = command(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; wait")
    assert verify(slow, PDF, PDFA_3U, seconds=1) == "failed"
    child = int((tmp_path / "child").read_text())
    for _ in range(100):  # an orphan is reaped by whoever adopts it
        if not running(child):
            return
        time.sleep(0.05)
    pytest.fail("the child of the command still runs")


def running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    os.kill(process, 0)
    return state != "Z"


def test_what_it_says_becomes_a_finding_and_a_failure_none(tmp_path: Path) -> None:
    terms = {"BT-40": "DE", "BT-55": "DE", "BT-1": "R-2026-001"}
    hybrid = facts(text="Rechnungsnummer R-2026-001")
    given = PDF, document_of(terms, hybrid), invoice_of(terms)
    no = inspect(*given, verapdf=saying(tmp_path, report([{"compliant": False}]), 1))
    assert no.verapdf == "not-compliant"
    assert [one.rule for one in no.findings] == ["BR-FX-DE-03"]
    failed = inspect(*given, verapdf=saying(tmp_path, ""))
    assert (failed.verapdf, failed.findings) == ("failed", ())


def test_it_is_asked_only_for_a_pdf(tmp_path: Path) -> None:
    asked = saying(tmp_path, report([{"compliant": True}]))
    terms = {"BT-1": "R-2026-001"}
    found = inspect(b"<a/>", document_of(terms), invoice_of(terms), verapdf=asked)
    assert found.verapdf is None
    assert not (tmp_path / "words").exists()
