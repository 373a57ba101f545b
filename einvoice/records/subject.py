"""A data-subject export: everything kept about one supplier or one seller, in one ZIP file that needs no service.

`index.json` says what is in it and what is not; a folder a submission holds `submission.json`, `events.json`, the
report as `report.json` and `report.html`, and the original as it came; where there are any, `envelope.json` and
`answers.json`. Names in it are ids of ours: no foreign file
name is trusted. One submission after the other is read, so that many need no more memory than one.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from pydantic import TypeAdapter

from einvoice.errors import Fault
from einvoice.extraction.sniff import Kind, sniff
from einvoice.intake.mail import letters_from
from einvoice.model.audit import moment
from einvoice.model.letter import Letter
from einvoice.model.submission import Hold, Submission
from einvoice.model.trouble import MALWARE
from einvoice.reports import html_report, json_report
from einvoice.store import Store
from einvoice.store.ids import new_id
from einvoice.store.journal import Note, note
from einvoice.store.subjects import Subjects, Supplier

FORMAT = "einvoice-subject/1"
EXPORTED = "subject-exported"  # the action in the audit log
_ENDINGS = {Kind.XML: "xml", Kind.PDF: "pdf"}
_ABOUT_STORAGE = frozenset({"blob", "priority", "crashes", "attempts"})  # of a row, and about nobody
_README = """\
Diese Datei enthält alles, was der Rechnungseingang über Sie oder Ihr Unternehmen gespeichert hat (Art. 15 DSGVO).
index.json nennt Umfang und Lücken. Je Einreichung gibt es einen Ordner: submission.json (Angaben zur Einreichung),
events.json (was wann geschah), report.html und report.json (der Prüfbericht), original (die Datei, wie sie kam);
kam sie in einem Umschlag (Peppol), auch envelope.json (dessen Absender, Empfänger und Kennungen) und answers.json (was
darauf geantwortet wurde). letters: was zu E-Mails von Adressen Ihrer Konten vermerkt ist.

This file holds everything the invoice intake has stored about you or your company (Art. 15 GDPR).
index.json names extent and gaps. There is a folder for each submission: submission.json (facts about the submission),
events.json (what happened when), report.html and report.json (the report), original (the file as it came);
where it came in an envelope (Peppol), also envelope.json (its sender, receiver and ids) and answers.json (what was
answered). letters: what is noted about e-mails from addresses of your accounts.
"""


@dataclass(slots=True)
class Exported:
    """What came of it."""

    id: str
    submissions: int = 0
    left_out: list[dict[str, str]] = field(default_factory=list)  # submission, part, why


def export_supplier(
    store: Store, supplier: Supplier, path: Path, *, actor: str, inbox: Path | None = None
) -> Exported:  # fmt: skip
    """All that a supplier handed in, with its accounts and tokens, and the letters from their addresses in the `inbox`.

    Raises Fault and OSError, then there is no file.
    """
    known = {"supplier": supplier.name, "accounts": _told(supplier.accounts), "tokens": _told(supplier.tokens)}
    found = Subjects(store).handed_in_by(supplier)
    letters = letters_from(inbox, [one.login for one in supplier.accounts]) if inbox is not None else ()
    whose = {"kind": "supplier", "supplier": supplier.id}
    return _export(store, found, known, path, actor=actor, whose=whose, letters=letters)


def export_seller(store: Store, seller_id: str, path: Path, *, actor: str) -> Exported:
    """All invoices of a seller, whoever handed them in. Raises as `export_supplier`."""
    found = Subjects(store).issued_by(seller_id)
    return _export(store, found, {"seller_id": seller_id}, path, actor=actor, whose={"kind": "seller"})


def _export(
    store: Store, found: Iterable[Submission], known: dict[str, Any], path: Path, *, actor: str, whose: dict[str, str],
    letters: Iterable[tuple[str, bytes]] = (),
) -> Exported:  # fmt: skip
    """Write it under another name, enter it into the audit log, and only then let it be had."""
    exported, at = Exported(new_id()), store.clock()
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # for us alone
    try:
        with os.fdopen(descriptor, "wb") as file:
            with ZipFile(file, "w", ZIP_DEFLATED) as archive:
                archive.writestr("README.txt", _README)
                for submission in found:
                    exported.submissions += 1
                    for name, data in _parts(store, submission, exported):
                        archive.writestr(f"submissions/{submission.id}/{name}", data)
                for name, data in letters:
                    archive.writestr(f"letters/{name}", data)
                archive.writestr("index.json", _json(_index(exported, known, at)))
            file.flush()
            os.fsync(file.fileno())
        with open(temporary, "rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        _note(store, exported, actor, whose, digest)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return exported


def _parts(store: Store, submission: Submission, exported: Exported) -> Iterator[tuple[str, bytes]]:
    facts = {name: value for name, value in asdict(submission).items() if name not in _ABOUT_STORAGE}
    yield "submission.json", _json(facts)
    yield "events.json", _json([asdict(event) for event in store.events.of_submission(submission.id)])
    letter, answers = store.envelopes.of(submission.id), store.answers.of(submission.id)
    if letter is not None:
        yield "envelope.json", _json(TypeAdapter(Letter).dump_python(letter, mode="json"))
    if answers:
        yield "answers.json", _json([asdict(answer) for answer in answers])
    try:
        examination = store.submissions.examination(submission.id)
    except Fault as fault:
        _leave_out(exported, submission, "report", fault)
        examination = None
    if examination is not None:
        yield "report.json", json_report(examination, "de", kept=True)
        yield "report.html", html_report(examination, "de", kept=True).encode()
    if _is_quarantined(submission):
        exported.left_out.append({"submission": submission.id, "part": "original", "why": "quarantine"})
        return
    try:
        data = store.originals.read(submission)
    except Fault as fault:
        _leave_out(exported, submission, "original", fault)
        return
    yield f"original.{_ENDINGS.get(sniff(data), 'bin')}", data


def _is_quarantined(submission: Submission) -> bool:
    """What a virus was found in leaves the house for nobody."""
    found = submission.malware is not None and submission.fault_cause == MALWARE
    return found or submission.hold is Hold.QUARANTINE


def _leave_out(exported: Exported, submission: Submission, part: str, fault: Fault) -> None:
    """What can't be read for good is told in the file; where the storage is away there is none."""
    if fault.notice.elsewhere:
        raise fault
    exported.left_out.append({"submission": submission.id, "part": part, "why": fault.notice.cause})


def _index(exported: Exported, known: dict[str, Any], at: datetime) -> dict[str, Any]:
    head = {"format": FORMAT, "id": exported.id, "made_at": moment(at)}
    return {**head, **known, "submissions": exported.submissions, "left_out": exported.left_out}


def _note(store: Store, exported: Exported, actor: str, whose: dict[str, str], digest: str) -> None:
    """Who has exported, how much, and which file; a seller's number is personal, and stays out of the log."""
    entry = Note(
        at=store.clock(),
        actor=actor,
        action=EXPORTED,
        object=f"export:{exported.id}",
        details={**whose, "submissions": str(exported.submissions)},
        hashes={"file": digest},
    )
    with store.database.write() as connection:
        note(connection, entry)


def _told(known: Iterable[Any]) -> list[dict[str, Any]]:
    return [{**asdict(one), "role": str(one.role)} for one in known]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_as_text).encode()


def _as_text(value: object) -> str:
    return moment(value) if isinstance(value, datetime) else str(value)
