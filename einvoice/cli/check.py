"""`einvoice check`: judge files and folders without a service."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import track

from einvoice.app import open_stages
from einvoice.cli.policies import compile_all, trying
from einvoice.errors import Fault
from einvoice.explain import Lang
from einvoice.model import Verdict
from einvoice.model.examination import Examination
from einvoice.model.routing import Routing
from einvoice.pipeline import Stages, examine
from einvoice.reports import html_report, json_report, jsonl_line, kosit_report, pdf_report, text_report
from einvoice.settings import Settings
from einvoice.validation import ValidatorPool

STDIN = "-"
_TAKEN = {".xml", ".pdf"}  # in folders; a file that is named is always taken
_FEW = 3  # so few documents are judged sooner without compiling every rule pack first
_AHEAD = 4  # documents read ahead for each process, so that memory stays bounded


class Format(StrEnum):
    """How the reports are printed."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"
    PDF = "pdf"
    KOSIT = "kosit"  # XML, as the KoSIT validator reports


_ONE_A_DOCUMENT = {Format.HTML, Format.PDF, Format.KOSIT}
_SUFFIXES = {Format.KOSIT: "xml"}  # of files; otherwise the format's own name


class Scenarios(StrEnum):
    """Whose scenarios judge."""

    ALL = "all"  # KoSIT's first, then what only packs of ours know
    KOSIT = "kosit"


class Language(StrEnum):
    """German or English."""

    DE = "de"
    EN = "en"


def check(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files and folders, XML and PDF; - is stdin.")],
    output_format: Annotated[Format, typer.Option("--format", "-f", help="How to print.")] = Format.TEXT,
    lang: Annotated[Language, typer.Option(help="Language of the explanations.")] = Language.DE,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for one report a document instead of stdout.")
    ] = None,
    scenarios: Annotated[
        Scenarios, typer.Option(help="By KoSIT's scenarios alone, or by all packs; the format kosit implies kosit.")
    ] = Scenarios.ALL,
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=warn|reject]", help="Try a policy as if an authority asked for it; repeatable."),
    ] = None,
) -> None:
    """Judge invoices as the KoSIT validator does, and say how to mend them.

    Ends with 0: all accepted, 1: some rejected (or declined, by a policy that is tried), 2: wrong usage, 3: some
    undecided (trouble of ours, told on stderr).
    """
    documents = list(_documents(paths))
    if not documents:
        raise typer.BadParameter("there is no XML or PDF file in it", param_hint="PATH")
    if output_format in _ONE_A_DOCUMENT and len(documents) > 1 and output is None:
        raise typer.BadParameter("one file a document: name a folder with --output", param_hint="--format")
    if output_format is Format.PDF and output is None and sys.stdout.isatty():
        raise typer.BadParameter("a terminal cannot show a PDF: name a folder with --output", param_hint="--format")
    settings = Settings()
    workers = min(settings.workers or 1, len(documents)) or 1
    settings = settings.model_copy(update={"workers": min(os.cpu_count() or 1, workers)})
    official_only = Scenarios.KOSIT is scenarios or output_format is Format.KOSIT
    authority = trying(policy or [], lang.value)
    if authority and official_only:
        raise typer.BadParameter("KoSIT knows no policies: leave it away, or use another format", param_hint="--policy")
    verdicts = set()
    with ValidatorPool(settings, preload=len(documents) > _FEW) as pool:
        shown = _Shown(output_format, lang.value, output, several=len(documents) > 1)
        stages = open_stages(settings, pool, envelopes=not official_only)
        if authority:
            compile_all(pool, tuple(demand.policy for demand in authority.policy.demands))
            stages = replace(stages, route=lambda _: Routing(authority=authority))
        judged = _examined(documents, partial(_one, stages=stages, official_only=official_only), settings.workers)
        for path, examination in _progress(judged, len(documents)):
            shown.show(path, examination)
            verdicts.add(Verdict.REJECTED if examination.assessment.declined else examination.verdict)
        shown.end()
    if Verdict.UNDECIDED in verdicts:
        raise typer.Exit(3)
    if Verdict.REJECTED in verdicts:
        raise typer.Exit(1)


def _documents(paths: Iterable[str]) -> Iterator[str]:
    for name in paths:
        path = Path(name)
        if name == STDIN or path.is_file():
            yield name
        elif path.is_dir():
            files = (file for file in path.rglob("*") if file.suffix.lower() in _TAKEN and file.is_file())
            yield from (str(file) for file in sorted(files))
        else:
            raise typer.BadParameter(f"there is no file or folder {name}", param_hint="PATH")


def _examined(
    documents: list[str], one: Callable[[str], Examination], workers: int
) -> Iterator[tuple[str, Examination]]:
    """Judge side by side, answer in order."""
    waiting: deque[tuple[str, Future[Examination]]] = deque()
    with ThreadPoolExecutor(workers + 1) as threads:
        for path in documents:
            waiting.append((path, threads.submit(one, path)))
            if len(waiting) > workers * _AHEAD:
                path, future = waiting.popleft()
                yield path, future.result()
        for path, future in waiting:
            yield path, future.result()


def _one(path: str, stages: Stages, *, official_only: bool) -> Examination:
    name, data = ("stdin", sys.stdin.buffer.read()) if path == STDIN else (Path(path).name, _read(Path(path)))
    if isinstance(data, OSError):  # we could not read it: that says nothing about the invoice
        unread = replace(stages, extract=partial(_raise, Fault("unreadable", f"{path}: {data.strerror}")))
        return examine(b"", name, unread)
    return examine(data, name, stages, official_only=official_only)


def _read(path: Path) -> bytes | OSError:
    try:
        return path.read_bytes()
    except OSError as error:
        return error


def _raise(fault: Fault, _: bytes) -> NoReturn:
    raise fault


def _progress(results: Iterator[tuple[str, Examination]], total: int) -> Iterable[tuple[str, Examination]]:
    """A bar on stderr for people, when there is something to wait for."""
    from rich.console import Console

    if total <= _FEW or not sys.stderr.isatty() or sys.stdout.isatty():
        return results
    return track(results, total=total, description="Checking", console=Console(stderr=True), transient=True)


class _Shown:
    """Prints the reports, or writes them into a folder."""

    def __init__(self, output_format: Format, lang: Lang, folder: Path | None, *, several: bool) -> None:
        self._format, self._lang, self._folder = output_format, lang, folder
        self._array = several and output_format is Format.JSON and folder is None
        self._count = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def show(self, path: str, examination: Examination) -> None:
        """One document."""
        if fault := examination.assessment.fault:
            typer.echo(f"{path}: undecided: {fault.cause}: {fault.detail}", err=True)
        report = self._report(path, examination)
        self._count += 1
        if self._folder is not None:
            data = report.encode() if isinstance(report, str) else report
            suffix = _SUFFIXES.get(self._format, self._format.value)
            _free(self._folder, f"{examination.name}.report", suffix).write_bytes(data)
        elif isinstance(report, bytes):
            sys.stdout.buffer.write(report)
        elif self._array:
            typer.echo(("[" if self._count == 1 else ",") + report)
        else:
            typer.echo(report)

    def end(self) -> None:
        """After the last one."""
        if self._array:
            typer.echo("]")

    def _report(self, path: str, examination: Examination) -> str | bytes:
        match self._format:
            case Format.PDF:
                return pdf_report(examination, self._lang)
            case Format.KOSIT:
                return kosit_report(examination, self._lang)
            case Format.JSONL:
                return jsonl_line(examination, path, self._lang).rstrip("\n")
            case Format.JSON:
                return json_report(examination, self._lang).decode()
            case Format.HTML:
                return html_report(examination, self._lang)
            case Format.TEXT:
                return text_report(examination, self._lang, color=sys.stdout.isatty() and self._folder is None)


def _free(folder: Path, stem: str, suffix: str) -> Path:
    """A name that is not taken: two files of one name may come out of two folders."""
    path, number = folder / f"{stem}.{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.{suffix}"
    return path
