"""A search of set length with hypothesis: fresh cases until time is up, each kind of crash made small and kept once."""

import hashlib
import itertools
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from tests.security.fuzz.holds import Escaped

_BATCH = 400  # cases, before hypothesis begins anew
_LONGER = 60  # seconds, to make small what was found at the end
_OURS = ("/einvoice/", "/tests/security/fuzz/")

Case = TypeVar("Case")


@dataclass
class Crashes:
    """What was found, each at its place in the code, with the input that does it in a folder."""

    folder: Path
    known: dict[str, Path] = field(default_factory=dict)

    def keep(self, kind: str, error: BaseException, data: bytes) -> Path:
        """Write the input and its trace down; the same place again takes the place of the first input."""
        place = place_of(error)
        name = f"{kind}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.known[place] = self.folder / name
        self.known[place].write_bytes(data)
        (self.folder / f"{name}.txt").write_text("".join(traceback.format_exception(error)), "utf-8", "replace")
        return self.known[place]


def place_of(error: BaseException) -> str:
    """Which mistake it is: its kind, and the innermost line of ours that led there."""
    error = error.__cause__ if isinstance(error, Escaped) and error.__cause__ else error
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    ours = [frame for frame in frames if any(part in frame.filename for part in _OURS)] or frames
    told = str(error)[:80] if type(error).__module__.startswith("tests.") else ""
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno} {told}".strip()


def search(
    kind: str, cases: SearchStrategy[Case], check: Callable[[Case], object], written: Callable[[Case], bytes],
    *, seconds: float, seed: int, crashes: Crashes,
) -> int:  # fmt: skip
    """Check cases until time is up; how many were."""
    end, count = time.monotonic() + seconds, 0
    for batch in itertools.count():
        if time.monotonic() >= end:
            break
        done, failure = _searched(cases, check, end, f"{seed}-{batch}", crashes)
        count += done
        if failure is not None:
            case, error = failure
            print(f"  {kind}: {place_of(error)} -> {crashes.keep(kind, error, written(case))}", flush=True)
    return count


def _searched(
    cases: SearchStrategy[Case], check: Callable[[Case], object], end: float, seed: str, crashes: Crashes
) -> tuple[int, tuple[Case, BaseException] | None]:
    """One batch: how many cases, and the smallest that failed in a way not known yet."""
    count, failed = 0, list[tuple[Case, BaseException]]()

    @hypothesis.seed(seed)
    @settings(
        max_examples=_BATCH, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(cases)
    def one(case: Case) -> None:
        nonlocal count
        if time.monotonic() >= end + (_LONGER if failed else 0):
            return
        count += 1
        try:
            check(case)
        except (Exception, Escaped) as error:
            if place_of(error) in crashes.known:
                return
            failed.append((case, error))
            raise AssertionError(place_of(error)) from error

    try:
        one()
    except Exception:
        if not failed:
            raise
    return count, failed[-1] if failed else None
