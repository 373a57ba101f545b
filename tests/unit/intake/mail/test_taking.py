"""One message: its attachments end in the drop folder exactly once, whatever point a crash was at."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from einvoice.intake.mail import AnswerState, Letters, MailLetter, Taking
from einvoice.intake.mail import letters as letters_module
from einvoice.intake.mailboxes import Mailbox
from tests.support.mails import PDF, XML, mail, proven
from tests.unit.intake.mail.conftest import NOW


def take(taking: Taking, data: bytes) -> MailLetter:
    letter = taking.take(data)
    assert letter is not None
    return letter


def dropped(letters: Letters) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in letters.drop.iterdir()}


def test_each_attachment_becomes_a_file_and_the_letter_says_who_sent_it(taking: Taking, letters: Letters) -> None:
    message = mail(("Rechnung.xml", XML), ("Anlage.pdf", PDF), ("logo.png", b"\x89PNG..."), Message_ID="<1@l.example>")
    letter = take(taking, message.as_bytes())
    assert set(dropped(letters).values()) == {XML, PDF}
    assert (letter.sender, letter.subject, letter.message_id) == (
        "rechnung@lieferant.example",
        "Rechnung 1/2026",
        "<1@l.example>",
    )
    assert letter.taken_at == NOW
    assert [one.name for one in letter.enclosed] == ["Rechnung.xml", "Anlage.pdf"]
    assert {one.file for one in letter.enclosed} == set(dropped(letters))
    assert [(one.name, one.why) for one in letter.ignored] == [("logo.png", "other")] or letter.ignored[
        0
    ].why == "image"
    assert letter.answer.state is AnswerState.OPEN
    assert letters.read(letter.digest) == letter
    assert letters.pending() == [letter.digest]


def test_a_message_that_was_taken_is_not_taken_again(taking: Taking, letters: Letters) -> None:
    data = mail(("r.xml", XML)).as_bytes()
    first = take(taking, data)
    for path in letters.drop.iterdir():  # the pickup takes it
        path.unlink()
    assert take(taking, data) == first
    assert dropped(letters) == {}


def test_the_same_message_gives_the_same_names(taking: Taking, letters: Letters) -> None:
    data = mail(("r.xml", XML)).as_bytes()
    first = take(taking, data)
    letters.forget(first.digest)
    assert [one.file for one in take(taking, data).enclosed] == [one.file for one in first.enclosed]


def steps() -> dict[str, tuple[Any, str]]:
    """What a crash may come before."""
    return {
        "fsync": (os, "fsync"),
        "link": (os, "link"),
        "rename": (os, "rename"),
        "rmdir": (Path, "rmdir"),
    }


@pytest.mark.parametrize("step", sorted(steps()))
@pytest.mark.parametrize("times", range(4))
def test_after_a_crash_at_any_step_each_attachment_comes_once(
    taking: Taking, letters: Letters, monkeypatch: pytest.MonkeyPatch, step: str, times: int
) -> None:
    owner, name = steps()[step]
    data = mail(("r.xml", XML), ("a.pdf", PDF)).as_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, crashing(getattr(owner, name), after=times))
        with suppress(Crash):
            take(taking, data)
    taken = dropped(letters)
    for path in letters.drop.iterdir():  # the pickup is fast
        path.unlink()
    letters.recover()
    take(taking, data)
    again = dropped(letters)
    assert sorted((*taken.values(), *again.values())) == sorted((XML, PDF))
    letters.recover()
    assert dropped(letters) == again


class Crash(BaseException):
    pass


def crashing(real: Callable[..., Any], after: int) -> Callable[..., Any]:
    calls = iter(range(after))

    def act(*arguments: Any, **named: Any) -> Any:
        if next(calls, None) is None:
            raise Crash
        return real(*arguments, **named)

    return act


def test_of_two_processes_one_letter_and_one_file_each_remain(
    taking: Taking, mailbox: Mailbox, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, data = Taking(mailbox, letters, max_bytes=1000, clock=lambda: NOW), mail(("r.xml", XML)).as_bytes()
    appear = letters_module.appear

    def meanwhile(temporary: Path, target: Path) -> None:
        monkeypatch.setattr(letters_module, "appear", appear)
        other.take(data)
        appear(temporary, target)

    monkeypatch.setattr(letters_module, "appear", meanwhile)
    letter = take(taking, data)
    assert list(dropped(letters)) == [letter.enclosed[0].file]
    assert list((mailbox.home / "incoming").iterdir()) == []


def test_on_a_file_system_without_links_a_letter_is_entered_all_the_same(
    taking: Taking, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    letter = take(taking, mail(("r.xml", XML)).as_bytes())
    assert letters.read(letter.digest) == letter
    assert len(dropped(letters)) == 1


def test_a_message_without_anything_usable_is_noted_with_its_reason(taking: Taking, letters: Letters) -> None:
    letter = take(taking, mail().as_bytes())
    assert letter.failed == "no-attachment"
    assert letters.failed() == [letter.digest]
    assert dropped(letters) == {}


def test_the_most_telling_reason_is_given(taking: Taking) -> None:
    assert take(taking, mail(("r.zip", b"PK\x03\x04...")).as_bytes()).failed == "only-archive"
    assert take(taking, mail(("r.xml", b"<a>" + b" " * 1000)).as_bytes()).failed == "only-too-large"


def test_of_a_message_that_is_too_large_the_head_alone_is_read(taking: Taking, letters: Letters) -> None:
    data = mail(("r.xml", XML)).as_bytes()
    letter = taking.refuse(data[:300], 10**9)
    assert (letter.failed, letter.sender) == ("too-large", "rechnung@lieferant.example")
    assert taking.refuse(data[:300], 10**9) == letter
    assert dropped(letters) == {}


def test_a_hostile_message_is_noted_as_unreadable(taking: Taking) -> None:
    many = b"".join(b"--b\r\n\r\nx\r\n" for _ in range(1000))
    letter = take(taking, b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + many)
    assert (letter.failed, letter.quiet) == ("parts", "unreadable")


def test_a_bounce_brings_no_invoice_though_one_is_inside(taking: Taking, letters: Letters) -> None:
    inner = mail(("Pruefbericht-1.pdf", PDF)).as_bytes()
    bounce = (
        b"From: mailer-daemon@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status;"
        b" boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    )
    assert take(taking, bounce).failed == "bounce"
    assert dropped(letters) == {}


def test_what_the_receiving_server_found_out_is_kept(taking: Taking) -> None:
    letter = take(taking, mail(("r.xml", XML), Authentication_Results=proven()).as_bytes())
    assert letter.authenticated
    assert letter.authentication == ("dkim=pass", "dmarc=pass")


def test_subject_and_names_hold_no_line_ends(taking: Taking) -> None:
    raw = (
        mail(("r.xml", XML)).as_bytes().replace(b"Subject: Rechnung 1/2026", b"Subject: =?utf-8?q?a=0D=0ABcc:_x@y.z?=")
    )
    letter = take(taking, raw)
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject


def test_left_overs_of_nobody_are_removed_after_a_day(mailbox: Mailbox, letters: Letters) -> None:
    folder = mailbox.home / "incoming" / "0123.4567"
    folder.mkdir()
    letters.recover()
    assert folder.exists()
    os.utime(folder, (0, 0))
    letters.recover()
    assert not folder.exists()


def test_what_brought_nothing_is_looked_at_anew_when_it_comes_back(mailbox: Mailbox, letters: Letters) -> None:
    data = mail(("r.xml", XML)).as_bytes()
    strict, generous = (Taking(mailbox, letters, max_bytes=most, clock=lambda: NOW) for most in (10, 1000))
    failed = take(strict, data)
    assert take(strict, data) == failed
    with letters.locked(failed.digest):
        assert generous.take(data) is None  # another process is at it
    letter = take(generous, data)
    assert not letter.failed
    assert letters.failed() == []
    assert len(dropped(letters)) == 1


def test_what_a_process_that_died_left_of_a_letter_is_removed_after_a_day(mailbox: Mailbox, letters: Letters) -> None:
    kept = take(Taking(mailbox, letters, max_bytes=1000, clock=lambda: NOW), mail().as_bytes())
    left = [mailbox.home / "letters" / name for name in (".ab.cd.tmp", "pending/ab", "pending/ab.lock", "failed/ab")]
    for path in left:
        path.touch()
    letters.sweep()
    assert all(path.exists() for path in left)
    for path in (*left, mailbox.home / "letters" / "pending" / kept.digest):
        os.utime(path, (0, 0))
    letters.sweep()
    assert not any(path.exists() for path in left)
    assert letters.pending() == letters.failed() == [kept.digest]


def test_letters_can_be_found_by_who_sent_them(mailbox: Mailbox, letters: Letters, taking: Taking) -> None:
    letter = take(taking, mail(sender="A@b.example").as_bytes())
    take(taking, mail(sender="c@d.example").as_bytes())
    [(name, data)] = letters_module.letters_from(mailbox.home.parent, ["a@B.example"])
    assert name == f"post/{letter.digest}.json"
    assert b"A@b.example" in data
