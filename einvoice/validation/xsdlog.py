"""An XSD violation in libxml2's own words: where the better ones can't be had or would take too long."""

import re

from lxml import etree

from einvoice.model import Finding, Level, Source
from einvoice.model.namespaces import PREFIX_OF

_SHOWN = 300  # characters of a message; libxml2 quotes whole values, attachments among them


def from_libxml2(entry: etree._LogEntry, ruleset: str) -> Finding:
    """What libxml2 says itself, for the rare violation the other library does not see."""
    message = entry.message
    for uri, prefix in PREFIX_OF.items():
        message = message.replace(f"{{{uri}}}", f"{prefix}:")
    if len(message) > _SHOWN:
        message = f"{message[:_SHOWN]}…"
    element = re.search(r"Element '([^']*)'", message)
    return Finding(
        rule="xsd-other",
        level=Level.ERROR,
        source=Source.XSD,
        ruleset=ruleset,
        xpath="",
        line=entry.line or None,
        terms=(),
        message=message,
        details=(("element", element[1] if element else ""),),
    )
