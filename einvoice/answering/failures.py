"""Answers that fail one by one: none keeps the others from being given, and somebody is told."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from einvoice.errors import Fault

log = structlog.get_logger()


class Failures:
    """What went wrong in a turn. Each is logged once, however many turns it lasts."""

    def __init__(self) -> None:
        self._logged: set[str] = set()
        self._first: Exception | None = None

    @contextmanager
    def of(self, name: str, **about: str) -> Iterator[None]:
        """Work on one of them. Raises at once what is not about it alone: OSError, and a Fault from elsewhere."""
        try:
            yield
        except OSError:
            raise
        except Exception as error:
            if isinstance(error, Fault) and error.notice.elsewhere:
                raise
            self._first = self._first or error
            if name not in self._logged:
                self._logged.add(name)
                log.error("answer-not-made", **about, error=type(error).__name__)
        else:
            self._logged.discard(name)

    def end(self) -> None:
        """The others are done: raises the first that failed, if one did."""
        first, self._first = self._first, None
        if first is not None:
            raise first
