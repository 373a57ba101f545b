"""A service with invoices of one supplier for one authority, everyone who may ask about them, and how they ask."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from starlette.testclient import TestClient

from einvoice.answering.telling import Wish, respond
from einvoice.identity import Role
from einvoice.responses import InvoiceStatus
from tests.security.table import VALUES, WHO, Row, Who, with_enclosure
from tests.support.folders import tell
from tests.support.web import LEITWEG_ID, OTHER_LEITWEG_ID, Web, invoice


def routes(web: FastAPI) -> Iterator[str]:
    """`METHOD /path` of everything that answers; a mounted application as a GET of its path."""
    for route in iter_route_contexts(web.routes):
        if isinstance(route.original_route, Mount):
            yield f"GET {route.original_route.path}"
            continue
        for method in route.methods or ():
            if method != "HEAD":
                yield f"{method} {str(route.path).replace(':path}', '}')}"


@dataclass
class Place:
    """Made anew for each test."""

    web: Web
    submission: str = ""
    held: str = ""
    response: str = ""
    delivery: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web.known(LEITWEG_ID)
        self.web.known(OTHER_LEITWEG_ID)
        tell(self.web.app.store, VALUES["name"])
        self.submission = self.web.submitted(self.programs[Who.SUPPLIER], with_enclosure())["id"]
        wish = Wish(status=InvoiceStatus.RECEIVED)
        self.response = respond(self.web.app.store, self.submission, wish, actor="admin").id
        self.held = self.web.submitted(self.programs[Who.SUPPLIER], invoice("abort"))["id"]

    @cached_property
    def programs(self) -> dict[Who, TestClient]:
        """With tokens."""
        web = self.web
        return {
            Who.NOBODY: web.client(),
            Who.SUPPLIER: web.supplier("A"),
            Who.OTHER_SUPPLIER: web.supplier("B"),
            Who.AUTHORITY: web.authority(LEITWEG_ID),
            Who.OTHER_AUTHORITY: web.authority(OTHER_LEITWEG_ID),
            Who.OPERATOR: web.operator(),
        }

    @cached_property
    def people(self) -> dict[Who, TestClient]:
        """With sessions."""
        web = self.web
        other = web.known(OTHER_LEITWEG_ID).id
        return {
            Who.NOBODY: web.client(),
            Who.SUPPLIER: web.signed_in(Role.SUPPLIER, supplier="A"),
            Who.OTHER_SUPPLIER: web.signed_in(Role.SUPPLIER, supplier="B"),
            Who.AUTHORITY: web.signed_in(Role.AUTHORITY),
            Who.OTHER_AUTHORITY: web.signed_in(Role.AUTHORITY, authority_id=other),
            Who.OPERATOR: web.signed_in(Role.OPERATOR),
        }

    def callers(self, route: str) -> dict[Who, TestClient]:
        """Those a route is made for: people use forms and pages, programs the rest."""
        return self.programs if is_for_programs(route) else self.people

    def lease(self) -> None:
        """The authority leases its invoice."""
        [self.delivery] = self.programs[Who.AUTHORITY].post("/api/v1/deliveries:lease").json()["deliveries"]

    def address(self, route: str, row: Row, **known: str) -> str:
        """Where the route leads when it is about something that exists, or about what `known` says."""
        target = "/static/portal.css" if route == "GET /static" else route.partition(" ")[2]
        values = VALUES | {
            "submission_id": self.held if row.held else self.submission,
            "response_id": self.response,
            "delivery_id": str(self.delivery.get("delivery_id", "unknown")),
        }
        for name, value in (values | known).items():
            target = target.replace(f"{{{name}}}", value)
        if target == "/api/v1/events":
            target += f"?authority={self.web.known().id}"
        return target

    def ask(self, route: str, row: Row, client: TestClient, *, csrf: bool = True, **known: str) -> Any:
        """Ask as someone would who knows everything there is to know, but has their own credentials."""
        method, address = route.partition(" ")[0], self.address(route, row, **known)
        sent: dict[str, Any] = {}
        if row.json is not None:
            sent["json"] = {name: self._filled(value) for name, value in row.json.items()}
        if row.form is not None or (row.file and not is_for_programs(route)):
            sent["data"] = {**(row.form or {}), "csrf": self.web.csrf(client) if csrf else "guessed"}
        if row.file and is_for_programs(route):
            sent["content"] = invoice()
        elif row.file or route == "POST /receipts":
            sent["files"] = {"files": ("a.xml", invoice())} if row.file else {"nothing": ("", b"")}
        return client.request(method, address, **sent)

    def status(self, route: str, row: Row, client: TestClient, **options: Any) -> int:
        """As it is answered; a page that sends to the sign-in is the same as not knowing who asks."""
        answer = self.ask(route, row, client, **options)
        if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next="):
            return WHO
        return int(answer.status_code)

    def _filled(self, value: object) -> object:
        gaps = {"{authority}": self.web.known().id, "{lease}": self.delivery.get("lease_token", "unknown")}
        return gaps.get(value, value) if isinstance(value, str) else value


def is_for_programs(route: str) -> bool:
    path = route.partition(" ")[2]
    return path.startswith(("/api/", "/kosit", "/healthz", "/readyz", "/metrics", "/openapi"))
