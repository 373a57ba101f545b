"""Reads an invoice document into the business terms of EN 16931, the same for UBL and CII, by tables of bindings.

Also says which term a place in the document is, and what of its text no term takes up.
"""

from einvoice.semantics.coverage import unread
from einvoice.semantics.places import Place, Places
from einvoice.semantics.reading import read_invoice

__all__ = ["Place", "Places", "read_invoice", "unread"]
