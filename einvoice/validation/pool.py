"""The supervised pool of validator processes: one judge a process, a hung or crashed one is replaced.

A forkserver compiles the rule packs once; every validator process is forked from it and has them at hand.
"""

import multiprocessing
import os
from concurrent.futures import CancelledError
from datetime import date
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from einvoice.errors import Fault
from einvoice.model import Assessment, InvoiceDocument
from einvoice.settings import Settings
from einvoice.validation.process import PRELOAD, RuleFolders, judge_document


class ValidatorPool:
    """Assesses documents in child processes. Thread-safe; close it when done."""

    def __init__(self, settings: Settings, *, preload: bool = True) -> None:
        """`preload`: compile all packs in force before the first document (a service does, one file does not)."""
        self._folders = RuleFolders.of(settings)
        self._seconds = settings.document_seconds
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["einvoice.validation.process"])
        os.environ[PRELOAD] = self._folders.to_json() if preload else ""  # read by the forkserver alone
        self._pool = ProcessPool(max_workers=max(1, settings.workers), context=context)

    def warm_up(self) -> None:
        """Start the processes now. Raises Fault if they can't be started."""
        Pending(self._pool.schedule(os.getpid), self._seconds).wait()

    @property
    def alive(self) -> bool:
        """Whether documents can be handed in."""
        return bool(self._pool.active)

    def assess(self, document: InvoiceDocument, on: date) -> Assessment:
        """See Judge.assess. Raises Fault: timeout, engine-crash, shutdown, or the judge's own."""
        return self.submit(document, on).wait()

    def submit(self, document: InvoiceDocument, on: date) -> "Pending":
        """Begin to assess; several documents at once keep all processes busy."""
        task = [self._folders, document, on]
        try:
            future = self._pool.schedule(judge_document, args=task, timeout=self._seconds)
        except RuntimeError as error:  # pebble: the pool is closed or broken
            raise Fault("shutdown", f"the validator pool takes nothing more: {error}") from None
        return Pending(future, self._seconds)

    def close(self) -> None:
        """End at once: what is under way is given up (nothing is lost, it is still to do)."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Pending:
    """An assessment under way."""

    def __init__(self, future: Any, seconds: float) -> None:
        self._future = future
        self._seconds = seconds

    def wait(self) -> Assessment:
        """The answer. A hung or crashed process fails one document; a loaded machine may be why, so a retry helps."""
        try:
            answer: Assessment = self._future.result()
        except TimeoutError:
            detail = f"no verdict within {self._seconds:g} s; the process was replaced"
            raise Fault("timeout", detail) from None
        except ProcessExpired as error:
            raise Fault("engine-crash", f"the validator process died with code {error.exitcode}") from None
        except CancelledError:
            raise Fault("shutdown", "the validator pool was closed") from None
        return answer
