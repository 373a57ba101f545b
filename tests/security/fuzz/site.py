"""The web side of the service to be asked odd things: bytes go straight to the application, as no client sends them."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from einvoice.app import App
from einvoice.faces.caller import session_cookie
from einvoice.identity import Role, csrf_token
from einvoice.web import create_asgi
from tests.security.fuzz.holds import Broken
from tests.support.web import Web, invoice, opened

# 503 is an answer where an operator has closed a door; everything else above 499 is a mistake of ours.
_CLOSED = frozenset({"door-paused"})
_TOLD_TOO_MUCH = re.compile(rb"Traceback \(most recent|\.py\", line|sqlite3\.|sqlalchemy|site-packages")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as an ASGI server hands it on."""

    who: str
    method: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: tuple[bytes, ...]

    def written(self) -> bytes:
        """For people to read."""
        head = [
            f"{self.method} {self.path!r} {self.query!r} as {self.who}",
            *(f"{n!r}: {v!r}" for n, v in self.headers),
        ]
        return "\n".join([*head, "", *map(repr, self.body)]).encode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


@dataclass
class Site:
    """The web side of the service with something of everything in it, and those who may ask."""

    app: App
    asgi: FastAPI
    routes: tuple[tuple[str, str], ...]
    ids: tuple[str, ...]
    credentials: Mapping[str, tuple[tuple[bytes, bytes], ...]]
    csrf: Mapping[str, str]
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def ask(self, asked: Asked) -> Answered:
        """The answer of the whole application."""
        return self.runner.run(_ask(self.asgi, asked))


@contextmanager
def opened_site(folder: Path) -> Iterator[Site]:
    """Over a real store, with a judge that needs no rules."""
    with opened(folder, requests_per_minute=10**9) as web:
        made = _furnished(web)
        try:
            yield made
        finally:
            made.runner.close()


def _furnished(web: Web) -> Site:
    supplier = web.supplier()
    kept = [
        web.submitted(supplier, invoice(note, number=f"R-{note}"))["id"]
        for note in ("", "reject", "decline", "abort", "virus")
    ]
    kept.append(web.submitted(supplier, _with_a_file(invoice(number="R-file")))["id"])
    leased = web.authority().post("/api/v1/deliveries:lease", json={"count": 1}).json()["deliveries"]
    identity = web.app.identity
    tokens = {
        "supplier": identity.create_token(Role.SUPPLIER, supplier="Muster GmbH"),
        "authority": identity.create_token(Role.AUTHORITY, authority_id=web.known().id),
        "operator": identity.create_token(Role.OPERATOR),
    }
    credentials: dict[str, tuple[tuple[bytes, bytes], ...]] = {"nobody": ()}
    credentials |= {who: ((b"authorization", f"Bearer {token}".encode()),) for who, token in tokens.items()}
    csrf = {}
    for role in Role:
        cookies = web.signed_in(role, **({"supplier": "Muster GmbH"} if role is Role.SUPPLIER else {})).cookies
        session = cookies[session_cookie(web.app.settings)]
        credentials[f"{role} in a browser"] = ((b"cookie", f"{session_cookie(web.app.settings)}={session}".encode()),)
        csrf[f"{role} in a browser"] = csrf_token(session)
    asgi = create_asgi(web.app)
    return Site(
        web.app,
        asgi,
        tuple(_routes(asgi)),
        (*kept, *(one["delivery_id"] for one in leased), web.known().id),
        credentials,
        csrf,
    )


def _with_a_file(data: bytes) -> bytes:
    """An invoice with an enclosed file (BG-24)."""
    file = (
        b'<a:AdditionalDocumentReference><c:ID>1</c:ID><a:Attachment><c:EmbeddedDocumentBinaryObject filename="a.html" '
        b'mimeCode="text/html">PGI+</c:EmbeddedDocumentBinaryObject></a:Attachment></a:AdditionalDocumentReference>'
    )
    return data.replace(b"<a:AccountingSupplierParty>", file + b"<a:AccountingSupplierParty>")


def _routes(asgi: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(asgi.routes):
        if isinstance(route.original_route, Mount):
            yield "GET", "/static/{path}"
        else:
            yield from ((method, str(route.path)) for method in sorted(route.methods or ()))


def check(asked: Asked, at: Site) -> Answered:
    """Ask, and see that the answer is one of ours. Raises Broken, or what escaped."""
    answer = at.ask(asked)
    if answer.status >= 500 and not _door_is_closed(answer):
        raise Broken(f"{answer.status} on {asked.method} {_pattern(asked.path, at)}")
    if _TOLD_TOO_MUCH.search(answer.body):
        raise Broken(f"{asked.method} {_pattern(asked.path, at)} tells of our insides")
    for name in (b"content-security-policy", b"x-content-type-options"):
        if name not in answer.headers:
            raise Broken(f"{answer.status} without {name.decode()}")
    if any(byte in text for text in answer.headers.values() for byte in b"\r\n\0"):
        raise Broken("a line break in a header")
    return answer


def _door_is_closed(answer: Answered) -> bool:
    if b"problem+json" in answer.headers.get(b"content-type", b""):
        return json.loads(answer.body)["code"] in _CLOSED
    return answer.status == 503 and b"retry-after" in answer.headers  # the same, as a page


def _pattern(path: str, at: Site) -> str:
    for known in at.ids:
        path = path.replace(known, "ID")
    return path[:60]


async def _ask(asgi: FastAPI, asked: Asked) -> Answered:
    """Straight to the application, with bytes that no client would send."""
    path = asked.path.encode("utf-8", "surrogateescape")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
        "method": asked.method, "path": path.decode("utf-8", "replace"), "raw_path": quote(path).encode(),
        "root_path": "", "query_string": asked.query, "headers": list(asked.headers), "client": ("192.0.2.7", 40000),
        "server": ("testserver", 80), "state": {},
    }  # fmt: skip
    chunks = list(asked.body)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        if chunks:
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await asgi(scope, receive, send)
    if not sent:
        raise Broken("no answer at all")
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answered(int(sent[0]["status"]), dict(sent[0]["headers"]), body)
