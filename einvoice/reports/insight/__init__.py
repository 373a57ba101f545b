"""What lies behind findings: sums computed anew, which finding follows from which, XML for what is missing.

Language-neutral facts and tables; the rest of the room puts them into words.
"""

from einvoice.reports.insight.arithmetic import Addend, Equation
from einvoice.reports.insight.causes import Causes, causes_of
from einvoice.reports.insight.culprits import Culprit
from einvoice.reports.insight.likely import Likely, likely
from einvoice.reports.insight.snippet import Snippet, Snippets

__all__ = [
    "Addend",
    "Causes",
    "Culprit",
    "Equation",
    "Likely",
    "Snippet",
    "Snippets",
    "causes_of",
    "likely",
]
