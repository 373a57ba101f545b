"""The pickup of one folder: what lies complete in it ends in `done/` or `failed/`, beside its reports, exactly once.

The steps of one document, each safe to repeat after a crash, by this process or by another one that adopts the item:
(1) claim: renamed into `processing/PROCESS/TOKEN/`; the token names it from then on;
(2) submit: its bytes are kept as a submission, under a key made from folder, token and hash, so that twice is once;
(3) wait for the outcome;
(4) place, if it still has the bytes that were submitted (else back to (2)): moved into `done/DAY/` or `failed/`;
(5) forget: what is left of the item is cleared away.
"""

import errno
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from einvoice.intake.folders import Folder
from einvoice.intake.layouts import Memory, Parcel, layout_named
from einvoice.intake.pickup.claiming import claim
from einvoice.intake.pickup.desk import FolderDesk
from einvoice.intake.pickup.failures import Failures
from einvoice.intake.pickup.health import Health, moment, stuck_files
from einvoice.intake.pickup.holding import Holding
from einvoice.intake.pickup.item import Item, Slip
from einvoice.intake.pickup.pace import Pace
from einvoice.intake.pickup.processes import ProcessId
from einvoice.intake.pickup.trouble import Trouble
from einvoice.intake.pickup.work import OFTEN, TOGETHER, Work
from einvoice.intake.spool import Spool

_MOST = 1000  # complete documents remembered from one look
_SHOW_EVERY = 5.0  # seconds between two signs of life amid a long turn, and two notes of an unchanged health

log = structlog.get_logger()


class Pickup:
    """Looks after one folder. Any number of processes may look after the same one; each takes what it gets first."""

    def __init__(
        self,
        folder: Folder,
        spool: Spool,
        desk: FolderDesk,
        process: ProcessId,
        *,
        every: float,
        abandoned: float,
        health: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`every` so many seconds there is a look at least; after `abandoned` seconds of silence another process's
        items are adopted; `health` is the folder for the note on how it is."""
        self.folder = folder
        self._desk = desk
        self._layout = layout_named(folder.layout, folder.habits)
        self._memory = Memory()
        self._holding = Holding(folder.home / "processing", process, abandoned)
        self._every = every
        self._clock = clock
        self._failures = Failures(every, clock)
        self._work = Work(
            folder, spool, desk, self._holding, self._failures, every=every, clock=clock, stay_alive=self._stay_alive
        )
        self._pace = Pace(every, clock)
        self._found: deque[Parcel] = deque()  # complete at the last look, and not claimed yet
        self._full = False  # whether the last look found as many as one may
        self._made = False
        self._now = 0.0  # the file server's time
        self._shown = self._kept = float("-inf")
        self._health_folder = health
        self.health = Health(
            folder=folder.name,
            layout=folder.layout,
            path=str(folder.path),
            process=process.name,
            looked_at=datetime.now(UTC),
        )

    def turn(self) -> float:
        """Take every document on as far as it goes now. What fails is tried again at one of the next turns.

        Returns the seconds until then. Never raises; `errors` and `health` tell what is the matter.
        """
        self._failures.begin()
        if self._does(self._open):
            for step in (self._look, self._claim, self._work.advance):
                self._does(step)
        self._does(self._keep_health)
        return self._pause()

    @property
    def errors(self) -> list[Exception]:
        """What went wrong in the last turn."""
        return self._failures.errors

    def hint(self) -> None:
        """Something has changed in the folder. From any thread."""
        self._pace.hint()

    def close(self) -> None:
        """Let others have what is not finished."""
        self._does(self._holding.leave)
        self._work.close()

    def _does(self, step: Callable[[], object]) -> bool:
        try:
            step()
        except Exception as error:
            self.errors.append(error)
            return False
        return True

    def _open(self) -> None:
        """Make our own folders where they are missing; not what they lie in, which may be a drive that is away."""
        if self.folder.own and not self._made:
            self.folder.path.mkdir(parents=True, exist_ok=True)
        if not self.folder.home.is_dir():  # told by the name that was set
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.folder.path))
        for name in ("processing", "done", "failed"):
            (self.folder.home / name).mkdir(exist_ok=True)
        self._made = True
        self._show()
        self._holding.adopt(self._now)

    def _look(self) -> None:
        if not self._pace.due():
            return
        start = self._clock()
        self._found.clear()
        self._pace.looking()
        try:
            sight = self._layout.look(self.folder.path, self._memory, most=_MOST, now=self._now)
        except BaseException:
            self._pace.looked(took=0.0, again=False, found=False)
            raise
        self._found.extend(sight.parcels)
        self._pace.looked(took=self._clock() - start, again=sight.again, found=bool(sight.parcels))
        self._full = len(sight.parcels) == _MOST
        self.health = replace(
            self.health,
            waiting=sight.waiting,
            oldest=moment(sight.oldest),
            stuck=stuck_files(sight),
            stuck_count=sight.stuck_count,
        )

    def _claim(self) -> None:
        """(1) and (2) of the oldest, as many as there is room for."""
        room = self._desk.room() if self._found else 0
        while self._found and room > 0 and not self._failures.too_many:
            portion = list(self._claimed(min(room, TOGETHER)))
            room -= len(portion)
            self.health = replace(self.health, waiting=max(self.health.waiting - len(portion), 0))
            self._work.hand_in(portion)
            self._stay_alive()
        if self._full and not self._found:
            self._full = False
            self._pace.emptied()

    def _claimed(self, most: int) -> Iterator[tuple[Item, Slip]]:
        """(1) of the next ones, at most so many."""
        for _ in range(min(most, len(self._found))):
            if self._failures.too_many:
                return
            claimed = None
            with self._failures.of():
                claimed = claim(self.folder.path, self._found.popleft(), self._holding, self._now)
            if claimed is not None:
                yield claimed

    def _show(self) -> None:
        self._now = self._holding.show()
        self._shown = self._clock()

    def _stay_alive(self) -> None:
        """Show that we live, so that nobody adopts what we work on."""
        if self._clock() - self._shown >= _SHOW_EVERY:
            self._show()

    def _pause(self) -> float:
        if self.errors:
            return self._every
        waits = [self._pace.wait(), self._work.wait(), OFTEN if self._found else None]
        return min(wait for wait in waits if wait is not None)

    def _keep_health(self) -> None:
        """Note how it is, when that has changed, and every few seconds."""
        before = self.health
        trouble = Trouble.of(self.errors[0], self.folder.path) if self.errors else None
        since = None if trouble is None else before.since or datetime.now(UTC)
        self.health = replace(before, trouble=trouble, since=since, in_work=self._work.count)
        if self.health != before or self._clock() - self._kept >= _SHOW_EVERY:
            self.health = replace(self.health, looked_at=datetime.now(UTC))
            self.health.save(self._health_folder)
            self._kept = self._clock()
