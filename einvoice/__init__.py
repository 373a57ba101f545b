"""Receives electronic invoices for public authorities: takes them in, judges them, explains, hands them over.

The way of an invoice stands in `einvoice/pipeline.py`; every folder beside it is one room of that way.
"""

from importlib.metadata import version

__version__ = version("einvoice")
