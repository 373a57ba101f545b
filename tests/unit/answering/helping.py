"""Submissions in envelopes, decided; and folders they came through."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from einvoice.intake import Folder, read_folders
from einvoice.model.answer import AnswerKind
from einvoice.model.assessment import Verdict
from einvoice.model.decision import Decision
from einvoice.model.letter import Letter
from einvoice.model.submission import Door, Submission
from tests.support.letters import letter
from tests.unit.responses.making import invoice

MLS, MLR, RESPONSE = AnswerKind.MLS, AnswerKind.MLR, AnswerKind.INVOICE_RESPONSE


def folder(bench: Any, kind: AnswerKind = MLS, **keys: Any) -> Folder:
    """A folder `ap1` that answers by this kind."""
    keys = {"layout": "oxalis", "answer": kind.value} | ({"spid": "000123"} if kind is MLS else {}) | keys
    lines = [f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in keys.items()]
    inbox: Path = bench.settings.inbox_dir
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "folders.toml").write_text("\n".join(("[folders.ap1]", *lines)))
    return next(one for one in read_folders(inbox) if one.name == "ap1")


def came(kind: AnswerKind = MLS, *, number: int = 1, **header: Any) -> Letter:
    """A letter that can be answered."""
    one = letter(instance_id=f"id-{number}", owed=kind)
    return replace(one, envelope=replace(one.envelope, **({"mls_to": "0242:654321"} | header)))


def received(bench: Any, kind: AnswerKind = MLS, *, number: int = 1, **header: Any) -> Submission:
    """Handed in by the folder, nothing more."""
    found: Submission = bench.store.receiving.receive(
        bench.spool.write([str(number).encode()]), door=Door.FOLDER, sender="folder:ap1", actor="folder:ap1",
        name="sbd.xml", letter=came(kind, number=number, **header),
    ).submission  # fmt: skip
    return found


def decided(
    bench: Any, verdict: Verdict = Verdict.REJECTED, kind: AnswerKind = MLS, *, number: int = 1, known: bool = False,
    **header: Any,
) -> Submission:  # fmt: skip
    """Handed in and decided; accepted, it is for nobody unless its authority is `known`."""
    claim = bench.store.claims.claim(received(bench, kind, number=number, **header).id)
    findings = (bench.finding("BR-DE-15"),) if verdict is Verdict.REJECTED else ()
    authority = bench.authority() if known else None
    made: Decision = bench.decision(claim.submission, verdict, authority, findings)
    made = replace(made, examination=replace(made.examination, invoice=invoice()))
    found: Submission = bench.store.claims.decide(claim, made)
    return found


def given(bench: Any, submission: Submission) -> list[tuple[str, str]]:
    """Kinds and codes of its answers."""
    return [(one.kind.value, one.code) for one in bench.store.answers.of(submission.id)]


def waived(bench: Any, submission: Submission) -> list[str]:
    """Why nothing was sent."""
    told = bench.store.audit.of(f"envelope:{submission.id}")
    return [entry.details["reason"] for entry in told if entry.action == "answer-waived"]
