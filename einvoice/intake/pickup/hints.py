"""What the system tells about changes in a folder: a hint to look sooner, never the truth about what is there."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from watchfiles import Change, watch

_DEBOUNCE = 50  # milliseconds in which changes are told together
_CHECK = 2000  # milliseconds until we see whether the folder is still the one we watch
_AGAIN = 5.0  # seconds until a folder that can't be watched is tried again

log = structlog.get_logger()


class Hints:
    """Calls `changed` soon after something appears or changes in the folder. Where nothing can be told, nothing is."""

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        self._folder = folder
        self._changed = changed
        self._stop = threading.Event()
        self._told = False
        self._thread = threading.Thread(target=self._run, name="folder-hints", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def started(self) -> bool:
        """Whether it has begun."""
        return self._thread.ident is not None

    def stop(self) -> None:
        """End, and wait for the end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except Exception as error:  # away, no rights, or the system watches as much as it will
                self._tell(error)
                self._stop.wait(_AGAIN)

    def _watch(self) -> None:
        """Until told to stop, or until the folder is another one: what was watched then tells nothing any more."""
        watched = _identity(self._folder)
        changes = watch(
            self._folder,
            watch_filter=_not_deleted,
            debounce=_DEBOUNCE,
            step=_DEBOUNCE // 2,
            stop_event=self._stop,
            rust_timeout=_CHECK,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=False,
        )
        for change in changes:
            if change:
                self._changed()
            if _identity(self._folder) != watched:
                return

    def _tell(self, error: Exception) -> None:
        if not self._told and not isinstance(error, FileNotFoundError):  # the regular look tells that one
            self._told = True
            log.warning("folder-not-watched", folder=self._folder.name, error=type(error).__name__)


def _not_deleted(change: Change, path: str) -> bool:  # noqa: ARG001
    """What is claimed disappears too."""
    return change is not Change.deleted


def _identity(folder: Path) -> tuple[int, int]:
    found = os.stat(folder)
    return found.st_dev, found.st_ino
