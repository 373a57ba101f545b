"""The codes of the messages, by their lists; what they mean stands in `codes.tsv`, with the source of each."""

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

from einvoice.explain import Lang

REASONS = "OPStatusReason"  # @listID: why
ACTIONS = "OPStatusAction"  # @listID: what the seller is asked to do
FAILING = frozenset({"SV", "BV", "FD"})  # reasons that stand behind a rejection; BW, a warning, never does


class InvoiceStatus(StrEnum):
    """What the buyer does with an invoice, in the order it may be told (BIS 63)."""

    RECEIVED = "AB"
    IN_PROCESS = "IP"
    UNDER_QUERY = "UQ"
    CONDITIONALLY_ACCEPTED = "CA"
    REJECTED = "RE"
    APPROVED = "AP"
    PAID = "PD"

    @property
    def needs_reason(self) -> bool:
        """Whether the seller has to be told why."""
        return self in _WITH_REASON

    def label(self, lang: Lang) -> str:
        """The word people see: `zurückgewiesen (RE)`."""
        return label("status", self.value, lang)


_WITH_REASON = (InvoiceStatus.UNDER_QUERY, InvoiceStatus.CONDITIONALLY_ACCEPTED, InvoiceStatus.REJECTED)


def codes(of_list: str) -> tuple[str, ...]:
    """The codes of a list: message, issue, status, OPStatusReason, OPStatusAction."""
    return tuple(_table()[of_list])


def label(of_list: str, code: str, lang: Lang) -> str:
    """A code in words, with the code behind them; one we do not know is its own word."""
    return f"{word(of_list, code, lang)} ({code})" if code in _table()[of_list] else code


def word(of_list: str, code: str, lang: Lang) -> str:
    """A code in words alone; one we do not know is its own word."""
    row = _table()[of_list].get(code)
    return row[lang] if row else code


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    table: dict[str, dict[str, Mapping[str, str]]] = {}
    text = files("einvoice.responses").joinpath("codes.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        table.setdefault(row["list"], {})[row["code"]] = row
    return table
