"""Which answer follows from a verdict: code, reason codes, a line for each place."""

from dataclasses import replace

import pytest

from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.policy import Outcome, PolicyOutcome
from einvoice.model.trouble import FaultNotice, RefusalNotice
from einvoice.responses import (
    InvoiceStatus,
    Kind,
    Response,
    Result,
    Sending,
    invoice_response,
    read_response,
    returned,
    verdict_message,
    write_response,
)
from tests.unit.responses.making import ENVELOPE, SENDING, examination, invoice, valid


def finding(rule: str, level: Level = Level.ERROR, source: Source = Source.SCHEMATRON, xpath: str = "") -> Finding:
    return Finding(
        rule=rule, level=level, source=source, ruleset="xrechnung-ubl", xpath=xpath, line=3, terms=(), message="m"
    )  # fmt: skip


ERROR = finding("BR-DE-15", xpath="/ubl:Invoice")
OTHER = finding("BR-02", xpath="/ubl:Invoice")
WARNING = finding("BR-CL-23", Level.WARNING, xpath="/ubl:Invoice/cac:InvoiceLine[1]")
HINT = finding("BR-CL-21", Level.INFORMATION)
WRONG = finding("xsd-wrong-value", source=Source.XSD)

OUTCOMES = {
    "accepted": (Assessment(verdict=Verdict.ACCEPTED, xsd_valid=True), "AP", ()),
    "with hints alone": (Assessment(verdict=Verdict.ACCEPTED, findings=(HINT,)), "AP", ()),
    "with warnings": (Assessment(verdict=Verdict.ACCEPTED, findings=(WARNING,)), "AP", ("BW",)),
    "rejected by rules": (Assessment(verdict=Verdict.REJECTED, findings=(ERROR,), xsd_valid=True), "RE", ("BV",)),
    "rejected, warnings beside": (Assessment(verdict=Verdict.REJECTED, findings=(WARNING, ERROR)), "RE", ("BV", "BW")),
    "rejected by the schema": (
        Assessment(verdict=Verdict.REJECTED, findings=(WRONG,), xsd_valid=False), "RE", ("SV",),
    ),
    "no scenario": (Assessment.refused(RefusalNotice("no-scenario", {"customization": "urn:x"})), "RE", ("BV",)),
    "an order": (Assessment.refused(RefusalNotice("not-an-invoice", {"root": "{urn:o}Order"})), "RE", ("BV",)),
}  # fmt: skip


def made(kind: Kind, assessment: Assessment) -> Response:
    response = verdict_message(kind, assessment, ENVELOPE, SENDING)
    assert response is not None
    return response


@pytest.mark.parametrize("kind", [Kind.MLS, Kind.MLR])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_outcome_has_its_code_and_reasons_and_is_valid(outcome: str, kind: Kind) -> None:
    assessment, code, reasons = OUTCOMES[outcome]
    response = made(kind, assessment)
    assert (response.code, response.reason_codes) == (code, reasons)
    assert valid(write_response(response))
    assert read_response(write_response(response)) == response


def test_what_is_undecided_is_not_answered() -> None:
    held = Assessment.undecided(FaultNotice("timeout", "", deterministic=True))
    assert verdict_message(Kind.MLR, held, ENVELOPE, SENDING) is None


def test_it_refers_to_the_envelope_it_answers() -> None:
    assert made(Kind.MLR, OUTCOMES["accepted"][0]).refers_to.id == ENVELOPE.instance_id


def test_mlr_goes_from_the_receiver_of_the_envelope_to_its_sender() -> None:
    response = made(Kind.MLR, OUTCOMES["accepted"][0])
    assert (response.sender.endpoint.scheme, response.receiver.endpoint.scheme) == ("0204", "9930")


def test_mls_goes_between_service_providers() -> None:
    response = made(Kind.MLS, OUTCOMES["accepted"][0])
    ends = [(end.scheme, end.value) for end in (response.sender.endpoint, response.receiver.endpoint)]
    assert ends == [("0242", "000123"), ("0242", "654321")]


def test_where_the_envelope_names_no_provider_the_one_known_otherwise_is_answered() -> None:
    sending = Sending(id=SENDING.id, at=SENDING.at, spid="000123", mls_to="777777")
    response = verdict_message(Kind.MLS, OUTCOMES["accepted"][0], replace(ENVELOPE, mls_to=None), sending)
    assert response is not None
    assert response.receiver.endpoint.value == "777777"


def test_findings_of_one_place_share_a_line_and_errors_come_first() -> None:
    response = made(Kind.MLR, Assessment(verdict=Verdict.REJECTED, findings=(WARNING, ERROR, OTHER)))
    assert [(line.place, len(line.issues)) for line in response.lines] == [(ERROR.xpath, 2), (WARNING.xpath, 1)]
    assert response.lines[0].issues[0].text.startswith("[BR-DE-15] ")


def test_what_has_no_place_says_so() -> None:
    assert made(Kind.MLS, OUTCOMES["rejected by the schema"][0]).lines[0].place == "NA"


def test_a_refusal_is_told_in_english_with_its_code() -> None:
    response = made(Kind.MLR, OUTCOMES["an order"][0])
    (line,) = response.lines
    assert line.issues[0].text.startswith("[not-an-invoice] There is no invoice in the envelope")
    assert response.description is not None
    assert response.description.startswith("The document is no invoice.")


def test_what_a_person_sent_back_without_a_verdict_is_a_failure_of_delivery() -> None:
    held = Assessment.undecided(FaultNotice("timeout", "", deterministic=True))
    response = verdict_message(Kind.MLS, held, ENVELOPE, SENDING, Result.ENDED_BY_HAND)
    assert response is not None
    assert (response.code, response.reason_codes) == ("RE", ("FD",))
    assert valid(write_response(response))


@pytest.mark.parametrize("kind", [Kind.MLS, Kind.MLR])
def test_an_answer_is_never_answered(kind: Kind) -> None:
    root = "{urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2}ApplicationResponse"
    assessment = Assessment.refused(RefusalNotice("not-an-invoice", {"root": root}))
    assert verdict_message(kind, assessment, ENVELOPE, SENDING) is None


RETURNED = {
    Result.UNROUTABLE: ("UQ", ("REC", "PIN")),
    Result.UNROUTABLE_FOR_GOOD: ("RE", ("REC", "NIN")),
    Result.UNADDRESSED: ("UQ", ("REF", "PIN")),
    Result.UNADDRESSED_FOR_GOOD: ("RE", ("REF", "NIN")),
    Result.DECLINED: ("RE", ("OTH", "NIN")),
}


@pytest.mark.parametrize("result", RETURNED)
def test_what_is_accepted_and_yet_returned_is_told_by_an_invoice_response(result: Result) -> None:
    response = returned(result, examination(), ENVELOPE, SENDING)
    assert response is not None
    assert (response.code, response.reason_codes) == RETURNED[result]
    assert (response.sender.name, response.receiver.name) == ("Stadt", "Firma")
    assert valid(write_response(response))
    assert read_response(write_response(response)) == response


def test_an_invoice_for_nobody_here_is_queried_about_bt_10_and_told_what_stands_there() -> None:
    response = returned(Result.UNROUTABLE, examination(), ENVELOPE, SENDING)
    assert response is not None
    assert [condition.term for condition in response.clarifications[0].conditions] == ["BT-10"]
    assert "9999" in (response.clarifications[0].text or "")


def test_what_its_authority_does_not_take_is_returned_with_its_own_words() -> None:
    demand = finding("AMT-1", source=Source.POLICY)
    policy = PolicyOutcome(authority="Stadt", outcome=Outcome.REJECTED, findings=(demand,))
    looked_at = examination(Assessment(verdict=Verdict.ACCEPTED, policy=policy))
    response = returned(Result.DECLINED, looked_at, ENVELOPE, SENDING)
    assert response is not None
    assert "[AMT-1] m" in (response.clarifications[0].text or "")


def test_what_is_fine_is_not_returned() -> None:
    assert returned(Result.ACCEPTED, examination(), ENVELOPE, SENDING) is None


@pytest.mark.parametrize("type_code", ["875", "876", "877"])
def test_a_construction_invoice_is_named_as_380_and_truly_in_the_note(type_code: str) -> None:
    response = invoice_response(InvoiceStatus.APPROVED, (), invoice(type_code), ENVELOPE, SENDING, note="Thank you.")
    assert response.document_type == "380"
    assert response.note == f"BT-3: {type_code}. Thank you."
    about = read_response(write_response(response)).refers_to
    assert (about.id, about.type_code) == ("R-1", type_code)


def test_without_an_envelope_the_addresses_are_those_of_the_invoice() -> None:
    response = invoice_response(InvoiceStatus.RECEIVED, (), invoice(), None, SENDING)
    ends = [(end.scheme, end.value) for end in (response.sender.endpoint, response.receiver.endpoint)]
    assert ends == [("0204", "04011000-12345-03"), ("9930", "DE123456789")]
    assert valid(write_response(response))


def test_what_becomes_of_an_invoice_is_no_matter_of_the_verdict() -> None:
    with pytest.raises(ValueError, match="whoever decides"):
        verdict_message(Kind.INVOICE_RESPONSE, OUTCOMES["accepted"][0], ENVELOPE, SENDING)
