"""The envelopes invoices travel in (SBDH 1.3, Peppol Business Message Envelope 2.0): opened, compared, and written.

The payload is cut out byte by byte as it stands. What is odd about an envelope is data; only one that can't be opened
is refused.
"""

from einvoice.envelope.comparing import differences
from einvoice.envelope.opening import Opened, is_envelope, open_envelope
from einvoice.envelope.writing import Header, write_envelope

__all__ = ["Header", "Opened", "differences", "is_envelope", "open_envelope", "write_envelope"]
