"""Who an invoice is for: its Leitweg-ID (BT-10), looked up in the directory of authorities.

Exact match only; an invoice addressed to nobody here is held for the operator, never guessed.
"""

from einvoice.routing.leitweg import LeitwegProblem, leitweg_problem
from einvoice.routing.route import Directory, route

__all__ = ["Directory", "LeitwegProblem", "leitweg_problem", "route"]
