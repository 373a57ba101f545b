"""Factur-X rules: those of its own say only in their message what they ask; their id is a running number or missing.

Each is a demand on one element or attribute, and all are worded alike: "Element 'ram:ID' must occur exactly 1 times."
What such an element is called in everyday words stands in `elements.tsv`, what it is called in Factur-X alone in
`factur-x-elements.tsv`.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from einvoice.explain.wording import Entry, Lang, entries
from einvoice.model.finding import Finding
from einvoice.model.terms import TERMS, term_name, way_to

_OWN = "FX-"  # FX-SCH-A-000019, and what a pack calls the rules without an id, FX-NOT-USED
_ALIASES = (("BR-IG-", "BR-AF-"), ("BR-IP-", "BR-AG-"))  # VAT categories L and M as older CEN rules name them

_SUBJECT = r"'(?P<element>\w+:\w+)(?:\[.*\])?'"
_ATTRIBUTE = r"'?(?P<element>@\w+)'?"
_FORMS = (
    ("exactly", re.compile(rf"Element(?: variant)? {_SUBJECT} must occur exactly (?P<limit>\d+) times\.")),
    ("at-most", re.compile(rf"Element(?: variant)? {_SUBJECT} may occur at maximum (?P<limit>\d+) times\.")),
    ("at-least", re.compile(rf"Element(?: variant)? {_SUBJECT} must occur at least (?P<limit>\d+) times\.")),
    ("variant", re.compile(rf"Element variant {_SUBJECT} is marked as not used in the given context\.")),
    ("not-used", re.compile(rf"Element {_SUBJECT} is marked as not used in the given context\.")),
    ("not-used-attribute", re.compile(rf"Attribute {_ATTRIBUTE} (?:is )?marked as not used in the given context\.")),
    ("required", re.compile(rf"Attribute {_ATTRIBUTE} is required in this context\.")),
    ("value", re.compile(rf"Value of (?:{_ATTRIBUTE}|{_SUBJECT.replace('element', 'inner')}) is not allowed\.")),
)
_ABOUT_CHILD = ("exactly", "at-most", "at-least")  # fired at the parent; all others fire at the element itself

# Values of these terms are checked by EN 16931 as well: the rules that have words for them.
_CODE_RULES = {
    "BR-CL-01": ("BT-3",),
    "BR-CL-04": ("BT-5",),
    "BR-CL-05": ("BT-6",),
    "BR-CL-10": ("BT-29-1", "BT-46-1", "BT-60-1"),
    "BR-CL-11": ("BT-30-1", "BT-47-1", "BT-61-1"),
    "BR-CL-13": ("BT-158-1",),
    "BR-CL-14": ("BT-40", "BT-55", "BT-69", "BT-80"),
    "BR-CL-15": ("BT-159",),
    "BR-CL-16": ("BT-81",),
    "BR-CL-17": ("BT-95", "BT-102", "BT-118", "BT-151"),
    "BR-CL-19": ("BT-98", "BT-140"),
    "BR-CL-20": ("BT-105", "BT-145"),
    "BR-CL-21": ("BT-157-1",),
    "BR-CL-22": ("BT-121",),
    "BR-CL-23": ("BT-130", "BT-150"),
    "BR-CL-25": ("BT-34-1", "BT-49-1"),
    "BR-CL-26": ("BT-71-1",),
}
_CODE_RULE_OF = {term: rule for rule, terms in _CODE_RULES.items() for term in terms}

_STEP = re.compile(r"/(@?)(?:[\w*]+:)?(\w+)(?:\[namespace-uri[^\]]*\])?(?:\[(\d+)\])?")
_STEPS = " › "
_LINE = "IncludedSupplyChainTradeLineItem"  # always told with its number; of others only the second and later ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a structural rule asks of one element or attribute at one place."""

    form: str  # the kind of sentence, see _FORMS
    element: str  # as the message names it: ram:Name, @schemeID
    limit: str  # how often it may stand; "" where that is not the question
    steps: tuple[tuple[str, str], ...]  # local names and numbers of the parts around, from outer to inner
    terms: tuple[str, ...]  # those of the rule that can be meant at this place

    @property
    def is_structural(self) -> bool:
        """Whether it is about the make of the file, not about a code in it."""
        return self.form != "value"

    def entry(self) -> Entry:
        """The nearest text: for the term, for the element within its parent, for the element, for the form."""
        known = entries()
        return next(known[key] for key in self._keys() if key in known)

    def _keys(self) -> Iterator[str]:
        name = self.element.rpartition(":")[2]
        if self.form == "value" and len(self.terms) == 1:
            yield _CODE_RULE_OF.get(self.terms[0], "")
            yield f"{_OWN}*/value-{self.terms[0]}"
        if self.steps:
            yield f"{_OWN}*/{self.form}-{self.steps[-1][0]}/{name}"
        yield f"{_OWN}*/{self.form}-{name}"
        yield f"{_OWN}*/{self.form}"

    def values(self, lang: Lang) -> dict[str, str]:
        """What fills the gaps of its texts: {element}, {name}, {field}, {place} and {limit}."""
        element = self.element.rpartition(":")[2]
        field = self.terms[0] if len(self.terms) == 1 and self.terms[0].startswith("BT-") else ""
        steps = self.steps if element.startswith("@") else (*self.steps, (element, ""))
        place = tuple(_parts(steps, lang))
        return {
            "element": element,
            "name": _names(lang).get(element, "") if element.startswith("@") else _STEPS.join(place[-2:]),
            "field": field and f"{term_name(field, lang)} ({field})",
            "place": _STEPS.join(place),
            "limit": self.limit if self.limit != "1" else "",
        }


def told_as(finding: Finding) -> str:
    """The id whose words serve: the rule's own, or today's name of an older rule."""
    rule = finding.rule
    return next((new + rule.removeprefix(old) for old, new in _ALIASES if rule.startswith(old)), rule)


def demand_of(finding: Finding, terms: Sequence[str]) -> Demand | None:
    """The demand a rule makes in its message; None for all other rules. `terms`: those the rule is about."""
    if not finding.rule.startswith(_OWN):
        return None
    message = " ".join(finding.message.split())
    for form, pattern in _FORMS:
        if found := pattern.fullmatch(message):
            parts = found.groupdict()
            element = parts["element"] or parts["inner"]
            steps = _steps(finding.xpath)
            if form not in _ABOUT_CHILD and not element.startswith("@"):
                steps = steps[:-1]
            here = _here(terms, finding.place)
            return Demand(form=form, element=element, limit=parts.get("limit") or "", steps=steps, terms=here)
    return None


def _here(terms: Sequence[str], place: tuple[tuple[str, int | None], ...] | None) -> tuple[str, ...]:
    """One number serves many places: the terms at this place or in this group, or all if none is."""
    if place is None:
        return tuple(terms)
    spot = place[-1][0] if place else ""
    if not terms:
        return (spot,) if spot in TERMS else ()
    near = tuple(term for term in terms if term == spot or (way_to(term)[-1:] or ("",))[0] == spot)
    within = tuple(term for term in terms if spot in way_to(term))
    return near or within or tuple(terms)


def _steps(xpath: str) -> tuple[tuple[str, str], ...]:
    found = _STEP.findall(xpath)
    return tuple((name, "" if number == "1" else number) for mark, name, number in found if not mark)


def _parts(steps: Sequence[tuple[str, str]], lang: Lang) -> Iterator[str]:
    """Rechnungsposition 2, Lieferempfänger, Anschrift: without elements that only wrap others."""
    said = ""
    for step, number in steps:
        name = _names(lang).get(step, "")
        if name and name != said:
            count = number or ("1" if step == _LINE else "")
            yield f"{name} {count}" if count else name
            said = name


@cache
def _names(lang: Lang) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for file in ("elements.tsv", "factur-x-elements.tsv"):
        lines = files("einvoice.explain").joinpath(file).read_text(encoding="utf-8").splitlines()
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        found |= {row["element"]: row[lang] for row in rows}
    return found
