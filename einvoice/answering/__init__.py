"""Answers: what is owed to who sent an envelope is given, what an authority tells a supplier is kept, messages reach
outboxes, replies what they answer.

What a message says is `responses`' matter, what has been said is kept by `store`.
"""

from einvoice.answering.failures import Failures
from einvoice.answering.incoming import Incoming, take_reply
from einvoice.answering.messages import Way, file_of, message_of, what_is_known
from einvoice.answering.outbox import Outbox
from einvoice.answering.owed import give_answers

__all__ = [
    "Failures",
    "Incoming",
    "Outbox",
    "Way",
    "file_of",
    "give_answers",
    "message_of",
    "take_reply",
    "what_is_known",
]
