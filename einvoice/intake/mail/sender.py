"""Who sent a message, and whether a program may answer it (RFC 3834)."""

import re
from email.message import EmailMessage
from email.utils import getaddresses

from einvoice.intake.addresses import is_address
from einvoice.intake.mail.parsing import header, headers

_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_LISTS = ("List-Id", "List-Unsubscribe", "List-Post", "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond")
_NOBODY = re.compile(
    r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply-.*|bounces?([+-].*)?)@", re.IGNORECASE
)
_LONGEST_FROM = 1_000  # characters
ANSWER = "einvoice-answer."  # message ids of our answers begin so


def sender_of(message: EmailMessage) -> str:
    """The address in From, if there is exactly one, of a plain form; else ""."""
    fields = headers(message, "From")
    if len(fields) != 1 or len(fields[0]) > _LONGEST_FROM:
        return ""
    try:
        found = [address for _, address in getaddresses(fields) if address]
    except Exception:  # the standard library stumbles over odd ones, as over comments within comments
        return ""
    return found[0] if len(found) == 1 and is_address(found[0]) else ""


def is_bounce(message: EmailMessage) -> bool:
    """Whether it tells what became of another message."""
    try:
        if message.get_content_type() != "multipart/report":
            return False
        return str(message.get_param("report-type", "")).lower() in ("delivery-status", "disposition-notification")
    except Exception:  # an odd field
        return False


def why_quiet(message: EmailMessage, sender: str, ours: str) -> str:
    """Why it must not be answered, as a code; "" if it may."""
    if not sender:
        return "no-address"
    if sender.lower() == ours.lower():
        return "own"
    return_path = headers(message, "Return-Path")
    if is_bounce(message) or "<>" in (path.replace(" ", "") for path in return_path) or _NOBODY.match(sender):
        return "bounce"
    if any(text.partition(";")[0].strip().lower() != "no" for text in headers(message, "Auto-Submitted")):
        return "auto-submitted"
    if header(message, "Precedence").lower() in _BULK or any(headers(message, name) for name in _LISTS):
        return "bulk"
    return ""


def answers_us(ids: tuple[str, ...]) -> bool:
    """Whether one of the message ids is that of an answer of ours."""
    return any(one.startswith(f"<{ANSWER}") for one in ids)
