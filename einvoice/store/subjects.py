"""Everything kept about one supplier or seller, for whoever asks what is stored about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select

from einvoice.model.submission import Handling, Submission
from einvoice.store.accounts import Known
from einvoice.store.errors import NotFound
from einvoice.store.rows import submission_query, to_submission
from einvoice.store.tables import accounts, submissions, suppliers, tokens

if TYPE_CHECKING:
    from einvoice.store import Store

_READ = 100  # submissions at once
_SELLER_TERMS = ("BT-31", "BT-32", "BT-30", "BT-29")  # as `Invoice.seller_id` takes them
_COLUMN = submissions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """Who may sign in or submit for a supplier. Nothing in it opens anything."""

    id: str
    name: str
    accounts: tuple[Known, ...]
    tokens: tuple[Known, ...]


class Subjects:
    """Reads; changes nothing."""

    def __init__(self, store: "Store") -> None:
        self._store = store

    def supplier(self, name: str) -> Supplier:
        """A supplier by its exact name; raises NotFound."""
        with self._store.database.read() as connection:
            found = connection.scalar(select(suppliers.c.id).where(suppliers.c.name == name))
            if found is None:
                raise NotFound(f"supplier {name}")
            people = set(connection.scalars(select(accounts.c.id).where(accounts.c.supplier_id == found)))
            programs = set(connection.scalars(select(tokens.c.id).where(tokens.c.supplier_id == found)))
        return Supplier(
            id=found,
            name=name,
            accounts=tuple(one for one in self._store.accounts.all() if one.id in people),
            tokens=tuple(one for one in self._store.accounts.all_tokens() if one.id in programs),
        )

    def handed_in_by(self, supplier: Supplier) -> Iterator[Submission]:
        """All that came from a supplier, oldest first; what was deleted at the end of its time is nobody's any more."""
        return self._all(_COLUMN.sender == f"supplier:{supplier.id}")

    def issued_by(self, seller_id: str) -> Iterator[Submission]:
        """All invoices of a seller, whoever handed them in: by VAT id, tax number, register number or own id.

        An invoice is known by one of them, the first in this order that it has.
        """
        number = "".join(seller_id.split()).upper()
        return self._all(_COLUMN.seller_id.in_([f"{term}:{number}" for term in _SELLER_TERMS]))

    def _all(self, condition: ColumnElement[bool]) -> Iterator[Submission]:
        query = submission_query().where(condition, _COLUMN.handling != Handling.EXPIRED).order_by(_COLUMN.id)
        after = ""
        while True:
            with self._store.database.read(unhurried=True) as connection:  # no index has sellers alone
                rows: Any = connection.execute(query.where(_COLUMN.id > after).limit(_READ)).mappings().all()
            yield from map(to_submission, rows)
            if len(rows) < _READ:
                return
            after = rows[-1]["id"]
