"""What workers tell of drop folders, told by hand."""

from datetime import datetime
from typing import Any

from einvoice.intake.pickup import FailedFile, FailedSight, Health, StuckFile, Trouble
from einvoice.store import Store

LOST = Trouble(code="gone", path="/srv/oxalis/inbound", detail="")


def stuck(path: str, since: datetime, why: str = "no-receipt") -> StuckFile:
    return StuckFile(path=path, since=since, why=why)


def failed(path: str, at: datetime, submission: str | None = None, **why: str) -> FailedFile:
    return FailedFile(id=f"id-of-{path}", path=path, at=at, submission=submission, why=why)


def tell(
    store: Store,
    name: str = "koeln",
    *,
    host: str = "eins",
    process: str = "eins.boot.space.7.1.aaaaaaaa",
    trouble: Trouble | None = None,
    last: Trouble | None = None,
    files: tuple[FailedFile, ...] = (),
    not_taken: int = 0,
    looked_at: datetime | None = None,
    began: datetime | None = None,
    seen: bool = True,
    **health: Any,
) -> None:
    """As a worker does every few seconds."""
    now = looked_at or store.clock()
    found = Health(
        folder=name, layout="oxalis", path="/srv/oxalis/inbound", process=process, looked_at=now,
        trouble=trouble, since=now if trouble else None, **health,
    )  # fmt: skip
    said = {
        "layout": "oxalis",
        "path": "/srv/oxalis/inbound",
        "home": "/srv/oxalis",
        "answer": "none",
        "began": (began or now).isoformat(),
        "health": found.as_json() if seen else None,
        "failed": FailedSight(count=len(files), not_taken=not_taken, newest=files).as_json(),
        "last": {"trouble": {"code": last.code, "path": last.path, "detail": ""}, "at": now.isoformat()}
        if last
        else None,
    }
    store.folders.tell(process, host, {name: said})
