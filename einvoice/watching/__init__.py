"""What this process does, seen from outside: counted and timed (Prometheus), traced (OpenTelemetry), named in its log.

Nothing here knows what stands in an invoice or who sent it. How the whole service stands is another room, `operations`.
"""

from einvoice.watching.following import followed, settled, taken_in, timed
from einvoice.watching.traces import tracing

__all__ = ["followed", "settled", "taken_in", "timed", "tracing"]
