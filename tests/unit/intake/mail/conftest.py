"""A mailbox in a temporary folder."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from einvoice.intake.mail import Letters, Taking
from einvoice.intake.mailboxes import Mailbox, read_mailboxes
from tests.support.mails import AUTHSERV

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "folders.toml").write_text(f"""
        [mailboxes.post]
        maildir = "{tmp_path}/Maildir"
        authserv_id = "{AUTHSERV}"
        from_address = "rechnung@stadt.example"
    """)
    [found] = read_mailboxes(tmp_path / "inbox")
    return replace(found, every=0.1)


@pytest.fixture
def letters(mailbox: Mailbox) -> Letters:
    opened = Letters(mailbox.home)
    opened.open()
    return opened


@pytest.fixture
def taking(mailbox: Mailbox, letters: Letters) -> Taking:
    return Taking(mailbox, letters, max_bytes=1000, clock=lambda: NOW)
