"""A mail server that takes mails and delivers them to a test, or refuses them as it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Sink:
    """What has come in."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)  # sender, receiver
    at_rcpt: str = "250 OK"  # what is answered to a receiver
    at_data: str = "250 OK"  # what is answered to a mail

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        parsed = (message_from_bytes(raw, policy=default) for raw in self.raw)
        return [mail for mail in parsed if isinstance(mail, EmailMessage)]


class _Session(socketserver.StreamRequestHandler):
    sink: Sink

    def handle(self) -> None:
        with suppress(ConnectionError):  # who spoke to us was killed
            self.serve()

    def serve(self) -> None:
        sender = to = ""
        self.tell("220 sink")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split(" ")[0].upper()
            if word == "MAIL":
                sender = line.split("<")[1].split(">")[0]
            elif word == "RCPT":
                to = line.split("<")[1].split(">")[0]
            elif word == "DATA":
                self.tell("354 go on")
                if self.take().startswith("2"):
                    self.sink.envelopes.append((sender, to))
                continue
            self.tell({"RCPT": self.sink.at_rcpt, "QUIT": "221 bye"}.get(word, "250 OK"))
            if word == "QUIT":
                return

    def take(self) -> str:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if self.sink.at_data.startswith("2"):
            self.sink.raw.append(b"".join(lines))
        self.tell(self.sink.at_data)
        return self.sink.at_data

    def tell(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """Running on a free port of this machine."""
    sink = Sink()
    handler = type("Session", (_Session,), {"sink": sink})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()
