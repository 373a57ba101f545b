"""The invoice XML inside a PDF, and what else the PDF says and brings along.

Whatever a PDF does, this process goes on: a child with little to lose reads it, forked for it alone by a small server.
"""

from einvoice.extraction.pdf.limits import PdfLimits
from einvoice.extraction.pdf.reading import HybridPdf, embedded_enclosure, embedded_file, embedded_invoice

__all__ = ["HybridPdf", "PdfLimits", "embedded_enclosure", "embedded_file", "embedded_invoice"]
