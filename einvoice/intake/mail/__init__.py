"""The mail door: messages of a mailbox, whose attachments go into a plain drop folder, and the answers to them.

It plays an access point for that folder: what makes submissions of the files, and loses none, is the pickup.
"""

from einvoice.intake.mail.composing import Told, compose
from einvoice.intake.mail.health import MailHealth, Part
from einvoice.intake.mail.letters import Answer, AnswerState, Enclosed, Letters, MailLetter, letters_from
from einvoice.intake.mail.sender import answers_us
from einvoice.intake.mail.sending import Delayed, Refused, send
from einvoice.intake.mail.sources import Source, Waiting, open_source
from einvoice.intake.mail.taking import Taking
from einvoice.intake.mail.words import words

__all__ = [
    "Answer",
    "AnswerState",
    "Delayed",
    "Enclosed",
    "Letters",
    "MailHealth",
    "MailLetter",
    "Part",
    "Refused",
    "Source",
    "Taking",
    "Told",
    "Waiting",
    "answers_us",
    "compose",
    "letters_from",
    "open_source",
    "send",
    "words",
]
