"""From an invoice to its authority."""

from typing import Protocol

from einvoice.model.invoice import Invoice
from einvoice.model.routing import Authority, Routing


class Directory(Protocol):
    """Where authorities are looked up."""

    def by_leitweg_id(self, leitweg_id: str) -> Authority | None:
        """The authority addressed by exactly this Leitweg-ID."""


def route(invoice: Invoice, directory: Directory) -> Routing:
    """Where the invoice goes by its BT-10; white space around it does not count, everything else does."""
    leitweg_id = (invoice.text("BT-10") or "").strip()
    if not leitweg_id:
        return Routing()
    return Routing(leitweg_id=leitweg_id, authority=directory.by_leitweg_id(leitweg_id))
