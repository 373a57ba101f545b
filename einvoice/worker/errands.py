"""What is done again and again. Each errand has a thread of its own, so that none waits for another."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from einvoice.worker.outage import Outage


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to be done at the start and from then on regularly."""

    name: str  # as logged when it fails
    every: float  # seconds from the end of one run to the next
    run: Callable[[], object]  # one that raises is logged, and run again next time


class Errands:
    """Several errands, each of them run until `stop` is set."""

    def __init__(self, errands: Iterable[Errand], stop: threading.Event) -> None:
        self._threads = [
            threading.Thread(target=_repeat, args=(errand, stop), name=errand.name, daemon=True) for errand in errands
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait for those under way to end."""
        for thread in self._threads:
            thread.join()


def _repeat(errand: Errand, stop: threading.Event) -> None:
    trouble = Outage("round-failed", "round-works-again", round=errand.name)
    while not stop.is_set():
        try:
            errand.run()
        except Exception as error:
            trouble.failed(error)
        else:
            trouble.worked()
        stop.wait(errand.every)
