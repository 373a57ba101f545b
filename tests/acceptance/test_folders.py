"""Access points put documents down while two workers scan at once and are killed: each becomes one submission, whole.

What is demanded stands in `tests/support/drops_proof.py`;
`python -m tests.acceptance.folders` does the same for longer.
"""

import pytest

from tests.support.drops import LAYOUTS, Drops, Outcome, Scene

DROPS = Drops(layouts=LAYOUTS, count=40, kills=4, seed=11, rate=8.0, broken=0.2)

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All layouts side by side, each with its own folder and access point: every kill hits all of them."""
    scene = Scene(tmp_path_factory.mktemp("folders"), DROPS)
    found = scene.run()
    print(found.figures)
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_manifest_folders_and_database_agree_to_the_last_file(outcome: Outcome, layout: str) -> None:
    assert outcome.broken[layout] == []


def test_workers_end_when_they_are_asked_to_and_tell_of_no_mistake(outcome: Outcome) -> None:
    assert outcome.broken[""] == []
