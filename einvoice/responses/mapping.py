"""Which message answers what, with which codes: `mapping.tsv`, with the source of each beside it.

A folder is answered by MLS where its access point waits for our verdict, by MLR where it has answered already, or not
at all. What is formally accepted and yet returned to the seller has an Invoice Response besides.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.finding import Level
from einvoice.model.submission import Hold, HumanDecision, Submission
from einvoice.model.trouble import MALWARE, RefusalNotice
from einvoice.responses.message import Kind


class Result(StrEnum):
    """What came of a submission, as far as an answer tells it."""

    ACCEPTED = "accepted"
    WARNINGS = "warnings"  # accepted, with warnings
    PASSED_ON = "passed-on"  # to the authority, by a person and without a verdict
    XSD = "xsd"  # rejected by the schema
    RULES = "rules"  # rejected by the rules
    NO_SCENARIO = "no-scenario"  # a specification or version nobody here knows
    NOT_AN_INVOICE = "not-an-invoice"
    TOO_LARGE = "too-large"  # beyond one of our limits
    UNREADABLE = "unreadable"  # not well-formed
    MALWARE = "malware"  # sent back by a person after the virus scan
    ENVELOPE_DIFFERS = "envelope-differs"  # refused because of it; to differ alone decides nothing
    REFUSED = "refused"  # no invoice we can take, for any other reason
    ENDED_BY_HAND = "ended-by-hand"  # no verdict was possible, and a person sent it back
    UNDELIVERABLE = "undeliverable"  # accepted, and for good not to be handed on
    UNROUTABLE = "unroutable"  # accepted, but no authority has this Leitweg-ID (BT-10)
    UNROUTABLE_FOR_GOOD = "unroutable-for-good"
    UNADDRESSED = "unaddressed"  # accepted, without a Leitweg-ID
    UNADDRESSED_FOR_GOOD = "unaddressed-for-good"
    DECLINED = "declined"  # accepted, but not what the authority takes
    UNDECIDED = "undecided"  # held, or tried again: there is no answer yet
    DUPLICATE = "duplicate"  # this message came before
    A_RESPONSE = "a-response"  # an answer itself: never answered

    @classmethod
    def of(cls, assessment: Assessment) -> "Result":
        """The formal verdict alone."""
        if assessment.verdict is Verdict.UNDECIDED:
            return cls.UNDECIDED
        if assessment.verdict is Verdict.ACCEPTED:
            return cls.WARNINGS if assessment.count(Level.WARNING) else cls.ACCEPTED
        if assessment.refusal is not None:
            return _refused(assessment.refusal)
        return cls.XSD if assessment.xsd_valid is False else cls.RULES


def result_of(submission: Submission, examination: Examination, *, insist: bool = False) -> Result:
    """What came of a submission by now. `insist`: one for nobody here is returned for good, not asked about."""
    assessment, human = examination.assessment, submission.human_decision
    formal = Result.of(assessment)
    if formal is Result.UNDECIDED:
        return _by_hand(human, examination)
    if submission.hold is Hold.CONFLICT:
        return Result.UNDECIDED
    if assessment.verdict is not Verdict.ACCEPTED:
        return formal
    returned = human is HumanDecision.SENT_BACK
    if assessment.declined or (returned and submission.authority_id is not None):
        return Result.DECLINED
    if returned or submission.hold is Hold.UNROUTABLE:
        return _for_nobody(examination, for_good=returned or insist)
    return formal


def _by_hand(human: HumanDecision | None, examination: Examination) -> Result:
    """What a person made of what the rules could not judge."""
    if human is None:
        return Result.UNDECIDED
    if human is HumanDecision.SENT_ON:
        return Result.PASSED_ON
    fault = examination.assessment.fault
    return Result.MALWARE if fault is not None and fault.cause == MALWARE else Result.ENDED_BY_HAND


def _for_nobody(examination: Examination, *, for_good: bool) -> Result:
    invoice = examination.invoice
    if invoice is not None and (invoice.buyer_reference or "").strip():
        return Result.UNROUTABLE_FOR_GOOD if for_good else Result.UNROUTABLE
    return Result.UNADDRESSED_FOR_GOOD if for_good else Result.UNADDRESSED


_REFUSALS = {  # by the code of the refusal; any other is REFUSED
    Result.UNREADABLE: "empty not-xml malformed encoding doctype",
    Result.TOO_LARGE: "too-large too-deep too-many-nodes too-many-names name-too-long pdf-limits too-many-enclosures",
    Result.NOT_AN_INVOICE: "not-an-invoice wrong-root unknown-type pdf-no-xml booking-aid",
    Result.NO_SCENARIO: "no-scenario zugferd-legacy",
}
_BY_CODE = {code: result for result, codes in _REFUSALS.items() for code in codes.split()}


def _refused(refusal: RefusalNotice) -> Result:
    if "ApplicationResponse" in refusal.details.get("root", ""):
        return Result.A_RESPONSE
    return _BY_CODE.get(refusal.code, Result.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One message that answers a result."""

    result: Result
    kind: Kind
    code: str  # ResponseCode
    reason: str | None  # behind it: of the verdict (SV, BV, FD), or why an invoice is returned (OPStatusReason)
    action: str | None  # what the seller is asked to do (OPStatusAction)
    when_asked: bool  # good news, sent only to whoever asked for it
    text: str  # English; gaps: {buyer_reference}, {declined}
    source: str  # which specification, or which choice of ours, says so


def due(result: Result, setting: Kind, *, asked: bool) -> tuple[Due, ...]:
    """The messages that answer a result; none where there is nothing to answer, or nothing yet.

    `setting`: MLS or MLR, as the folder is set. `asked`: whether good news is wanted; for MLS the envelope says so
    (`mls_always`), for MLR the folder. Where some message is owed once only, the caller sees to it.
    """
    return tuple(row for row in _table().get((result, setting), ()) if asked or not row.when_asked)


def row_of(result: Result, kind: Kind) -> Due | None:
    """How one kind of message tells a result, whoever asked for it; None: it does not."""
    setting = Kind.MLR if kind is Kind.INVOICE_RESPONSE else kind  # the rows of both say the same of it
    rows = _table().get((result, setting), ())
    return next((row for row in rows if row.kind is kind), None)


@cache
def _table() -> Mapping[tuple[Result, Kind], tuple[Due, ...]]:
    """By result and setting of the folder; a result without an answer has an empty entry."""
    text = files("einvoice.responses").joinpath("mapping.tsv").read_text(encoding="utf-8")
    found: dict[tuple[Result, Kind], tuple[Due, ...]] = {}
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        key = Result(row["result"]), Kind(row["setting"])
        found[key] = found.get(key, ()) + (() if row["message"] == "-" else (_due(key[0], row),))
    return found


def _due(result: Result, row: Mapping[str, str]) -> Due:
    return Due(
        result=result,
        kind=Kind(row["message"]),
        code=row["code"],
        reason=row["reason"] or None,
        action=row["action"] or None,
        when_asked=row["sent"] == "asked",
        text=row["text"],
        source=row["source"],
    )
