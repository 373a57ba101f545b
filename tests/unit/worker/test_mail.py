"""Mailboxes, looked after by a worker: from the message to the answer."""

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from einvoice.errors import Fault
from einvoice.intake.mail import AnswerState, Letters, MailHealth, MailLetter
from einvoice.model.account import Role
from einvoice.model.submission import Door
from einvoice.pipeline import Desk, process
from einvoice.store import SubmissionFilter
from einvoice.worker import mail as mail_module
from einvoice.worker.errands import Errand
from einvoice.worker.folder import Inbox
from einvoice.worker.mail import mail_errands
from tests.support.mails import AUTHSERV, deliver, mail, make_maildir, proven
from tests.support.smtpsink import Sink, smtp_sink
from tests.unit.worker.helping import Log, until

KNOWN = "rechnung@lieferant.example"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as server:
        yield server


@pytest.fixture(autouse=True)
def _quick_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.worker.answerletters.pdf_report", lambda *_, **__: b"%PDF-1.7 report")


class Post:
    """A mailbox, its rounds turned by hand."""

    def __init__(self, desk: Desk, folder: Path, sink: Sink) -> None:
        self.desk, self.sink = desk, sink
        self.maildir = make_maildir(folder / "Maildir")
        self.home = desk.settings.inbox_dir / "post"
        self.letters = Letters(self.home)
        desk.settings.inbox_dir.mkdir(exist_ok=True)
        self.settle("known")

    def settle(self, answer: str, more: str = "") -> None:
        """What is said about it."""
        (self.desk.settings.inbox_dir / "folders.toml").write_text(f"""
            [mailboxes.post]
            maildir = "{self.maildir}"
            answer = "{answer}"
            authserv_id = "{AUTHSERV}"
            smtp = "{self.sink.url}"
            from_address = "rechnung@stadt.example"
            max_message_bytes = 100000
            {more}
        """)
        self.rounds = {one.name.partition(":")[0]: one for one in self._errands()}

    def _errands(self) -> list[Errand]:
        return list(mail_errands(self.desk, self.desk.settings, threading.Event()))

    def take(self) -> None:
        self.rounds["mail"].run()

    def answer(self) -> None:
        self.rounds["mail-answers"].run()

    def tidy(self) -> None:
        self.rounds["mail-letters"].run()

    def judge(self, submissions: int = 1) -> None:
        """As the pickup and the workers do, until there are so many."""
        inbox = Inbox(self.desk, self.desk.settings)
        inbox.start()
        try:
            until(lambda: len(self.kept()) == submissions)
        finally:
            inbox.close()
        for due in self.desk.store.claims.due(100):
            process(due.id, self.desk)

    def kept(self) -> tuple[Any, ...]:
        return self.desk.store.submissions.find(SubmissionFilter(sender="folder:post")).items

    def all(self) -> list[MailLetter]:
        return [letter for digest in self.letters.all() if (letter := self.letters.read(digest))]

    def one(self) -> MailLetter:
        [letter] = self.all()
        return letter

    def health(self, part: Any) -> MailHealth:
        found = MailHealth.read(self.desk.settings.data_dir / "mailboxes", "post", part)
        assert found is not None
        return found


@pytest.fixture
def post(desk: Desk, tmp_path: Path, sink: Sink) -> Post:
    desk.store.accounts.create(
        login=KNOWN, name="L", role=Role.SUPPLIER, authority_id=None, supplier_id=desk.store.accounts.supplier_id("L"),
        password_hash=None,
    )  # fmt: skip
    return Post(desk, tmp_path, sink)


def test_a_mail_becomes_submissions_and_is_answered_once(post: Post, sink: Sink) -> None:
    deliver(post.maildir, mail(("gut.xml", b"<good/>"), ("schlecht.xml", b"<bad/>"), sender=KNOWN))
    post.take()
    assert [path.name[-2:] for path in (post.maildir / "cur").iterdir()] == [",S"]
    post.answer()
    assert sink.mails == []  # nothing is decided yet
    post.judge(2)
    post.answer()
    post.answer()
    [answer] = sink.mails
    assert sink.envelopes == [("rechnung@stadt.example", KNOWN)]
    assert answer["Auto-Submitted"] == "auto-replied"
    assert len(list(answer.iter_attachments())) == 2
    assert post.one().answer.state is AnswerState.SENT
    assert {one.door for one in post.kept()} == {Door.FOLDER}


def test_the_answer_waits_until_every_attachment_is_decided(post: Post, sink: Sink, tmp_path: Path) -> None:
    deliver(post.maildir, mail(("a.xml", b"<a/>"), ("b.xml", b"<b/>"), sender=KNOWN))
    post.take()
    late = post.home / "drop" / post.one().enclosed[1].file
    late.rename(tmp_path / "late")
    post.judge(1)
    post.answer()
    assert sink.mails == []
    (tmp_path / "late").rename(late)
    post.judge(2)
    post.answer()
    assert len(sink.mails) == 1


@pytest.mark.parametrize(
    ("policy", "sender", "headers", "state", "why"),
    [
        ("never", KNOWN, {"Authentication_Results": proven()}, "none", "policy"),
        ("known", KNOWN, {}, "sent", ""),
        ("known", "wer@lieferant.example", {"Authentication_Results": proven()}, "none", "unknown"),
        ("authenticated", KNOWN, {"Authentication_Results": proven()}, "sent", ""),
        ("authenticated", KNOWN, {}, "none", "not-authenticated"),
        ("authenticated", KNOWN, {"Authentication_Results": proven("evil.example")}, "none", "not-authenticated"),
        ("known", KNOWN, {"Auto_Submitted": "auto-generated"}, "none", "auto-submitted"),
        ("known", KNOWN, {"Return_Path": "<>"}, "none", "bounce"),
        ("known", "rechnung@stadt.example", {}, "none", "own"),
    ],
)
def test_who_is_answered(
    post: Post, sink: Sink, policy: str, sender: str, headers: dict[str, str], state: str, why: str
) -> None:
    post.settle(policy)
    deliver(post.maildir, mail(("r.xml", b"<r/>"), sender=sender, **headers))
    post.take()
    post.judge()
    post.answer()
    assert (post.one().answer.state, post.one().answer.why) == (state, why)
    assert len(sink.mails) == (state == "sent")


def test_an_account_that_is_disabled_is_known_no_more(post: Post, sink: Sink, desk: Desk) -> None:
    desk.store.accounts.set_disabled(KNOWN, disabled=True)
    deliver(post.maildir, mail(("r.xml", b"<r/>"), sender=KNOWN))
    post.take()
    post.judge()
    post.answer()
    assert post.one().answer.why == "unknown"


def test_a_mail_without_an_invoice_is_put_away_and_told_why(post: Post, sink: Sink) -> None:
    name = deliver(post.maildir, mail(sender=KNOWN))
    post.take()
    assert (post.maildir / ".Unbrauchbar" / "new" / name).exists()
    assert post.health("intake").failed == 1
    post.answer()
    [answer] = sink.mails
    assert "Keine Rechnung" in answer["Subject"]


def test_thanks_for_our_answer_is_not_answered(post: Post, sink: Sink) -> None:
    deliver(post.maildir, mail(sender=KNOWN, In_Reply_To="<einvoice-answer.abc@stadt.example>"))
    post.take()
    post.answer()
    assert post.one().answer.why == "answers-us"


def test_a_message_too_large_is_put_away_unread(post: Post) -> None:
    deliver(post.maildir, mail(("r.xml", b"<r>" + b" " * 200_000 + b"</r>"), sender=KNOWN))
    post.take()
    assert post.one().failed == "too-large"
    assert list((post.home / "drop").iterdir()) == []


def test_no_address_gets_more_than_its_share_an_hour(post: Post, sink: Sink, bench: Any) -> None:
    post.settle("known", "answers_per_hour = 2")
    for number in range(3):
        deliver(post.maildir, mail(subject=f"{number}", sender=KNOWN))
    post.take()
    post.answer()
    assert len(sink.mails) == 2
    post.settle("known", "answers_per_hour = 2")  # another process
    post.answer()
    assert len(sink.mails) == 2
    bench.clock.advance(3601)
    post.answer()
    assert len(sink.mails) == 3
    bench.clock.advance(3601)
    post.answer()
    assert post.letters.pending() == []


def test_what_the_mail_server_delays_is_tried_again_with_the_same_id(post: Post, sink: Sink, bench: Any) -> None:
    sink.at_data = "451 later"
    deliver(post.maildir, mail(sender=KNOWN))
    post.take()
    post.answer()
    assert (post.one().answer.state, post.one().answer.tries) == ("open", 1)
    sink.at_data = "250 OK"
    post.answer()
    assert sink.mails == []  # not at once
    bench.clock.advance(61)
    post.answer()
    assert len(sink.mails) == 1


@pytest.mark.parametrize(("at", "said"), [("at_rcpt", "550 nobody here"), ("at_data", "554 spam")])
def test_what_the_mail_server_refuses_is_given_up_and_shown(post: Post, sink: Sink, at: str, said: str) -> None:
    setattr(sink, at, said)
    deliver(post.maildir, mail(sender=KNOWN))
    post.take()
    post.answer()
    post.answer()
    assert (post.one().answer.state, post.one().answer.why) == ("failed", "refused")
    assert post.health("answers").failed == 1


def test_what_cannot_be_sent_for_days_is_given_up(post: Post, sink: Sink, bench: Any) -> None:
    sink.at_data = "451 later"
    deliver(post.maildir, mail(sender=KNOWN))
    post.take()
    post.answer()
    bench.clock.advance(73 * 3600)
    post.answer()
    assert post.one().answer.why == "too-long"


def test_a_mail_server_that_is_away_is_shown_and_keeps_nothing_from_coming_in(post: Post, tmp_path: Path) -> None:
    with smtp_sink() as gone:
        pass
    post.sink = gone
    post.settle("known")
    deliver(post.maildir, mail(sender=KNOWN))
    post.take()
    with pytest.raises(OSError, match="refused"):
        post.answer()
    health = post.health("answers")
    assert (health.trouble, health.waiting) == ("ConnectionRefusedError", 1)
    deliver(post.maildir, mail(("r.xml", b"<r/>"), sender=KNOWN))
    post.take()
    assert len(post.all()) == 2


def test_one_message_that_fails_keeps_no_other(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [deliver(post.maildir, mail((f"{n}.xml", b"<r>%d</r>" % n), sender=KNOWN)) for n in range(3)]
    (post.maildir / "new" / names[0]).chmod(0)
    read = mail_module.MailIntake._take

    def failing(intake: Any, source: Any, one: Any) -> None:
        if one.key.endswith(names[0]):
            raise PermissionError(13, "no")
        read(intake, source, one)

    monkeypatch.setattr(mail_module.MailIntake, "_take", failing)
    with pytest.raises(PermissionError):
        post.take()
    assert len(post.all()) == 2
    assert (post.health("intake").waiting, post.health("intake").trouble) == (1, "PermissionError")


def test_while_the_door_is_closed_messages_stay_where_they_are(post: Post, desk: Desk) -> None:
    desk.store.doors.pause(Door.FOLDER, actor="admin", reason="x")
    deliver(post.maildir, mail(("r.xml", b"<r/>"), sender=KNOWN))
    post.take()
    assert post.all() == []
    assert post.health("intake").waiting == 1


def test_a_rejected_invoice_that_comes_again_is_judged_and_answered_again(post: Post, sink: Sink, bench: Any) -> None:
    for number in range(2):
        deliver(post.maildir, mail(("r.xml", b"<bad/>"), subject=f"{number}", sender=KNOWN))
        post.take()
        post.answer()
        assert len(sink.mails) == number
        post.judge(number + 1)
        post.answer()
        bench.clock.advance(3600)
    assert len(sink.mails) == 2
    assert len(post.kept()) == 2


def test_two_processes_send_one_answer(post: Post, sink: Sink) -> None:
    deliver(post.maildir, mail(sender=KNOWN))
    post.take()
    with post.letters.locked(post.one().digest) as ours:
        assert ours
        post.answer()
    assert sink.mails == []
    post.answer()
    assert len(sink.mails) == 1


def test_a_lock_of_a_process_that_died_ends(post: Post, sink: Sink) -> None:
    deliver(post.maildir, mail(sender=KNOWN))
    post.take()
    lock = post.home / "letters" / "pending" / f"{post.one().digest}.lock"
    lock.touch()
    os.utime(lock, (0, 0))
    post.answer()
    assert len(sink.mails) == 1


def test_letters_are_forgotten_after_their_time(post: Post, bench: Any) -> None:
    post.settle("never", "letter_days = 10")
    deliver(post.maildir, mail(sender=KNOWN))
    post.take()
    bench.clock.advance(timedelta(days=9).total_seconds())
    post.tidy()
    assert len(post.all()) == 1
    bench.clock.advance(timedelta(days=1).total_seconds())
    post.tidy()
    assert post.all() == []
    assert post.letters.pending() == post.letters.failed() == []


def test_letters_go_when_retention_has_deleted_what_they_brought(post: Post, bench: Any, desk: Desk) -> None:
    post.settle("never", "letter_days = 10000")
    deliver(post.maildir, mail(("r.xml", b"<bad/>"), sender=KNOWN))
    post.take()
    post.judge()
    bench.clock.advance(timedelta(days=2).total_seconds())
    post.tidy()
    assert len(post.all()) == 1
    bench.clock.advance(timedelta(days=400).total_seconds())
    desk.store.retention.tend(10)
    post.tidy()
    assert post.all() == []


def test_wrong_settings_end_the_start(post: Post, desk: Desk) -> None:
    (desk.settings.inbox_dir / "folders.toml").write_text("[mailboxes.post]\nmailbox = 'x'\n")
    with pytest.raises(Fault, match="mailbox"):
        list(mail_errands(desk, desk.settings, threading.Event()))


def test_the_log_names_nobody(post: Post, monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    monkeypatch.setattr(mail_module, "log", log)
    monkeypatch.setattr("einvoice.worker.answerletters.log", log)
    deliver(post.maildir, mail(sender=KNOWN, subject="Geheim"))
    post.take()
    post.answer()
    assert log.of("mail-unusable")
    assert log.of("letter-answer")
    assert KNOWN not in str(log.lines)
    assert "Geheim" not in str(log.lines)
