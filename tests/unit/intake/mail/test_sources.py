"""A Maildir and an IMAP mailbox: what waits, and where it goes."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.intake.mail import Source, open_source
from einvoice.intake.mailboxes import Mailbox, read_mailboxes
from tests.support.imapserver import PASSWORD, ImapServer, imap_server
from tests.support.mails import XML, deliver, mail, make_maildir


@pytest.fixture
def maildir(mailbox: Mailbox) -> Path:
    assert mailbox.maildir is not None
    return make_maildir(mailbox.maildir)


@pytest.fixture
def source(maildir: Path, mailbox: Mailbox) -> Iterator[Source]:
    with open_source(mailbox) as opened:
        yield opened


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_oldest_messages_of_a_maildir_come_first(maildir: Path, source: Source) -> None:
    for name in ("3.a", "1.b", "2.c"):
        deliver(maildir, b"x" * int(name[0]), name)
    assert [(one.key, one.size) for one in source.waiting(2)] == [("new/1.b", 1), ("new/2.c", 2)]


def test_what_was_taken_lies_in_cur_and_is_seen(maildir: Path, source: Source) -> None:
    name = deliver(maildir, mail(("r.xml", XML)))
    [one] = source.waiting(10)
    assert source.read(one.key) == mail_bytes(maildir / "new" / name)
    source.finish(one.key)
    assert names(maildir / "cur") == [f"{name}:2,S"]
    assert source.waiting(10) == []
    source.finish(one.key)  # another process has been faster


def mail_bytes(path: Path) -> bytes:
    return path.read_bytes()


def test_what_a_mail_program_moved_to_cur_unread_waits_still(maildir: Path, source: Source) -> None:
    (maildir / "cur" / "1.x:2,F").write_bytes(b"1")
    (maildir / "cur" / "2.x:2,S").write_bytes(b"2")
    [one] = source.waiting(10)
    source.finish(one.key)
    assert names(maildir / "cur") == ["1.x:2,FS", "2.x:2,S"]


def test_what_brings_nothing_lies_unread_in_a_subfolder(maildir: Path, source: Source) -> None:
    name = deliver(maildir, b"spam")
    source.put_away(f"new/{name}")
    assert names(maildir / ".Unbrauchbar" / "new") == [name]
    assert (maildir / ".Unbrauchbar" / "maildirfolder").exists()
    assert source.waiting(10) == []


def test_links_and_folders_in_a_maildir_are_no_messages(maildir: Path, source: Source, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    os.symlink(tmp_path / "secret", maildir / "new" / "1.link")
    (maildir / "new" / "2.folder").mkdir()
    assert source.waiting(10) == []
    assert source.read("new/1.link") is None


def test_a_message_that_is_gone_is_none(source: Source) -> None:
    assert source.read("new/1.x") is None
    assert source.head("new/1.x", 10) is None


def test_a_maildir_that_is_away_raises(mailbox: Mailbox) -> None:
    with open_source(mailbox) as opened, pytest.raises(FileNotFoundError):
        opened.waiting(10)


@pytest.fixture(params=["IMAP4rev1 UIDPLUS MOVE", "IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def imap(request: pytest.FixtureRequest) -> Iterator[ImapServer]:
    with imap_server(request.param) as server:
        yield server


@pytest.fixture
def remote(imap: ImapServer, tmp_path: Path) -> Mailbox:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    file = tmp_path / "folders.toml"
    file.write_text(f"[mailboxes.post]\nimap = '{imap.url}'\npassword_file = '{tmp_path}/password'\n")
    [found] = read_mailboxes(tmp_path / "inbox", file)
    return found


def test_messages_of_an_imap_mailbox_are_read_and_moved(imap: ImapServer, remote: Mailbox) -> None:
    data = mail(("r.xml", XML)).as_bytes()
    imap.deliver(data)
    imap.deliver(b"spam")
    with open_source(remote) as opened:
        first, second = opened.waiting(10)
        assert (first.size, second.size) == (len(data), 4)
        assert opened.read(first.key) == data
        assert opened.head(first.key, 10) == data[:10]
        assert not imap.there()[0].flags  # reading leaves it unread
        opened.finish(first.key)
        opened.put_away(second.key)
        assert opened.waiting(10) == []
        assert opened.read(first.key) is None or r"\Deleted" in imap.there()[0].flags
        opened.finish(first.key) if "MOVE" in imap.abilities else None  # gone: no error
    [done], [failed] = imap.there("Erledigt"), imap.there("Unbrauchbar")
    assert (done.data, done.flags) == (data, {r"\Seen"})
    assert (failed.data, failed.flags) == (b"spam", set())
    assert all(r"\Deleted" in message.flags for message in imap.there())
    assert imap.there() == [] or "UIDPLUS" not in imap.abilities


def test_a_wrong_password_is_told_without_it(imap: ImapServer, remote: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong")
    with pytest.raises(Fault) as caught, open_source(remote):
        pass
    assert caught.value.notice.cause == "mail-server"
    assert "wrong" not in str(caught.value)


def test_a_folder_there_is_not_is_told(imap: ImapServer, remote: Mailbox) -> None:
    assert remote.imap is not None
    elsewhere = replace(remote, imap=replace(remote.imap, folder="Post"))
    with pytest.raises(Fault, match="no such folder"), open_source(elsewhere):
        pass


def test_a_server_that_is_away_raises(tmp_path: Path) -> None:
    with imap_server() as server:
        pass
    (tmp_path / "password").write_text(PASSWORD)
    file = tmp_path / "folders.toml"
    file.write_text(f"[mailboxes.post]\nimap = '{server.url}'\npassword_file = '{tmp_path}/password'\n")
    [gone] = read_mailboxes(tmp_path / "inbox", file)
    with pytest.raises(OSError, match="refused"), open_source(gone):
        pass
