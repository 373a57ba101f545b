"""Who may do what, over HTTP: every route, every role, on what is its own and on what is another's. One table.

A route that is not in it fails the tests; so does an answer that is not as it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.support.web import invoice

OK, MADE, TAKEN, EMPTY, AWAY = 200, 201, 202, 204, 303
BAD, WHO, NO, HIDDEN, CONFLICT, GONE = 400, 401, 403, 404, 409, 410


class Who(StrEnum):
    """Who asks, in the order of the columns. The invoice is the one supplier's and for the one authority."""

    NOBODY = "nobody"
    SUPPLIER = "its supplier"
    OTHER_SUPPLIER = "another supplier"
    AUTHORITY = "its authority"
    OTHER_AUTHORITY = "another authority"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Row:
    """One route: what each of them gets, and what has to be sent so that it is a request at all."""

    answers: tuple[int, int, int, int, int, int]
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    file: bool = False  # an invoice, as body in the API and as form in the portal
    held: bool = False  # the submission asked about is one that is held
    leased: bool = False  # its authority has leased the invoice before

    def expected(self) -> dict[Who, int]:
        return dict(zip(Who, self.answers, strict=True))


def anyone(answer: int, **sent: object) -> Row:
    return Row((answer,) * 6, **sent)  # type: ignore[arg-type]


#                                nobody supplier other   authority other  operator
READ = Row((WHO, OK, HIDDEN, OK, HIDDEN, OK))
LISTED = Row((WHO, OK, OK, OK, OK, OK))
OPERATORS = Row((WHO, NO, NO, NO, NO, OK))
CHECKED = Row((WHO, OK, OK, OK, OK, OK), file=True)


def operators(*, held: bool = False, answer: int = OK, **sent: Mapping[str, object]) -> Row:
    return Row((WHO, NO, NO, NO, NO, answer), held=held, **sent)  # type: ignore[arg-type]


def fetched(answer: int, **json: object) -> Row:
    """About a delivery that is leased."""
    return Row((WHO, NO, NO, answer, HIDDEN, NO), json={"lease_token": "{lease}", **json}, leased=True)


WHY = {"reason": "x"}

TABLE: Mapping[str, Row] = {
    # Programs
    "POST /api/v1/checks": CHECKED,
    "POST /api/v1/submissions": Row((WHO, TAKEN, TAKEN, NO, NO, TAKEN), file=True),
    "GET /api/v1/submissions": LISTED,
    "GET /api/v1/submissions/{submission_id}": READ,
    "GET /api/v1/submissions/{submission_id}/report": READ,
    "GET /api/v1/submissions/{submission_id}/original": READ,
    "GET /api/v1/submissions/{submission_id}/invoice": READ,
    "GET /api/v1/submissions/{submission_id}/receipt": READ,
    "GET /api/v1/submissions/{submission_id}/enclosures/{number}": READ,
    "POST /api/v1/submissions/{submission_id}/responses": Row(
        (WHO, NO, HIDDEN, MADE, HIDDEN, MADE), json={"status": "UQ", "reasons": [{"code": "REF"}]}
    ),
    "GET /api/v1/submissions/{submission_id}/responses": READ,
    "GET /api/v1/submissions/{submission_id}/responses/{response_id}": READ,
    "GET /api/v1/events": Row((WHO, NO, NO, OK, HIDDEN, OK)),
    "POST /api/v1/deliveries:lease": Row((WHO, NO, NO, OK, OK, NO)),
    "POST /api/v1/deliveries/{delivery_id}:ack": fetched(OK),
    "POST /api/v1/deliveries/{delivery_id}:nack": fetched(EMPTY, reason="x"),
    "POST /api/v1/deliveries/{delivery_id}:extend": fetched(OK, seconds=60),
    "GET /api/v1/holds": OPERATORS,
    "GET /api/v1/doors": OPERATORS,
    "POST /api/v1/holds:retry": operators(json={"cause": "engine-abort"}),
    "POST /api/v1/submissions/{submission_id}:retry": operators(held=True, json=WHY),
    "POST /api/v1/submissions/{submission_id}:send-on": operators(
        held=True, json={"reason": "x", "authority_id": "{authority}"}
    ),
    "POST /api/v1/submissions/{submission_id}:send-back": operators(held=True, json=WHY),
    "POST /api/v1/submissions/{submission_id}:consent": operators(held=True, answer=CONFLICT, json=WHY),
    "POST /api/v1/doors/{door}:pause": operators(json=WHY),
    "POST /api/v1/doors/{door}:resume": operators(json={}),
    "GET /api/v1/folders": OPERATORS,
    "POST /api/v1/folders/{name}/retry": operators(answer=TAKEN, json={}),
    # Clients of the KoSIT validator; the daemon's answers, here to what it has no scenario for
    "GET /kosit": LISTED,
    "GET /kosit/server/health": LISTED,
    "POST /kosit": CHECKED,
    "POST /kosit/{name}": CHECKED,
    # Operating
    "GET /healthz": anyone(OK),
    "GET /readyz": anyone(OK),
    "GET /metrics": OPERATORS,
    "GET /openapi.json": anyone(OK),
    # People
    "GET /": Row((WHO, AWAY, AWAY, AWAY, AWAY, AWAY)),
    "GET /static": anyone(OK),
    "GET /sign-in": Row((OK, AWAY, AWAY, AWAY, AWAY, AWAY)),
    "POST /sign-in": anyone(WHO, form={"login": "x", "password": "x"}),
    "GET /sign-in/link/{secret}": anyone(OK),
    "POST /sign-in/link/{secret}": anyone(GONE, form={}),
    "POST /sign-out": anyone(AWAY, form={}),
    "GET /language/{wanted}": anyone(AWAY),
    "GET /upload": Row((WHO, OK, OK, NO, NO, OK)),
    "POST /upload": Row((WHO, AWAY, AWAY, NO, NO, AWAY), file=True),
    "GET /submissions": LISTED,
    "GET /submissions/{submission_id}": READ,
    "GET /submissions/{submission_id}/state": READ,
    "GET /submissions/{submission_id}/original": READ,
    "GET /submissions/{submission_id}/report.html": READ,
    "GET /submissions/{submission_id}/report.pdf": READ,
    "GET /submissions/{submission_id}/report.json": READ,
    "GET /submissions/{submission_id}/receipt.pdf": READ,
    "GET /submissions/{submission_id}/receipt.json": READ,
    "GET /submissions/{submission_id}/enclosures/{number}": READ,
    "POST /submissions/{submission_id}/{way}": Row((WHO, NO, HIDDEN, NO, HIDDEN, AWAY), held=True, form=WHY),
    "POST /holds/retry": operators(answer=AWAY, form={"reason": "x", "cause": "engine-abort"}),
    "GET /doors": OPERATORS,
    "POST /doors/{door}/pause": operators(answer=AWAY, form=WHY),
    "POST /doors/{door}/resume": operators(answer=AWAY, form={}),
    "GET /folders": OPERATORS,
    "POST /folders/{name}/retry": operators(answer=AWAY, form={}),
    "GET /receipts": anyone(OK),
    "POST /receipts": anyone(BAD, form={}),
    "GET /receipts/public-key.pem": anyone(OK),
}

VALUES = {"door": "api", "way": "retry", "secret": "unknown", "wanted": "en", "name": "a.xml", "number": "1"}

# What a POST may do for a session whose page did not send it: keep nothing and change nothing.
HARMLESS = frozenset({"POST /kosit", "POST /kosit/{name}"})

PUBLIC = frozenset(route for route, row in TABLE.items() if row.answers[0] != WHO or route == "POST /sign-in")


def with_enclosure() -> bytes:
    """The invoice that is asked about; a file is enclosed."""
    enclosed = (
        b"<a:AdditionalDocumentReference><c:ID>1</c:ID><a:Attachment>"
        b'<c:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="a.csv">YQ==</c:EmbeddedDocumentBinaryObject>'
        b"</a:Attachment></a:AdditionalDocumentReference>"
    )
    return invoice().replace(b"<a:AccountingSupplierParty>", enclosed + b"<a:AccountingSupplierParty>", 1)
