"""Messages as people and programs send them, and a Maildir to put them into."""

import itertools
import os
import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

_COUNT = itertools.count(1)
XML = b"<?xml version='1.0'?><Invoice/>"
PDF = b"%PDF-1.7\n%%EOF\n"
AUTHSERV = "mx.stadt.example"


def mail(
    *attachments: tuple[str, bytes],
    sender: str = "rechnung@lieferant.example",
    subject: str = "Rechnung 1/2026",
    text: str = "Guten Tag,\n\nanbei unsere Rechnung.\n",
    **headers: str,
) -> EmailMessage:
    """A message with files enclosed; further headers as `Auto_Submitted="auto-replied"`."""
    message = EmailMessage(policy=SMTP)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message["From"] = sender
    message["To"] = "rechnung@stadt.example"
    message["Subject"] = subject
    message["Date"] = "Mon, 02 Nov 2026 08:00:00 +0100"
    if "Message_ID" not in headers:
        message["Message-ID"] = f"<{next(_COUNT)}@lieferant.example>"
    message.set_content(text)
    for name, data in attachments:
        kind = {"xml": "xml", "pdf": "pdf"}.get(name.rpartition(".")[2], "octet-stream")
        message.add_attachment(data, maintype="application", subtype=kind, filename=name)
    return message


def proven(domain: str = "lieferant.example") -> str:
    """What the receiving server writes about a message that is what it claims to be."""
    return f"{AUTHSERV}; dkim=pass header.d={domain}; dmarc=pass (p=reject) header.from={domain}"


def make_maildir(folder: Path) -> Path:
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return folder


def deliver(maildir: Path, message: EmailMessage | bytes, name: str = "") -> str:
    """As a mail server does: written under tmp/, then renamed into new/; the name."""
    name = name or f"{time.time():.6f}.{os.getpid()}_{next(_COUNT)}.mx"
    data = message if isinstance(message, bytes) else message.as_bytes()
    (maildir / "tmp" / name).write_bytes(data)
    os.rename(maildir / "tmp" / name, maildir / "new" / name)
    return name
