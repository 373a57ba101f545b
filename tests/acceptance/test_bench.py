"""The benchmark runs and measures both sides; its figures are read by people, never asserted."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "validate.py"


def test_the_benchmark_prints_both_sides_the_pool_and_the_cold_start() -> None:
    done = subprocess.run([sys.executable, str(BENCH), "--short"], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    for row in ("small UBL", "small CII", "10 lines", "over plain", "memory", "1 process(es)", "cold start"):
        assert row in done.stdout
