"""Logs: readable or JSON, and never with the local variables of a traceback, which may hold tokens and invoices."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from einvoice.logs import configure_logs
from einvoice.settings import Settings

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
