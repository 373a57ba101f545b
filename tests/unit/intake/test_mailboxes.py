"""[mailboxes.NAME] in folders.toml: which there are, and what is wrong, by line and key."""

from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.intake import read_folders
from einvoice.intake.mailboxes import Mailbox, read_mailboxes

INBOX = Path("/srv/inbox")
ANSWERING = 'smtp = "smtp://localhost"\nfrom_address = "rechnung@stadt.example"\n'


def read(tmp_path: Path, text: str) -> dict[str, Mailbox]:
    (tmp_path / "folders.toml").write_text(text, "utf-8")
    return {mailbox.name: mailbox for mailbox in read_mailboxes(INBOX, tmp_path / "folders.toml")}


def wrong(tmp_path: Path, text: str) -> str:
    with pytest.raises(Fault) as caught:
        read(tmp_path, text)
    assert caught.value.notice.cause == "folders-file"
    return caught.value.notice.detail


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    assert read_mailboxes(tmp_path) == ()


def test_a_maildir_needs_nothing_but_its_path(tmp_path: Path) -> None:
    mailbox = read(tmp_path, '[mailboxes.post]\nmaildir = "/var/mail/post"\n')["post"]
    assert (mailbox.maildir, mailbox.imap, mailbox.home) == (Path("/var/mail/post"), None, INBOX / "post")
    assert (mailbox.answer, mailbox.sender) == ("never", "folder:post")


def test_an_imap_mailbox_names_server_user_and_folder(tmp_path: Path) -> None:
    text = '[mailboxes.post]\nimap = "imaps://rechnung%40stadt.example@mail.example/Post/Neu"\npassword_file = "pw"\n'
    server = read(tmp_path, text)["post"].imap
    assert server is not None
    assert (server.host, server.port, server.user) == ("mail.example", 993, "rechnung@stadt.example")
    assert (server.folder, server.password_file, server.tls_at_once) == ("Post/Neu", INBOX / "pw", True)


def test_the_folder_is_the_inbox_where_none_is_named(tmp_path: Path) -> None:
    mailbox = read(tmp_path, '[mailboxes.post]\nimap = "imap://u@h:1430"\npassword_file = "pw"\n')["post"]
    assert mailbox.imap is not None
    assert (mailbox.imap.folder, mailbox.imap.port, mailbox.imap.tls_at_once) == ("INBOX", 1430, False)


def test_each_mailbox_has_a_plain_folder_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "folders.toml").write_text('[mailboxes.post]\nmaildir = "/m"\n[folders.ap]\nlayout = "phoss"\n')
    folders = {folder.name: folder for folder in read_folders(tmp_path)}
    assert set(folders) == {"drop", "ap", "post"}
    assert (folders["post"].layout, folders["post"].path) == ("plain", tmp_path / "post" / "drop")


def test_a_mailbox_that_is_not_enabled_is_left_alone_with_its_folder(tmp_path: Path) -> None:
    text = '[mailboxes.post]\nmaildir = "/m"\nenabled = false\n'
    assert read(tmp_path, text) == {}
    assert [folder.name for folder in read_folders(tmp_path)] == ["drop"]


@pytest.mark.parametrize(
    "text", ['[mailboxes.post]\nmaildir = "/m"\n[folders.post]\n', '[mailboxes."A B"]\nmaildir="/m"']
)
def test_a_mailbox_has_a_name_no_folder_has_and_a_folder_could_have(tmp_path: Path, text: str) -> None:
    (tmp_path / "folders.toml").write_text(text)
    with pytest.raises(Fault, match="line"):
        read_folders(tmp_path)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "line 1, maildir: name a maildir or an imap mailbox"),
        ('maildir = "/m"\nimap = "imaps://u@h"\npassword_file = "p"', "line 3, imap: name a maildir or"),
        ('maildir = "/m"\nfrequency = 3', "line 3, frequency: unknown; there are enabled, maildir"),
        ('maildir = "/m"\nevery_seconds = "x"', "line 3, every_seconds: "),
        ('imap = "imaps://u@h"', "line 2, imap: needs a user, imaps://USER@HOST/FOLDER, and a password_file"),
        ('imap = "http://u@h"\npassword_file = "p"', "line 2, imap: must begin with imaps:// or imap://"),
        ('imap = "imaps://u:geheim@h"\npassword_file = "p"', "line 2, imap: must not hold a password"),
        ('imap = "imaps://u@h:x"\npassword_file = "p"', "line 2, imap: is no address"),
        ('maildir = "/m"\ndone = "a\\"b"', "line 3, done: must be plain ASCII"),
        ('maildir = "/m"\nfailed = "../x"', "line 3, failed: may have letters"),
        ('maildir = "/m"\nanswer = "always"', "line 3, answer: "),
        ('maildir = "/m"\nanswer = "known"', "line 3, answer: needs smtp and from_address"),
        (f'maildir = "/m"\nanswer = "authenticated"\n{ANSWERING}', "line 1, authserv_id: "),
        ('maildir = "/m"\nfrom_address = "Stadt <a@b.example>"', "line 3, from_address: must be a bare address"),
        ('maildir = "/m"\nsmtp = "smtp://u@h"', "smtp_password_file: goes with a user"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_key(tmp_path: Path, table: str, said: str) -> None:
    detail = wrong(tmp_path, f"[mailboxes.post]\n{table}\n")
    assert said in detail
    assert "geheim" not in detail


def test_two_names_for_one_mailbox_are_refused(tmp_path: Path) -> None:
    assert "line 4, maildir: is looked after under another name" in wrong(
        tmp_path, '[mailboxes.a]\nmaildir = "/m"\n[mailboxes.b]\nmaildir = "/m"\n'
    )


def test_passwords_are_read_when_they_are_needed(tmp_path: Path) -> None:
    text = f'[mailboxes.a]\nimap = "imaps://u@h"\npassword_file = "{tmp_path}/pw"\n'
    server = read(tmp_path, text)["a"].imap
    assert server is not None
    (tmp_path / "pw").write_text("eins\n")
    assert server.password() == "eins"
    (tmp_path / "pw").write_text("zwei\n")
    assert server.password() == "zwei"
