"""Bytes → InvoiceDocument: what kind of file it is by its content, hardened XML parsing, XML out of PDFs.

What can't be an invoice is a Refusal with a code; what we fail to read for our own reasons is a Fault.
"""

from einvoice.extraction.extract import Limits, extract

__all__ = ["Limits", "extract"]
