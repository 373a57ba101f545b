"""A sample as the bytes of its file: XML, where wanted with its mistake, or a PDF that carries it."""

import re

from . import cii, ubl
from .hybrid import hybrid
from .model import Sample


def xml(sample: Sample) -> bytes:
    """The invoice XML of a sample, its mistake made."""
    write = ubl.document if sample.syntax == "ubl" else cii.document
    written = write(sample.invoice)
    if sample.mistake is None:
        return written
    spoiled, hits = re.subn(sample.mistake.pattern, sample.mistake.replacement, written.decode())
    if not hits:
        raise ValueError(f"{sample.file}: nothing matches {sample.mistake.pattern}")
    return spoiled.encode()


def render(sample: Sample) -> bytes:
    """The file of a sample."""
    return hybrid(sample, xml(sample)) if sample.profile else xml(sample)
