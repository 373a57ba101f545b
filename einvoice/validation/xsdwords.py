"""An XSD violation in words: its kind, its place, and what fills the sentence explain/ has for that kind.

xmlschema says what was expected; it takes seconds to load a schema, so this module is imported when it is needed.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from lxml import etree
from xmlschema import (
    XMLSchema10,
    XMLSchemaChildrenValidationError,
    XMLSchemaDecodeError,
    XMLSchemaValidationError,
)

from einvoice.model import Finding, InvoiceDocument, Level, Source
from einvoice.semantics import Place, Places
from einvoice.validation.location import path_of
from einvoice.validation.xsdlikely import corrected, likely_place, missing_name, short
from einvoice.validation.xsdlog import from_libxml2

_MOST = 50  # violations worded; a mangled file repeats itself
_NAMES = 12  # expected names shown; some types allow dozens
_SHOWN = 120  # characters of a value shown
_MISSING_ATTRIBUTE = re.compile(r"missing required attribute '([^']*)'")


class SchemaWords:
    """Words the violations of one schema that libxml2 found a document to have."""

    def __init__(self, entry: Path) -> None:
        self._schema = XMLSchema10(str(entry), allow="local", defuse="always")

    def findings(self, document: InvoiceDocument, ruleset: str, log: Sequence[etree._LogEntry]) -> list[Finding]:
        """One finding a violation, in document order; in libxml2's words where xmlschema has none."""
        try:
            worded = list(islice(self._worded(document, ruleset), _MOST))
        except Exception:  # xmlschema raises on some absurd values instead of reporting them; the verdict stands
            worded = []
        return worded or [from_libxml2(entry, ruleset) for entry in log]

    def _worded(self, document: InvoiceDocument, ruleset: str) -> Iterator[Finding]:
        places = Places(document)
        bare = copy.deepcopy(document.root)
        etree.strip_tags(bare, etree.Comment, etree.PI)  # xmlschema takes a value with a comment in it for a wrong one
        for error in self._schema.iter_errors(bare):  # type: ignore[arg-type] # lxml is meant
            element = culprit(error)
            xpath = "" if element is None else path_of(element)
            violation = from_xmlschema(error)
            place, terms = place_of(error, document, places)
            yield Finding(
                rule=violation.rule,
                level=Level.ERROR,
                source=Source.XSD,
                ruleset=ruleset,
                xpath=xpath,
                line=None if element is None else element.sourceline,
                terms=terms,
                message=violation.message,
                found=violation.value,
                place=place,
                details=violation.details,
            )


@dataclass(frozen=True, slots=True)
class Violation:
    """Kind (rule id), official-style sentence in English, the offending value, and the parts of the sentence."""

    rule: str
    message: str
    value: str | None
    details: tuple[tuple[str, str], ...]


def place_of(
    error: XMLSchemaValidationError, document: InvoiceDocument, places: Places
) -> tuple[Place, tuple[str, ...]]:
    """Where the violation is, by terms, and its term: of what is missing its own, of an attribute the one it fills."""
    element = culprit(error)
    if element is None:
        return (), ()
    parent, name = error.elem, missing_name(error)
    if name and isinstance(parent, etree._Element):
        around, own = places.at(path_of(parent)), _missing_term(document, parent, name)
        if own is None:
            return around, ()
        return (*(part for part in around if part[1] is not None), (own, None)), (own,)
    attribute = _MISSING_ATTRIBUTE.search(str(error.reason or ""))
    place = places.at(path_of(element) + (f"/@{attribute[1]}" if attribute else ""))
    return place, tuple(term for term, _ in place[-1:])


def _missing_term(document: InvoiceDocument, parent: etree._Element, name: str) -> str | None:
    """The term of an element of that name under `parent`, read off a document that has nothing else in it."""
    inner = bare = etree.Element(document.root.tag)
    for tag in (*(node.tag for node in reversed([parent, *parent.iterancestors()][:-1])), name):
        inner = etree.SubElement(inner, tag)
    places, around = Places(replace(document, root=bare)), inner.getparent()
    own, outer = places.of(inner)[-1:], () if around is None else places.of(around)[-1:]
    return own[0][0] if own and own != outer else None


def from_xmlschema(error: XMLSchemaValidationError) -> Violation:
    """What xmlschema says, sorted into our kinds."""
    place = short(error.elem.tag) if error.elem is not None else ""
    reason = str(error.reason or error.message)
    if isinstance(error, XMLSchemaChildrenValidationError):
        return _children(error, place)
    if isinstance(error, XMLSchemaDecodeError):
        value, type_name = str(error.obj)[:_SHOWN], _type_name(error.validator)
        message = f"{place}: '{value}' is not a valid {type_name}."
        return Violation("xsd-wrong-value", message, value, _wrong_value(place, value, type_name))
    if found := _MISSING_ATTRIBUTE.search(reason):
        return _attribute("xsd-missing-attribute", place, found[1], "is required but missing")
    if found := re.search(r"'([^']*)' attribute not allowed", reason):
        return _attribute("xsd-unexpected-attribute", place, found[1], "is not allowed here")
    if "character data" in reason:
        message = f"{place}: text is not allowed between the elements here."
        return Violation("xsd-unexpected-text", message, None, _details(element=place))
    text = error.obj[:_SHOWN] if isinstance(error.obj, str) else None
    kind = "xsd-other" if text is None else "xsd-wrong-value"
    details = _details(element=place, value=text or "", type=_type_name(error.validator))
    return Violation(kind, f"{place}: {_brief(reason)}", text, details)


def culprit(error: XMLSchemaValidationError) -> etree._Element | None:
    """The element at fault: the child that may not stand there, else the element whose content or value is wrong."""
    element = error.elem
    if not isinstance(element, etree._Element):
        return None
    if isinstance(error, XMLSchemaChildrenValidationError) and error.invalid_tag is not None:
        return element[error.index] if error.index < len(element) else element
    return element


def _children(error: XMLSchemaChildrenValidationError, parent: str) -> Violation:
    names = [short(tag) for tag in (getattr(part, "name", None) for part in error.expected or ()) if tag]
    expected = ", ".join(names[:_NAMES]) + (", …" if len(names) > _NAMES else "")
    if error.invalid_tag is None:
        message = f"{parent}: the content is incomplete" + (f", {expected} is missing." if expected else ".")
        missing = names[0] if len(names) == 1 else ""
        details = _details(element=parent, expected=expected, missing=missing)
        return Violation("xsd-missing-element", message, None, details)
    child = short(error.invalid_tag)
    message = f"{parent}: {child} is not allowed at this place" + (f", expected: {expected}." if expected else ".")
    likely = likely_place(error)
    known = dict(likely)
    if gap := known.get("gap"):
        details = _details(element=parent, expected=expected, missing=gap) + likely
        return Violation("xsd-missing-element", message, None, details)
    helps = known.keys().isdisjoint(("order_before", "repeated", "unknown"))  # else what comes next is of no use
    details = _details(element=child, parent=parent, expected=expected if helps else "") + likely
    return Violation("xsd-unexpected-element", message, child, details)


def _wrong_value(element: str, value: str, type_name: str) -> tuple[tuple[str, str], ...]:
    meant = corrected(value, type_name)
    mistake = "comma" if "," in value and "." in meant else "notation"  # what the headline calls it
    likely = (("likely", "notation"), ("corrected", meant), (mistake, value)) if meant else ()
    return _details(element=element, value=value, type=type_name) + likely


def _attribute(rule: str, element: str, attribute: str, words: str) -> Violation:
    message = f"{element}: the attribute {attribute} {words}."
    return Violation(rule, message, None, _details(element=element, attribute=attribute))


def _details(**parts: str) -> tuple[tuple[str, str], ...]:
    return tuple(parts.items())


def _type_name(validator: object) -> str:
    """`date` of xs:date; a restricted type is named by what it restricts."""
    name = getattr(validator, "name", None) or getattr(getattr(validator, "base_type", None), "name", None)
    return etree.QName(str(name)).localname if name else "value"


def _brief(reason: str) -> str:
    return reason if len(reason) <= 2 * _SHOWN else reason[: 2 * _SHOWN] + "…"
