"""The mistake behind an XSD violation, where it can be told: wrong order, misspelt name, wrong namespace, …

Each answer is a few details for the sentence that explain/ has for it (`texts/xsd.toml`); `likely` names the kind.
"""

import re
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

from lxml import etree
from xmlschema import XMLSchemaChildrenValidationError, XMLSchemaValidationError
from xmlschema.validators import XsdElement, XsdGroup

from einvoice.model.namespaces import PREFIX_OF

Details = tuple[tuple[str, str], ...]

_ALIKE = 0.8
_GERMAN_DATE = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_BARE_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_GERMAN_NUMBER = re.compile(r"(-?)(\d{1,3}(?:\.\d{3})+|\d+),(\d+)")
_ENGLISH_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_BOOLEANS = {"ja": "true", "yes": "true", "wahr": "true", "nein": "false", "no": "false", "falsch": "false"}


def short(tag: object) -> str:
    """`{namespace}Name` with the prefix people know."""
    name = etree.QName(str(tag))
    prefix = PREFIX_OF.get(name.namespace or "")
    return f"{prefix}:{name.localname}" if prefix else name.localname


def likely_place(error: XMLSchemaChildrenValidationError) -> Details:
    """Why a child may stand where it should not.

    `order` (belongs before a sibling, or one that belongs before it stands behind), `repeated`, `gap` (a required one
    is missing before it), `namespace`, `misspelt`, `elsewhere` (the format has it, but not in this section), `unknown`
    (the format does not have it).
    """
    parent, tag = error.elem, str(error.invalid_tag)
    if not isinstance(parent, etree._Element):
        return ()
    allowed = _allowed(error)
    children = [str(child.tag) for child in parent if isinstance(child.tag, str)]
    if tag in allowed:
        return _misplaced(tag, allowed, (children[: error.index], children[error.index :]), error)
    local = etree.QName(tag).localname
    locals_of = {etree.QName(name).localname: name for name in reversed(allowed)}
    if local in locals_of:
        return ("likely", "namespace"), ("right_name", short(locals_of[local]))
    close = get_close_matches(local.lower(), [name.lower() for name in locals_of], 1, _ALIKE)
    if close:
        meant = next(name for name in locals_of if name.lower() == close[0])
        return ("likely", "misspelt"), ("meant", short(locals_of[meant]))
    known = tag in _known_names(error)
    return ("likely", "elsewhere" if known else "unknown"), ("elsewhere" if known else "unknown", short(tag))


def missing_name(error: XMLSchemaValidationError) -> str:
    """The one element (`{namespace}Name`) whose absence is the mistake; "" if it is another or that is not clear."""
    if not isinstance(error, XMLSchemaChildrenValidationError):
        return ""
    names = [str(part.name) for part in error.expected or () if isinstance(part, XsdElement) and part.name]
    if error.invalid_tag is None:
        return names[0] if len(names) == 1 else ""
    return names[0] if names and dict(likely_place(error)).get("likely") == "gap" else ""


def corrected(value: str, type_name: str) -> str:
    """The value as the type wants it, where a German or other way of writing was meant; "" if that is not clear."""
    text = value.strip()
    match type_name:
        case "date":
            return _date(text)
        case "decimal" | "AmountType" | "QuantityType" | "NumericType" | "PercentType" | "integer":
            return _number(text)
        case "boolean":
            plain = text.lower()
            return plain if plain in ("true", "false") else _BOOLEANS.get(plain, "")
    return ""


def _allowed(error: XMLSchemaChildrenValidationError) -> list[str]:
    """The names the section may have, in their order."""
    group = error.validator
    content = group if isinstance(group, XsdGroup) else getattr(getattr(group, "type", None), "content", None)
    if not isinstance(content, XsdGroup):
        return []
    return list(dict.fromkeys(part.name for part in content.iter_elements() if isinstance(part, XsdElement)))


def _misplaced(
    tag: str, allowed: Sequence[str], around: tuple[list[str], list[str]], error: XMLSchemaChildrenValidationError
) -> Details:
    rank, (before, after) = {name: index for index, name in enumerate(allowed)}, around
    later = [name for name in before if rank.get(name, -1) > rank[tag]]
    if later:
        return ("likely", "order"), ("order_before", short(later[0]))
    if tag in before:
        return ("likely", "repeated"), ("repeated", short(tag))
    expected = [part.name for part in error.expected or () if isinstance(part, XsdElement) and part.name]
    if not expected:
        return ()
    if expected[0] in after:
        return ("likely", "order"), ("late", short(expected[0]))
    return ("likely", "gap"), ("gap", short(expected[0]))


def _known_names(error: XMLSchemaChildrenValidationError) -> set[str]:
    """Every element of the schema; in CII most are declared inside types."""
    maps = getattr(error.validator, "maps", None)
    if maps is None:
        return set()
    groups = (one for kind in maps.types.values() if isinstance(one := getattr(kind, "content", None), XsdGroup))
    local = (part.name for one in groups for part in one.iter_elements())
    return {*maps.elements, *filter(None, local)}


def _date(text: str) -> str:
    german, bare = _GERMAN_DATE.fullmatch(text), _BARE_DATE.fullmatch(text)
    parts = german.groups()[::-1] if german else bare.groups() if bare else None
    try:
        return date(*map(int, parts)).isoformat() if parts else ""
    except ValueError:
        return ""


def _number(text: str) -> str:
    bare = re.sub(r"\s|€|EUR|%", "", text)
    if found := _GERMAN_NUMBER.fullmatch(bare):
        return f"{found[1]}{found[2].replace('.', '')}.{found[3]}"
    if _ENGLISH_NUMBER.fullmatch(bare):
        return bare.replace(",", "")
    return bare if bare != text and re.fullmatch(r"-?\d+(\.\d+)?", bare) else ""
