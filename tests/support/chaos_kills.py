"""Who is killed, when, and how: drawn from a seed, paced by how far the work has come."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import cycle

from tests.support.programs import Program

SHARES = {  # of the blows
    "one child of a worker": 8,
    "a worker, its children left behind": 4,
    "a worker with all its children": 3,
    "an API": 3,
    "one child of an API": 1,
    "everything at once": 1,
}
FROZEN = "a worker frozen beyond its claim"  # kills nobody; now and then beside a blow
_FROZEN_SHARE, _OTHER_SHARE = 0.15, 0.35
_WITH_VALIDATORS = 3  # children: what starts validators, what counts their semaphores, a validator
_JITTER = 0.7  # seconds at most, so that a blow may fall at any instruction


@dataclass
class Killer:
    """Strikes at the programs of a service. What it kills is started again at once."""

    apis: list[Program]
    workers: list[Program]
    seed: int
    freeze_seconds: float
    others: Mapping[str, Callable[[], None]] = field(default_factory=dict)  # further blows, that end no program of ours
    blows: Counter[str] = field(default_factory=Counter)
    kills: int = 0  # processes or whole groups of ours that got SIGKILL
    revived: int = 0  # programs that ended without us

    def __post_init__(self) -> None:
        self._chance = random.Random(f"killer {self.seed}")
        self._turns = cycle(self.others)
        self._thaws: list[threading.Timer] = []
        self._acts: dict[str, Callable[[], int]] = {
            "one child of a worker": lambda: self._child_of(self._at_work()),
            "a worker, its children left behind": lambda: _again(self._at_work(), Program.kill_parent),
            "a worker with all its children": lambda: _again(self._at_work(), Program.kill),
            "an API": lambda: _again(self._chance.choice(self.apis), Program.kill),
            "one child of an API": lambda: self._child_of(self._chance.choice(self.apis)),
            "everything at once": self._all,
        }

    def strike(self) -> None:
        """One blow, at a moment of chance. What it was is counted."""
        time.sleep(self._chance.uniform(0, _JITTER))
        [name] = self._chance.choices(list(SHARES), list(SHARES.values()))
        self.kills += self._acts[name]()
        self.blows[name] += 1
        if self._chance.random() < _FROZEN_SHARE:
            self._freeze()
        if self.others and self._chance.random() < _OTHER_SHARE:
            other = next(self._turns)
            self.others[other]()
            self.blows[other] += 1

    def revive(self) -> None:
        """Start again what has ended by itself."""
        for program in (*self.apis, *self.workers):
            if not program.runs:
                program.start()
                self.revived += 1

    def rest(self) -> None:
        """Strike no more, and let everything frozen go on."""
        for timer in self._thaws:
            timer.join()

    def _at_work(self) -> Program:
        """A worker; if there is one, one that has its validators and so most likely is at work."""
        ready = [worker for worker in self.workers if len(worker.children()) >= _WITH_VALIDATORS]
        return self._chance.choice(ready or self.workers)

    def _child_of(self, program: Program) -> int:
        """A validator, what starts the validators, a PDF reader; the program itself while it has none yet."""
        children = program.children()
        if not children:
            return _again(program, Program.kill)
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(self._chance.choice([*children, *children[-1:] * 3]), signal.SIGKILL)  # mostly the one at work
        return 1

    def _all(self) -> int:
        programs = [*self.apis, *self.workers]
        for program in programs:
            program.signal(signal.SIGKILL)
        for program in programs:
            program.kill()
            program.start()
        return len(programs)

    def _freeze(self) -> None:
        """It hangs, others take over what it had claimed, and it comes back and goes on where it was."""
        group = self._at_work().pid
        _tell(group, signal.SIGSTOP)
        thaw = threading.Timer(self.freeze_seconds, _tell, (group, signal.SIGCONT))
        thaw.start()
        self._thaws.append(thaw)
        self.blows[FROZEN] += 1


def _again(program: Program, kill: Callable[[Program], None]) -> int:
    kill(program)
    program.start()
    return 1


def _tell(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has been killed meanwhile
        os.killpg(group, number)
