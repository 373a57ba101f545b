"""Traces, where they are wanted: one for each submission, from its receipt to its decision.

While nobody wants them, nothing is imported and hardly anything paid. No attribute of a span holds personal data.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from einvoice.settings import Settings

_NOTHING = nullcontext()


class Tracing(Protocol):
    """What is asked of whoever makes traces. Never raises, never waits for whoever collects them."""

    def begin(self, submission_id: str, began: int, **attributes: str | bool) -> None:
        """The first span of a submission: since `began`, in nanoseconds since the epoch, until now."""

    def work_on(self, submission_id: str) -> AbstractContextManager[None]:
        """A span of its trace, for one attempt to decide it."""

    def span(self, name: str) -> AbstractContextManager[None]:
        """A part of the span that is under way; nothing where none is."""

    def note(self, **attributes: str) -> None:
        """Say more about the span that is under way."""


_wanted: Tracing | None = None


@contextmanager
def tracing(settings: Settings) -> Iterator[None]:
    """Make traces while the block runs, if `otlp_endpoint` says where to send them; at its end, send the rest."""
    global _wanted
    if not settings.otlp_endpoint:
        yield
        return
    from einvoice.watching.otlp import OtlpTracing  # here, so that whoever wants no traces pays nothing

    made = OtlpTracing(settings.otlp_endpoint)
    _wanted = made
    try:
        yield
    finally:
        _wanted = None
        made.close()


def begin(submission_id: str, began: int, **attributes: str | bool) -> None:
    """See Tracing.begin."""
    if _wanted is not None:
        _wanted.begin(submission_id, began, **attributes)


def work_on(submission_id: str) -> AbstractContextManager[None]:
    """See Tracing.work_on."""
    return _NOTHING if _wanted is None else _wanted.work_on(submission_id)


def span(name: str) -> AbstractContextManager[None]:
    """See Tracing.span."""
    return _NOTHING if _wanted is None else _wanted.span(name)


def note(**attributes: str) -> None:
    """See Tracing.note."""
    if _wanted is not None:
        _wanted.note(**attributes)
