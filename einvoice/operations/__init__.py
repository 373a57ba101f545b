"""How the whole service stands, for those who run it: one picture, told to Prometheus, to a terminal and to a proxy.

The picture comes from the database, so every process gives the same one. What one process does is in `watching`.
"""

from einvoice.operations.attention import Concern, concerns
from einvoice.operations.figures import ServiceFigures
from einvoice.operations.lately import Lately, NoAnswer
from einvoice.operations.situation import Situation, look

__all__ = ["Concern", "Lately", "NoAnswer", "ServiceFigures", "Situation", "concerns", "look"]
