"""The supervised pool of validator processes: one judge a process, a hung or crashed one is replaced.

A forkserver compiles the rule packs once; every validator process is forked from it and has them at hand.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Self

import structlog
from pebble import ProcessExpired, ProcessPool

from einvoice.errors import Fault
from einvoice.model import Assessment, Basis, InvoiceDocument
from einvoice.rules import RuleFolders
from einvoice.settings import Settings
from einvoice.validation.process import PRELOAD, WORN_OUT, compile_policy, judge_document

POOL_BROKEN = "pool-broken"

log = structlog.get_logger()


class ValidatorPool:
    """Assesses documents in child processes. Thread-safe; close it when done."""

    def __init__(self, settings: Settings, *, preload: bool = True) -> None:
        """`preload`: compile all packs in force before the first document (a service does, one file does not)."""
        self._folders = RuleFolders.of(settings)
        self._seconds = settings.document_seconds
        self._processes = max(1, settings.workers)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["einvoice.validation.process"])
        os.environ[PRELOAD] = self._folders.to_json() if preload else ""  # read by the forkserver alone
        self._changing = threading.Lock()
        self._closed = False
        self._pool = ProcessPool(max_workers=self._processes, context=self._context)

    def warm_up(self) -> None:
        """Start the processes now. Raises Fault if they can't be started."""
        Pending(lambda: self._scheduled(os.getpid), self._seconds).result()

    @property
    def alive(self) -> bool:
        """Whether documents can be handed in. A broken pool is replaced when the next one comes."""
        return not self._closed

    def assess(self, document: InvoiceDocument, basis: Basis) -> Assessment:
        """See Judge.assess. Raises Fault: timeout, engine-crash, pool-broken, shutdown, or the judge's own.

        Where the pool broke under it through no fault of this document, it is handed in once more.
        """
        try:
            return self.submit(document, basis).wait()
        except Fault as fault:
            if fault.notice.cause != POOL_BROKEN:
                raise
        return self.submit(document, basis).wait()

    def submit(self, document: InvoiceDocument, basis: Basis) -> "Pending":
        """Begin to assess; several documents at once keep all processes busy."""
        return self._schedule(judge_document, document, basis)

    def compile_policy(self, name: str) -> str:
        """See Policies.compile; done in a validator process, for there is the engine. Raises Fault."""
        sha256: str = self._schedule(compile_policy, name).result()
        return sha256

    def _schedule(self, work: Callable[..., object], *given: object) -> "Pending":
        return Pending(lambda: self._scheduled(work, self._folders, *given), self._seconds)

    def _scheduled(self, work: Callable[..., object], *given: object) -> Any:
        """Its future. A process may have been killed while it began; then there is none. Raises Fault."""
        try:
            return self._working_pool().schedule(work, args=given, timeout=self._seconds)
        except RuntimeError as error:  # it was closed or broke between the two calls
            raise Fault(POOL_BROKEN, f"the validator pool takes nothing: {error}") from None

    def _working_pool(self) -> ProcessPool:
        """The pool, made anew if it broke: pebble gives up when a process dies that was idle (out of memory, say)."""
        with self._changing:
            if self._closed:
                raise Fault("shutdown", "the validator pool is closed")
            if not self._pool.active:
                log.error("validator-pool-replaced")
                _end(self._pool)
                self._pool = ProcessPool(max_workers=self._processes, context=self._context)
            return self._pool

    def close(self) -> None:
        """End at once: what is under way is given up (nothing is lost, it is still to do)."""
        with self._changing:
            self._closed = True
            _end(self._pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


class Pending:
    """An assessment under way."""

    def __init__(self, hand_in: Callable[[], Any], seconds: float) -> None:
        """`hand_in` begins with it; once more where a process ended because it was worn out."""
        self._hand_in = hand_in
        self._future = hand_in()
        self._seconds = seconds

    def wait(self) -> Assessment:
        """The assessment. Raises Fault."""
        assessment: Assessment = self.result()
        return assessment

    def result(self) -> Any:
        """The answer. A hung or crashed process fails one document; a loaded machine may be why, so a retry helps."""
        try:
            return self._result()
        except TimeoutError:
            detail = f"no verdict within {self._seconds:g} s; the process was replaced"
            raise Fault("timeout", detail) from None
        except ProcessExpired as error:
            raise Fault("engine-crash", f"the validator process died with code {error.exitcode}") from None
        except BrokenProcessPool as error:
            raise Fault(POOL_BROKEN, f"the validator pool broke: {error}") from None
        except CancelledError:
            raise Fault("shutdown", "the validator pool was closed") from None

    def _result(self) -> Any:
        while True:
            try:
                return self._future.result()
            except ProcessExpired as error:
                if error.exitcode != WORN_OUT:
                    raise
                self._future = self._hand_in()
