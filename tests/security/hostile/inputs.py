"""The table of all hostile inputs, made by our own code, each with the one answer it must get.

`tests/security/test_hostile_inputs.py` sends them to a real service, `bench/hostile.py` measures.
"""

from tests.security.hostile import (
    encodings,
    entities,
    envelopes,
    lines,
    markup,
    namespaces,
    numbers,
    pdfs,
    reaching,
    shapes,
    values,
)
from tests.security.hostile.base import Hostile

INPUTS: dict[str, tuple[Hostile, ...]] = {
    "entities": entities.ROWS,
    "reaching out": reaching.ROWS,
    "shapes": shapes.ROWS,
    "lines": lines.ROWS,
    "namespaces": namespaces.ROWS,
    "encodings": encodings.ROWS,
    "values": values.ROWS,
    "markup": markup.ROWS,
    "numbers": numbers.ROWS,
    "envelopes": envelopes.ROWS,
    "PDFs": pdfs.ROWS,
}
