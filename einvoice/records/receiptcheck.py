"""Checks a receipt that somebody shows, as JSON or as PDF with the JSON inside, by public keys alone.

It may come from anybody: the PDF is opened by a child that has little to lose, and nothing is believed that is not
covered by the signature. Of a PDF the page itself says nothing.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from einvoice.explain import Lang
from einvoice.model.audit import canonical, sha256_hex
from einvoice.records.attachment import Unopened, attached_receipt
from einvoice.records.receipts import FORMAT
from einvoice.records.signing import PublicKeys, Signature
from einvoice.records.words import words
from einvoice.reports.receipt import receipt_facts, receipt_headline

_LONGEST = 100_000  # bytes of a receipt in JSON
_HEAD = 1024  # bytes in which a PDF has to begin


class NoReceipt(StrEnum):
    """Why there is nothing to check."""

    UNREADABLE = "unreadable"  # neither JSON nor PDF, or garbled
    OTHER_FORMAT = "other-format"  # JSON, but no receipt of ours
    NOT_IN_PDF = "not-in-pdf"
    SEVERAL_IN_PDF = "several-in-pdf"
    PDF_BROKEN = "pdf-broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCheck:
    """What a receipt is worth, and what it says."""

    signature: Signature | None = None  # None: there is no receipt to check
    trouble: NoReceipt | None = None  # why not
    receipt: Mapping[str, Any] | None = None
    from_pdf: bool = False
    original: bool | None = None  # whether the file held beside it is the one; None: none was

    @property
    def good(self) -> bool:
        """The signature is good, and the original, if there is one, is the one."""
        return self.signature is Signature.GOOD and self.original is not False

    def sentences(self, lang: Lang) -> tuple[str, ...]:
        """What it is worth, in words."""
        spoken = words(lang)
        if self.receipt is None:
            return (spoken[f"receipt-{self.trouble}"],)
        values = {"key": str(self.receipt["key_id"]), "issuer": str(self.receipt["issuer"])}
        found = [spoken[f"receipt-{self.signature}"].format_map(values)]
        if self.original is True and self.signature is Signature.GOOD:  # a forged one may name any file
            found.append(spoken["receipt-original"])
        if self.original is False and self.signature is not Signature.BAD:
            found.append(spoken["receipt-other-original"])
        if self.from_pdf and self.signature is Signature.GOOD:
            found.append(spoken["receipt-page"])
        return tuple(found)

    def beside(self, sha256: str) -> Self:
        """The same, with a file of that hash held beside it."""
        return self if self.receipt is None else replace(self, original=sha256 == self.receipt["original"]["sha256"])

    def headline(self, lang: Lang) -> str:
        """What the receipt says, in a few words; "" where nothing of it may be believed."""
        return receipt_headline(self.receipt, lang) if self._is_told and self.receipt else ""

    def facts(self, lang: Lang) -> tuple[tuple[str, str], ...]:
        """What it says, as label and value; nothing where it was tampered with."""
        return receipt_facts(self.receipt, lang) if self._is_told and self.receipt else ()

    def data(self, lang: Lang) -> dict[str, Any]:
        """All of it, for programs; `receipt` is what it says, be it true or not."""
        return {
            "good": self.good,
            "signature": _text(self.signature),
            "trouble": _text(self.trouble),
            "original_matches": self.original,
            "text": list(self.sentences(lang)),
            "receipt": self.receipt,
        }

    @property
    def _is_told(self) -> bool:
        return self.signature in (Signature.GOOD, Signature.UNKNOWN_KEY)


def verify_receipt(data: bytes, keys: PublicKeys, original: bytes | None = None) -> ReceiptCheck:
    """Check a receipt. Raises Fault only when a PDF can't be looked at for reasons of ours."""
    from_pdf = b"%PDF-" in data[:_HEAD]
    try:
        receipt = _parsed(attached_receipt(data) if from_pdf else data)
    except Unopened as trouble:
        return ReceiptCheck(trouble=NoReceipt(trouble.reason), from_pdf=from_pdf)
    except _Unfit as trouble:
        return ReceiptCheck(trouble=trouble.why, from_pdf=from_pdf)
    content = {name: value for name, value in receipt.items() if name != "signature"}
    signature = keys.check(receipt["key_id"], canonical(content), receipt["signature"])
    found = ReceiptCheck(signature=signature, receipt=receipt, from_pdf=from_pdf)
    return found if original is None else found.beside(sha256_hex(original))


class _Unfit(Exception):
    def __init__(self, why: NoReceipt) -> None:
        super().__init__(why)
        self.why = why


def _parsed(data: bytes) -> dict[str, Any]:
    """A receipt in shape; whether it is true is another matter."""
    if len(data) > _LONGEST:
        raise _Unfit(NoReceipt.UNREADABLE)
    try:
        found = json.loads(data, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise _Unfit(NoReceipt.UNREADABLE) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT or not _fits(found, _SHAPE):
        raise _Unfit(NoReceipt.OTHER_FORMAT)
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """What is said twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def _fits(found: object, shape: Mapping[str, Any]) -> bool:
    return (
        isinstance(found, dict)
        and found.keys() == shape.keys()
        and all(
            _fits(found[name], fit) if isinstance(fit, Mapping) else fit(found[name]) for name, fit in shape.items()
        )
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15


def _is_time(value: object) -> bool:
    """With its zone, and not so near the ends of the calendar that another zone would have no date for it."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return found is not None and found.tzinfo is not None and 1900 < found.year < 9000


def _is_entry(value: object) -> bool:
    return _fits(value, {"number": _is_number, "hash": _is_text})


def _one_of(*texts: str | None) -> Callable[[object], bool]:
    return lambda value: value in texts if value is None or isinstance(value, str) else False


def _or_none(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or fits(value)


_SHAPE: Mapping[str, Any] = {
    "format": _is_text,
    "issuer": _is_text,
    "key_id": _is_text,
    "submission": _is_text,
    "received_at": _is_time,
    "door": _is_text,
    "original": {"sha256": _is_text, "size": _is_number},
    "verdict": _one_of("accepted", "rejected", "undecided", None),
    "policy_outcome": _one_of("accepted", "rejected", None),
    "human_decision": _one_of("sent-on", "sent-back", None),
    "handling": _is_text,
    "decided_at": _or_none(_is_time),
    "scenario": _or_none(_is_text),
    "pack": _or_none(_is_text),
    "report_sha256": _or_none(_is_text),
    "entries": {"received": _or_none(_is_entry), "decided": _or_none(_is_entry)},
    "signature": _is_text,
}
