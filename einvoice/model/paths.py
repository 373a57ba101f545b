"""The two ways to write a place in a document: as people read it, and as Schematron engines write it."""

import re

from einvoice.model.namespaces import PREFIXES

_STEP = re.compile(r"/(@?)(?:([^/:\[\]{}@]+):)?([^/:\[\]{}@]+)(?:\[(\d+)\])?")


def engine_path(xpath: str) -> str:
    """`/ubl:Invoice/cac:InvoiceLine[2]` as an SVRL location: `/Q{…:Invoice-2}Invoice[1]/Q{…}InvoiceLine[2]`.

    The form is that of fn:path (XPath 3.1, Functions and Operators 14.9). Exact for elements in our namespaces.
    """
    return _STEP.sub(lambda step: _engine_step(*step.groups()), xpath)


def _engine_step(attribute: str, prefix: str | None, name: str, number: str | None) -> str:
    uri = PREFIXES.get(prefix or "", "")
    if attribute:
        return f"/@Q{{{uri}}}{name}" if uri else f"/@{name}"
    return f"/Q{{{uri}}}{name}[{number or 1}]"
