"""Logs: readable or JSON, and never with the local variables of a traceback, which may hold tokens and invoices."""

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog

from einvoice.logs import configure_logs, name_worker
from einvoice.settings import Settings
from einvoice.watching import followed

SECRET = "t0p-s3cret"


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def _fail() -> None:
    token = SECRET
    raise ValueError(f"a token of {len(token)} characters")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_traceback_shows_no_local_variables(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings(log_json=as_json))
    try:
        _fail()
    except ValueError:
        logging.getLogger("library").exception("failed")
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert SECRET not in told


def test_json_logs_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings(log_json=True))
    structlog.get_logger().info("received", submission="01")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["submission"], line["level"]) == ("received", "01", "info")


Logged = Callable[[Callable[[], object]], list[dict[str, Any]]]


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Logged:
    """The lines, as JSON, that something writes."""

    def lines(act: Callable[[], object]) -> list[dict[str, Any]]:
        configure_logs(Settings(log_json=True))
        act()
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return lines


def ours_and_theirs() -> None:
    structlog.get_logger().info("ours")
    logging.getLogger("library").warning("theirs")


def test_each_line_about_a_submission_names_it_whoever_writes_it(logged: Logged) -> None:
    def act() -> None:
        followed(lambda submission_id: ours_and_theirs())("01")
        structlog.get_logger().info("afterwards")

    named = [(line["event"], line.get("submission")) for line in logged(act)]
    assert named == [("ours", "01"), ("theirs", "01"), ("afterwards", None)]


def test_threads_that_work_beside_each_other_name_their_own_submission(logged: Logged) -> None:
    together = threading.Barrier(2)

    @followed
    def work(submission_id: str) -> None:
        together.wait()
        structlog.get_logger().info("at work", expected=submission_id)

    def act() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, ["01", "02"]))

    named = {(line["expected"], line["submission"]) for line in logged(act)}
    assert named == {("01", "01"), ("02", "02")}


def test_json_lines_say_which_process_wrote_them(logged: Logged) -> None:
    told = [(line["event"], line["host"], line["pid"]) for line in logged(ours_and_theirs)]
    assert told == [(event, socket.gethostname(), os.getpid()) for event in ("ours", "theirs")]


def test_a_worker_is_named_in_its_lines_as_the_others_know_it(logged: Logged) -> None:
    def act() -> None:
        structlog.get_logger().info("before")
        name_worker("worker-1")
        ours_and_theirs()

    assert [line.get("worker") for line in logged(act)] == [None, "worker-1", "worker-1"]


def test_lines_for_people_say_nothing_about_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings())
    structlog.get_logger().info("started")
    told = capsys.readouterr().err
    assert "started" in told
    assert "pid" not in told
