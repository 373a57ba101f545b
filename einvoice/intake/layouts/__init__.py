"""How access points lay documents down in a folder: which of them are complete, and what is stuck and why.

A layout only looks. It changes nothing, follows no link, opens nothing but small markers, and costs as much as there
are entries; claiming what it found is the pickup's work.
"""

from einvoice.intake.layouts.domibus import Domibus
from einvoice.intake.layouts.guesses import Guess, inspect
from einvoice.intake.layouts.holodeck import Holodeck
from einvoice.intake.layouts.layout import Layout
from einvoice.intake.layouts.memory import Habits, Memory
from einvoice.intake.layouts.oxalis import Oxalis
from einvoice.intake.layouts.parcels import Packing, Parcel, Remark, Sight, Stamp, Stuck
from einvoice.intake.layouts.phoss import Phoss
from einvoice.intake.layouts.plain import Plain
from einvoice.intake.layouts.table import ALSO_CALLED, LAYOUTS, layout_named
from einvoice.intake.layouts.unpacking import Unpackable, unpacked
from einvoice.intake.layouts.words import Language, words

__all__ = [
    "ALSO_CALLED",
    "LAYOUTS",
    "Domibus",
    "Guess",
    "Habits",
    "Holodeck",
    "Language",
    "Layout",
    "Memory",
    "Oxalis",
    "Packing",
    "Parcel",
    "Phoss",
    "Plain",
    "Remark",
    "Sight",
    "Stamp",
    "Stuck",
    "Unpackable",
    "inspect",
    "layout_named",
    "unpacked",
    "words",
]
