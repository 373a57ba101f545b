"""A mistake in folders.toml ends the start, before anything is taken in."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.service import EINVOICE, Service


@pytest.mark.parametrize(
    ("command", "text", "told"),
    [
        ("serve", '[folders.koeln]\nlayout = "oxalix"', "line 2, layout: there is no layout 'oxalix'"),
        ("worker", "[folders.koeln]\nfarbe = 1", "line 2, farbe: unknown"),
        ("worker", '[folders.koeln]\nlayout = "oxalis"\nanswer = "mls"', "line 1, spid:"),
        ("serve", '[mailboxes.post]\nmaildirr = "x"', "line 2, maildirr: unknown"),
    ],
    ids=["value", "key", "what belongs together", "mailbox"],
)
def test_it_is_told_with_line_and_key(tmp_path: Path, command: str, text: str, told: str) -> None:
    service = Service(tmp_path)
    service.inbox.mkdir()
    (service.inbox / "folders.toml").write_text(text)
    ended = subprocess.run(
        [EINVOICE, command], env=service.environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 3
    assert "folders.toml" in ended.stderr
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_web_alone_looks_after_no_folder_and_needs_no_file(new_service: Callable[..., Service]) -> None:
    service = new_service(FOLDERS="/nowhere/folders.toml")
    service.start("--workers", "0")
    assert service.client().get("/healthz").status_code == 200
