"""From a finding to what a bookkeeper needs: what is wrong, why it matters, what to do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from einvoice.explain.rulebook import kind_of, terms_of
from einvoice.explain.wording import Entry, Lang, allowed_entry, entry_for, fill, first, shorten, words
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.terms import term_name

_FIELDS = 4  # names in a sentence; more would not be read
_MESSAGE = 600  # characters of an official message in a sentence
_SYNTAX_BINDING = ("UBL-", "CII-")  # rule ids of CEN/TS 16931-3-2 and -3-3

# Where the official message names an element: "… should not include the X", "[CII-SR-007] - X should not be present".
_ELEMENT = re.compile(r"not include (?:the |an? )?(.+?)\.?$|^\[[^\]]+\]\s*-\s*([\w ]+?) sh(?:ould|all) not be |"
                      r"^\[[^\]]+\]\s*-\s*(\w+) (?:should|shall|must) (?:exist|occur)")  # fmt: skip


class KindClass(StrEnum):
    """The three classes of errors in e-invoices of the Federal Ministry of Finance (letter of 15 October 2025).

    The class says what sort of rule spoke; how grave it is says the level.
    """

    FORMAT = "format"  # Formatfehler, no. 6a: the file departs from its syntax
    BUSINESS_RULE = "business-rule"  # Geschäftsregelfehler, no. 6b: what the standard's rules ask for
    CONTENT = "content"  # Inhaltsfehler, no. 35a: a mandatory particular of §§ 14, 14a UStG is missing or wrong

    def label(self, lang: Lang) -> str:
        """The word people see."""
        return str(words(lang)["class"][self.value])


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Plain text in one language, no markup; parts of it may come from the invoice, so a renderer escapes it."""

    title: str  # a headline: "Leitweg-ID fehlt"
    what: str  # what is missing or wrong
    why: str  # why it is asked for
    fix: str  # what the sender does about it
    terms: tuple[tuple[str, str], ...]  # (id, name) of the terms concerned
    kind_class: KindClass
    allowed: bool  # the scenario has lowered the rule to an information: nothing is to be done


def explain(finding: Finding, lang: Lang) -> Explanation:
    """A finding in plain words. There always is an answer, for a rule nobody knows, too."""
    kind = kind_of(finding.rule, finding.ruleset)
    terms = finding.terms or terms_of(finding.rule, finding.ruleset)
    entry = entry_for(finding.rule, kind)
    allowed = _allowed(finding)
    wording = (allowed_entry() if allowed else entry).wording(lang)
    values = _values(finding, terms, lang)
    return Explanation(
        title=first(wording.title, values),
        what=fill(wording.what, values),
        why=" ".join(filter(None, (fill(wording.why, values), _quiet(finding.level, lang)))),
        fix=fill(wording.fix, values),
        terms=tuple((term, term_name(term, lang)) for term in terms),
        kind_class=_class(finding, entry),
        allowed=allowed,
    )


def _allowed(finding: Finding) -> bool:
    """Whether a rule that asks for a change elsewhere is lowered to an information here: the format permits it."""
    return finding.level is Level.INFORMATION and finding.own_level in (Level.ERROR, Level.WARNING)


def _class(finding: Finding, entry: Entry) -> KindClass:
    if finding.source is Source.XSD or finding.rule.startswith(_SYNTAX_BINDING):
        return KindClass.FORMAT
    return KindClass.CONTENT if entry.law else KindClass.BUSINESS_RULE


def _quiet(level: Level, lang: Lang) -> str:
    """Only errors reject; whoever reads a warning or a note should know."""
    return "" if level is Level.ERROR else str(words(lang)["quiet"][level.value])


def _values(finding: Finding, terms: Sequence[str], lang: Lang) -> dict[str, str]:
    """All that may fill a gap; what is not known is empty or not there."""
    groups = [term for term in terms if term.startswith("BG-")]
    fields = [term for term in terms if not term.startswith("BG-")]
    details = {name: shorten(value) for name, value in finding.details}
    return {
        "rule": shorten(finding.rule),
        "message": shorten(finding.message, _MESSAGE),
        "value": shorten(finding.found or ""),
        "fields": _listed(fields or groups, lang),
        "groups": _listed(groups if fields else [], lang),
        "category": words(lang)["category"].get(_category(finding.rule), ""),
        "element": _element(finding.message),
        "type_name": words(lang)["type"].get(details.get("type", "").lower(), ""),
        **details,
    }


def _listed(terms: Sequence[str], lang: Lang) -> str:
    """Rechnungsnummer (BT-1), Rechnungsdatum (BT-2) und Währung der Rechnung (BT-5)."""
    names = [f"{term_name(term, lang)} ({term})" for term in terms[:_FIELDS]]
    if len(terms) > _FIELDS:
        names.append(words(lang)["more"])
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {words(lang)['and']} {names[-1]}"


def _category(rule: str) -> str:
    """IC of BR-IC-05: the letters a VAT category's rules carry."""
    parts = rule.split("-")
    return parts[1] if len(parts) > 2 else ""


def _element(message: str) -> str:
    found = _ELEMENT.search(" ".join(message.split()))
    return shorten(next(filter(None, found.groups()))) if found else ""
