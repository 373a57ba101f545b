"""The value itself beside what would be right: codes with the nearest allowed ones, formats with an example."""

import csv
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from einvoice.explain.factur_x import told_as
from einvoice.model.finding import Finding
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.reports.blocks import Pair
from einvoice.reports.formats import money, visible
from einvoice.reports.forms import remarks
from einvoice.reports.insight.groups import Groups
from einvoice.reports.values import Reader
from einvoice.reports.words import words

_MOST = 5  # different values of one problem
_SHOWN = 120  # characters of a value


class _Form(NamedTuple):
    rules: tuple[str, ...]
    terms: tuple[str, ...]  # where the value stands if the finding does not carry it
    check: str
    example: str


def hints_of(findings: Sequence[Finding], invoice: Invoice | None, reader: Reader) -> tuple[Pair, ...]:
    """Label and text: what stands there, what is wrong with it, what would be right. Empty if nothing is known."""
    form = _form(told_as(findings[0]))
    return tuple(_form_hints(findings, form, invoice, reader) if form else _code_hints(findings, reader))


def _code_hints(findings: Sequence[Finding], reader: Reader) -> Iterator[Pair]:
    spoken = words(reader.lang)
    told: dict[str, Pair] = {}
    allowed = ""
    for finding in findings:
        details = dict(finding.details)
        value, nearest, allowed = details.get("value", ""), details.get("nearest", ""), details.get("allowed", allowed)
        if nearest and value not in told and len(told) < _MOST:
            label = spoken["instead_of"].format(value=visible(value)) if value else spoken["instead_of_nothing"]
            codes = spoken["or"].join(_named(code, finding, reader) for code in nearest.split(", "))
            told[value] = Pair(label, spoken["perhaps"].format(codes=codes))
    yield from told.values()
    if allowed:
        yield Pair(
            spoken["allowed_codes"], ", ".join(_named(code, findings[0], reader) for code in allowed.split(", "))
        )


def _named(code: str, finding: Finding, reader: Reader) -> str:
    """A code with its name, where we have one: `EUR`, `H87 (Stück)`."""
    for term in finding.terms:
        name = reader.name_of(Term(term, code))
        if name != code:
            return f"{code} ({name})"
    return visible(code)


def _form_hints(findings: Sequence[Finding], form: _Form, invoice: Invoice | None, reader: Reader) -> Iterator[Pair]:
    spoken, told = words(reader.lang), dict[str, None]()
    for value in (value for finding in findings[:_MOST] for value in _values(finding, form, invoice)):
        told.setdefault(value)
    for value in told:
        said = [spoken[key].format(**{name: visible(text) for name, text in parts.items()}) for key, parts in
                remarks(form.check, value)]  # fmt: skip
        if said:
            yield Pair(spoken["instead_of"].format(value=visible(value[:_SHOWN].strip())), " ".join(said))
            if form.check == "decimals" and (rounded := _rounded(value)) is not None:
                yield Pair(spoken["rounded"], money(rounded, visible(reader.currency or ""), reader.lang))
    if form.example:
        yield Pair(spoken["example"], form.example)


def _values(finding: Finding, form: _Form, invoice: Invoice | None) -> Iterator[str]:
    """The value the finding carries, else those at its place."""
    if finding.found:
        yield finding.found
        return
    group = _around(finding, invoice) if invoice else None
    for term in form.terms or finding.terms if group else ():
        yield from (one.value for one in (group.every(term)[:_MOST] if group else ()))


def _around(finding: Finding, invoice: Invoice) -> Group | None:
    """The numbered group a finding is in, else the whole invoice."""
    place = tuple(step for step in finding.place or () if step[1] is not None)
    return Groups(invoice.root).at(place)


def _rounded(value: str) -> Decimal | None:
    try:
        number = Decimal(value.strip())
        return number.quantize(Decimal("0.01"), ROUND_HALF_UP) if number.is_finite() else None
    except InvalidOperation:
        return None


def _form(rule: str) -> _Form | None:
    return next((form for form in _forms() if any(fnmatchcase(rule, pattern) for pattern in form.rules)), None)


@cache
def _forms() -> tuple[_Form, ...]:
    text = files("einvoice.reports").joinpath("forms.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        _Form(tuple(row["rules"].split()), tuple(row["terms"].split()), row["check"], row["example"]) for row in rows
    )
