"""What the sample invoices in inbox/samples/ say, and how they are written; `SAMPLES` lists all twelve.

Everybody and everything in them is invented.
"""

from .correct import CORRECT
from .mistaken import MISTAKEN

SAMPLES = (*CORRECT, *MISTAKEN)
