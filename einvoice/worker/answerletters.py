"""Answering the letters of one mailbox: once all documents of one are decided, one mail, if the policy allows it."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from einvoice.errors import Fault
from einvoice.explain import Lang
from einvoice.intake import Folder
from einvoice.intake.mail import (
    Answer,
    AnswerState,
    Delayed,
    Enclosed,
    Letters,
    MailHealth,
    MailLetter,
    Refused,
    Told,
    answers_us,
    compose,
    send,
    words,
)
from einvoice.intake.mailboxes import Mailbox
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling, Submission
from einvoice.pipeline import Desk
from einvoice.reports import ReportView, pdf_report
from einvoice.store import SubmissionFilter
from einvoice.worker.inboxdesk import InboxDesk

_LANGUAGES: tuple[Lang, ...] = ("de", "en")
_HOUR = timedelta(hours=1)
_SKEW = timedelta(minutes=5)  # clocks of two hosts differ by less
_LONGEST_DELAY_SECONDS = 3600.0
_FIRST_DELAY_SECONDS = 60.0
_TOO_MANY = 3  # failures in a row: then it is the mail server, and not the letter

log = structlog.get_logger()


class AnswerLetters:
    """Sends the answers of one mailbox. At least once each; a second one has the same Message-ID."""

    def __init__(
        self,
        mailbox: Mailbox,
        folder: Folder,
        letters: Letters,
        desk: Desk,
        stop: threading.Event,
        *,
        health: Path,
    ) -> None:
        self._mailbox = mailbox
        self._letters = letters
        self._desk = desk
        self._inbox = InboxDesk(desk, folder)
        self._stop = stop
        self._sent: Counter[str] = Counter()  # within the last hour, by address
        self._health_folder = health
        self._health = MailHealth(mailbox=mailbox.name, part="answers", looked_at=desk.store.clock())

    def turn(self) -> None:
        """Answer what can be answered. One letter that fails keeps no other; raises the first error at the end."""
        errors: list[Exception] = []
        pending: list[MailLetter] = []
        try:
            self._letters.open()
            pending = list(self._pending(errors))
            self._sent = Counter(one.sender.lower() for one in pending if one.answer.state is AnswerState.SENT)
            self._answer(pending, errors)
        except Exception as error:
            errors.append(error)
        states = Counter(letter.answer.state for letter in pending)
        self._health = self._health.after(
            errors[0] if errors else None, waiting=states[AnswerState.OPEN], failed=states[AnswerState.FAILED]
        )
        self._health.save(self._health_folder)
        if errors:
            raise errors[0]

    def _answer(self, pending: list[MailLetter], errors: list[Exception]) -> None:
        row = 0
        for letter in pending:
            if self._stop.is_set() or row >= _TOO_MANY:
                break
            if letter.answer.state is AnswerState.OPEN:
                try:
                    self._advance(letter)
                    row = 0
                except Exception as error:
                    errors.append(error)
                    row += 1

    def _pending(self, errors: list[Exception]) -> Iterator[MailLetter]:
        """Letters without an answer yet, and those answered within the last hour; the others are settled."""
        now = self._desk.store.clock()
        for digest in self._letters.pending():
            try:
                letter = self._letters.read(digest)
            except ValueError as error:  # damaged
                errors.append(error)
                continue
            if letter is None:  # its message is about to be taken
                continue
            if letter.answer.state is AnswerState.OPEN or now - (letter.answer.at or now) < _HOUR:
                yield letter
            else:
                self._letters.settle(digest)

    def _advance(self, letter: MailLetter) -> None:
        why = self._why_not(letter)
        now = self._desk.store.clock()
        if why:
            self._end(letter, Answer(state=AnswerState.NONE, why=why, at=now))
            return
        if letter.answer.next_try is not None and letter.answer.next_try > now:
            return
        if self._sent[letter.sender.lower()] >= self._mailbox.answers_per_hour:
            return
        found = [self._submission(one, letter) for one in letter.enclosed]
        told = [self._told(submission) for submission in found if submission is not None]
        if len(told) < len(found) or None in told:
            return
        with self._letters.locked(letter.digest) as ours:
            if not ours or self._letters.read(letter.digest) != letter:  # another process is at it, or has done it
                return
            self._send(letter, [one for one in told if one is not None], now)

    def _why_not(self, letter: MailLetter) -> str:
        """Why it gets no answer; "" if it does."""
        policy = self._mailbox.answer
        if policy == "never":
            return "policy"
        if letter.quiet:
            return letter.quiet
        if letter.failed and answers_us(letter.references):
            return "answers-us"
        if not self._is_known(letter.sender):
            return "unknown"
        if policy == "authenticated" and not letter.authenticated:
            return "not-authenticated"
        return ""

    def _is_known(self, address: str) -> bool:
        """Whether it is the login of an account that is not disabled."""
        accounts = self._desk.store.accounts
        return any(accounts.by_login(login) is not None for login in dict.fromkeys((address, address.lower())))

    def _submission(self, enclosed: Enclosed, letter: MailLetter) -> Submission | None:
        """The submission that an attachment has become; None while it has become none.

        An older one of the same bytes counts unless it was over when the letter came: then there will be a new one.
        """
        wanted = SubmissionFilter(sender=self._mailbox.sender, sha256=enclosed.sha256)
        newest = next(iter(self._desk.store.submissions.find(wanted, limit=1).items), None)
        if newest is None or _is_open(newest):
            return newest
        since = letter.taken_at - _SKEW
        return newest if max(newest.received_at, newest.decided_at or newest.received_at) >= since else None

    def _told(self, submission: Submission) -> Told | None:
        """What to say about it; None while it is not decided."""
        outcome = self._inbox.outcome(submission.id)
        if outcome is None:
            return None
        examination = self._desk.store.submissions.examination(submission.id)
        text = outcome.reports.get("txt", b"").decode()  # why not, or what a person has decided
        pdf = None
        if examination is not None:
            views = [ReportView.of(examination, language, kept=True) for language in _LANGUAGES]
            said = ("\n".join(filter(None, (view.headline, view.summary, view.next_steps))) for view in views)
            text = text or "\n\n".join(said)
            try:
                pdf = pdf_report(examination, self._mailbox.language, kept=True)
            except Fault as fault:
                if not fault.notice.deterministic:
                    raise
        return Told(name=submission.name, text=text or _accepted(), pdf=pdf)

    def _send(self, letter: MailLetter, told: list[Told], now: datetime) -> None:
        names = [one.name for one in letter.enclosed]
        told = [replace(one, name=name) for one, name in zip(told, names, strict=True)]
        message = compose(letter, told, self._mailbox, now)
        assert self._mailbox.smtp is not None
        try:
            send(message, self._mailbox.smtp, sender=self._mailbox.from_address, to=letter.sender)
        except Refused:
            self._end(letter, Answer(state=AnswerState.FAILED, why="refused", at=now))
        except Delayed:
            self._delay(letter, now)
        except Exception:
            self._delay(letter, now)
            raise
        else:
            self._sent[letter.sender.lower()] += 1
            self._end(letter, Answer(state=AnswerState.SENT, at=now))

    def _delay(self, letter: MailLetter, now: datetime) -> None:
        """Try again later, each time twice as late; after some days no more."""
        before = letter.answer
        since = before.since or now
        if now - since > timedelta(hours=self._mailbox.give_up_hours):
            self._end(letter, Answer(state=AnswerState.FAILED, why="too-long", at=now))
            return
        delay = min(_FIRST_DELAY_SECONDS * 2**before.tries, _LONGEST_DELAY_SECONDS)
        later = replace(before, tries=before.tries + 1, since=since, next_try=now + timedelta(seconds=delay))
        self._letters.update(replace(letter, answer=later))

    def _end(self, letter: MailLetter, answer: Answer) -> None:
        self._letters.update(replace(letter, answer=answer))
        told = {"why": answer.why} if answer.why else {}
        log.info("letter-answer", mailbox=self._mailbox.name, letter=letter.digest[:20], state=answer.state, **told)


def _accepted() -> str:
    return "\n".join(words("mail", "accepted", language) for language in _LANGUAGES)


def _is_open(submission: Submission) -> bool:
    """Whether the same bytes would not be taken once more."""
    over = submission.verdict is Verdict.REJECTED or submission.declined
    return not over and submission.handling is not Handling.WITHDRAWN
