"""`einvoice check` as a person or a script runs it: real processes, real files, exit codes."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

EINVOICE = str(Path(sys.executable).with_name("einvoice"))
SAMPLES = Path(__file__).parents[2] / "inbox" / "samples"
GOOD = SAMPLES / "03-cii-rechnung-it-wartung.xml"
NO_LEITWEG_ID = SAMPLES / "08-fehler-leitweg-id-fehlt.xml"


def _check(
    *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    command = [EINVOICE, "check", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, env={**os.environ, **(env or {})}, timeout=240)


def _lines(done: subprocess.CompletedProcess[bytes]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_sample_gets_the_verdict_and_rules_kosit_gave_it() -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))["files"]
    found = {Path(line["path"]).name: line for line in _lines(_check("--format", "jsonl", SAMPLES))}
    assert set(found) == set(expected)
    for name, wanted in expected.items():
        line = found[name]
        fired = Counter((f["rule"], f["level"]) for f in line["findings"] if f["source"] == "schematron")
        asked = Counter({(rule, level): n for level, rules in wanted["rules"].items() for rule, n in rules.items()})
        assert (name, line["verdict"], line["scenario"], line["xsd_valid"], fired) == (
            name,
            wanted["verdict"],
            wanted["scenario"],
            wanted["xsd_valid"],
            asked,
        )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([GOOD], 0),
        ([GOOD, NO_LEITWEG_ID], 1),
        ([SAMPLES / "no-such-file.xml"], 2),
        (["--format", "nonsense", GOOD], 2),
        (["--format", "html", GOOD, NO_LEITWEG_ID], 2),
        (["--format", "pdf", GOOD, NO_LEITWEG_ID], 2),
        ([], 2),
    ],
)
def test_the_exit_code_says_how_it_ended(arguments: list[str | Path], code: int) -> None:
    assert _check(*arguments).returncode == code


def test_a_line_of_jsonl_has_the_fields_of_the_contract() -> None:
    line = _lines(_check("--format", "jsonl", NO_LEITWEG_ID))[0]
    assert list(line) == [
        "path", "sha256", "kind", "customization", "scenario", "pack", "verdict", "xsd_valid", "refusal", "fault",
        "findings",
    ]  # fmt: skip
    finding = line["findings"][0]
    assert list(finding) == ["rule", "level", "source", "xpath", "line", "terms", "message", "fix"]
    assert (finding["rule"], finding["level"], finding["terms"]) == ("BR-DE-15", "error", ["BT-10"])
    assert "Leitweg-ID" in finding["fix"]


def test_an_invoice_is_read_from_standard_input() -> None:
    done = _check("--format", "jsonl", "-", stdin=GOOD.read_bytes())
    assert [(line["path"], line["verdict"]) for line in _lines(done)] == [("-", "accepted")]


def test_without_rule_artefacts_nothing_is_decided_and_the_way_out_is_told(tmp_path: Path) -> None:
    done = _check("--format", "jsonl", GOOD, env={"EINVOICE_RULES_DIR": str(tmp_path)})
    assert done.returncode == 3
    assert [(line["verdict"], line["fault"]["cause"]) for line in _lines(done)] == [("undecided", "rules-missing")]
    assert b"einvoice rules sync" in done.stderr


def test_a_document_the_official_rules_abort_on_is_undecided(tmp_path: Path) -> None:
    text = (SAMPLES / "01-ubl-rechnung-büromöbel.xml").read_text("utf-8")
    start = text.index("<cac:PartyLegalEntity>")
    end = text.index("</cac:PartyLegalEntity>") + len("</cac:PartyLegalEntity>")
    path = tmp_path / "twice.xml"
    path.write_text(text[:end] + text[start:end] + text[end:], "utf-8")
    done = _check("--format", "jsonl", path)
    line = _lines(done)[0]
    assert (done.returncode, line["verdict"], line["fault"]["cause"]) == (3, "undecided", "engine-abort")


BAD = {
    "empty.xml": (b"", "empty"),
    "text.xml": (b"Sehr geehrte Damen und Herren", "not-xml"),
    "cut.xml": (GOOD.read_bytes()[:3000], "malformed"),
    "root.xml": (b"<Rechnung/>", "wrong-root"),
    "bt24.xml": (GOOD.read_bytes().replace(b"xrechnung_3.0<", b"xrechnung_9.9<"), "no-scenario"),
    "xxe.xml": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "doctype"),
    "deep.xml": (b"<a>" * 100_000 + b"</a>" * 100_000, "too-deep"),
    "large.xml": (b"<a>" + b"A" * 20_000_000 + b"</a>", "too-large"),
    "encoding.xml": (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "encoding"),
    "broken.pdf": (b"%PDF-1.7\n", "pdf-broken"),
    "archive.xml": (b"PK\x03\x04", "unknown-type"),
}


def test_bad_input_is_rejected_with_code_sentence_and_remedy(tmp_path: Path) -> None:
    for name, (data, _) in BAD.items():
        (tmp_path / name).write_bytes(data)
    done = _check("--format", "jsonl", tmp_path)
    lines = _lines(done)
    assert {Path(line["path"]).name: line["refusal"]["code"] for line in lines} == {
        n: code for n, (_, code) in BAD.items()
    }
    assert {line["verdict"] for line in lines} == {"rejected"}
    assert all(line["refusal"]["message"] and line["refusal"]["remedy"] for line in lines)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(("lang", "word"), [("de", "Abgelehnt"), ("en", "Rejected")])
def test_the_text_report_speaks_german_and_english(lang: str, word: str) -> None:
    assert word in _check("--lang", lang, NO_LEITWEG_ID).stdout.decode()


def test_reports_can_be_written_into_a_folder(tmp_path: Path) -> None:
    _check("--format", "html", "--output", tmp_path, GOOD, NO_LEITWEG_ID, NO_LEITWEG_ID)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{GOOD.name}.report.html",
        f"{NO_LEITWEG_ID.name}.report-2.html",
        f"{NO_LEITWEG_ID.name}.report.html",
    ]


def test_a_pdf_goes_to_standard_output_or_into_a_folder(tmp_path: Path) -> None:
    printed = _check("--format", "pdf", NO_LEITWEG_ID)
    assert (printed.returncode, printed.stdout[:5], printed.stdout[-5:]) == (1, b"%PDF-", b"%%EOF")
    _check("-f", "pdf", "-o", tmp_path, GOOD, NO_LEITWEG_ID)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{GOOD.name}.report.pdf",
        f"{NO_LEITWEG_ID.name}.report.pdf",
    ]


def test_several_json_reports_are_one_array() -> None:
    done = _check("--format", "json", GOOD, NO_LEITWEG_ID)
    assert [report["verdict"] for report in json.loads(done.stdout)] == ["accepted", "rejected"]


def test_a_wrong_setting_is_told_and_not_traced() -> None:
    done = _check(GOOD, env={"EINVOICE_WORKERS": "many"})
    assert done.returncode == 2
    assert b"EINVOICE_WORKERS" in done.stderr
    assert b"Traceback" not in done.stderr
