"""Random processes are killed at random moments while invoices come in and go out: nothing is lost, doubled or altered.

What is demanded stands in `tests/support/chaos_proof.py`. `python -m tests.acceptance.soak` does the same for longer.
"""

import shutil
from pathlib import Path

import pytest

from tests.support.chaos_scenes import SCENES

SEED, COUNT, BLOWS = 3, 120, 12


@pytest.mark.timeout(900)
@pytest.mark.parametrize("scene", SCENES)
def test_nothing_is_lost_doubled_or_altered(scene: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if scene == "hosts" and shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    with SCENES[scene](tmp_path) as service:
        outcome = service.run(seed=SEED, count=COUNT, blows=BLOWS)
    with capsys.disabled():
        print(f"\n{scene}, seed {outcome.seed}: {outcome.figures}")
    assert outcome.broken == []
