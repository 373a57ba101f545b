"""The benchmarks run and measure both sides; their figures are read by people, never asserted."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"
ROWS = {
    "validate.py": ("small UBL", "small CII", "10 lines", "over plain", "memory", "1 process(es)", "cold start"),
    "intake.py": ("check (saxonche)", "in to decided against check", "p99 until decided", "resident memory", "grows"),
    "inbox.py": (
        "oxalis, with hints: p50",
        "oxalis, without hints: p50",
        "domibus: a look, for each document",
        "domibus: memory of a look",
        "decided out of the full folder",
        "a document in another folder",
        "picked up and put away",
        "putting one away",
        "two workers",
    ),
}


@pytest.mark.parametrize("script", ROWS)
def test_a_benchmark_prints_all_it_measures(script: str) -> None:
    done = subprocess.run([sys.executable, str(BENCH / script), "--short"], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    for row in ROWS[script]:
        assert row in done.stdout
