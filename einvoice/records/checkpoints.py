"""Checkpoints: the head of the log, signed. What was signed once can't be changed, cut or written anew unseen."""

import logging
from dataclasses import replace

from einvoice.model.audit import Checkpoint
from einvoice.records.signing import Signer
from einvoice.store import Store
from einvoice.store.evidence import StoredEvidence

log = logging.getLogger(__name__)


def sign_head(store: Store, signer: Signer) -> Checkpoint | None:
    """Sign the head if it moved since it was signed last. None: it has not, or it can't be signed in good faith.

    Several hosts may do so at once. A log that does not contain what was signed before is not signed again: that would
    vouch for a forgery. It is logged as an error, and `einvoice audit verify` says more.
    """
    number, last_hash = store.audit.head()
    before = StoredEvidence.of(store).last_checkpoint()
    if number == 0 or (before is not None and (before.number, before.hash) == (number, last_hash)):
        return None
    known = [(number, last_hash)] if before is None else [(before.number, before.hash), (number, last_hash)]
    for signed, expected in known:
        if _hash_of(store, signed) != expected:
            log.error("the audit log is not as it was signed, at entry %s: run `einvoice audit verify`", signed)
            return None
    checkpoint = Checkpoint(number=number, hash=last_hash, at=store.clock(), key_id=signer.key_id)
    checkpoint = replace(checkpoint, signature=signer.sign(checkpoint.signed_content()))
    store.audit.add_checkpoint(checkpoint)
    return checkpoint


def _hash_of(store: Store, number: int) -> str | None:
    """The hash of an entry as it stands there; None where it is missing or was changed."""
    entry = next(iter(store.audit.entries(after=number - 1)), None)
    return entry.hash if entry is not None and entry.number == number and entry.is_intact else None
