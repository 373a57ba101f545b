"""Small documents that would cost much get their verdict, in plainer words where the better ones take too long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Basis, Demand, PolicyAction, Verdict
from einvoice.rules import ArtefactStore, Registry, load_packs
from einvoice.settings import Settings
from einvoice.validation import Judge
from einvoice.validation.policies import Policies
from einvoice.validation.saxon import SaxonEngine

SAMPLE = next((Path(__file__).parents[3] / "inbox" / "samples").glob("01-*.xml")).read_text("utf-8")
ROOT_END = SAMPLE.index(">", SAMPLE.index("Invoice"))
BASIS = Basis(on=date(2026, 11, 1))
Judged = Callable[[str], Assessment]


@pytest.fixture(scope="module")
def judge() -> Judge:
    settings = Settings()
    store = ArtefactStore(settings.rules_dir, settings.xsd_dir)
    return Judge(Registry(load_packs(settings.schematron_dir)), store, SaxonEngine(store))


@pytest.fixture(scope="module")
def judged(judge: Judge) -> Judged:
    return lambda text: judge.assess(extract(text.encode(), Limits()), BASIS)


def _with_attributes(text: str) -> str:
    return SAMPLE[:ROOT_END] + text + SAMPLE[ROOT_END:]


@pytest.mark.parametrize(
    "text",
    [
        _with_attributes("".join(f' a{number}="1"' for number in range(5000))),
        SAMPLE.replace("<cbc:ID>", "<x/>" * 60_000 + "<cbc:ID>", 1),
    ],
    ids=["attributes", "siblings"],
)
def test_what_takes_too_long_to_word_is_told_in_the_words_of_libxml2(judged: Judged, text: str) -> None:
    assessment = judged(text)
    assert (assessment.verdict, assessment.xsd_valid) == (Verdict.REJECTED, False)
    assert {finding.rule for finding in assessment.findings} == {"xsd-other"}


def test_hundreds_of_namespaces_are_no_obstacle(judged: Judged) -> None:
    text = _with_attributes("".join(f' xmlns:a{number}="urn:a{number}"' for number in range(300)))
    assert judged(text).verdict is Verdict.ACCEPTED


def test_a_message_does_not_quote_an_attachment(judged: Judged) -> None:
    content = "QUJD" * 50_000 + "?"
    attachment = (
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject"
        f' mimeCode="application/pdf" filename="a.pdf">{content}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>'
        "</cac:AdditionalDocumentReference>"
    )
    findings = judged(
        SAMPLE.replace("<cac:AccountingSupplierParty>", f"{attachment}<cac:AccountingSupplierParty>", 1)
    ).findings
    assert findings
    assert max(len(finding.message) for finding in findings) < 500


def test_what_the_rules_said_stays_known_where_a_policy_fails(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Fault("policy-missing", "order-number", deterministic=False)

    monkeypatch.setattr(Policies, "outcome", fail)
    asked = replace(BASIS, authority="Stadt", demands=(Demand("order-number", PolicyAction.REJECT),))
    assessment = judge.assess(extract(SAMPLE.encode(), Limits()), asked)
    assert (assessment.verdict, assessment.scenario, assessment.xsd_valid) == (
        Verdict.UNDECIDED,
        "EN16931 XRechnung (UBL Invoice)",
        True,
    )
    assert assessment.fault is not None
    assert assessment.fault.cause == "policy-missing"


@pytest.mark.parametrize("place", ["before", "behind"])
def test_thousands_of_comments_around_the_invoice_are_no_obstacle(judged: Judged, place: str) -> None:
    comments = "<!-- x -->" * 5000
    text = SAMPLE.replace("?>", f"?>{comments}", 1) if place == "before" else SAMPLE + comments
    assert judged(text).verdict is Verdict.ACCEPTED


def test_more_signs_to_be_escaped_than_the_engine_takes_entities_are_no_obstacle(judged: Judged) -> None:
    text = SAMPLE.replace("<cbc:Note>", f"<cbc:Note><![CDATA[{'<&>' * 50_000}]]>", 1)
    assert judged(text).verdict is Verdict.ACCEPTED
