"""Mail servers, as the settings name them: `imaps://USER@HOST/FOLDER`, `smtp://USER@HOST:587`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Schemes, with the port each means by itself.
IMAP = {"imaps": 993, "imap": 143}
SMTP = {"smtps": 465, "smtp": 587}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server and how to sign in there."""

    scheme: str
    host: str
    port: int
    user: str = ""  # "": without signing in
    password_file: Path | None = field(default=None, repr=False)
    folder: str = ""  # IMAP alone

    @property
    def tls_at_once(self) -> bool:
        """Whether the connection begins encrypted; else STARTTLS follows."""
        return self.scheme in ("imaps", "smtps")

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine, where nobody listens in: TLS is not insisted on."""
        return self.host in ("localhost", "127.0.0.1", "::1")

    def password(self) -> str:
        """Read now, so that it can be changed without a restart. Raises OSError."""
        return self.password_file.read_text("utf-8").strip() if self.password_file else ""


def read_server(url: str, ports: Mapping[str, int], password_file: Path | None) -> Server | str:
    """The server; or, as a sentence, what is wrong with its address; a password that stands in it is not repeated."""
    try:
        told = urlsplit(url)
        port = told.port
    except ValueError:
        return "is no address of a server"
    if told.scheme not in ports or not told.hostname:
        return f"must begin with {' or '.join(f'{scheme}://' for scheme in ports)} and name a host"
    if told.password is not None:
        return "must not hold a password; name a file with it"
    return Server(
        scheme=told.scheme,
        host=told.hostname,
        port=port or ports[told.scheme],
        user=unquote(told.username or ""),
        password_file=password_file,
        folder=unquote(told.path.strip("/")) or "INBOX",
    )
