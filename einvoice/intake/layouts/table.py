"""All layouts by name, as the settings of a folder name them."""

from types import MappingProxyType

from einvoice.intake.layouts.domibus import Domibus
from einvoice.intake.layouts.holodeck import Holodeck
from einvoice.intake.layouts.layout import Layout
from einvoice.intake.layouts.memory import Habits
from einvoice.intake.layouts.oxalis import Oxalis
from einvoice.intake.layouts.phoss import Phoss
from einvoice.intake.layouts.plain import Plain

LAYOUTS: MappingProxyType[str, type[Layout]] = MappingProxyType(
    {layout.name: layout for layout in (Plain, Oxalis, Phoss, Holodeck, Domibus)}
)
ALSO_CALLED = MappingProxyType({"oxalis-ng": "oxalis", "phoss-ap": "phoss", "harmony": "domibus"})


def layout_named(name: str, habits: Habits | None = None) -> Layout:
    """The layout of this name, or of this other name of it. Raises KeyError."""
    return LAYOUTS[ALSO_CALLED.get(name, name)](habits)
