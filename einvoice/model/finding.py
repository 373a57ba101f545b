"""Something a rule says about the invoice."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Effective level: the rule's own one after the scenario's custom levels. Only errors reject."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class Source(StrEnum):
    """Which kind of check speaks."""

    XSD = "xsd"
    SCHEMATRON = "schematron"
    POLICY = "policy"  # an authority asks for it; never part of the formal verdict
    CONTAINER = "container"  # the PDF around the invoice, or a file enclosed; never part of the formal verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One message of one rule about one place. Language-neutral: explain/ puts it into plain words."""

    rule: str  # BR-DE-15; for XSD the kind of violation, e.g. "xsd-unexpected-element"
    level: Level  # effective
    source: Source
    ruleset: str  # artefact that spoke, e.g. "en16931-ubl"
    xpath: str  # /ubl:Invoice/cac:InvoiceLine[2]/cbc:ID, prefixes of einvoice.model.namespaces; "" unknown
    line: int | None  # line in the invoice XML, from 1
    terms: tuple[str, ...]  # BT/BG ids the rule is about
    message: str  # the official message of the rule; for XSD our sentence in English
    own_level: Level | None = None  # the rule's own, where the scenario changed it; None: it did not
    found: str | None = None  # the value at the place, shortened; None: nothing there
    place: tuple[tuple[str, int | None], ...] | None = None  # the same by terms: (("BG-25", 2), ("BT-146", None))
    details: tuple[tuple[str, str], ...] = ()  # what fills the sentence: element, expected, value, nearest codes …
    demanded_by: str | None = None  # policy only: name of the authority
    location: str | None = None  # the engine's own path (SVRL), where `xpath` cannot say it: foreign namespaces
