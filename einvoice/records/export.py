"""The log in one file, to be verified by others: JSON lines, gzipped where the name ends in .gz.

Line by line, each an object with a `type`:
`header` (format, issuer, made_at, public_keys in PEM, head: where the log stood at the beginning),
`submission` (id; entry: the last one about it; original, report: SHA-256; verdict, handling, hold, authority, …),
`checkpoint` (number, hash, at, key_id, signature), `entry` (an `AuditEntry`), and at last
`end` (submissions, checkpoints, entries: how many there are; head: where the log stood at the end).
The hash of an entry and the signature of a checkpoint are made as `einvoice.model.audit` says.
"""

import gzip
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from einvoice.model.audit import AuditEntry, moment
from einvoice.records.facts import state_of_row
from einvoice.records.signing import PublicKeys
from einvoice.records.verify import AuditLog, Evidence, Progress, unseen
from einvoice.store.evidence import Dossier

FORMAT = "einvoice-audit/1"
_TOLD_EVERY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """Who exports, and when."""

    issuer: str
    keys: PublicKeys
    at: datetime


def export_lines(
    log: AuditLog, evidence: Evidence, exporter: Exporter, progress: Progress = unseen
) -> Iterator[dict[str, Any]]:
    """The lines. The service may go on meanwhile: submissions come first, then the log that knows of all of them."""
    yield {
        "type": "header",
        "format": FORMAT,
        "issuer": exporter.issuer,
        "made_at": moment(exporter.at),
        "public_keys": list(exporter.keys.pems()),
        "head": _head(log.head()),
    }
    counts = {"submissions": 0, "checkpoints": 0, "entries": 0}
    for dossier in evidence.dossiers():
        if dossier.row is not None:
            counts["submissions"] += 1
            yield _submission(dossier)
            _tell(progress, "submissions", counts["submissions"])
    for checkpoint in log.checkpoints():
        counts["checkpoints"] += 1
        yield {"type": "checkpoint", **asdict(checkpoint), "at": moment(checkpoint.at)}
    head = log.head()
    for entry in log.entries():
        if entry.number > head[0]:
            break
        counts["entries"] += 1
        yield {"type": "entry", **entry_data(entry)}
        _tell(progress, "entries", counts["entries"])
    yield {"type": "end", **counts, "head": _head(head)}


def write_export(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Write them all, or leave what was there: under another name first, then renamed. Raises OSError."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with ExitStack() as stack:
            file = stack.enter_context(os.fdopen(descriptor, "wb"))
            out: BufferedIOBase = file
            if path.suffix == ".gz":  # without name and time, so that the same lines give the same bytes
                out = stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0))
            for line in lines:
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            if out is not file:
                out.close()
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _head(head: tuple[int, str]) -> dict[str, Any]:
    return {"number": head[0], "hash": head[1]}


def _submission(dossier: Dossier) -> dict[str, Any]:
    row = dossier.row
    assert row is not None
    return {
        "type": "submission",
        "id": dossier.id,
        "entry": dossier.entries[-1].number if dossier.entries else None,
        "original": row.sha256,
        "report": row.report_sha256 or "",
        **state_of_row(row),
    }


def entry_data(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it is written."""
    return {
        "number": entry.number,
        "at": moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "details": dict(entry.details),
        "hashes": dict(entry.hashes),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _tell(progress: Progress, stage: str, done: int) -> None:
    if done % _TOLD_EVERY == 0:
        progress(stage, done, None)
