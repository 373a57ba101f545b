"""Answers to what came in Peppol envelopes: what is owed is given, messages reach outboxes, replies their answer.

What a message says is `responses`' matter, what has been said is kept by `store`.
"""

from einvoice.answering.incoming import Incoming, take_reply
from einvoice.answering.messages import Way, file_of, message_of
from einvoice.answering.outbox import Outbox
from einvoice.answering.owed import give_answers

__all__ = ["Incoming", "Outbox", "Way", "file_of", "give_answers", "message_of", "take_reply"]
