"""What an authority's program may ask for. The authority is the one of the caller, who has been authorised before."""

from einvoice.model.delivery import Acknowledgement, Lease
from einvoice.store import Store

MOST_AT_ONCE = 100
LONGEST_LEASE_SECONDS = 24 * 3600.0


class Deliveries:
    """Leases of one store. All methods may be repeated; all raise NotFound for what is not the authority's."""

    def __init__(self, store: Store) -> None:
        self._store = store.deliveries

    def lease(self, authority_id: str, *, actor: str, count: int = 10, seconds: float = 300) -> tuple[Lease, ...]:
        """Hand out up to `count` invoices for `seconds`, oldest first. Within bounds of ours, whatever is asked for.

        What is not acknowledged by then can be leased again, by anyone of the authority.
        """
        count = min(max(count, 1), MOST_AT_ONCE)
        return self._store.lease(authority_id, count=count, seconds=_bounded(seconds), actor=actor)

    def ack(self, authority_id: str, delivery_id: str, lease_token: str, *, actor: str) -> Acknowledgement:
        """The accounting system has it for good: it is never handed out again. Raises LeaseLost."""
        return self._store.acknowledge(authority_id, delivery_id, lease_token, actor=actor)

    def nack(self, authority_id: str, delivery_id: str, lease_token: str, *, actor: str, reason: str = "") -> None:
        """The accounting system can't take it now: available again at once. Raises LeaseLost."""
        self._store.give_back(authority_id, delivery_id, lease_token, actor=actor, reason=reason)

    def extend(self, authority_id: str, delivery_id: str, lease_token: str, seconds: float, *, actor: str) -> Lease:
        """The accounting system needs `seconds` more, from now. Raises LeaseLost."""
        return self._store.extend(authority_id, delivery_id, lease_token, seconds=_bounded(seconds), actor=actor)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 1.0), LONGEST_LEASE_SECONDS)
