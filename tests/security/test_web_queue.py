"""Who can write into the queue, but does not know the service's secret, achieves nothing; nor does repeating."""

import json
import pickle

import pytest

from einvoice.settings import Settings
from einvoice.worker import WakeQueue
from einvoice.worker.messages import WakeUp, signed
from tests.support.web import Web, invoice

SECRET = b"known to all processes of a service"


class Exploit:
    """Runs a command wherever it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (open, ("pwned", "w"))


@pytest.fixture
def queue(web: Web) -> WakeQueue:
    return WakeQueue(Settings(data_dir=web.app.settings.data_dir), SECRET)


def forged(submission_id: str) -> list[bytes]:
    content = json.dumps({"id": submission_id, "priority": 0}).encode()
    return [
        content,
        b" " + content,
        b"0" * 64 + b" " + content,
        signed(WakeUp(submission_id, 0), b"another secret"),
        signed(WakeUp("another", 0), SECRET).partition(b" ")[0] + b" " + content,
        pickle.dumps(Exploit()),
        b"",
        b"\xff" * 1000,
    ]


def test_a_forged_message_is_dropped_and_what_is_ours_behind_it_is_found(
    web: Web, queue: WakeQueue, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(folder)
    for message in forged("a-submission"):
        queue.huey.storage.enqueue(message, 9)
    queue.put(WakeUp("ours", 1))
    assert queue.take() == WakeUp("ours", 1)
    assert queue.take() is None
    assert list(folder.iterdir()) == [], "nothing was run"


def test_what_was_said_before_decides_nothing_again(web: Web, queue: WakeQueue) -> None:
    """A message kept by whoever read it: it is ours and true, and finds the work done."""
    submission_id = web.submitted(web.supplier(), invoice())["id"]
    before = web.app.store.submissions.get(submission_id), len(web.app.store.events.of_submission(submission_id))
    for _ in range(3):
        queue.huey.storage.enqueue(signed(WakeUp(submission_id, 1), SECRET), 0)
    while (wake_up := queue.take()) is not None:
        assert web.app.store.claims.claim(wake_up.id) is None, "there is nothing to do about it"
    after = web.app.store.submissions.get(submission_id), len(web.app.store.events.of_submission(submission_id))
    assert after == before


def test_a_message_about_what_never_was_does_nothing(web: Web, queue: WakeQueue) -> None:
    queue.put(WakeUp("../../etc/passwd", 1))
    wake_up = queue.take()
    assert wake_up is not None
    assert web.app.store.claims.claim(wake_up.id) is None
