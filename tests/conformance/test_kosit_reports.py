"""Our KoSIT report says what the KoSIT validator's own says: scenario, steps, messages, own levels, places, assessment.

What KoSIT reported is kept in `kosit_reports/`; `python -m tests.conformance.kosit_reports.ask` asks it anew.
"""

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model.examination import Examination
from einvoice.pipeline import Stages, examine
from einvoice.reports import kosit_report
from einvoice.rules import ArtefactStore, Registry
from einvoice.semantics import read_invoice
from einvoice.validation import Judge
from einvoice.validation.saxon import SaxonEngine

from .kosit_reports import digest as kosit
from .kosit_reports.inputs import FAMILIES, inputs

Examine = Callable[[bytes], Examination]

# Where our report differs, and why. docs/kosit.md says the same in words.
DIFFERENT = {
    "unreadable: PDF": "the invoice XML inside is judged (over HTTP a PDF is refused, as KoSIT does)",
    "schema: element after the last that may stand there": "Xerces has a code of its own where nothing may follow",
    "schema: element inside a value": "what xmlschema says of it has no one counterpart among the codes of Xerces",
    "schema: credit note with invoice lines": "Xerces goes on inside an element that may not stand there",
}
# The official stylesheets break off: KoSIT answers 422, with accept or reject in the report. Nobody may read a
# verdict out of ours.
ABORTS = [name for name in inputs() if name.startswith("abort: ")]
STATED = {name for name in inputs() if name.startswith("different: ")} | set(DIFFERENT) | set(ABORTS)


@pytest.fixture(scope="module")
def examined(registry: Registry, artefacts: ArtefactStore, engine: SaxonEngine) -> Examine:
    """What is found out about a document by KoSIT's scenarios alone."""
    judge = Judge(registry, artefacts, engine)
    stages = Stages(extract=partial(extract, limits=Limits(envelopes=False)), read=read_invoice, assess=judge.assess)
    return lambda data: examine(data, "document.xml", stages, official_only=True)


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    return {line["name"]: line for line in kosit.read(kosit.INPUTS)}


def _said(line: dict[str, Any]) -> dict[str, Any]:
    return {key: line[key] for key in ("valid", "scenario", "steps", "assessment")}


def test_every_report_on_the_corpus_says_what_kosits_says(corpus: Path, examined: Examine) -> None:
    lines = kosit.read(kosit.CORPUS)
    ours = {line["path"]: kosit.digest(kosit_report(examined((corpus / line["path"]).read_bytes()))) for line in lines}
    deviations = {line["path"]: ours[line["path"]] for line in lines if ours[line["path"]] != _said(line)}
    assert deviations == {}
    assert len(lines) == 241


@pytest.mark.parametrize("name", [name for name in inputs() if name not in STATED])
def test_the_report_on_an_input_says_what_kosits_says(
    name: str, examined: Examine, answers: dict[str, dict[str, Any]]
) -> None:
    report = kosit_report(examined(inputs()[name]))
    assert kosit.digest(report) == _said(answers[name])
    assert kosit.document_hash(report) == base64.b64encode(hashlib.sha256(inputs()[name]).digest()).decode()


@pytest.mark.parametrize("name", sorted(STATED))
def test_it_differs_wherever_a_difference_is_stated(
    name: str, examined: Examine, answers: dict[str, dict[str, Any]]
) -> None:
    assert kosit.digest(kosit_report(examined(inputs()[name]))) != _said(answers[name])


@pytest.mark.parametrize("name", ABORTS)
def test_where_the_engine_breaks_off_scenario_and_step_are_named_and_no_verdict(
    name: str, examined: Examine, answers: dict[str, dict[str, Any]]
) -> None:
    examination = examined(inputs()[name])
    report = kosit_report(examination)
    ours, step = kosit.digest(report), "val-sch.2" if "second step" in name else "val-sch.1"
    assert (ours["assessment"], ours["valid"], ours["scenario"]) == ([], "false", answers[name]["scenario"])
    assert [step, "false", [f"{step}.1", "engine-abort", "error"]] in ours["steps"]
    assert answers[name]["http"] == 422
    assert examination.assessment.fault is not None
    assert f"engine-abort in {examination.assessment.fault.ruleset}".encode() in report
    assert b"accept" not in report


def test_every_scenario_of_kosit_is_met_with_its_custom_levels(
    examined: Examine, answers: dict[str, dict[str, Any]]
) -> None:
    found = {}
    for name, line in answers.items():
        if line["scenario"] and line["scenario"] not in found and name not in STATED:
            found[line["scenario"]] = kosit.levels(kosit_report(examined(inputs()[name])))
    assert found == {line["scenario"]: line["levels"] for line in kosit.read(kosit.LEVELS)}
    assert len(found) == 11


def test_the_answers_are_those_to_the_inputs_of_today(answers: dict[str, dict[str, Any]]) -> None:
    assert {name: line["sha256"] for name, line in answers.items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in inputs().items()
    }


def test_the_inputs_are_what_their_family_says(answers: dict[str, dict[str, Any]]) -> None:
    statuses = {
        family: {line["http"] for name, line in answers.items() if name.startswith(family)} for family in FAMILIES
    }
    mixed: dict[str, set[int]] = {"rules": set(), "different": set()}
    alike = {"good": {200}, "unreadable": {422}, "unknown": {406}, "schema": {406}, "abort": {422}}
    assert statuses | mixed == alike | mixed
    assert sum(not name.startswith(("good", "rules", "different")) for name in answers) > 80
