"""The order of Invoice Responses: every pair, as Peppol BIS 63 has it."""

import pytest

from einvoice.responses import InvoiceStatus, Kind, Step, TransitionRefused, check_transition, next_allowed
from einvoice.responses.codes import REASONS
from einvoice.responses.message import Clarification, ListedCode
from tests.unit.responses.making import message

ALL = ("AB", "IP", "UQ", "CA", "RE", "AP", "PPD", "PD")
AFTER = {
    "AB": ("IP", "UQ", "CA", "RE", "AP", "PPD", "PD"),
    "IP": ("UQ", "CA", "RE", "AP", "PPD", "PD"),
    "UQ": ("UQ", "CA", "RE", "AP", "PPD", "PD"),
    "CA": ("RE", "AP", "PPD", "PD"),
    "RE": (),
    "AP": ("PPD", "PD"),
    "PPD": ("PPD", "PD"),
    "PD": (),
}


def step(name: str) -> Step:
    return Step(InvoiceStatus.PAID, partial=True) if name == "PPD" else Step(InvoiceStatus(name))


@pytest.mark.parametrize("first", ALL)
def test_any_may_come_first(first: str) -> None:
    check_transition(None, step(first))


@pytest.mark.parametrize("new", ALL)
@pytest.mark.parametrize("last", ALL)
def test_what_may_follow_what(last: str, new: str) -> None:
    if new in AFTER[last]:
        check_transition(step(last), step(new))
        return
    with pytest.raises(TransitionRefused) as caught:
        check_transition(step(last), step(new))
    assert caught.value.allowed == tuple(map(step, AFTER[last]))
    for lang in ("de", "en"):
        told = caught.value.sentence(lang)  # type: ignore[arg-type]
        assert all(one.label(lang) in told for one in caught.value.allowed)  # type: ignore[arg-type]


@pytest.mark.parametrize("last", ALL)
def test_what_may_be_told_next_is_listed_in_order(last: str) -> None:
    assert next_allowed(step(last)) == tuple(map(step, AFTER[last]))


def test_a_payment_in_part_is_a_step_of_its_own() -> None:
    part = Clarification(code=ListedCode("PPD", REASONS), text="half")
    assert Step.of(message(Kind.INVOICE_RESPONSE, code="PD", clarifications=(part,))) == step("PPD")
    assert Step.of(message(Kind.INVOICE_RESPONSE, code="PD")) == step("PD")


def test_only_a_payment_can_be_partial() -> None:
    with pytest.raises(ValueError, match="AP"):
        Step(InvoiceStatus.APPROVED, partial=True)
