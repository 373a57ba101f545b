"""`make fuzz`: search for a set time in XML, PDF and HTTP; say what was done and what was found.

Ends with 1 where something was found. Every input found lies in the folder, with its trace beside it: make it a test
(`tests/security/test_fuzz_regressions.py`), then mend what it shows.
"""

import argparse
import logging
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from hypothesis import strategies as st

from tests.security.fuzz import http, site, xml
from tests.security.fuzz.campaign import Crashes, search
from tests.security.fuzz.holds import check, whole_check

ROOT = Path(__file__).resolve().parents[3]
SHARES = {"xml": 0.25, "pdf": 0.35, "check": 0.25, "http": 0.15}  # of the whole time
_ON_PAPER = 0.05  # of the documents checked are written as PDF, too, which takes longer than all the rest
_ENDS = ("-timeout=60", "-report_slow_units=60", "-rss_limit_mb=1500")  # seconds, seconds, MB: more is a finding
_EXECUTED = (r"stat::number_of_executed_units:\s*(\d+)", r"#(\d+)")  # at the end; on the way


@dataclass(frozen=True, slots=True)
class Done:
    """What one search came to."""

    executions: int
    edges: int | None = None  # of code, seen under coverage; None: it went without


def main() -> int:
    """Search, print figures, tell by the exit code whether something was found."""
    asked = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable()
    folder: Path = asked.folder / str(asked.seed)
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier run with this seed
    folder.mkdir(parents=True)
    print(f"seed {asked.seed}, {asked.seconds:g} s, what is found goes to {folder}", flush=True)
    crashes = Crashes(folder)
    searches = {
        "xml": partial(covered, "xml", folder, seed=asked.seed),
        "pdf": partial(covered, "pdf", folder, seed=asked.seed),
        "check": partial(checked, crashes, seed=asked.seed),
        "http": partial(requested, crashes, seed=asked.seed),
    }
    print(f"{'search':8}{'seconds':>9}{'executions':>12}{'edges':>8}{'crashes':>9}", flush=True)
    for name in asked.only or SHARES:
        seconds = asked.seconds * SHARES[name] / sum(SHARES[one] for one in asked.only or SHARES)
        there = _found(folder)
        done = searches[name](seconds=seconds)
        new = len(_found(folder) - there)
        edges = "" if done.edges is None else done.edges
        print(f"{name:8}{seconds:9.0f}{done.executions:12}{edges:>8}{new:9}", flush=True)
    found = sorted(_found(folder))
    for file in found:
        print(f"found: {file}")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=1800, help="for all searches together")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="fresh if it is not given")
    parser.add_argument("--folder", type=Path, default=ROOT / ".fuzz", help="where crash inputs are written")
    parser.add_argument("--only", nargs="*", choices=list(SHARES), help="these searches alone")
    return parser.parse_args()


def _found(folder: Path) -> frozenset[str]:
    return frozenset(str(file) for file in folder.glob("*") if file.is_file() and file.suffix != ".txt")


def covered(kind: str, folder: Path, *, seconds: float, seed: int) -> Done:
    """Extraction, led by coverage, in a process of its own: what ends it is a crash, and the search goes on."""
    executions, edges, left = 0, 0, int(seconds)
    while left > 0:
        flags = [f"-max_total_time={left}", f"-seed={seed % 2**31}", *_ENDS]
        told = subprocess.run(
            [sys.executable, "-m", "tests.security.fuzz.coverage", kind, str(folder), *flags],
            cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        print(told.stdout, end="", flush=True)
        executions += max(int(_last(pattern, told.stderr)) for pattern in _EXECUTED)
        edges = max(edges, int(_last(r"cov: (\d+)", told.stderr)))
        if told.returncode == 0:
            break
        if "cov:" not in told.stderr:
            raise SystemExit(f"the search in {kind} did not begin:\n{told.stderr[-2000:]}")
        left, seed = left - max(60, int(_last(r"time: (\d+)s", told.stderr))), seed + 1
    return Done(executions, edges)


def _last(pattern: str, text: str) -> str:
    return str((re.findall(pattern, text) or ["0"])[-1])


def checked(crashes: Crashes, *, seconds: float, seed: int) -> Done:
    """Mutated invoices, from extraction to every report, with all rules."""
    with whole_check() as stages:

        def one(case: tuple[bytes, float]) -> None:
            check(case[0], stages, on_paper=case[1] < _ON_PAPER)

        cases = st.builds(lambda chance: (xml.mutated(chance), chance.random()), st.randoms(use_true_random=False))
        return Done(search("check", cases, one, lambda case: case[0], seconds=seconds, seed=seed, crashes=crashes))


def requested(crashes: Crashes, *, seconds: float, seed: int) -> Done:
    """Odd requests to the whole application, by everybody."""
    with tempfile.TemporaryDirectory() as folder, site.opened_site(Path(folder)) as at:
        cases = st.builds(lambda chance: http.mutated(chance, at), st.randoms(use_true_random=False))
        check_one = partial(site.check, at=at)
        return Done(search("http", cases, check_one, site.Asked.written, seconds=seconds, seed=seed, crashes=crashes))


if __name__ == "__main__":
    sys.exit(main())
