"""What an SVRL report says, whoever compiled the Schematron: rule names, levels and places in one form."""

import re

from lxml import etree

from einvoice.errors import Fault
from einvoice.model.xml import reparse
from einvoice.rules import Stylesheet
from einvoice.validation.engine import Fired

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_FIRED = (f"{SVRL}failed-assert", f"{SVRL}successful-report")

# The older Schematron skeleton writes /*:Name[namespace-uri()='…'][1] and /@name, today's compilers /Q{…}Name[1].
_ELEMENT_STEP = re.compile(r"/\*:([\w.-]+)\[namespace-uri\(\)='([^']*)'\]")
_ATTRIBUTE_STEP = re.compile(r"/@(?=[\w.-]+$)")
_LOOKED_UP = re.compile(r"document\('([^']*)'\)/codedb/cl\[@id=(\d+)\]")

CodeLists = dict[tuple[str, str], tuple[str, ...]]  # by name of the document and id of the list


def read_report(name: str, sheet: Stylesheet, report: str | None, lists: CodeLists) -> list[Fired]:
    """What fired. A report without active patterns is no answer at all: Fault."""
    if not report or "active-pattern" not in report:
        detail = f"{name} ran no rule at all on this document"
        raise Fault("engine-silent", detail, deterministic=True, ruleset=name)
    if "failed-assert" not in report and "successful-report" not in report:
        return []
    return [_fired(answer, sheet, lists) for answer in reparse(report.encode()).iter(*_FIRED)]


def code_lists(name: str, document: etree._Element) -> CodeLists:
    """The lists of a Factur-X code database: `<codedb><cl id="4"><enumeration value="…"/>…`."""
    return {
        (name, cl.get("id", "")): tuple(code.get("value", "") for code in cl.iterchildren("enumeration"))
        for cl in document.iterchildren("cl")
    }


def _fired(answer: etree._Element, sheet: Stylesheet, lists: CodeLists) -> Fired:
    message = " ".join((answer.findtext(f"{SVRL}text") or "").split())
    rule = sheet.name_of(answer.get("id"), message)
    test = answer.get("test") or ""
    looked_up = _LOOKED_UP.search(test)
    return Fired(
        rule=rule,
        level=sheet.level_said(answer.get("flag"), answer.get("role"), rule),
        location=_location(answer.get("location") or ""),
        test=test,
        message=message,
        codes=lists.get((looked_up[1], looked_up[2]), ()) if looked_up else (),
    )


def _location(written: str) -> str:
    return _ATTRIBUTE_STEP.sub("/@Q{}", _ELEMENT_STEP.sub(r"/Q{\2}\1", written))
