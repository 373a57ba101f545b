"""Handing accepted invoices to the authority's accounting system: lease, ack, nack, extend.

At least once, under a delivery id that never changes, until it is acknowledged: nothing is missed or booked twice.
"""

from einvoice.delivery.deliveries import Deliveries

__all__ = ["Deliveries"]
