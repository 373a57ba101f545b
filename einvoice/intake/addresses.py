"""Mail addresses and message ids as far as we use them: plain ASCII, one of them, nothing clever."""

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")  # RFC 5321, Dot-string@Domain
_LONGEST = 254  # RFC 5321, 4.5.3.1.3
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")


def is_address(text: str) -> bool:
    """Whether it is an address mail can be sent to without any quoting."""
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None


def domain_of(address: str) -> str:
    """In small letters."""
    return address.rpartition("@")[2].lower()


def message_ids(text: str) -> tuple[str, ...]:
    """The message ids in a header, in order; whatever else stands there is left out."""
    return tuple(_MESSAGE_ID.findall(text))
