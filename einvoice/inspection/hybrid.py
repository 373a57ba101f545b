"""BR-HYBRID-01 to -15, BR-HYBRID-DE-01 and -02, BR-FX-DE-03: whether the PDF is made as the format asks.

One row a rule; its check gives the details of what is wrong, or nothing. All are warnings or notes: since 2025 the XML
is the invoice, and a fault of the PDF around it costs nobody the payment (BR-FX-DE-03).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from einvoice.inspection.editions import (
    BASIC_WL,
    FACTUR_X,
    MINIMUM,
    XRECHNUNG,
    Edition,
    edition_of,
    level_of,
    same_level,
)
from einvoice.inspection.noted import HYBRID, noted
from einvoice.inspection.verapdf import NOT_COMPLIANT
from einvoice.model.document import InvoiceDocument
from einvoice.model.enclosed import HybridFacts, InvoiceFile, Xmp, XmpState
from einvoice.model.finding import Finding, Level
from einvoice.model.invoice import Invoice

_INVOICE = "INVOICE"
_MIME = "text/xml"
_GERMANY = "DE"

Details = dict[str, str] | None  # what is wrong, None: nothing; `value` is what was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hybrid invoice, as the rules look at it."""

    facts: HybridFacts
    edition: Edition
    level: str | None  # conformance level the XML stands for; None: none
    german: bool  # seller and buyer in Germany, both stated
    german_seller: bool  # and the buyer in Germany or, as in MINIMUM, not stated: recipients are German authorities
    verapdf: str | None

    @property
    def xmp(self) -> Xmp:
        """The metadata."""
        return self.facts.xmp

    @property
    def file(self) -> InvoiceFile:
        """The embedded XML."""
        return self.facts.invoice

    @property
    def described(self) -> bool:
        """Whether the metadata has the properties at all; where not, BR-HYBRID-03 says so, and no rule repeats it."""
        properties = (self.xmp.document_type, self.xmp.document_file_name, self.xmp.version, self.xmp.conformance_level)
        return self.edition.settled and self.xmp.state is XmpState.READ and any(properties)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, how it is reported, what it says in English, and its check."""

    id: str
    level: Level
    message: str
    check: Callable[[Case], Details]
    terms: tuple[str, ...] = ()


def hybrid_findings(
    document: InvoiceDocument, invoice: Invoice, facts: HybridFacts, verapdf: str | None
) -> Iterator[Finding]:
    """What is wrong with the PDF around the invoice."""
    seller, buyer = invoice.text("BT-40"), invoice.text("BT-55")
    case = Case(
        facts=facts,
        edition=edition_of(document, facts),
        level=level_of(document),
        german=seller == buyer == _GERMANY,
        german_seller=seller == _GERMANY and buyer in (_GERMANY, None),
        verapdf=verapdf,
    )
    for rule in RULES:
        details = rule.check(case)
        if details is not None:
            yield noted(rule.id, rule.level, HYBRID, rule.message, details, terms=rule.terms)


def _readable(case: Case) -> Details:
    return {} if case.facts.pages == 0 else None


def _claim(case: Case) -> Details:
    part, conformance = case.xmp.pdfa_part or "", (case.xmp.pdfa_conformance or "").upper()
    if any(part == wanted and conformance and conformance in kinds for wanted, kinds in case.edition.pdfa):
        return None if case.german_seller else _technical(case)
    return {"value": f"PDF/A-{part}{conformance.lower()}"} if part else {}


def _technical(case: Case) -> Details:
    """What PDF/A asks of a file that claims to be one, as far as it was looked at."""
    if case.verapdf == NOT_COMPLIANT:
        return {"validator": "veraPDF"}
    return {"fonts": "Font"} if case.facts.fonts_embedded is False else None


def _extension(case: Case) -> Details:
    if case.xmp.state is XmpState.BROKEN:
        return {"broken": "XMP"}
    if not case.edition.settled:
        return None
    if not case.described:
        return {"absent_properties": "XMP"}
    return None if case.xmp.extension_schema else {"undeclared": "pdfaExtension:schemas"}


def _namespace(case: Case) -> Details:
    return _one_of(case, case.xmp.namespace, case.edition.namespaces) if case.xmp.namespace else None


def _prefix(case: Case) -> Details:
    return _one_of(case, case.xmp.prefix, case.edition.prefixes) if case.xmp.prefix else None


def _type(case: Case) -> Details:
    return _one_of(case, case.xmp.document_type, (_INVOICE,))


def _level(case: Case) -> Details:
    wanted = case.edition.levels
    best = next((level for level in wanted if case.level and same_level(level, case.level)), "")
    details = _one_of(case, case.xmp.conformance_level, wanted)
    return details and {**details, "expected": best or ", ".join(wanted)}


def _stated_name(case: Case) -> Details:
    return _one_of(case, case.xmp.document_file_name, _names(case))


def _version(case: Case) -> Details:
    return _one_of(case, case.xmp.version, case.edition.versions)


def _usual_version(case: Case) -> Details:
    usual, version = FACTUR_X.versions[0], case.xmp.version
    if not case.described or case.edition is not FACTUR_X or version == usual or version not in FACTUR_X.versions:
        return None
    return {"value": version or "", "expected": usual}


def _relationship(case: Case) -> Details:
    allowed = case.edition.relationships_of(case.level, german=case.german)
    given = case.file.relationship
    if given in allowed:
        return None
    return {**({"value": given} if given else {}), "expected": " / ".join(allowed)}


def _embedding(case: Case) -> Details:
    """In both lists of the document, as text/xml, dated, once."""
    file = case.file
    wrong = {
        "unlisted": "" if file.in_names else "EmbeddedFiles",
        "unassociated": "" if file.in_associated else "AF",
        "mime": "" if file.mime == _MIME else (file.mime or "–"),
        "undated": "" if file.modified else "ModDate",
        "copies": str(case.facts.invoices) if case.facts.invoices > 1 else "",
    }
    found = {key: text for key, text in wrong.items() if text}
    return {"wrong": ", ".join(found), **found} if found else None


def _name(case: Case) -> Details:
    allowed = _names(case)
    other = {case.file.unicode_name or case.file.name, case.file.plain_name or case.file.name} - {case.file.name}
    wrong = next((name for name in (case.file.name, *sorted(other)) if name not in allowed), None)
    return None if wrong is None else {"value": wrong, "expected": allowed[0]}


def _agreed_name(case: Case) -> Details:
    stated = case.xmp.document_file_name
    if not case.described or not stated or stated == case.file.name:
        return None
    return {"value": case.file.name, "expected": stated}


def _agreed_level(case: Case) -> Details:
    stated = case.xmp.conformance_level
    if not case.described or not stated or case.level is None or same_level(stated, case.level):
        return None
    return {"value": stated, "expected": case.level}


def _no_invoice(level: str) -> Callable[[Case], Details]:
    def check(case: Case) -> Details:
        return {"value": level} if case.german_seller and case.level == level else None

    return check


def _tolerated(case: Case) -> Details:
    return _technical(case) if case.german_seller else None


def _names(case: Case) -> tuple[str, ...]:
    """What the embedded XML may be called, the right name first: xrechnung.xml is for XRechnungen alone."""
    names = case.edition.file_names
    if case.edition is not FACTUR_X:
        return names
    if case.level == XRECHNUNG:
        return ("xrechnung.xml", *(name for name in names if name != "xrechnung.xml"))
    older = case.xmp.namespace is not None and ":zugferd:" in case.xmp.namespace
    return tuple(name for name in names if name != "xrechnung.xml" and (older or not name.startswith("zugferd")))


def _one_of(case: Case, value: str | None, allowed: tuple[str, ...]) -> Details:
    if not case.described or value in allowed:
        return None
    return {**({"value": value} if value else {}), "expected": allowed[0]}


_WARNING, _NOTE = Level.WARNING, Level.INFORMATION

RULES = (
    Rule("BR-HYBRID-01", _NOTE, "The PDF has no page that a person could read.", _readable),
    Rule("BR-HYBRID-02", _WARNING, "The PDF is not marked as PDF/A-3, or is none.", _claim),
    Rule("BR-HYBRID-03", _WARNING, "The metadata lacks the description of the embedded invoice.", _extension),
    Rule("BR-HYBRID-04", _WARNING, "The metadata has the namespace {value} instead of {expected}.", _namespace),
    Rule("BR-HYBRID-05", _WARNING, "The metadata has the prefix {value} instead of {expected}.", _prefix),
    Rule("BR-HYBRID-06", _WARNING, "DocumentType is {value} instead of {expected}.", _type),
    Rule("BR-HYBRID-07", _WARNING, "ConformanceLevel is {value} instead of {expected}.", _level),
    Rule("BR-HYBRID-08", _WARNING, "DocumentFileName is {value} instead of {expected}.", _stated_name),
    Rule("BR-HYBRID-09", _WARNING, "Version is {value}, no known one; {expected} is usual.", _version),
    Rule("BR-HYBRID-10", _NOTE, "Version is {value}; {expected} is usual.", _usual_version),
    Rule("BR-HYBRID-11", _WARNING, "AFRelationship is {value} instead of {expected}.", _relationship),
    Rule("BR-HYBRID-12", _WARNING, "The XML is not embedded as prescribed: {wrong}.", _embedding),
    Rule("BR-HYBRID-13", _WARNING, "The embedded XML is called {value} instead of {expected}.", _name),
    Rule("BR-HYBRID-14", _WARNING, "The embedded XML is called {value}, the metadata says {expected}.", _agreed_name),
    Rule("BR-HYBRID-15", _WARNING, "The metadata says {value}, the XML is {expected}.", _agreed_level, ("BT-24",)),
    Rule("BR-HYBRID-DE-01", _WARNING, "{value} is no invoice between Germans.", _no_invoice(MINIMUM), ("BT-24",)),
    Rule("BR-HYBRID-DE-02", _WARNING, "{value} is no invoice between Germans.", _no_invoice(BASIC_WL), ("BT-24",)),
    Rule("BR-FX-DE-03", _WARNING, "The PDF is no sound PDF/A; the XML counts all the same.", _tolerated),
)
