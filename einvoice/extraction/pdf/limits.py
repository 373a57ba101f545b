"""What reading one PDF may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """Units: objects, bytes of all unpacked streams together, bytes, processor seconds, files, processor seconds."""

    objects: int = 200_000
    unpacked_bytes: int = 75_000_000
    memory_bytes: int = 700_000_000  # address space
    cpu_seconds: int = 6
    enclosures: int = 200
    text_seconds: float = 2.0  # for the text of the pages; an invoice is taken without it
