"""Which scanner is in use, as the settings say."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from einvoice.errors import Fault
from einvoice.scanning.clamd import Address, Clamd
from einvoice.settings import Settings

_PORT = 3310  # where clamd listens if nobody says otherwise


class Scanner(Protocol):
    """Looks for viruses. May be used by several threads at once."""

    def scan(self, data: bytes) -> str | None:
        """The name of the signature that hit, or None for clean. Raises Fault if that can't be said."""

    def check(self) -> str | None:
        """What the scanner says it is, None where there is none. Raises Fault if it can't scan now."""


@dataclass(frozen=True, slots=True)
class NoScanner:
    """No scanner is configured: nothing is scanned, all passes."""

    def scan(self, data: bytes) -> str | None:  # noqa: ARG002
        """Nothing is looked for."""
        return None

    def check(self) -> str | None:
        """There is nothing that could be away."""
        return None


def open_scanner(settings: Settings) -> Scanner:
    """The scanner of these settings; it is not yet spoken to. Raises Fault if `clamd_url` leads nowhere."""
    if not settings.clamd_url:
        return NoScanner()
    try:
        address = _address(settings.clamd_url)
    except ValueError:
        wanted = "unix:///PATH or tcp://HOST:PORT, and nothing beyond that"
        raise Fault("scanner", f"EINVOICE_CLAMD_URL must be {wanted}", elsewhere=True) from None
    return Clamd(address, settings.clamd_seconds)


def _address(url: str) -> Address:
    """Path or (host, port); raises ValueError."""
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError(url)
    if parts.scheme == "unix" and parts.path.strip("/") and not parts.netloc:
        return parts.path
    if parts.scheme == "tcp" and parts.hostname and parts.path in ("", "/") and parts.port != 0:
        parts.hostname.encode("idna")  # a UnicodeError is a ValueError
        return parts.hostname, parts.port or _PORT
    raise ValueError(url)
