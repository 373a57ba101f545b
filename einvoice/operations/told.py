"""The picture as one object for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from einvoice.explain import Lang
from einvoice.model.submission import Door, Priority
from einvoice.operations.attention import Concern
from einvoice.operations.situation import Situation
from einvoice.settings import Settings


def situation_data(
    found: Situation, todo: Sequence[Concern], settings: Settings, lang: Lang, *, version: str, packs: Sequence[str]
) -> dict[str, Any]:
    """Ages in seconds, times in ISO 8601 (UTC). `packs` are the rules in force, `version` that of this program."""
    audit = found.census.audit
    return {
        "at": found.at.isoformat(),
        "well": not todo,
        "attention": [{"code": one.code, "details": dict(one.details), "text": one.text(lang)} for one in todo],
        "waiting": {"total": found.backlog, "limit": settings.max_backlog} | _waiting(found),
        "held": [
            {"hold": held.hold, "cause": held.cause, "count": held.count, "oldest_seconds": _age(found, held.oldest)}
            for held in found.held
        ],
        "doors": [{"door": door, "paused": _pause(found, door)} for door in Door],
        "workers": [_worker(found, asdict(seen)) for seen in found.workers],
        "leases_out": found.census.leased,
        "unfetched": [
            {"authority": one.authority_id, "name": one.authority_name, "oldest_seconds": _age(found, one.oldest)}
            for one in found.census.unfetched
        ],
        "audit": {
            "entries": audit.last,
            "signed_entry": audit.signed,
            "checkpoint_seconds": _age(found, audit.signed_at),
            "unsigned_seconds": _age(found, audit.unsigned_since),
        },
        "disk": asdict(found.disk),
        "versions": {"program": version, "tables": found.census.revision, "rules": list(packs)},
    }


def _age(found: Situation, since: datetime | None) -> float | None:
    return None if since is None else max((found.at - since).total_seconds(), 0.0)


def _waiting(found: Situation) -> dict[str, Any]:
    by_priority: dict[str, Any] = {key.name.lower(): {"count": 0, "oldest_seconds": None} for key in Priority}
    for one in found.census.waiting:
        told = {"count": one.count, "oldest_seconds": _age(found, one.oldest)}
        by_priority[one.priority.name.lower()] = told
    return by_priority


def _pause(found: Situation, door: Door) -> dict[str, Any] | None:
    pause = found.paused.get(door)
    return None if pause is None else {"seconds": _age(found, pause.at), "by": pause.actor, "reason": pause.reason}


def _worker(found: Situation, seen: dict[str, Any]) -> dict[str, Any]:
    ages = {"up_seconds": _age(found, seen.pop("started_at")), "seen_seconds": _age(found, seen.pop("seen_at"))}
    return seen | ages
