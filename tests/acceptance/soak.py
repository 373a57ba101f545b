"""Kills random processes at random moments for as long as you like, and looks whether every promise was kept.

    python -m tests.acceptance.soak --scene postgresql --submissions 2000 --blows 150 --seed 7

Prints seed and figures. Ends with 0 if every promise was kept, else it names those broken, ends with 1, and leaves the
folder with all data and logs behind.
"""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.support.chaos_scenes import SCENES


def main() -> int:
    """Run it; the exit code."""
    given = _arguments()
    broken = 0
    for scene in given.scene or SCENES:
        broken += _run(scene, given.seed, given.submissions, given.blows)
    return int(broken > 0)


def _run(scene: str, seed: int, submissions: int, blows: int) -> int:
    """How many promises were broken."""
    folder = Path(tempfile.mkdtemp(prefix=f"einvoice-soak-{scene}-"))
    print(f"{scene}, seed {seed}: {submissions} submissions, {blows} blows …", flush=True)
    with SCENES[scene](folder) as service:
        outcome = service.run(seed=seed, count=submissions, blows=blows)
    print(f"{scene}, seed {seed}: {outcome.figures}")
    for one in outcome.broken:
        print(f"  BROKEN: {one}")
    if outcome.broken:
        print(f"  {len(outcome.broken)} promises were broken; everything lies in {folder}")
    else:
        print("  every promise was kept")
        shutil.rmtree(folder)
    return len(outcome.broken)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.soak", description=__doc__)
    parser.add_argument("--scene", choices=list(SCENES), action="append", help="repeatable; all if not given")
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--blows", type=int, default=150)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
