"""Sending a mail (RFC 5321), by the standard library; encrypted, unless the server runs on this machine."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage

from einvoice.errors import Fault
from einvoice.intake.mailservers import Server

_SECONDS = 30.0  # for each answer of the server
_PERMANENT = 500
TROUBLE = "mail-server"


class Refused(Exception):
    """The server will not take this mail, now or ever."""


class Delayed(Exception):
    """The server does not take this mail now."""


def send(message: EmailMessage, server: Server, *, sender: str, to: str) -> None:
    """Hand it over; once this returns it is the server's. Raises Refused, Delayed; Fault and OSError: no mail goes."""
    try:
        connection = _connected(server)
        try:
            if server.user:
                connection.login(server.user, server.password())
            _hand_over(connection, message, sender, to)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
    except smtplib.SMTPException as error:  # its text may hold addresses
        raise Fault(TROUBLE, type(error).__name__) from None


def _hand_over(connection: smtplib.SMTP, message: EmailMessage, sender: str, to: str) -> None:
    try:
        connection.send_message(message, from_addr=sender, to_addrs=[to])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise (Refused if min(codes, default=0) >= _PERMANENT else Delayed) from None
    except smtplib.SMTPDataError as error:
        raise (Refused if error.smtp_code >= _PERMANENT else Delayed) from None


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls_at_once:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    if not server.is_here:
        connection.starttls(context=context)
    return connection
