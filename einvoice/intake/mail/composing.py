"""The answer to a letter: one mail with a few plain sentences, and the reports enclosed.

It is marked as a program's (RFC 3834), and has the same Message-ID however often it is sent. Subject and file names of
the letter are repeated only to whom it is proven to come from: nobody shall have us mail their words to others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from einvoice.intake.addresses import domain_of
from einvoice.intake.mail.letters import MailLetter
from einvoice.intake.mail.sender import ANSWER
from einvoice.intake.mail.words import Language, words
from einvoice.intake.mailboxes import Mailbox

_MOST_BYTES = 10_000_000  # of reports in one mail
_POLICY = SMTP.clone(max_line_length=990)  # or long message ids in References would be encoded, and so broken
_LANGUAGES: tuple[Language, ...] = ("de", "en")


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to say about one document."""

    name: str  # as the sender called it, fit to be shown
    text: str  # in both languages
    pdf: bytes | None  # the report, where there is one


def message_id(letter: MailLetter, mailbox: Mailbox) -> str:
    """Of the answer: always the same for the same letter."""
    return f"<{ANSWER}{letter.digest[:40]}@{domain_of(mailbox.from_address)}>"


def compose(letter: MailLetter, told: Sequence[Told], mailbox: Mailbox, now: datetime) -> EmailMessage:
    """The answer; `told` about each document of the letter, none if it brought nothing."""
    answer = EmailMessage(policy=_POLICY)
    answer["From"] = mailbox.from_address
    answer["To"] = letter.sender
    answer["Subject"] = _subject(letter, told)
    answer["Date"] = format_datetime(now)
    answer["Message-ID"] = message_id(letter, mailbox)
    if letter.message_id:
        answer["In-Reply-To"] = letter.message_id
        answer["References"] = " ".join(dict.fromkeys((*letter.references, letter.message_id)))
    answer["Auto-Submitted"] = "auto-replied"
    answer["X-Auto-Response-Suppress"] = "All"  # what Exchange heeds instead
    reports = list(_fitting(told))
    answer.set_content("\n\n".join(_paragraphs(letter, told, enclosed=bool(reports))) + "\n", cte="quoted-printable")
    for number, pdf in reports:
        name = f"Pruefbericht-{number}.pdf" if mailbox.language == "de" else f"report-{number}.pdf"
        answer.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    return answer


def _subject(letter: MailLetter, told: Sequence[Told]) -> str:
    if letter.authenticated and letter.subject:
        beginning = "" if letter.subject.lower().startswith(("re:", "aw:")) else "Re: "
        return beginning + " ".join(letter.subject.split())
    code = "subject" if told else "subject-nothing"
    return " / ".join(words("mail", code, language) for language in _LANGUAGES)


def _paragraphs(letter: MailLetter, told: Sequence[Told], *, enclosed: bool) -> Iterator[str]:
    at = letter.taken_at.astimezone()
    for language in _LANGUAGES:
        if told:
            yield words("mail", "intro", language, at=at)
        else:
            yield words("mail", "nothing", language, at=at, why=words("failed", letter.failed, language))
    for number, one in enumerate(told, 1):
        name = f": {one.name}" if letter.authenticated and one.name else ""
        title = f"{' / '.join(words('mail', 'attachment', language) for language in _LANGUAGES)} {number}{name}"
        yield f"{title}\n{'-' * len(title)}\n{one.text.strip()}"
    if letter.ignored and letter.authenticated:
        for language in _LANGUAGES:
            unused = (f"{one.name or '–'} ({words('ignored', one.why, language)})" for one in letter.ignored)
            yield f"{words('mail', 'ignored', language)}: {', '.join(unused)}"
    for code in ("enclosed", "end") if enclosed else ("end",):
        yield "\n".join(words("mail", code, language) for language in _LANGUAGES)


def _fitting(told: Sequence[Told]) -> Iterator[tuple[int, bytes]]:
    """The reports that fit into one mail, with the numbers of their documents."""
    size = 0
    for number, one in enumerate(told, 1):
        if one.pdf is not None and (size := size + len(one.pdf)) <= _MOST_BYTES:
            yield number, one.pdf
