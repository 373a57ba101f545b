"""From a finding to what a bookkeeper needs: what is wrong, why it matters, what to do."""

from dataclasses import dataclass
from enum import StrEnum

from einvoice.explain.factur_x import demand_of, told_as
from einvoice.explain.gaps import gaps_of
from einvoice.explain.rulebook import kind_of, terms_of
from einvoice.explain.wording import Entry, Lang, allowed_entry, entry_for, fill, first, key_for, words
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.terms import term_name

# Rule ids of CEN/TS 16931-3-2 and -3-3. Those of the kind conditional ask for content, as business rules do.
_SYNTAX_BINDING = ("UBL-", "CII-")
_PICTURE = "PICTURE-"  # pages that show something else than the invoice says


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
    demand = demand_of(finding, terms)  # Factur-X: what most of its rules ask stands in their message alone
    terms = demand.terms if demand else terms
    entry = demand.entry() if demand else entry_for(told_as(finding), kind)
    allowed = demand is None and _allowed(finding)
    wording = (allowed_entry() if allowed else entry).wording(lang)
    values = gaps_of(finding, terms, lang) | (demand.values(lang) if demand else {})
    return Explanation(
        title=first(wording.title, values),
        what=fill(wording.what, values),
        why=" ".join(filter(None, (fill(wording.why, values), _quiet(finding.level, lang)))),
        fix=fill(wording.fix, values),
        terms=tuple((term, term_name(term, lang)) for term in terms),
        kind_class=KindClass.FORMAT if demand and demand.is_structural else _class(finding, entry),
        allowed=allowed,
    )


def has_text(finding: Finding) -> bool:
    """Whether the words for a finding are its rule's or its family's, not the general ones for any rule of its kind."""
    kind, terms = kind_of(finding.rule, finding.ruleset), terms_of(finding.rule, finding.ruleset)
    return demand_of(finding, terms) is not None or not key_for(told_as(finding), kind).startswith("*")


def _allowed(finding: Finding) -> bool:
    """Whether a rule that asks for a change elsewhere is lowered to an information here: the format permits it."""
    return finding.level is Level.INFORMATION and finding.own_level in (Level.ERROR, Level.WARNING)


def _class(finding: Finding, entry: Entry) -> KindClass:
    if finding.source is Source.CONTAINER:
        return KindClass.CONTENT if finding.rule.startswith(_PICTURE) else KindClass.FORMAT
    binding = finding.rule.startswith(_SYNTAX_BINDING) and kind_of(finding.rule, finding.ruleset) != "conditional"
    if finding.source is Source.XSD or binding:
        return KindClass.FORMAT
    return KindClass.CONTENT if entry.law else KindClass.BUSINESS_RULE


def _quiet(level: Level, lang: Lang) -> str:
    """Only errors reject; whoever reads a warning or a note should know."""
    return "" if level is Level.ERROR else str(words(lang)["quiet"][level.value])
