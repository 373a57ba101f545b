"""A file and a server that hostile documents ask for, watched."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECRET = "only-in-the-file-of-the-server"


@dataclass
class Bait:
    """Where it lies, and which addresses of it were asked for."""

    file_url: str
    web_url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def bait_laid(folder: Path) -> Iterator[Bait]:
    """A secret in the folder and a server on loopback, for as long as the block runs."""
    secret = folder / "secret.txt"
    secret.write_text(SECRET)
    asked: list[str] = []

    class Watching(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Watching)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield Bait(secret.as_uri(), f"http://127.0.0.1:{server.server_port}/", asked)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
