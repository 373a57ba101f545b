"""The `match` of a KoSIT scenario: which root element, and which BT-24 compared how.

Two ways of comparing are in use, and both only here: the string value of the identifier, or each of its text nodes.
An expression that says anything else is not guessed at.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from einvoice.model import Syntax
from einvoice.rules.manifest import ANY, MatchBy

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CBC = _UBL + "CommonBasicComponents-2"
_RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_CONTEXT = ((_RSM, "ExchangedDocumentContext"), (_RAM, "GuidelineSpecifiedDocumentContextParameter"), (_RAM, "ID"))

Name = tuple[str, str]  # namespace, local name
_BT24: dict[tuple[Name, ...], Syntax] = {  # from the root element to the identifier
    ((_UBL + "Invoice-2", "Invoice"), (_CBC, "CustomizationID")): Syntax.UBL_INVOICE,
    ((_UBL + "CreditNote-2", "CreditNote"), (_CBC, "CustomizationID")): Syntax.UBL_CREDITNOTE,
    ((_RSM, "CrossIndustryInvoice"), *_CONTEXT): Syntax.CII,
}

_STEPS = r"[\w.-]+:[\w.-]+(?:/[\w.-]+:[\w.-]+)*"
_VALUE = r"(?P<compared>\.|text\(\))=(?P<literal>'[^']*'|\"[^\"]*\")"
_FORMS = (
    re.compile(rf"/(?P<steps>{_STEPS})\[{_VALUE}\]"),  # /a:Invoice/b:CustomizationID[. = '…']
    re.compile(rf"/(?P<steps>{_STEPS})\[(?P<inner>{_STEPS})(?P<compared>/text\(\))?=(?P<literal>'[^']*'|\"[^\"]*\")\]"),
    re.compile(rf"/(?P<steps>{_STEPS})\[(?P<inner>{_STEPS})\[{_VALUE}\]\]"),  # /a:Invoice[b:CustomizationID[. = '…']]
)
_LITERAL = re.compile(r"('[^']*'|\"[^\"]*\")")


@dataclass(frozen=True, slots=True)
class Matching:
    """Which documents a scenario is for."""

    syntax: Syntax
    customization: str
    match: MatchBy


def read_match(expression: str, namespaces: Mapping[str, str]) -> Matching | None:
    """What the expression means; None if it is not exactly one of the forms in use."""
    text = _compact(expression)
    if text.startswith("exists(") and text.endswith(")"):
        text = text[len("exists(") : -1]
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    steps = "/".join(filter(None, (parts["steps"], parts.get("inner")))).split("/")
    syntax = _BT24.get(tuple(_name(step, namespaces) for step in steps))
    if syntax is None or parts["literal"][1:-1] == ANY:  # what our own manifests mean by that, no configuration does
        return None
    by = MatchBy.TEXT_NODE if (parts["compared"] or "").endswith("text()") else MatchBy.STRING_VALUE
    return Matching(syntax, parts["literal"][1:-1], by)


def _compact(expression: str) -> str:
    """Without blanks between tokens; literals stay as they are."""
    parts = _LITERAL.split(expression)
    return "".join(part if index % 2 else re.sub(r"\s+", "", part) for index, part in enumerate(parts))


def _name(step: str, namespaces: Mapping[str, str]) -> Name:
    prefix, _, local = step.partition(":")
    return namespaces.get(prefix, ""), local
