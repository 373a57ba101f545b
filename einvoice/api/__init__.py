"""The HTTP API for programs: suppliers submit and read reports, authorities lease and acknowledge, operators watch.

`routes()` gives all its routes; trouble leaves as RFC 9457 problem documents (`problem`).
"""

from einvoice.api.metrics import Meter
from einvoice.api.problems import problem
from einvoice.api.routes import routes

__all__ = ["Meter", "problem", "routes"]
