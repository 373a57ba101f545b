"""What the API says about responses: what an authority tells the supplier about an invoice."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from einvoice.answering.telling import Sent, Wish, sent
from einvoice.api.problems import StepOut
from einvoice.api.schemas import SUBMISSIONS, Asked
from einvoice.explain import Lang
from einvoice.model.answer import Answer
from einvoice.model.text import storable
from einvoice.responses import ACTIONS, REASONS, Clarification, Condition, Contact, InvoiceStatus, ListedCode, Step
from einvoice.responses.codes import codes, label

EXAMPLES: dict[str, Any] = {
    "received": {"summary": "It is in the work list", "value": {"status": "AB"}},
    "query": {
        "summary": "A question to the supplier, with the right order number",
        "value": {
            "status": "UQ",
            "reasons": [
                {
                    "code": "REF",
                    "text": "The order number belongs to another supplier.",
                    "conditions": [{"term": "BT-13", "value": "4500017"}],
                }
            ],
            "actions": [{"code": "PIN", "text": "Please tell us the right order number."}],
            "contact": {"name": "Kreditorenbuchhaltung", "mail": "rechnung@musterstadt.example"},
        },
    },
    "rejected": {
        "summary": "Sent back: a new invoice is needed",
        "value": {
            "status": "RE",
            "reasons": [{"code": "QTY", "text": "Ten were ordered and delivered, not twelve."}],
            "actions": [{"code": "NIN"}],
            "effective_date": "2026-11-23",
        },
    },
    "partly": {
        "summary": "A part is paid",
        "value": {"status": "PD", "reasons": [{"code": "PPD", "text": "1,000.00 EUR are paid; the rest in January."}]},
    },
}


def _plain(text: str | None) -> str | None:
    """Without white space around it; nothing where there is nothing."""
    return storable(text).strip() or None if text else None


def _listed(of_list: str) -> Callable[[str], str]:
    """A code of a list; of another one it is told which there are."""
    known = codes(of_list)

    def checked(code: str) -> str:
        if code in known:
            return code
        told = {"code": storable(code[:20]), "list": of_list, "codes": ", ".join(known)}
        raise PydanticCustomError("code", "“{code}” is no code of {list}. There are: {codes}", told)

    return checked


def _enum(of_list: str) -> dict[str, Any]:
    return {"enum": list(codes(of_list))}


Short = Annotated[str | None, Field(max_length=200), AfterValidator(_plain)]
Words = Annotated[str | None, Field(max_length=2000), AfterValidator(_plain)]


class ConditionIO(Asked):
    """A term of the invoice, and what should stand there."""

    term: Annotated[str, Field(pattern=r"^[!-~]{1,40}$", examples=["BT-13"], description="Id of the term")]
    value: Words = Field(default=None, examples=["4500017"])


class _Why(Asked):
    text: Words = Field(default=None, description="In words; needed with OTH and PPD")
    conditions: list[ConditionIO] = Field(default=[], max_length=50)


class Reason(_Why):
    """Why."""

    code: Annotated[str, AfterValidator(_listed(REASONS))] = Field(
        description="Of the list OPStatusReason", json_schema_extra=_enum(REASONS)
    )


class Request(_Why):
    """What the supplier is asked to do."""

    code: Annotated[str, AfterValidator(_listed(ACTIONS))] = Field(
        description="Of the list OPStatusAction", json_schema_extra=_enum(ACTIONS)
    )


class ContactIO(Asked):
    """Who can be asked. Goes to the supplier."""

    name: Short = None
    telephone: Short = None
    mail: Short = None


class ResponseWish(Asked):
    """What the supplier is told about the invoice."""

    status: InvoiceStatus = Field(
        description="AB received, IP in process, UQ under query, CA conditionally accepted, RE rejected, AP approved, "
        "PD paid. UQ, CA and RE need a reason"
    )
    reasons: list[Reason] = Field(default=[], max_length=20)
    actions: list[Request] = Field(default=[], max_length=20)
    note: Words = None
    effective_date: date | None = Field(default=None, description="Since when it is so")
    contact: ContactIO | None = None
    id: UUID | None = Field(
        default=None, description="Your own id for this response, instead of an Idempotency-Key; that of the message"
    )

    def to_wish(self) -> Wish:
        """The same for the rooms behind."""
        contact = Contact(**self.contact.model_dump()) if self.contact else Contact()
        return Wish(
            status=self.status,
            why=(*_why(self.reasons, REASONS), *_why(self.actions, ACTIONS)),
            note=self.note,
            effective_date=self.effective_date.isoformat() if self.effective_date else None,
            contact=contact if contact != Contact() else None,
        )


class ConditionOut(BaseModel):
    """A term of the invoice, and what should stand there."""

    model_config = ConfigDict(from_attributes=True)

    term: str
    value: str | None


class WhyOut(BaseModel):
    """A reason, or what the supplier is asked to do."""

    code: str
    label: str = Field(description="In words, in the language of Accept-Language")
    text: str | None
    conditions: list[ConditionOut]


class ContactOut(BaseModel):
    """Who can be asked."""

    model_config = ConfigDict(from_attributes=True)

    name: str | None
    telephone: str | None
    mail: str | None


class ResponseOut(BaseModel):
    """What was told about an invoice."""

    id: str = Field(description="Of the message, and of its envelope (InstanceIdentifier)")
    number: int = Field(description="Counts the responses to this invoice, from 1")
    issued_at: datetime
    status: InvoiceStatus
    partial: bool = Field(description="PD with the reason PPD: a part is paid")
    label: str = Field(description="The status in words, in the language of Accept-Language")
    reasons: list[WhyOut]
    actions: list[WhyOut]
    note: str | None
    effective_date: date | None
    contact: ContactOut | None
    sent: Sent = Field(
        description="waiting: the message is still to be put into the outbox of the drop folder. written: it lies "
        "there for the access point. not-applicable: the invoice came by no drop folder, so the response goes nowhere; "
        "the supplier reads it in the portal and here"
    )
    written_at: datetime | None = Field(description="When it was put into the outbox")
    link: str = Field(description="Of this response; with `Accept: application/xml` the message itself")

    @classmethod
    def of(cls, answer: Answer, lang: Lang) -> Self:
        """A stored response."""
        wish = Wish.told(answer)
        return cls(
            id=answer.id,
            number=answer.number,
            issued_at=answer.issued_at,
            status=wish.status,
            partial=wish.step.partial,
            label=wish.step.label(lang),
            reasons=_told(wish, REASONS, lang),
            actions=_told(wish, ACTIONS, lang),
            note=wish.note,
            effective_date=date.fromisoformat(wish.effective_date) if wish.effective_date else None,
            contact=ContactOut.model_validate(wish.contact) if wish.contact else None,
            sent=sent(answer),
            written_at=answer.written_at,
            link=f"{SUBMISSIONS}/{answer.submission_id}/responses/{answer.id}",
        )


class ResponseList(BaseModel):
    """What was told about an invoice, and what may follow."""

    responses: list[ResponseOut] = Field(description="In order; also those the service gave by itself")
    next: list[StepOut] = Field(description="What may be told next; empty: nothing")

    @classmethod
    def of(cls, told: Iterable[Answer], following: Iterable[Step], lang: Lang) -> Self:
        """All of them."""
        responses = [ResponseOut.of(one, lang) for one in told]
        return cls(responses=responses, next=[StepOut.of(step, lang) for step in following])


def _why(asked: Iterable[Reason | Request], of_list: str) -> Iterable[Clarification]:
    for one in asked:
        conditions = tuple(Condition(found.term, found.value) for found in one.conditions)
        yield Clarification(code=ListedCode(one.code, of_list), text=one.text, conditions=conditions)


def _told(wish: Wish, of_list: str, lang: Lang) -> list[WhyOut]:
    return [
        WhyOut(
            code=one.code.value,
            label=label(of_list, one.code.value, lang),
            text=one.text,
            conditions=[ConditionOut.model_validate(found) for found in one.conditions],
        )
        for one in wish.why
        if one.code and one.code.list_id == of_list
    ]
