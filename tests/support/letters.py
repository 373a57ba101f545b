"""Envelopes for tests, and submissions that came in one."""

import hashlib
from typing import Any

from einvoice.model.answer import AnswerKind
from einvoice.model.envelope import Envelope, Irregularity, Participant
from einvoice.model.letter import Letter
from einvoice.model.submission import Door, Receipt

PARTICIPANTS = "iso6523-actorid-upis"
SELLER, BUYER = "0088:4000001000005", "0204:04011000-12345-03"


def letter(
    payload: bytes = b"<Invoice/>",
    *,
    instance_id: str = "6f1d2b1e-0000-4000-8000-000000000001",
    scope: str = "peppol",
    folder: str | None = "ap1",
    owed: AnswerKind | None = AnswerKind.MLS,
) -> Letter:
    envelope = Envelope(
        sender=Participant(value=SELLER, authority=PARTICIPANTS),
        receiver=Participant(value=BUYER, authority=PARTICIPANTS),
        instance_id=instance_id,
        standard="urn:example:Invoice",
        type_version="2.1",
        type="Invoice",
        created_at="2026-03-01T12:00:00Z",
        country="DE",
        payload_sha256=hashlib.sha256(payload).hexdigest(),
        payload_size=len(payload),
        irregularities=(Irregularity(code="invalid-type", details={"is": "Invoice", "expected": "Order"}),),
    )
    return Letter(scope=scope, envelope=envelope, folder=folder, owed=owed)


def receive(
    bench: Any,
    payload: bytes = b"<Invoice/>",
    *,
    wrapping: bytes = b"1",
    key: str | None = None,
    sender: str = "folder:ap1",
    **header: Any,
) -> Receipt:
    """Hand in a payload in an envelope; `wrapping` is what else stands in it, and may differ from time to time."""
    receipt: Receipt = bench.store.receiving.receive(
        bench.spool.write([b"<SBD>", wrapping, payload, b"</SBD>"]),
        door=Door.FOLDER,
        sender=sender,
        actor=sender,
        name="sbd.xml",
        idempotency_key=key,
        letter=letter(payload, **header),
    )
    return receipt
