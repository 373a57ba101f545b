"""Which Invoice Response may follow which (Peppol BIS 63, rules OP-BR111).

AB < IP < UQ < CA < RE < AP < PD: any may come first, any may be left out, none goes back. UQ may be repeated. After
AP there is only PD; a payment in part (PD with the reason PPD) may be repeated until the rest is paid. RE and PD are
final.
"""

from dataclasses import dataclass
from enum import StrEnum

from einvoice.explain import Lang
from einvoice.responses.codes import REASONS, InvoiceStatus
from einvoice.responses.message import Response
from einvoice.responses.words import sentence


@dataclass(frozen=True, slots=True)
class Step:
    """One status that was told, or is to be told."""

    status: InvoiceStatus
    partial: bool = False  # PD with PPD: a part is paid

    def __post_init__(self) -> None:
        if self.partial and self.status is not InvoiceStatus.PAID:
            raise ValueError(f"{self.status.value} can't be partial")

    @classmethod
    def of(cls, response: Response) -> "Step":
        """The step an Invoice Response tells. Raises ValueError if its code is no status."""
        reasons = (found.code for found in response.clarifications if found.code)
        partial = any(code.value == "PPD" and code.list_id == REASONS for code in reasons)
        return cls(InvoiceStatus(response.code), partial and response.code == InvoiceStatus.PAID.value)

    @property
    def final(self) -> bool:
        """Whether nothing may follow."""
        return self in (Step(InvoiceStatus.REJECTED), Step(InvoiceStatus.PAID))

    def label(self, lang: Lang) -> str:
        """The word people see."""
        label = self.status.label(lang)
        return sentence("transition.partial", lang, label=label) if self.partial else label


PARTLY_PAID = Step(InvoiceStatus.PAID, partial=True)
_UNDER_QUERY = Step(InvoiceStatus.UNDER_QUERY)
_RANKS = {status: rank for rank, status in enumerate(InvoiceStatus)}
STEPS = tuple(
    sorted((*map(Step, InvoiceStatus), PARTLY_PAID), key=lambda step: (_RANKS[step.status], not step.partial))
)


class Obstacle(StrEnum):
    """Why a status can't be told, for programs."""

    FINAL = "final"  # after RE or PD
    AFTER_APPROVAL = "after-approval"  # after AP, anything but PD
    ALREADY_SAID = "already-said"  # the same again
    BACKWARDS = "backwards"  # an earlier one


class TransitionRefused(Exception):
    """This status can't follow what was told before; nothing was written. `reason` is for programs."""

    def __init__(self, reason: Obstacle, last: Step, new: Step) -> None:
        super().__init__(reason, last, new)
        self.reason, self.last, self.new = reason, last, new
        self.allowed = next_allowed(last)

    def __str__(self) -> str:
        return self.sentence("en")

    def sentence(self, lang: Lang) -> str:
        """Why, and what may be told next."""
        allowed = sentence("transition.or", lang).join(step.label(lang) for step in self.allowed)
        last, new = self.last.label(lang), self.new.label(lang)
        return sentence(f"transition.{self.reason.value}", lang, last=last, new=new, allowed=allowed)


def next_allowed(last: Step | None) -> tuple[Step, ...]:
    """What may be told next, in order; `last`: the latest that was told, None: nothing yet."""
    return tuple(step for step in STEPS if _obstacle(last, step) is None)


def check_transition(last: Step | None, new: Step) -> None:
    """Raises TransitionRefused if `new` must not follow."""
    obstacle = _obstacle(last, new)
    if last is not None and obstacle is not None:
        raise TransitionRefused(obstacle, last, new)


def _obstacle(last: Step | None, new: Step) -> Obstacle | None:
    if last is None or (last == new and last in (_UNDER_QUERY, PARTLY_PAID)):
        return None
    if last.final:
        return Obstacle.FINAL
    if new == last:
        return Obstacle.ALREADY_SAID
    if last.status is InvoiceStatus.APPROVED and new.status is not InvoiceStatus.PAID:
        return Obstacle.AFTER_APPROVAL
    return None if STEPS.index(new) > STEPS.index(last) else Obstacle.BACKWARDS
