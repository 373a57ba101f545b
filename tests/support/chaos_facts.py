"""Short questions to a service under test: what did it answer, what has it kept, what happened to a submission?"""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx2 as httpx

from einvoice.model.submission import EventKind
from tests.support.chaos_post import KINDS
from tests.support.service import SAMPLES, Service

_UBL = next(SAMPLES.glob("01-*")).read_bytes()
SUBMISSIONS = "/api/v1/submissions"


def invoice(number: int, *, size: int = 0) -> bytes:
    """A right invoice for the city of Musterstadt, of at least so many bytes."""
    data = KINDS["invoice"].change(_UBL, number)
    return data + b"\n<!--" + b" " * (size - len(data)) + b"-->" if size else data


def refused_for_now(answer: httpx.Response) -> bool:
    """A clear answer that it is our trouble, and when to come again; raises if it is anything else."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0
    told = answer.json()
    assert all(told[name] for name in ("code", "title", "detail", "remedy"))
    return True


def ids(client: httpx.Client) -> list[str]:
    """All submissions there are."""
    return [one["id"] for one in client.get(SUBMISSIONS, params={"limit": 200}).raise_for_status().json()["items"]]


def settled(client: httpx.Client, submission_id: str) -> dict[str, Any] | None:
    """A submission, once nothing more happens to it."""
    try:
        answer = client.get(f"{SUBMISSIONS}/{submission_id}")
    except httpx.TransportError:
        return None
    if not answer.is_success:
        return None
    told: dict[str, Any] = answer.json()
    return told if told["settled"] else None


def history(service: Service, submission_id: str) -> list[EventKind]:
    """All that happened to it, in order."""
    with service.store() as store:
        return [event.kind for event in store.events.of_submission(submission_id)]


def decided_once(service: Service, client: httpx.Client, submission_id: str) -> bool:
    """Accepted, available, by one decision; raises if it is anything else."""
    found = client.get(f"{SUBMISSIONS}/{submission_id}").json()
    kinds = history(service, submission_id)
    counted = Counter(kinds)
    assert (found["verdict"], found["status"]) == ("accepted", "available"), (found, kinds)
    assert (counted[EventKind.DECIDED], counted[EventKind.AVAILABLE], counted[EventKind.HELD]) == (1, 1, 0), kinds
    return True


def stored(folder: Path) -> list[Path]:
    """All files below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def spooled(service: Service) -> list[Path]:
    """What is coming in, or was left behind."""
    return stored(service.folder / "data" / "spool")


def kept(service: Service) -> list[Path]:
    """Stored originals, and whatever else lies there."""
    return stored(service.folder / "data" / "blobs")
