"""What the tests of the worker share besides fixtures."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from einvoice.pipeline import Desk
from einvoice.worker import Errand, run_worker

SECRET = b"known to all processes of a service"


def until(holds: Callable[[], object]) -> None:
    """Wait for something other threads bring about; the test's own time limit ends a wait in vain."""
    while not holds():
        time.sleep(0.01)


@contextmanager
def working(desk: Desk, errands: Iterable[Errand] = ()) -> Iterator[None]:
    """A worker, told to stop at the end and waited for."""
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(desk, desk.settings, stop, errands), kwargs={"secret": SECRET})
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


@dataclass
class Log:
    """Takes the place of a module's log and keeps what it is told."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def _tell(self, event: str, **told: Any) -> None:
        self.lines.append({"event": event, **told})

    info = warning = error = _tell

    def of(self, event: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        return [line for line in self.lines if line["event"] == event]
