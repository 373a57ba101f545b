"""The answer: what it says, and what it must not repeat."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.intake.mail import MailLetter, Told, compose
from einvoice.intake.mail.attachments import Ignored
from einvoice.intake.mail.words import _texts, words
from einvoice.intake.mailboxes import Mailbox
from tests.support.mails import PDF
from tests.unit.intake.mail.conftest import NOW

LETTER = MailLetter(
    digest="ab" * 32,
    token="t",
    taken_at=NOW,
    sender="a@lieferant.example",
    subject="Rechnung 1/2026",
    message_id="<1@lieferant.example>",
    references=("<0@lieferant.example>",),
    authenticated=True,
    ignored=(Ignored("logo.png", "image"),),
)
TOLD = (Told("r.xml", "Abgelehnt: Leitweg-ID fehlt\n\nRejected: …", PDF),)


def composed(letter: MailLetter, mailbox: Mailbox, told: tuple[Told, ...] = TOLD) -> EmailMessage:
    """As it arrives."""
    arrived = message_from_bytes(compose(letter, told, mailbox, NOW).as_bytes(), policy=default)
    assert isinstance(arrived, EmailMessage)
    return arrived


def text(answer: EmailMessage) -> str:
    body = answer.get_body()
    assert body is not None
    return str(body.get_content())


def test_it_is_marked_as_an_answer_of_a_program(mailbox: Mailbox) -> None:
    answer = composed(LETTER, mailbox)
    assert (answer["From"], answer["To"]) == ("rechnung@stadt.example", "a@lieferant.example")
    assert answer["Subject"] == "Re: Rechnung 1/2026"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["In-Reply-To"] == "<1@lieferant.example>"
    assert answer["References"] == "<0@lieferant.example> <1@lieferant.example>"


def test_it_has_the_same_message_id_however_often_it_is_made(mailbox: Mailbox) -> None:
    first, second = composed(LETTER, mailbox), composed(LETTER, mailbox)
    assert first["Message-ID"] == second["Message-ID"] == f"<einvoice-answer.{'ab' * 20}@stadt.example>"


def test_it_says_the_outcome_in_words_and_encloses_the_report(mailbox: Mailbox) -> None:
    answer = composed(LETTER, mailbox)
    assert "Ihre E-Mail vom 02.11.2026" in text(answer)
    assert "1: r.xml" in text(answer)
    assert "Abgelehnt: Leitweg-ID fehlt" in text(answer)
    assert "Nicht verwendet: logo.png (Bild)" in text(answer)
    [report] = answer.iter_attachments()
    assert (report.get_filename(), report.get_content()) == ("Pruefbericht-1.pdf", PDF)


def test_what_is_not_proven_to_be_the_senders_is_not_repeated(mailbox: Mailbox) -> None:
    answer = composed(replace(LETTER, authenticated=False), mailbox)
    assert answer["Subject"] == "Prüfbericht zu Ihrer Rechnung / Report on your invoice"
    assert "r.xml" not in text(answer)
    assert "logo.png" not in text(answer)


def test_a_letter_that_brought_nothing_is_told_why(mailbox: Mailbox) -> None:
    answer = composed(replace(LETTER, failed="only-archive"), mailbox, ())
    assert "Senden Sie die Rechnung ungepackt" in text(answer)
    assert list(answer.iter_attachments()) == []


def test_reports_that_would_make_it_too_large_are_left_out(mailbox: Mailbox) -> None:
    large = Told("a.xml", "x", PDF * 500_000)
    assert len(list(composed(LETTER, mailbox, (large, *TOLD, large)).iter_attachments())) == 2


def test_long_message_ids_survive(mailbox: Mailbox) -> None:
    long = f"<{'x' * 200}@lieferant.example>"
    answer = compose(replace(LETTER, message_id=long, references=(long[:-1] + "y>",) * 20), TOLD, mailbox, NOW)
    assert f"In-Reply-To: {long}".encode() in answer.as_bytes()


@given(subject=st.text(max_size=200), name=st.text(max_size=100))
def test_no_letter_adds_a_header_to_the_answer(subject: str, name: str) -> None:
    """As letters are: without control characters, see test_taking."""
    clean = "".join(one for one in subject if one.isprintable())
    letter = replace(LETTER, subject=clean)
    mailbox = Mailbox(
        name="x", home=None, maildir=None, imap=None, done="", failed="", every=1, max_message_bytes=1, answer="known",
        authserv_id="", smtp=None, from_address="rechnung@stadt.example", language="de", answers_per_hour=1,
        give_up_hours=1, letter_days=1,
    )  # type: ignore[arg-type]  # fmt: skip
    answer = composed(letter, mailbox, (Told(name, "x", None),))
    expected = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
                "X-Auto-Response-Suppress"]  # fmt: skip
    assert [key for key in answer.keys() if not key.lower().startswith(("content-", "mime-"))] == expected  # noqa: SIM118


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_has_its_words(language: str) -> None:
    for kind, codes in _texts().items():
        for code in codes:
            assert words(kind, code, language, at=NOW, why="")  # type: ignore[arg-type]
