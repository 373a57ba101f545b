"""Findings, invoices and examinations made by hand, and real ones read from our samples."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model.assessment import ArtefactRef, Assessment, Verdict
from einvoice.model.document import Container, Syntax
from einvoice.model.examination import DocumentFacts, Examination
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.semantics import read_invoice
from einvoice.settings import Settings

SAMPLES = Path(__file__).parents[3] / "inbox" / "samples"

MakeFinding = Callable[..., Finding]
MakeExamination = Callable[..., Examination]


@pytest.fixture
def finding() -> MakeFinding:
    def made(rule: str = "BR-DE-15", **more: object) -> Finding:
        values: dict[str, object] = {
            "level": Level.ERROR,
            "source": Source.SCHEMATRON,
            "ruleset": "xrechnung-ubl",
            "xpath": "/ubl:Invoice",
            "line": 2,
            "terms": (),
            "message": f"[{rule}] The rule is broken.",
        }
        return Finding(rule=rule, **(values | more))  # type: ignore[arg-type]

    return made


@pytest.fixture
def invoice() -> Invoice:
    lines = tuple(
        Group(
            "BG-25",
            (Term("BT-126", str(number)), Term("BT-129", "2"), Term("BT-130", "HUR"), Term("BT-131", "200.00")),
            (Group("BG-29", (Term("BT-146", "100.00"),)), Group("BG-31", (Term("BT-153", f"Beratung {number}"),))),
        )
        for number in (1, 2)
    )
    parties = (
        Group("BG-4", (Term("BT-27", "Möbelwerk & Söhne"),), (Group("BG-5", (Term("BT-37", "Musterstadt"),)),)),
        Group("BG-7", (Term("BT-44", "Stadt Musterstadt"),)),
    )
    head = (Term("BT-1", "R-17"), Term("BT-2", "2026-11-22"), Term("BT-3", "380"), Term("BT-5", "EUR"))
    totals = Group("BG-22", (Term("BT-115", "1234.5"),))
    return Invoice(
        Syntax.UBL_INVOICE, Group("", (*head, Term("BT-10", "04011000-12345-03")), (*parties, totals, *lines))
    )


@pytest.fixture
def examination(invoice: Invoice) -> MakeExamination:
    """An examination: rejected if there is an error among the findings; what else is given replaces the usual."""

    def made(*findings: Finding, assessment: Assessment | None = None, **more: object) -> Examination:
        rejected = any(finding.level is Level.ERROR for finding in findings)
        usual = Assessment(
            verdict=Verdict.REJECTED if rejected else Verdict.ACCEPTED,
            scenario="EN16931 XRechnung (UBL Invoice)",
            pack="xrechnung-3.0.2+2026-08-31",
            artefacts=(ArtefactRef("en16931-ubl", "b" * 64),),
            engine="saxonche 13.1",
            xsd_valid=True,
            findings=findings,
        )
        facts = DocumentFacts(
            syntax=Syntax.UBL_INVOICE,
            customization="urn:cen.eu:en16931:2017",
            container=Container.XML,
            attachment=None,
            xml_sha256="a" * 64,
        )
        values: dict[str, object] = {
            "name": "rechnung.xml",
            "sha256": "a" * 64,
            "size": 12_345,
            "examined_at": datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
            "document": facts,
            "invoice": invoice,
        }
        return Examination(assessment=assessment or usual, **(values | more))  # type: ignore[arg-type]

    return made


@pytest.fixture(params=sorted(path.name for path in SAMPLES.glob("[0-9]*")))
def sample(request: pytest.FixtureRequest) -> Invoice:
    """Each of our sample invoices in turn, read."""
    return read_invoice(extract((SAMPLES / request.param).read_bytes(), Limits.of(Settings())))
