"""Plays an access point: puts documents down in a folder the way a layout's own program does, traps included.

All of it follows from a seed, and a manifest says of every document what it is and what has to become of it.
"""

from einvoice.intake.simulator.accesspoints import SHAPES
from einvoice.intake.simulator.manifest import Dropped, Fate, What, read_manifest
from einvoice.intake.simulator.samples import NoSamples, Sample, read_samples
from einvoice.intake.simulator.simulation import Plan, Simulation

__all__ = [
    "SHAPES",
    "Dropped",
    "Fate",
    "NoSamples",
    "Plan",
    "Sample",
    "Simulation",
    "What",
    "read_manifest",
    "read_samples",
]
