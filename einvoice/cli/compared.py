"""Prints documents judged twice: a table or JSON lines, and a line that sums up."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import typer

from einvoice.model import Assessment, Level
from einvoice.model.comparison import Comparison, RuleDifference

_NAME = 44  # signs of a name in the table
_VERDICT = 10


class ListFormat(StrEnum):
    """How the list is printed."""

    TEXT = "text"
    JSONL = "jsonl"


FormatOption = Annotated[ListFormat, typer.Option("--format", "-f", help="A table, or one JSON object a document.")]
AllOption = Annotated[bool, typer.Option("--all", help="Show those too for which nothing differs.")]


@dataclass(kw_only=True)
class Listing:
    """Shows comparisons as they come and remembers what they come to."""

    output_format: ListFormat
    before: str  # what the first verdict is
    after: str
    show_all: bool
    kept: list[str] = field(default_factory=list)  # every difference as a JSON line
    documents: int = 0
    flips: int = 0
    undecided: int = 0
    others: int = 0  # same verdict, other rules

    def show(self, compared: Iterable[Comparison]) -> None:
        """Print all of them, then the sum (to stderr where the output is for programs)."""
        text = self.output_format is ListFormat.TEXT
        for one in compared:
            self._count(one)
            if one.same and not self.show_all:
                continue
            if text and not self.kept:
                typer.echo("  " + _row("document", self.before, self.after, "rules"))
            line = json.dumps(_fields(one), ensure_ascii=False)
            self.kept.append(line)
            typer.echo(_told(one) if text else line)
        typer.echo(self.sum, err=not text)

    @property
    def sum(self) -> str:
        """One line."""
        same = self.documents - self.flips - self.undecided - self.others
        return (
            f"{self.documents} documents: {self.flips} with another verdict, {self.undecided} that could not be "
            f"judged, {self.others} with the same verdict by other rules, {same} the same"
        )

    @property
    def code(self) -> int:
        """How the command ends: 0 no verdict flips, 1 some flip, 3 some could not be judged."""
        return 3 if self.undecided else 1 if self.flips else 0

    def _count(self, one: Comparison) -> None:
        self.documents += 1
        self.flips += one.flips
        self.undecided += one.undecided
        self.others += not (one.flips or one.undecided or one.same)


def _told(one: Comparison) -> str:
    name = one.name if len(one.name) <= _NAME else "…" + one.name[1 - _NAME :]
    number = f" (invoice {one.invoice_number})" if one.invoice_number else ""
    sign = "! " if one.flips else "? " if one.undecided else "  "
    rules = ", ".join(map(_rule, one.rules()))
    codes = " -> ".join(dict.fromkeys(filter(None, map(_code, (one.before, one.after)))))
    return sign + _row(name, one.before.verdict, one.after.verdict, "; ".join(filter(None, (rules, codes)))) + number


def _row(name: str, before: str, after: str, rules: str) -> str:
    return f"{name:<{_NAME}}  {before:<{_VERDICT}}  {after:<{_VERDICT}}  {rules}".rstrip()


def _rule(rule: RuleDifference) -> str:
    """`+BR-1 error`, `-BR-1 error`, `BR-1 warning -> error`; how often, if more than once."""
    before, after = _levels(rule.before), _levels(rule.after)
    if not before:
        return f"+{rule.rule} {after}"
    return f"{rule.rule} {before} -> {after}" if after else f"-{rule.rule} {before}"


def _levels(levels: tuple[tuple[Level, int], ...]) -> str:
    return "/".join(f"{level}" if count == 1 else f"{count}x {level}" for level, count in levels)


def _code(side: Assessment) -> str:
    return side.fault.cause if side.fault else side.refusal.code if side.refusal else ""


def _fields(one: Comparison) -> dict[str, object]:
    return {
        "document": one.name,
        "invoice_number": one.invoice_number,
        "flips": one.flips,
        "before": _side(one.before),
        "after": _side(one.after),
        "rules": [{"rule": r.rule, "before": dict(r.before), "after": dict(r.after)} for r in one.rules()],
    }


def _side(side: Assessment) -> dict[str, object]:
    return {
        "verdict": side.verdict,
        "pack": side.pack,
        "scenario": side.scenario,
        "refusal": side.refusal.code if side.refusal else None,
        "fault": side.fault.cause if side.fault else None,
    }
