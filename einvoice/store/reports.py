"""The report of a submission: the whole examination as JSON, and what lists and filters need of it as columns.

The JSON is sealed where the submission is; the columns and the rules that spoke stay readable.
"""

from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, insert, select, update

from einvoice.model.assessment import Assessment
from einvoice.model.audit import sha256_hex
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level
from einvoice.model.trouble import MALWARE
from einvoice.sealing import Key, seal, unseal
from einvoice.store.tables import examinations, rule_hits
from einvoice.store.vault import REPORT, Vault, is_sealed

_WORST_FIRST = (Level.ERROR, Level.WARNING, Level.INFORMATION)


@cache
def _as_json() -> TypeAdapter[Examination]:
    return TypeAdapter(Examination)


def write_examination(
    connection: Connection, submission_id: str, examination: Examination, *, replace: bool, data_key: Key | None
) -> str:
    """Keep the examination, sealed if there is a data key; with `replace`, instead of an earlier one (undecided then).

    Returns the SHA-256 of the body before it was sealed, which the audit chain vouches for.
    """
    if replace:
        connection.execute(delete(examinations).where(examinations.c.submission_id == submission_id))
        connection.execute(delete(rule_hits).where(rule_hits.c.submission_id == submission_id))
    body = _as_json().dump_json(examination)
    kept = body if data_key is None else seal(body, data_key, REPORT)
    connection.execute(insert(examinations), {"submission_id": submission_id, "body": kept})
    hits = [
        {"rule": rule, "submission_id": submission_id, "level": level}
        for rule, level in _worst_levels(_all_findings(examination.assessment)).items()
    ]
    if hits:
        connection.execute(insert(rule_hits), hits)
    return sha256_hex(body)


def seal_examination(connection: Connection, submission_id: str, data_key: Key) -> None:
    """Seal what was written before there was a data key; nothing to do where there is no report, or a sealed one."""
    mine = examinations.c.submission_id == submission_id
    body = connection.execute(select(examinations.c.body).where(mine)).scalar_one_or_none()
    if body is not None and not is_sealed(body):
        connection.execute(update(examinations).where(mine).values(body=seal(body, data_key, REPORT)))


def read_examination(connection: Connection, vault: Vault, submission_id: str) -> Examination | None:
    """The examination, or None while there is none. Raises Fault as `read_body` does."""
    body = read_body(connection, vault, submission_id)
    return None if body is None else _as_json().validate_json(body)


def read_body(connection: Connection, vault: Vault, submission_id: str) -> bytes | None:
    """The examination as JSON, as it was before it was sealed; None while there is none.

    Raises Fault where it is sealed: "sealed-damaged" (it was changed), and what `Vault.data_key` raises.
    """
    query = select(examinations.c.body).where(examinations.c.submission_id == submission_id)
    kept: bytes | None = connection.execute(query).scalar_one_or_none()
    if kept is None or not is_sealed(kept):
        return kept
    return unseal(kept, vault.data_key(connection, submission_id), REPORT)


def summary(examination: Examination) -> dict[str, Any]:
    """The columns of `submissions` that follow from an examination."""
    assessment, invoice = examination.assessment, examination.invoice
    fault = assessment.fault
    found = {"malware": fault.detail} if fault and fault.cause == MALWARE else {}
    return found | {
        "scenario": assessment.scenario,
        "pack": assessment.pack,
        "policy_outcome": assessment.policy.outcome if assessment.policy else None,
        "errors": assessment.count(Level.ERROR),
        "warnings": assessment.count(Level.WARNING),
        "refusal": asdict(assessment.refusal) if assessment.refusal else None,
        "fault_cause": fault.cause if fault else None,
        "invoice_number": invoice.number if invoice else None,
        "seller_name": invoice.seller_name if invoice else None,
        "seller_id": invoice.seller_id if invoice else None,
        "issue_year": invoice.issue_year if invoice else None,
    }


def _all_findings(assessment: Assessment) -> tuple[Finding, ...]:
    return assessment.findings + (assessment.policy.findings if assessment.policy else ())


def _worst_levels(findings: tuple[Finding, ...]) -> dict[str, Level]:
    worst: dict[str, Level] = {}
    for finding in findings:
        known = worst.get(finding.rule, Level.INFORMATION)
        worst[finding.rule] = min(known, finding.level, key=_WORST_FIRST.index)
    return worst
