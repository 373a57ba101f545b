"""HTTP/1.1 on the wire: uvicorn's protocol, stricter about what a request may be and less patient with who sends it.

What two servers may read differently is refused, since one of them may be a proxy in front of us (RFC 9112, 11.2). And
nobody keeps a connection, or memory, by sending or reading slowly: uvicorn has no time limits but for idle connections.
llhttp, which parses, refuses by itself: Content-Length with Transfer-Encoding, twice or malformed, folded lines, bare
line ends, control characters.
"""

from typing import Any

import uvicorn
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from einvoice.cli.refusing import Refused, answer

_MOST_HEAD = 65_536  # bytes of request line and headers together, and of whatever comes between two parts of a body
_MOST_FIELDS = 100
_VERSIONS = ("1.0", "1.1")
_LINGER_SECONDS = 10.0  # for the rest of what nobody wants any more, so that its sender reads our answer
_CLOSING_SECONDS = 10.0  # for the last of an answer to be read
_LEAST_PACE = 8_000  # bytes a second; who is this fast is never too slow
_LONGEST_LOOK = 2.0  # seconds between two looks that count; if it was longer, we were the slow ones


class _Bad(Exception):
    """Ends a callback of the parser, which makes an error of its own of it."""


class _Patience:
    """So many seconds may be spent waiting for someone. What moves meanwhile gives some back."""

    def __init__(self, seconds: float) -> None:
        self._most = self._left = seconds

    def lasts(self, seconds: float, moved: int) -> bool:
        """Whether there is any left after so many seconds more, in which so many bytes moved."""
        self._left = min(self._most, self._left - seconds + moved / _LEAST_PACE)
        return self._left > 0

    def renew(self) -> None:
        """Nobody is waited for."""
        self._left = self._most


class Connection(HttpToolsProtocol):
    """One connection. `look` has to be called about once a second."""

    head_seconds = 15.0  # for a request to begin and all of its headers to come in
    silent_seconds = 30.0  # that may be spent waiting for a body, or for an answer to be read

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._looked_at = self.loop.time()
        self._waiting_since: float | None = self._looked_at  # for a request or the rest of its head; None: it is here
        self._lingers_since: float | None = None  # answered, but what is sent has not ended
        self._closing_since: float | None = None
        self._refused = False
        self._without_body = 0  # bytes that came since there was a byte of a body
        self._body = self._unread = 0  # bytes: of bodies that came since the last look, of answers that are not read
        self._answering: RequestResponseCycle | None = None  # uvicorn's own `cycle` may be one that has to wait for it
        self._sender, self._reader = _Patience(self.silent_seconds), _Patience(self.silent_seconds)
        self._why = Refused.BAD

    def connection_made(self, transport: Any) -> None:
        """Take no more than there are file descriptors for."""
        super().connection_made(transport)
        if self.limit_concurrency is not None and len(self.connections) > self.limit_concurrency:
            self._refuse(Refused.CROWD)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._nobody_there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As uvicorn, but for heads, trailers and chunk extensions without end."""
        if self._refused or self.transport.is_closing():
            return
        self._without_body += len(data)
        super().data_received(data)
        if self._without_body > _MOST_HEAD:
            self._refuse(Refused.HEAD)

    def on_headers_complete(self) -> None:
        """Begin to answer, unless it could be another request to someone else."""
        self._waiting_since = None
        self._without_body = 0
        version = self.parser.get_http_version()
        if version not in _VERSIONS:
            self._give_up(Refused.VERSION)
        size, hosts = len(self.url), 0
        for name, value in self.headers:
            size += len(name) + len(value)
            if name == b"host":
                hosts += 1
            elif name == b"transfer-encoding" and (version == "1.0" or value.lower() != b"chunked"):
                self._give_up(Refused.ENCODING)
        if size > _MOST_HEAD or len(self.headers) > _MOST_FIELDS:
            self._give_up(Refused.HEAD)
        if hosts != 1 and (hosts or version != "1.0"):
            self._give_up(Refused.BAD)
        super().on_headers_complete()
        self.headers = []  # of this request they are known; what follows its body changes nothing

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._without_body = 0
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is all there."""
        super().on_message_complete()
        if self._lingers_since is not None:  # it was answered before
            self._lingers_since, self._waiting_since = None, self.loop.time()

    def on_response_complete(self) -> None:
        """An answer is written."""
        if self.cycle.more_body:
            self._lingers_since = self.loop.time()
        elif self._waiting_since is None and not self.pipeline:
            self._waiting_since = self.loop.time()
        super().on_response_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def look(self, now: float) -> None:
        """End the connection of who is too slow."""
        passed, self._looked_at = min(now - self._looked_at, _LONGEST_LOOK), now
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > _CLOSING_SECONDS:
                self.transport.abort()
        elif not self._reads(passed):
            self.transport.abort()
        elif self._lingers_since is not None:
            if now - self._lingers_since > _LINGER_SECONDS:
                self.transport.close()
        elif self._waiting_since is not None and now - self._waiting_since > self.head_seconds:
            self._refuse(Refused.SLOW if self._without_body else Refused.IDLE)
        elif not self._sends(passed):
            self._refuse(Refused.SLOW)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours say more
        """What uvicorn calls when the parser, or one of our callbacks, gives up."""
        self._refuse(self._why)

    def _sends(self, passed: float) -> bool:
        """Whether a body comes in, at 8 kB a second or with short pauses, as long as nothing but its sender is slow."""
        moved, self._body = self._body, 0
        cycle = self._answering
        if cycle is None or not cycle.more_body or cycle.response_complete:
            self._sender.renew()
            return True
        if cycle.waiting_for_100_continue or cycle.body:  # it is us who do not ask for it, or do not take it
            self._sender.renew()
            return True
        return self._sender.lasts(passed, moved)

    def _reads(self, passed: float) -> bool:
        """Whether the other side reads what we write."""
        unread = self.transport.get_write_buffer_size()
        moved, self._unread = max(0, self._unread - unread), unread
        if not unread:
            self._reader.renew()
            return True
        return self._reader.lasts(passed, moved)

    def _give_up(self, why: Refused) -> None:
        self._why = why
        raise _Bad(why)

    def _nobody_there(self) -> None:
        """Tell whoever works on a request that nobody waits for the answer any more."""
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()

    def _refuse(self, why: Refused) -> None:
        """Answer that much and take nothing more; without an answer where another one is, or should be, under way.

        Who is still sending would see a broken connection instead of the answer: they may go on for a while.
        """
        if self._refused:
            return
        asked = self._answering
        busy = asked is not None and not asked.response_complete
        others = asked is not None and busy and (asked.response_started or asked.scope is not self.scope)
        self._refused, self._waiting_since, self._lingers_since = True, None, self.loop.time()
        self._nobody_there()
        if others or not why.speaks or self.transport.is_closing():
            self.transport.close()
            return
        self.transport.write(answer(why))
        if why.lingers and self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()


class Server(uvicorn.Server):
    """uvicorn's server, which looks at every connection once a second."""

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % 10 == 0:
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.look(connection.loop.time())
        return await super().on_tick(counter)
