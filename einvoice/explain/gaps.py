"""What fills the gaps of the texts: everything known about one finding, in words. What is not known is empty."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from einvoice.explain.elements import everyday, technical
from einvoice.explain.factur_x import told_as
from einvoice.explain.rulebook import rule_of
from einvoice.explain.wording import Lang, shorten, words
from einvoice.model.finding import Finding
from einvoice.model.terms import TERMS, term_name, way_to

_FIELDS = 4  # names in a sentence; more would not be read
_QUOTED = {"de": "„{}“", "en": "“{}”"}
_FILE = "BinaryObject"  # an element that holds an attachment: nobody can read what stands in it
_CREDIT_NOTE = "/cn:CreditNote/"
_MESSAGE = 600  # characters of an official message in a sentence

# Where the official message of a rule we do not know yet names an element: "… should not include the X",
# "[CII-SR-007] - X should not be present".
_ELEMENT = re.compile(r"not include (?:the |an? )?(.+?)\.?$|^\[[^\]]+\]\s*-\s*([\w ]+?) sh(?:ould|all) not be |"
                      r"^\[[^\]]+\]\s*-\s*(\w+) (?:should|shall|must) (?:exist|occur)")  # fmt: skip


def gaps_of(finding: Finding, terms: Sequence[str], lang: Lang) -> dict[str, str]:
    """All that may fill a gap, by its name.

    fields, groups: the terms; candidates: the fields, as long as the place does not say which of them it is, and own:
    that one; term, group: the one field or group it is about; credit_note: the code found, if it is a credit note's;
    absent: a word, if a code is empty; name, element: what the rule looks at, in everyday words and technically;
    subject: one of the fields, or else the element; instead: where such content may stand; scope: the part of the
    invoice a thing is counted in; category, part, reason: what a rule of a VAT category is about; the details of the
    finding.
    """
    told = told_as(finding)
    rule = rule_of(told, finding.ruleset)
    groups = [term for term in terms if term.startswith("BG-")]
    fields = [term for term in terms if not term.startswith("BG-")]
    own = _own(finding, fields or groups)
    element = technical(rule.element) or _named_in(finding.message)
    name = everyday(rule.element, lang) or element
    category, part = _vat(told)
    details = {key: shorten(value) for key, value in finding.details}
    return {
        "rule": shorten(finding.rule),
        "message": shorten(finding.message, _MESSAGE),
        "value": "" if finding.xpath.endswith(_FILE) else shorten(finding.found or ""),
        "credit_note": shorten(finding.found or "") if finding.xpath.startswith(_CREDIT_NOTE) else "",
        "fields": _listed(fields or groups, lang),
        "groups": _listed(groups if fields else [], lang),
        "candidates": "" if own else _listed(fields or groups, lang),
        "own": _listed(own, lang),
        "term": term_name(fields[0], lang) if len(terms) == 1 and fields else "",
        "group": term_name(groups[0], lang) if len(terms) == 1 and groups else "",
        "element": element,
        "name": name,
        "subject": _listed(fields or groups, lang, "or") or (name and _QUOTED[lang].format(name)),
        "instead": _listed(rule.instead, lang, "or"),
        "scope": _scope(terms, lang),
        "category": words(lang)["category"].get(category, ""),
        "reason": words(lang)["reason"].get(category, ""),
        "part": words(lang)["part"].get(part, ""),
        "type_name": words(lang)["type"].get(details.get("type", "").lower(), ""),
        **details,
        **({"absent": words(lang)["absent"], "value": ""} if "absent" in details else {}),
    }


def _own(finding: Finding, terms: Sequence[str]) -> Sequence[str]:
    """The one of the terms that is meant: the one at the place, or the only one there is; else empty."""
    at = [term for term, _ in (finding.place or ())[-1:] if term.startswith("BT-")]
    return at or (terms if len(terms) == 1 else ())


def _listed(terms: Sequence[str], lang: Lang, last: Literal["and", "or"] = "and") -> str:
    """Rechnungsnummer (BT-1), Rechnungsdatum (BT-2) und Währung der Rechnung (BT-5)."""
    names = [f"{term_name(term, lang)} ({term})" for term in terms[:_FIELDS]]
    if len(terms) > _FIELDS:
        names.append(words(lang)["more"])
    return _joined(names, words(lang)[last])


def _scope(terms: Iterable[str], lang: Lang) -> str:
    """What a thing that may stand only once is counted in: the innermost part that may itself stand more than once."""
    names = words(lang)["scope"]
    parts = [next((group for group in reversed(way_to(term)) if group in names), "") for term in terms if term in TERMS]
    return _joined(list(dict.fromkeys(names.get(part, names["document"]) for part in parts or [""])), words(lang)["or"])


def _joined(names: Sequence[str], last: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def _vat(rule: str) -> tuple[str, str]:
    """IC and 05 of BR-IC-05 or BR-FXEXT-IC-05: the letters a VAT category's rules carry, and what the rule is about."""
    parts = rule.replace("-FXEXT-", "-").split("-")
    return (parts[1], parts[2]) if len(parts) == 3 else ("", "")


def _named_in(message: str) -> str:
    found = _ELEMENT.search(" ".join(message.split()))
    return shorten(next(filter(None, found.groups()))) if found else ""
