"""The outbox: one whole file a message, under its final name, once, whatever happens on the way."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from einvoice.answering import Outbox
from einvoice.answering import outbox as outbox_module
from einvoice.intake import Folder
from einvoice.model.answer import Answer
from tests.unit.answering.helping import RESPONSE, decided, folder


class Crash(BaseException):
    """The process is gone."""


@pytest.fixture
def way(bench: Any) -> Folder:
    return folder(bench)


@pytest.fixture
def answer(bench: Any) -> Answer:
    return issue(bench, "a1")


def issue(bench: Any, id_: str, number: int = 1) -> Answer:
    submission = decided(bench, number=number)
    found: Answer = bench.store.answers.issue(
        submission.id, RESPONSE, id=id_, code="AB", details={}, issued_at=bench.clock.now
    )
    return found


def opened(bench: Any, way: Folder, patience: float = 60) -> Outbox:
    return Outbox(bench.store, way, lambda answer: f"<m id='{answer.id}'/>".encode(), patience=patience)


def names(way: Folder) -> list[str]:
    return sorted(os.listdir(way.outbox)) if way.outbox.is_dir() else []


def test_a_message_lies_there_whole_under_its_final_name(bench: Any, way: Folder, answer: Answer) -> None:
    assert opened(bench, way).put() == 1
    assert names(way) == ["a1.xml"]
    assert (way.outbox / "a1.xml").read_bytes() == b"<m id='a1'/>"
    assert bench.store.answers.get("a1").name == "a1.xml"


def test_what_lies_there_is_put_no_second_time_when_it_has_been_fetched(
    bench: Any, way: Folder, answer: Answer
) -> None:
    opened(bench, way).put()
    (way.outbox / "a1.xml").unlink()
    assert opened(bench, way).put() == 0
    assert names(way) == []


@pytest.mark.parametrize("step", ["_write", "_appear"])
@pytest.mark.parametrize("after", [True, False])
def test_a_crash_anywhere_loses_and_doubles_nothing(
    bench: Any, way: Folder, answer: Answer, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    done = getattr(outbox_module, step)

    def crash(*given: Any) -> None:
        if after:
            done(*given)
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(outbox_module, step, crash)
        with pytest.raises(Crash):
            opened(bench, way).put()
    appeared = [name for name in names(way) if name == "a1.xml"]
    for name in appeared:
        (way.outbox / name).unlink()  # fetched
    bench.clock.advance(61)
    opened(bench, way).put()
    appeared += [name for name in names(way) if name == "a1.xml"]
    assert appeared == ["a1.xml"]


def test_one_that_was_frozen_and_comes_back_adds_nothing(
    bench: Any, way: Folder, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = outbox_module._write

    def freeze(path: Path, message: bytes) -> None:
        write(path, message)
        monkeypatch.setattr(outbox_module, "_write", write)
        bench.clock.advance(61)
        assert opened(bench, way).put() == 1
        (way.outbox / "a1.xml").unlink()

    monkeypatch.setattr(outbox_module, "_write", freeze)
    assert opened(bench, way).put() == 0
    assert names(way) == []


def test_what_another_process_is_about_to_write_is_left_to_it(bench: Any, way: Folder, answer: Answer) -> None:
    bench.store.outgoing.take("a1", "other", patience=60)
    assert opened(bench, way).put() == 0
    bench.clock.advance(61)
    assert opened(bench, way).put() == 1


def test_one_message_that_cannot_be_made_keeps_no_other_waiting(bench: Any, way: Folder, answer: Answer) -> None:
    issue(bench, "a2", number=2)

    def build(answer: Answer) -> bytes:
        if answer.id == "a1":
            raise ValueError("no way")
        return b"<m/>"

    with pytest.raises(ValueError, match="no way"):  # and somebody is told
        Outbox(bench.store, way, build, patience=60).put()
    assert names(way) == ["a2.xml"]


def test_it_is_never_written_through_a_link(bench: Any, way: Folder, answer: Answer, tmp_path: Path) -> None:
    outbox = opened(bench, way)
    way.outbox.mkdir(parents=True)
    (way.outbox / f".a1.{outbox._writer}.ready").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        outbox.put()
    assert not (tmp_path / "elsewhere").exists()


def test_a_drive_that_is_away_is_told_and_it_goes_on_later(bench: Any, way: Folder, answer: Answer) -> None:
    away = replace(way, own=False, outbox=way.home / "away" / "outbox")
    outbox = opened(bench, away)
    with pytest.raises(FileNotFoundError):
        outbox.put()
    (way.home / "away").mkdir(parents=True)
    assert outbox.put() == 1


def test_an_access_point_of_the_same_group_can_read_it(bench: Any, way: Folder, answer: Answer) -> None:
    mask = os.umask(0o077)
    try:
        opened(bench, way).put()
    finally:
        os.umask(mask)
    assert (way.outbox / "a1.xml").stat().st_mode & 0o777 == 0o640
    assert way.outbox.stat().st_mode & 0o7777 == 0o2770
