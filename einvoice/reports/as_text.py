"""The report for a terminal: plain text, 80 columns, worst first."""

import io
from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from einvoice.explain import Lang
from einvoice.model.examination import Examination
from einvoice.reports.beside import BesideView, File
from einvoice.reports.blocks import Pair, Table
from einvoice.reports.policy import PolicyView
from einvoice.reports.problem import Problem, Spot
from einvoice.reports.view import ReportView
from einvoice.reports.words import Words, words

_WIDTH = 80
_NO_BREAK, _TIED = "\xa0", "\ufdd0"  # lines break at any white space, so it is none until they are made
_TONES = {
    "accepted": "bold green",
    "rejected": "bold red",
    "undecided": "bold yellow",
    "error": "bold red",
    "warning": "bold yellow",
    "information": "bold cyan",
}
_LABEL = "bold"


def text_report(examination: Examination, lang: Lang, color: bool = False, *, kept: bool = False) -> str:
    """The report; no escape codes unless `color`. `kept`: the file is stored, not just checked on trial."""
    view = ReportView.of(examination, lang, kept=kept)
    target = io.StringIO()
    console = Console(
        file=target,
        width=_WIDTH,
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        _environ={},
    )
    for part in _parts(view):
        console.print(_tied(part), soft_wrap=False)
    lines = target.getvalue().replace(_TIED, _NO_BREAK).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _tied(part: Text | Padding) -> Text | Padding:
    """The same part; an amount and its currency will stand in one line."""
    text = part.renderable if isinstance(part, Padding) else part
    if isinstance(text, Text):
        text.plain = text.plain.replace(_NO_BREAK, _TIED)
    return part


def _parts(view: ReportView) -> Iterator[Text | Padding]:
    spoken = words(view.lang)
    yield Text(view.name, style="dim")
    yield Text(view.headline, style=_TONES[view.tone])
    yield Text(view.summary)
    if view.classes:
        yield Text(", ".join(f"{one.count} {one.label}" for one in view.classes))
    yield Text("")
    yield Text(spoken["next"], style=_LABEL)
    heed = view.beside.heed if view.beside else ""
    for text in (view.next_steps, *(one.meaning for one in view.classes), view.note, heed):
        if text:
            yield _indented(Text(text))
    yield from _pairs(view.glance)
    if view.policy:
        yield from _policy(view.policy, view.lang)
    for title, problems in ((spoken["problems"], view.problems), (spoken["remarks"], view.remarks)):
        if problems:
            yield _heading(title)
        for problem in problems:
            yield from _problem(problem, view.lang)
    if view.beside:
        yield from _beside(view.beside, view.lang)
    yield _heading(spoken["proof"])
    yield from _pairs((*view.proof, *view.artefacts))


def _policy(policy: PolicyView, lang: Lang) -> Iterator[Text | Padding]:
    yield _heading(policy.title)
    yield Text(policy.intro)
    if policy.demands:
        asked = ", ".join(f"{demand.label} ({demand.value})" for demand in policy.demands)
        yield _labelled(policy.demands_label, asked)
    for problem in policy.problems:
        yield from _problem(problem, lang)


def _beside(beside: BesideView, lang: Lang) -> Iterator[Text | Padding]:
    yield _heading(beside.title)
    for text in (beside.intro, beside.clean):
        if text:
            yield Text(text)
    for problem in beside.problems:
        yield from _problem(problem, lang)
    if beside.pairs:
        yield from _pairs(beside.pairs)
    if beside.compared:
        yield _subheading(beside.compared.title)
    if beside.comparing:
        yield Text(beside.comparing)
    if beside.compared:
        yield from _rows(beside.compared)
    if beside.files:
        yield from _files(beside, lang)


def _rows(table: Table) -> Iterator[Text | Padding]:
    """A row of a table a paragraph: its columns would not fit."""
    for row in table.rows:
        yield _indented(Text(row.cells[table.main], style=_LABEL))
        for column, cell in list(zip(table.columns, row.cells, strict=True))[1:]:
            yield _indented(Text(f"{column.label}: {cell}"), 4)


def _files(beside: BesideView, lang: Lang) -> Iterator[Text | Padding]:
    yield _subheading(beside.files_title)
    if beside.careful:
        yield Text(beside.careful)
    for file in beside.files:
        yield from _file(file)
    if beside.files_more:
        yield _indented(Text(words(lang).count("more", beside.files_more)))


def _file(file: File) -> Iterator[Text | Padding]:
    title = Text(f"{file.number}. {file.name}", style=_LABEL)
    for warning in file.warnings:
        title.append(f"  [{warning}]", style=_TONES[file.level or "information"])
    yield _indented(title)
    for text in (file.kind, file.more, f"SHA-256: {file.sha256}"):
        yield _indented(Text(text), 4)


def _problem(problem: Problem, lang: Lang) -> Iterator[Text | Padding]:
    spoken = words(lang)
    title = Text()
    title.append(problem.level_name, style=_TONES[problem.level])
    title.append(f"  {problem.title}", style=_LABEL)
    title.append(f"  [{problem.rule}]", style="dim")
    yield Text("")
    yield title
    yield _indented(Text(problem.what))
    yield from _behind(problem, spoken)
    yield _indented(_labelled(problem.fix_label, problem.fix))
    if problem.concerns:
        named = ", ".join(f"{term.label} ({term.term})" for term in problem.concerns)
        yield _indented(_labelled(spoken["terms"], f"{named} {problem.concerns_more}".rstrip()))
    for term in problem.said:
        yield _indented(_labelled(f"{term.label} ({term.term})", term.value))
    if problem.spots:
        yield _indented(Text(f"{spoken['where']}", style=_LABEL))
    for spot in problem.spots:
        yield _indented(Text(f"- {_spot(spot, lang)}"), 4)
    if problem.more:
        yield _indented(Text(problem.more), 4)
    yield _indented(_labelled(problem.message_label, problem.message, style="dim"))
    if problem.consequences:
        yield _indented(Text(f"{spoken['consequences']}:", style=_LABEL))
    for one in problem.consequences:
        yield _indented(Text(f"- {one.title} [{one.rule}], {one.count_text}"), 4)


def _behind(problem: Problem, spoken: Words) -> Iterator[Text | Padding]:
    """Both sides of a sum, the value and what would be right."""
    if problem.culprit:
        yield _indented(Text(problem.culprit))
    for sum_ in problem.evidence:
        yield _indented(_labelled(spoken["computed_anew"], f"{sum_.sentence} {sum_.likely}".rstrip()))
    for hint in problem.hints:
        yield _indented(_labelled(hint.label, hint.value))


def _spot(spot: Spot, lang: Lang) -> str:
    spoken = words(lang)
    line = f", {spoken['line']} {spot.line}" if spot.line else ""
    found = f": {spot.found}" if spot.found else ""
    return f"{spot.place}{line}{found}"


def _heading(title: str) -> Text:
    return Text(f"\n{title}\n{'─' * len(title)}", style=_LABEL)


def _subheading(title: str) -> Text:
    return Text(f"\n{title}", style=_LABEL)


def _pairs(pairs: tuple[Pair, ...]) -> Iterator[Text | Padding]:
    yield Text("")
    for pair in pairs:
        yield _labelled(pair.label, pair.value)


def _labelled(label: str, value: str, style: str = "") -> Text:
    text = Text()
    text.append(f"{label}: ", style=_LABEL)
    text.append(value, style=style)
    return text


def _indented(text: Text, columns: int = 2) -> Padding:
    return Padding(text, (0, 0, 0, columns))
