"""What the system tells about changes. That it tells is all that is asked of it: how soon is not ours."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from einvoice.intake.pickup import Hints
from einvoice.intake.pickup import hints as hints_module


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints_module, "_AGAIN", 0.01)
    monkeypatch.setattr(hints_module, "_CHECK", 20)


@pytest.fixture
def told() -> threading.Event:
    return threading.Event()


@pytest.fixture
def hints(tmp_path: Path, told: threading.Event) -> Iterator[Hints]:
    started = Hints(tmp_path / "drop", told.set)
    started.start()
    yield started
    started.stop()


def until_told(folder: Path, told: threading.Event) -> None:
    """Puts files down until one is noticed; the test's own time limit ends a wait in vain."""
    number = 0
    told.clear()
    while not told.wait(0.05):
        number += 1
        (folder / f"{number}.xml").write_bytes(b"x")


def test_a_file_that_appears_is_told_also_in_a_folder_below(tmp_path: Path, told: threading.Event) -> None:
    below = tmp_path / "drop" / "a" / "b"
    below.mkdir(parents=True)
    hints = Hints(tmp_path / "drop", told.set)
    hints.start()
    until_told(below, told)
    hints.stop()


def test_a_folder_that_comes_later_is_watched_then(tmp_path: Path, hints: Hints, told: threading.Event) -> None:
    (tmp_path / "drop").mkdir()
    until_told(tmp_path / "drop", told)


def test_a_folder_that_is_replaced_is_watched_anew(tmp_path: Path, hints: Hints, told: threading.Event) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    until_told(folder, told)
    folder.rename(tmp_path / "old")
    folder.mkdir()
    until_told(folder, told)


def test_what_the_system_will_not_watch_is_told_once_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: threading.Event
) -> None:
    lines: list[str] = []
    tried = threading.Semaphore(0)

    def too_many(*_: object, **__: object) -> None:
        tried.release()
        raise OSError(28, "inotify limit")

    class Log:
        def warning(self, event: str, **_: object) -> None:
            lines.append(event)

    (tmp_path / "drop").mkdir()
    monkeypatch.setattr(hints_module, "watch", too_many)
    monkeypatch.setattr(hints_module, "log", Log())
    hints = Hints(tmp_path / "drop", told.set)
    hints.start()
    for _ in range(3):
        tried.acquire()
    hints.stop()
    assert lines == ["folder-not-watched"]
    assert not told.is_set()
