"""Signed receipts: what came in, when, and what was decided about it, for whoever handed it in to keep.

A receipt is a JSON object. `signature` is Ed25519 over the canonical JSON (see `einvoice.model.audit`) of everything
else in it. It says nothing about a person, and no file name; the original is known by its SHA-256. What it says comes
from the audit log and names the entries, so that log and receipt vouch for each other.
"""

from collections.abc import Sequence
from typing import Any

from einvoice.errors import Fault
from einvoice.model.audit import AuditEntry, canonical, moment, sha256_hex
from einvoice.model.submission import EventKind, Submission
from einvoice.records.facts import state_of_entry, state_of_row, summary_of
from einvoice.records.signing import Signer
from einvoice.store import Store
from einvoice.store.evidence import StoredEvidence

FORMAT = "einvoice-receipt/1"

_DECIDED = frozenset({"accepted", "rejected"})


def receipt_json(store: Store, signer: Signer, submission_id: str) -> bytes:
    """The receipt of a submission as it stands; while it stands so, always the same bytes.

    Raises NotFound, and Fault("receipt") where row and log contradict each other: nothing is signed then.
    """
    entries = store.audit.of(f"submission:{submission_id}")
    submission = store.submissions.get(submission_id)  # second: it is never older than the entries
    if entries and state_of_entry(entries[-1]) != state_of_row(submission):  # it moved meanwhile, or was tampered with
        entries = store.audit.of(f"submission:{submission_id}")
        submission = store.submissions.get(submission_id)
    _must_agree(submission, entries)
    report = StoredEvidence.of(store).report(submission_id)
    if report is not None:
        _must_repeat(submission, report)
    return sign_receipt(_content(submission, entries, signer), signer)


def sign_receipt(content: dict[str, Any], signer: Signer) -> bytes:
    """The content with its signature, in canonical JSON."""
    return canonical(content | {"signature": signer.sign(canonical(content))})


def _content(submission: Submission, entries: Sequence[AuditEntry], signer: Signer) -> dict[str, Any]:
    received, decided = _reception(entries), _decision(submission, entries)
    at = decided.at if decided is not None else submission.decided_at
    return {
        "format": FORMAT,
        "issuer": signer.issuer,
        "key_id": signer.key_id,
        "submission": submission.id,
        "received_at": moment(submission.received_at),
        "door": str(submission.door),
        "original": {"sha256": submission.sha256, "size": submission.size},
        "verdict": _text(submission.verdict),
        "policy_outcome": _text(submission.policy_outcome),
        "human_decision": _text(submission.human_decision),
        "handling": str(submission.handling),
        "decided_at": moment(at) if at is not None and submission.verdict in _DECIDED else None,
        "scenario": submission.scenario,
        "pack": submission.pack,
        "report_sha256": submission.report_sha256,
        "entries": {"received": _named(received), "decided": _named(decided)},
    }


def _reception(entries: Sequence[AuditEntry]) -> AuditEntry | None:
    """None for what came before there was a log."""
    return entries[0] if entries and entries[0].action == EventKind.RECEIVED else None


def _decision(submission: Submission, entries: Sequence[AuditEntry]) -> AuditEntry | None:
    """The entry that gave the submission the verdict it has; None while it has none that counts."""
    found: AuditEntry | None = None
    if submission.verdict in _DECIDED:
        for before, entry in zip((None, *entries), entries, strict=False):
            verdict = entry.details.get("verdict")
            if before is not None and verdict == submission.verdict and verdict != before.details.get("verdict"):
                found = entry
    return found


def _must_agree(submission: Submission, entries: Sequence[AuditEntry]) -> None:
    """What the row says must be what the log says; a signature vouches for both."""
    received = _reception(entries)
    agree = (
        all(entry.is_intact for entry in entries)
        and (not entries or state_of_entry(entries[-1]) == state_of_row(submission))
        and (received is None or received.hashes.get("original") == submission.sha256)
        and (received is None or received.at == submission.received_at)
        and _last_report(entries) in (None, submission.report_sha256)
    )
    if not agree:
        raise _contradiction(submission)


def _must_repeat(submission: Submission, report: bytes) -> None:
    """And what the row repeats of the report must be what the report says."""
    said = summary_of(report)
    hashed = submission.report_sha256 in (None, sha256_hex(report))  # None: from before reports were hashed
    if not hashed or any((getattr(submission, name) or "") != value for name, value in said.items()):
        raise _contradiction(submission)


def _contradiction(submission: Submission) -> Fault:
    detail = f"submission {submission.id} is not what the audit log says; see `einvoice audit verify`"
    return Fault("receipt", detail, deterministic=True)


def _last_report(entries: Sequence[AuditEntry]) -> str | None:
    return next((entry.hashes["report"] for entry in reversed(entries) if "report" in entry.hashes), None)


def _named(entry: AuditEntry | None) -> dict[str, Any] | None:
    return None if entry is None else {"number": entry.number, "hash": entry.hash}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
