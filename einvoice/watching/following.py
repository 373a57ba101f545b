"""Following one submission through its work: in every log line, in the figures, in one trace."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from einvoice.errors import Fault
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Receipt, Submission
from einvoice.watching import traces
from einvoice.watching.figures import STAGE_SECONDS, count_decided, count_fault, count_received

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

log = structlog.get_logger()


def followed(work: Callable[Concatenate[str, Given], Answer]) -> Callable[Concatenate[str, Given], Answer]:
    """Make `work(submission_id, …)` one that is followed.

    Each line logged meanwhile in its thread, by whomever, names the submission; its stages are spans of the
    submission's trace; a Fault that ends it is counted.
    """

    @wraps(work)
    def bound(submission_id: str, /, *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with structlog.contextvars.bound_contextvars(submission=submission_id), traces.work_on(submission_id):
            try:
                return work(submission_id, *args, **kwargs)
            except Fault as fault:
                count_fault(fault.notice.cause)
                raise

    return bound


def timed(stage: str, work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
    """What `work` returns; how long it took is observed, and a span where a submission is followed."""
    began = time.perf_counter()
    try:
        with traces.span(stage):
            return work(*args, **kwargs)
    finally:
        STAGE_SECONDS[stage].observe(time.perf_counter() - began)


def taken_in(receive: Callable[Given, Receipt], *args: Given.args, **kwargs: Given.kwargs) -> Receipt:
    """The receipt, and from here on the submission can be followed: logged, counted, first span of its trace."""
    began = time.time_ns()
    try:
        receipt = timed("receive", receive, *args, **kwargs)
    except Fault as fault:
        count_fault(fault.notice.cause)
        raise
    count_received(receipt)
    submission = receipt.submission
    traces.begin(submission.id, began, door=str(submission.door), created=receipt.created)
    log.info("received" if receipt.created else "received-again", submission=submission.id, door=str(submission.door))
    return receipt


def settled(submission: Submission, now: datetime) -> None:
    """Tell what has come of a submission: it is decided, held, or to be judged anew."""
    count_decided(submission, now)
    state = {"verdict": submission.verdict, "handling": submission.handling, "hold": submission.hold}
    told = {name: str(value) for name, value in state.items() if value}
    traces.note(**told)
    log.info("held" if submission.verdict is Verdict.UNDECIDED else "decided", **told)
