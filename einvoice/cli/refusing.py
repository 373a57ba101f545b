"""What a request hears that never reaches a route: a problem document (RFC 9457) with the headers of every answer."""

import resource
from enum import Enum
from functools import cache
from http import HTTPStatus

from einvoice.api.problems import MEDIA_TYPE, ProblemDocument
from einvoice.faces.guard import HEADERS
from einvoice.faces.trouble import RETRY_SECONDS, Trouble

_APART = 256  # open files that are no connections: database, log, rule packs
_LEAST, _MOST = 16, 10_000  # connections


class Refused(Enum):
    """Why, by code of the text and status."""

    BAD = "bad-request", HTTPStatus.BAD_REQUEST
    SLOW = "too-slow", HTTPStatus.REQUEST_TIMEOUT
    IDLE = "", HTTPStatus.REQUEST_TIMEOUT  # never began: there is nothing to answer
    HEAD = "head-too-large", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    ENCODING = "bad-request", HTTPStatus.NOT_IMPLEMENTED
    VERSION = "bad-request", HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
    CROWD = "too-many-connections", HTTPStatus.SERVICE_UNAVAILABLE

    @property
    def speaks(self) -> bool:
        """Whether there is an answer."""
        return bool(self.value[0])

    @property
    def lingers(self) -> bool:
        """Whether its sender may finish sending first."""
        return self is not Refused.CROWD


@cache
def answer(why: Refused) -> bytes:
    """The whole answer, as it goes over the wire."""
    code, status = why.value
    trouble = Trouble(code=code)
    body = ProblemDocument(
        type=f"urn:einvoice:problem:{code}",
        title=trouble.title("de"),
        status=status,
        detail=trouble.detail("de"),
        code=code,
        remedy=trouble.remedy("de"),
    )
    content = body.model_dump_json(exclude_none=True).encode()
    headers = HEADERS | {
        "Content-Type": MEDIA_TYPE,
        "Content-Language": "de",
        "Content-Length": str(len(content)),
        "Connection": "close",
    }
    if why is Refused.CROWD:
        headers["Retry-After"] = RETRY_SECONDS
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{head}\r\n".encode() + content


def room_for_connections() -> int:
    """How many connections this process can have, with all the open files the system lets it; an upload takes two."""
    wanted = 2 * _MOST + _APART
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = (wanted if limit == resource.RLIM_INFINITY else limit for limit in limits)
    files = max(soft, min(wanted, hard))
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, limits[1]))
    return min(_MOST, max(_LEAST, (files - _APART) // 2))
