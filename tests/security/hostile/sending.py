"""How an input is sent, and what became of it in one word."""

from typing import Any
from urllib.parse import quote

import httpx2 as httpx

from tests.security.hostile.base import HELD, Hostile

ONCE = {"MAX_ATTEMPTS": "1", "MAX_CRASHES": "1"}  # one try, then held
SHORT = {**ONCE, "DOCUMENT_SECONDS": "2"}  # for what would take as long as it is let


def sent(client: httpx.Client, hostile: Hostile, data: bytes) -> httpx.Response:
    """The answer to a submission, waited for."""
    name = quote(hostile.file.encode("utf-8", "replace"), safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return client.post("/api/v1/submissions?wait=30", content=data, headers=headers)


def outcome_of(told: dict[str, Any]) -> str:
    """`accepted`, `rejected`, `held`, or the code of the refusal."""
    if told["refusal_code"]:
        return str(told["refusal_code"])
    return HELD if told["verdict"] == "undecided" and told["hold"] else str(told["verdict"])
