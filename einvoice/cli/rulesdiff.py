"""`einvoice rules diff A B`: what is different between two packs, as a table or as JSON."""

import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from einvoice.cli.rules import chosen, rules
from einvoice.rules import LiveRegistry, RuleFolders
from einvoice.rules.compare import Change, PackComparison, RuleChange, SheetComparison, compare
from einvoice.settings import Settings

_SHORT = 90  # signs of an expression shown whole
_WORDS = 8  # of a long one, so many that are gone and so many that are new


class TableFormat(StrEnum):
    """How it is printed."""

    TEXT = "text"
    JSON = "json"


@rules.command("diff")
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A pack's name, or the beginning that only it has.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The other pack.")],
    output_format: Annotated[TableFormat, typer.Option("--format", "-f", help="How to print.")] = TableFormat.TEXT,
) -> None:
    """Compare two packs: rules added (+), gone (-) or changed (~), custom levels, scenarios, schemas.

    Ends like diff(1): 0 both judge alike, 1 they differ, 2 wrong usage; and 3 when an artefact can't be loaded.
    """
    folders = RuleFolders.of(Settings())
    registry = LiveRegistry(folders)
    found = compare(chosen(registry, before, hint="A"), chosen(registry, after, hint="B"), folders.store)
    if output_format is TableFormat.JSON:
        typer.echo(json.dumps(asdict(found) | {"same": found.same}, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(_lines(found)))
    raise typer.Exit(0 if found.same else 1)


def _lines(found: PackComparison) -> Iterator[str]:
    yield f"{found.before} -> {found.after}"
    for sheet in found.sheets:
        yield from _sheet_lines(sheet)
    for sign, names in (("-", found.sheets_gone), ("+", found.sheets_added)):
        yield from (f"{sign} stylesheet {name}" for name in names)
    yield from (f"~ XML Schema {name}: other files" for name in found.schemas)
    for sign, names in (("-", found.scenarios_gone), ("+", found.scenarios_added)):
        yield from (f"{sign} scenario {name}" for name in names)
    for scenario in found.scenarios:
        yield f"~ scenario {scenario.rule}"
        yield from (f"    {change.what}: {change.before} -> {change.after}" for change in scenario.changes)
    if found.same:
        yield "both judge alike"


def _sheet_lines(sheet: SheetComparison) -> Iterator[str]:
    same = " (the same)" if sheet.same else ""
    yield f"\n{sheet.name}: {sheet.rules[0]} -> {sheet.rules[1]} rules{same}"
    yield from (f"  - {rule:<22} {level}" for rule, level in sheet.gone)
    yield from (f"  + {rule:<22} {level}" for rule, level in sheet.added)
    for change in sheet.changed:
        yield from _changed(change, change.rule)
    for change in sheet.definitions:
        yield from _changed(change, f"${change.rule}")
    if sheet.reworded:
        yield f"  note: other words, same rule: {', '.join(sheet.reworded)}"


def _changed(change: RuleChange, name: str) -> Iterator[str]:
    for one in change.changes:
        yield from (f"  ~ {name:<22} {text}" for text in _told(one))


def _told(change: Change) -> Iterable[str]:
    """Short texts whole, of long ones the words that differ."""
    what, before, after = change.what, change.before, change.after
    if max(len(before), len(after)) <= _SHORT or not (before and after):
        return (f"{what}: {_cut(before) or '(none)'} -> {_cut(after) or '(none)'}",)
    old, new = before.split(), after.split()
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    gone = [word for kind, i, j, _, _ in steps if kind != "equal" for word in old[i:j]]
    come = [word for kind, _, _, i, j in steps if kind != "equal" for word in new[i:j]]
    sides = ((sign, _few(words)) for sign, words in (("without", gone), ("with", come)) if words)
    return (f"{what}: {', '.join(f'{sign} {words}' for sign, words in sides)}",)


def _few(words: list[str]) -> str:
    told = _cut(" ".join(word.strip("',") for word in words[:_WORDS]).strip())
    return told + (f" ({len(words)} words)" if len(words) > _WORDS else "")


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT] + "…"
