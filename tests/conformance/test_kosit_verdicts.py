"""Same verdict as the KoSIT validator, on every document of the corpus, down to the multiset of rules."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Source, Verdict

VERDICT = {"accept": Verdict.ACCEPTED, "reject": Verdict.REJECTED}


@pytest.fixture(scope="module")
def expected(corpus: Path) -> list[dict]:
    lines = (corpus / "expected" / "kosit.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _ours(assessment: Assessment) -> tuple:
    fired = Counter((f.rule, f.level.value) for f in assessment.findings if f.source is Source.SCHEMATRON)
    return assessment.verdict, assessment.scenario, assessment.xsd_valid, fired


def _kosits(line: dict) -> tuple:
    fired = Counter({(rule, level): n for level, rules in line["rules"].items() for rule, n in rules.items()})
    return VERDICT[line["recommendation"]], line["scenario"], line["xsd_valid"], fired


def test_every_document_gets_kosits_verdict_scenario_and_rules(
    corpus: Path, expected: list[dict], assess: Callable[[bytes], Assessment]
) -> None:
    deviations = {
        line["path"]: (ours, _kosits(line))
        for line in expected
        if (ours := _ours(assess((corpus / line["path"]).read_bytes()))) != _kosits(line)
    }
    assert deviations == {}
    assert len(expected) == 241


def test_the_invoice_taken_out_of_a_pdf_is_the_one_kosit_judged(corpus: Path, expected: list[dict]) -> None:
    pdfs = [line for line in expected if line.get("attachment")]
    taken = {line["path"]: extract((corpus / line["path"]).read_bytes(), Limits()) for line in pdfs}
    found = {path: (document.attachment, document.sha256) for path, document in taken.items()}
    assert found == {line["path"]: (line["attachment"], line["xml_sha256"]) for line in pdfs}
    assert len(found) == 50


def test_all_66_business_cases_of_the_official_testsuite_are_accepted(
    corpus: Path, assess: Callable[[bytes], Assessment]
) -> None:
    files = sorted((corpus / "xrechnung-testsuite" / "standard").glob("*.xml"))
    refused = [path.name for path in files if assess(path.read_bytes()).verdict is not Verdict.ACCEPTED]
    assert (len(files), refused) == (66, [])


def test_the_corpus_is_the_one_the_expectations_were_made_for(corpus: Path, expected: list[dict]) -> None:
    altered = [
        line["path"]
        for line in expected
        if hashlib.sha256((corpus / line["path"]).read_bytes()).hexdigest() != line["sha256"]
    ]
    assert altered == []
