"""Simulated access points, two workers, one killed again and again, for as long as you like; then everything counted.

    python -m tests.acceptance.folders --layout oxalis --documents 5000 --kills 30 --seed 7

Prints seed, progress and figures. Ends with 0 if every promise was kept, else it names those broken, ends with 1, and
leaves the folder with all data and logs behind.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.support.drops import LAYOUTS, Drops, Scene


def main() -> int:
    """Run it; the exit code."""
    given = _arguments()
    broken = 0
    for layout in given.layout or LAYOUTS:
        broken += _run(layout, given)
    return int(broken > 0)


def _run(layout: str, given: argparse.Namespace) -> int:
    """How many promises were broken."""
    folder = Path(tempfile.mkdtemp(prefix=f"einvoice-folders-{layout}-"))
    drops = Drops(
        layouts=(layout,), count=given.documents, kills=given.kills, seed=given.seed, rate=given.rate, alone=60.0
    )
    print(f"{layout}, seed {given.seed}: {given.documents} documents, {given.kills} kills …", flush=True)
    began = time.monotonic()
    outcome = Scene(folder, drops, tell=lambda line: print(f"  {line}", flush=True)).run()
    print(f"{layout}, seed {given.seed}: {outcome.figures}; looked at after {time.monotonic() - began:.0f} s")
    for one in outcome.all_broken[:50]:
        print(f"  BROKEN: {one}")
    if outcome.all_broken:
        print(f"  {len(outcome.all_broken)} promises were broken; everything lies in {folder}", flush=True)
    else:
        print("  every promise was kept", flush=True)
        shutil.rmtree(folder)
    return len(outcome.all_broken)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.folders", description=__doc__)
    parser.add_argument("--layout", choices=LAYOUTS, action="append", help="repeatable; all if not given")
    parser.add_argument("--documents", type=int, default=5000, help="for each layout")
    parser.add_argument("--kills", type=int, default=30, help="for each layout")
    parser.add_argument("--rate", type=float, default=40.0, help="documents a second")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
