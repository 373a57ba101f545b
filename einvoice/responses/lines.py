"""From findings to what a message says of each place in the invoice."""

import re
from collections.abc import Iterable

from einvoice.explain import explain, has_text
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.namespaces import PREFIXES
from einvoice.responses.message import NO_PLACE, Issue, LineResponse

MOST = 500  # issues told of in one message; an invoice of many lines repeats the same mistake in each

_FORMAL = frozenset({Source.XSD, Source.SCHEMATRON})
_PLACE = re.compile(r"(?:/(?:[A-Za-z_][\w.-]*:[\w.-]+(?:\[\d+\])?|@[\w.-]+(?::[\w.-]+)?))+")
_PREFIX = re.compile(r"/@?([\w.-]+):")


def line_responses(findings: Iterable[Finding]) -> tuple[LineResponse, ...]:
    """What the formal verdict found, in English: errors, then warnings, all issues of a place together.

    Of more than `MOST` one last line counts the rest.
    """
    told = [found for found in findings if found.source in _FORMAL and found.level is not Level.INFORMATION]
    told.sort(key=lambda found: found.level is not Level.ERROR)  # stable: otherwise the order of the document
    lines = _grouped((place_of(found), _issue(found)) for found in told[:MOST])
    if len(told) <= MOST:
        return lines
    text = f"{len(told) - MOST} more findings are not listed here."
    return lines + line_of("more", text, _reason(told[MOST]))


def line_of(rule: str, text: str, reason: str) -> tuple[LineResponse, ...]:
    """One issue of the document as a whole."""
    return (LineResponse(NO_PLACE, (Issue(text=f"[{rule}] {text}", reason=reason),)),)


def place_of(finding: Finding) -> str:
    """LineID: the XPath, if it can be read with the prefixes a message declares; else NA."""
    xpath = finding.xpath
    if finding.location is not None or not _PLACE.fullmatch(xpath):
        return NO_PLACE
    return xpath if all(prefix in PREFIXES for prefix in _PREFIX.findall(xpath)) else NO_PLACE


def _issue(finding: Finding) -> Issue:
    return Issue(text=f"[{finding.rule}] {_text(finding)}", reason=_reason(finding))


def _reason(finding: Finding) -> str:
    """Syntax, business rule, or a warning of one, which never stands behind a rejection."""
    if finding.level is not Level.ERROR:
        return "BW"
    return "SV" if finding.source is Source.XSD else "BV"


def _text(finding: Finding) -> str:
    """In English: our own words, as some official messages are German; those of a rule we have no words for."""
    if not has_text(finding) and finding.message.strip():
        return finding.message.strip()
    explained = explain(finding, "en")
    return f"{explained.what} {explained.fix}".strip()


def _grouped(told: Iterable[tuple[str, Issue]]) -> tuple[LineResponse, ...]:
    places: dict[str, list[Issue]] = {}
    for place, issue in told:
        places.setdefault(place, []).append(issue)
    return tuple(LineResponse(place, tuple(issues)) for place, issues in places.items())
