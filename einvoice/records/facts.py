"""What is compared: the same facts as the log, a row, an event and a report say them, in the same words."""

import json
from collections.abc import Mapping
from datetime import datetime

from einvoice.model.audit import AuditEntry, moment, sha256_hex
from einvoice.model.submission import Event, Submission
from einvoice.store.erasing import said_by_people

_SUMMARY = ("scenario", "pack", "policy_outcome")
_STATE = ("verdict", "handling", "hold", "authority", "human_decision")
_NOTHING = "–"

Facts = tuple[tuple[str, str], ...]  # hashable, so that they can be compared as lines of a text


def summary_of(body: bytes) -> dict[str, str]:
    """What a report, as stored, says of scenario, pack and policy outcome; nothing where it is of another form."""
    try:
        assessment = json.loads(body)["assessment"]
        policy = assessment["policy"] or {"outcome": None}
        found = (assessment["scenario"], assessment["pack"], policy["outcome"])
    except (ValueError, TypeError, KeyError):
        return {}
    return {name: str(value or "") for name, value in zip(_SUMMARY, found, strict=True)}


def state_of_entry(entry: AuditEntry) -> dict[str, str]:
    """Where a submission stands after an entry about it."""
    return {name: entry.details.get(name, "") for name in _STATE}


def state_of_row(row: Submission) -> dict[str, str]:
    """Where it stands by its row, in the same words."""
    values = (row.verdict, row.handling, row.hold, row.authority_id, row.human_decision)
    return {name: str(value or "") for name, value in zip(_STATE, values, strict=True)}


def state_of_event(event: Event) -> dict[str, str]:
    """Where it stood by an event, which does not say all."""
    values = (event.verdict, event.handling, event.hold, event.authority_id)
    return {name: str(value or "") for name, value in zip(_STATE, values, strict=False)}


def facts_of_event(event: Event) -> Facts:
    """All an event says."""
    facts = {
        "at": moment(event.at),
        "actor": event.actor,
        "event": str(event.kind),
        "reason": sha256_hex(event.reason) if event.reason else "",
        "verdict": str(event.verdict or ""),
        "handling": str(event.handling),
        "hold": str(event.hold),
        "authority": event.authority_id or "",
        "sequence": str(event.sequence or ""),
    }
    return tuple(facts.items())


def facts_of_entry(entry: AuditEntry, *, expired: bool = False) -> Facts:
    """The same, as the log has it. `expired`: of what was deleted, where the words of people are gone."""
    details = entry.details
    cleared = expired and said_by_people(entry.actor)
    facts = {
        "at": moment(entry.at),
        "actor": entry.actor,
        "event": entry.action,
        "reason": "" if cleared else entry.hashes.get("reason", ""),
        **{name: details.get(name, "") for name in ("verdict", "handling", "hold", "authority", "sequence")},
    }
    return tuple(facts.items())


def differences(stated: Mapping[str, str], expected: Mapping[str, str]) -> str:
    """`verdict: rejected ≠ accepted; …`, what is stored first, then what the log says."""
    return "; ".join(
        f"{name}: {stated[name] or _NOTHING} ≠ {expected[name] or _NOTHING}"
        for name in expected
        if stated[name] != expected[name]
    )


def shown(at: datetime) -> str:
    """A time as a verification tells it."""
    return f"{moment(at)[:19].replace('T', ' ')} UTC"
