"""What stands beside the invoice, as a report tells it: the PDF around it, what its pages show, the files enclosed."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from einvoice.explain import Lang
from einvoice.model.enclosed import Agreement, Compared, Danger, Enclosure, Inspection, Picture
from einvoice.model.examination import Examination
from einvoice.model.finding import Finding, Level
from einvoice.model.invoice import Invoice, Term
from einvoice.model.terms import TERMS, term_name
from einvoice.reports.blocks import Column, Pair, Row, Table
from einvoice.reports.formats import number, size, visible
from einvoice.reports.problems import SHOWN_PLACES, Problem, problems_of
from einvoice.reports.values import Reader

_SHOWN_FILES = 200  # as many as an invoice may have, unless the operator allows more
_PICTURE = "picture"  # rule set of the findings about the pages


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One enclosed file."""

    number: int
    name: str
    kind: str  # by its content: "PDF-Dokument, 12,3 kB"
    more: str  # where it lay, what its sender says of it
    sha256: str
    level: Level | None  # of its warnings; None: there are none
    warnings: tuple[str, ...]  # in a word or two each
    download: str  # "Herunterladen"


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideView:
    """The part of a report that the verdict does not depend on, in one language, as plain text."""

    title: str
    intro: str  # what it is about, and that the verdict does not depend on it
    heed: str  # for the top of the report, that there are warnings; ""
    clean: str  # that nothing was found, where something could have been; ""
    problems: tuple[Problem, ...]  # warnings and notes
    comparing: str  # what came of comparing the pages with the invoice; ""
    compared: Table | None
    pairs: tuple[Pair, ...]  # what veraPDF said
    files_title: str
    careful: str  # "" unless a file has a warning
    files: tuple[File, ...]
    files_more: int  # how many are not shown

    @classmethod
    def of(cls, examination: Examination, lang: Lang) -> "BesideView | None":
        """The view; None where there is nothing beside the invoice, or nobody looked."""
        inspection, spoken = examination.inspection, _words(lang)
        if inspection is None or inspection.is_empty:
            return None
        in_pdf = inspection.picture is not Picture.NONE
        problems = tuple(_problems(inspection, lang, examination.invoice))
        return cls(
            title=spoken["title_pdf" if in_pdf else "title_files"],
            intro=spoken["intro_pdf" if in_pdf else "intro_files"],
            heed=_heed(inspection, lang),
            clean="" if problems or not in_pdf else spoken["clean"],
            problems=problems,
            comparing=_comparing(inspection, lang),
            compared=_table(inspection.compared, examination.invoice, lang) if inspection.compared else None,
            pairs=(Pair(spoken["verapdf"], spoken[f"verapdf_{inspection.verapdf}"]),) if inspection.verapdf else (),
            files_title=spoken["files"],
            careful=spoken["careful"] if any(_serious(one) for one in inspection.enclosures) else "",
            files=tuple(_file(one, lang) for one in inspection.enclosures[:_SHOWN_FILES]),
            files_more=max(0, len(inspection.enclosures) - _SHOWN_FILES),
        )


def beside_facts(examination: Examination, findings: list[dict[str, Any]], lang: Lang) -> dict[str, Any] | None:
    """The same for programs; `findings` are those of the inspection, as this form tells any."""
    inspection = examination.inspection
    if inspection is None:
        return None
    return {
        "findings": findings,
        "picture": inspection.picture,
        "compared": [asdict(one) | {"name": _bare(one.term, lang)} for one in inspection.compared],
        "enclosures": [asdict(one) for one in inspection.enclosures],
        "verapdf": inspection.verapdf,
    }


def beside_findings(examination: Examination) -> tuple[Finding, ...]:
    """What was found beside the verdict."""
    return examination.inspection.findings if examination.inspection else ()


def _heed(inspection: Inspection, lang: Lang) -> str:
    warnings = sum(finding.level is Level.WARNING for finding in inspection.findings)
    contradicts = any(one.agreement is Agreement.CONTRADICTS for one in inspection.compared)
    sentences = (
        _words(lang)["heed_contradicts"] if contradicts else "",
        _count("heed", warnings, lang) if warnings else "",
    )
    return " ".join(filter(None, sentences))


def _problems(inspection: Inspection, lang: Lang, invoice: Invoice | None) -> Iterator[Problem]:
    """They have no place in the invoice; where several files have the same trouble, it is told which."""
    for position, problem in enumerate(problems_of(inspection.findings, lang, invoice), 1):
        several = [one for one in inspection.findings if one.rule == problem.rule] if problem.count > 1 else []
        yield replace(
            problem,
            anchor=f"beside-{position}",
            kind="",
            message_label=_words(lang)["message"],
            what=" ".join((problem.what, *_each(several, lang))),
            spots=(),
            more="",
        )


def _each(findings: Sequence[Finding], lang: Lang) -> Iterator[str]:
    """What several findings of one rule are about."""
    spoken, known = _words(lang), []
    for finding in findings[:SHOWN_PLACES]:
        count, found = dict(finding.details).get("number"), visible(finding.found or "")
        known.append(spoken["file_number"].format(n=count, name=found) if count else found)
    if len(findings) > SHOWN_PLACES:
        known.append("…")
    if any(known):
        yield spoken["each"].format(list="; ".join(filter(None, known)))


def _comparing(inspection: Inspection, lang: Lang) -> str:
    if inspection.picture is not Picture.COMPARED:
        said = any(finding.ruleset == _PICTURE for finding in inspection.findings)
        return "" if said else _words(lang).get(f"picture_{inspection.picture}", "")
    found = [one.agreement for one in inspection.compared]
    if differing := found.count(Agreement.CONTRADICTS):
        return _count("contradicts", differing, lang)
    if not found:
        return ""
    return _words(lang)["same" if Agreement.SAME in found else "nothing_found"]


def _table(compared: Sequence[Compared], invoice: Invoice | None, lang: Lang) -> Table:
    spoken, reader = _words(lang), Reader.of(invoice, lang) if invoice else Reader(lang, None, None)

    def row(one: Compared) -> Row:
        stated = reader.value(Term(one.term, one.invoice)) if one.term in TERMS else visible(one.invoice)
        shown = " / ".join(map(visible, one.shown)) or spoken["found_none"]
        differs = one.agreement is Agreement.CONTRADICTS
        return Row((_name(one.term, lang), stated, shown, spoken[f"agreement_{one.agreement}"]), strong=differs)

    in_order = sorted(compared, key=lambda one: one.agreement is not Agreement.CONTRADICTS)
    columns = (Column(spoken["fact"]), Column(spoken["in_xml"]), Column(spoken["on_page"]), Column(spoken["result"]))
    return Table(title=spoken["compared"], columns=columns, rows=tuple(map(row, in_order)))


def _name(term: str, lang: Lang) -> str:
    return f"{_bare(term, lang)} ({term})"


def _bare(term: str, lang: Lang) -> str:
    return term_name(term, lang) if term in TERMS else visible(term)


def _file(enclosure: Enclosure, lang: Lang) -> File:
    spoken = _words(lang)
    kind = spoken.get(f"kind_{enclosure.kind}", visible(enclosure.kind))
    more = [spoken[f"origin_{enclosure.origin}"]]
    if enclosure.reference:
        more.append(f"{spoken['reference']} {visible(enclosure.reference)}")
    if enclosure.mime:
        more.append(f"{spoken['mime']} {visible(enclosure.mime)}")
    damaged = () if enclosure.intact else (spoken["damaged"],)
    return File(
        number=enclosure.number,
        name=visible(enclosure.name) or spoken["unnamed"],
        kind=f"{kind}, {size(enclosure.size, lang)}",
        more=", ".join(more),
        sha256=enclosure.sha256,
        level=_level(enclosure),
        warnings=(*damaged, *(spoken[f"danger_{danger}"] for danger in enclosure.dangers)),
        download=spoken["download"],
    )


def _serious(enclosure: Enclosure) -> bool:
    return any(danger is not Danger.UNKNOWN for danger in enclosure.dangers)


def _level(enclosure: Enclosure) -> Level | None:
    if _serious(enclosure) or not enclosure.intact:
        return Level.WARNING
    return Level.INFORMATION if enclosure.dangers else None


def _count(key: str, amount: int, lang: Lang) -> str:
    return _words(lang)[key if amount == 1 else f"{key}+"].format(n=number(amount, lang))


@cache
def _words(lang: Lang) -> dict[str, str]:
    table = tomllib.loads(files("einvoice.reports").joinpath("beside.toml").read_text(encoding="utf-8"))
    return {key: texts[lang] for key, texts in table.items()}
