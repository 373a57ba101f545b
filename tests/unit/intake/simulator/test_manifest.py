"""A manifest is written line by line and can be read again."""

import threading
from pathlib import Path

from einvoice.intake.simulator import Plan, Simulation, read_manifest, read_samples


def test_what_was_put_down_can_be_read_again(tmp_path: Path) -> None:
    folder, manifest = tmp_path / "drop", tmp_path / "manifest.jsonl"
    folder.mkdir()
    plan = Plan(layout="phoss", count=60, seed=1, broken=0.3)
    told = list(Simulation(plan, read_samples()).run(folder, threading.Event()))
    manifest.write_text("".join(f"{one.as_line()}\n" for one in told), "utf-8")
    assert list(read_manifest(manifest)) == told
