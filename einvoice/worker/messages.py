"""What goes through the queue: the id of a submission and its priority, as JSON, signed.

A message is `SIGNATURE {"id": …, "priority": …}`: HMAC-SHA256 (RFC 2104) in hex over the JSON, under a key that all
processes of a service share. Whoever else can write into the queue can neither run code here nor make us work.
"""

import hashlib
import hmac
import json
from typing import NamedTuple

_PURPOSE = b"einvoice wake-up\n"  # the key signs other things too; none of them passes for a message


class WakeUp(NamedTuple):
    """Says that a submission waits to be worked on."""

    id: str  # of the submission
    priority: int  # lower is sooner


def signed(wake_up: WakeUp, secret: bytes) -> bytes:
    """The message."""
    content = json.dumps(wake_up._asdict(), separators=(",", ":")).encode()
    return _signature(content, secret) + b" " + content


def verified(message: object, secret: bytes) -> WakeUp | None:
    """The wake-up in a message; None if we did not write it."""
    if not isinstance(message, bytes):
        return None
    signature, _, content = message.partition(b" ")
    if not hmac.compare_digest(signature, _signature(content, secret)):
        return None
    try:
        fields = json.loads(content)
        return WakeUp(str(fields["id"]), int(fields["priority"]))
    except (ValueError, TypeError, KeyError):  # ours, but of another version
        return None


def _signature(content: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, _PURPOSE + content, hashlib.sha256).hexdigest().encode()
