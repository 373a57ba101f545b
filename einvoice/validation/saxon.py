"""The reference engine: the official XSLT run by Saxon.

One processor a process: it does not release the GIL, and two of them in two threads abort the process.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor, PyXdmNode, PyXsltExecutable

from einvoice.errors import Fault
from einvoice.model import InvoiceDocument
from einvoice.model.xml import reparse
from einvoice.rules import ArtefactStore, Stylesheet
from einvoice.validation.engine import Fired, UncompilableSheet
from einvoice.validation.svrl import SVRL, CodeLists, code_lists, read_report

_XSL = "{http://www.w3.org/1999/XSL/Transform}"
# Cut out of the official stylesheet before it is compiled: what an SVRL report says about rules that did not fire.
# For a long invoice that is megabytes nobody reads. What fires, and which patterns were active, stays as it is.
_SILENCED = tuple(SVRL + name for name in ("fired-rule", "suppressed-rule", "ns-prefix-in-attribute-values"))
# Nothing is ever read from anywhere: no document(), no entity, no import. What a pack lists is handed over instead.
# Nor is anything told of the machine: no environment, no system property, no function that is not XPath's own.
_CLOSED = (
    ("http://saxon.sf.net/feature/allowedProtocols", ""),
    ("http://saxon.sf.net/feature/allow-external-functions", "false"),
)
# How Saxon says in which line a stylesheet is wrong, and what is wrong there: up to its next complaint.
_LINE = re.compile(r"on line (\d+)")
_COMPLAINT = re.compile(r"\b[A-Z]{4}\d{4}\b.*?(?=\n *Error |\Z)", re.DOTALL)
_OURS = Stylesheet(wheel="", path="", sha256=64 * "0")  # no peculiarities: what a stylesheet made here answers with


@dataclass(frozen=True, slots=True)
class _Rules:
    """A compiled stylesheet with the code lists it was given."""

    executable: PyXsltExecutable
    lists: CodeLists


_MANY_DECLARATIONS = 200
# Saxon's XML parser also gives up after 100,000 entities, and "&amp;" is one to it; a number is none.
_MANY_ENTITIES = 50_000
_NUMBERED = (("&lt;", "&#60;"), ("&gt;", "&#62;"), ("&amp;", "&#38;"))


class SaxonEngine:
    """Compiles each stylesheet once, at first use or in `preload`."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store
        self._processor = PySaxonProcessor(license=False)
        for feature in _CLOSED:
            self._processor.set_configuration_property(*feature)
        self._builder = self._processor.new_document_builder()
        self._compiled: dict[tuple[str, ...], _Rules] = {}

    @property
    def name(self) -> str:
        """Saxon's own version text."""
        return str(self._processor.version)

    def preload(self, sheets: Sequence[Stylesheet]) -> None:
        """Compile before the first document comes."""
        for sheet in sheets:
            self._rules(sheet)

    def run(self, document: InvoiceDocument, sheets: Sequence[tuple[str, Stylesheet]]) -> list[list[Fired]]:
        """See RuleEngine."""
        compiled = [self._rules(sheet) for _, sheet in sheets]
        node = self._tree(document)
        return [_apply(name, sheet, rules, node) for (name, sheet), rules in zip(sheets, compiled, strict=True)]

    def compile(self, stylesheet: str) -> _Rules:
        """See RuleEngine."""
        try:
            return _Rules(self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=stylesheet), {})
        except PySaxonApiError as error:
            line, complaint = _LINE.search(str(error)), _COMPLAINT.search(str(error))
            reason = " ".join((complaint[0] if complaint else str(error)).split())
            raise UncompilableSheet(int(line[1]) if line else 0, reason) from None

    def apply(self, document: InvoiceDocument, sheets: Sequence[tuple[str, _Rules]]) -> list[list[Fired]]:
        """See RuleEngine."""
        node = self._tree(document)
        return [_apply(name, _OURS, rules, node) for name, rules in sheets]

    def _tree(self, document: InvoiceDocument) -> PyXdmNode:
        try:
            return self._builder.parse_xml(xml_text=_text(document))
        except PySaxonApiError as error:
            raise Fault("engine-abort", str(error), deterministic=True) from error

    def _rules(self, sheet: Stylesheet) -> _Rules:
        key = tuple(file.sha256 for file in sheet.files())
        if key not in self._compiled:
            self._compiled[key] = self._compile(sheet)
        return self._compiled[key]

    def _compile(self, sheet: Stylesheet) -> _Rules:
        """(1) silence it, (2) let it take its code lists as parameters, (3) compile it, (4) hand them over."""
        main, *others = (reparse(self._store.load(file)) for file in sheet.files())
        etree.strip_elements(main, *_SILENCED, with_tail=False)  # (1)
        documents = dict(zip(sheet.documents, others, strict=True))
        parameters = [_take_as_parameter(main, name, number) for number, name in enumerate(documents)]  # (2)
        lists: CodeLists = {}
        try:
            text = etree.tostring(main, encoding="unicode")
            executable = self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=text)  # (3)
            for parameter, (name, document) in zip(parameters, documents.items(), strict=True):  # (4)
                node = self._builder.parse_xml(xml_text=etree.tostring(document, encoding="unicode"))
                executable.set_parameter(parameter, node)
                lists |= code_lists(name, document)
        except PySaxonApiError as error:
            raise Fault("rules-uncompilable", f"{sheet.path}: {error}", deterministic=True) from error
        return _Rules(executable, lists)


def _take_as_parameter(root: etree._Element, name: str, number: int) -> str:
    """Let the stylesheet take document('name') as a parameter: parsed once, and no protocol need be opened.

    Returns the parameter's name. What the SVRL report quotes of the rules stays as it is.
    """
    parameter = f"einvoice-document-{number}"
    call = re.compile(rf"""document\(\s*(['"]){re.escape(name)}\1\s*\)""")
    for element in root.iter(f"{_XSL}*"):
        for attribute, value in element.attrib.items():
            if "document(" in value:
                element.set(attribute, call.sub(f"${parameter}", value))
    root.append(root.makeelement(f"{_XSL}param", {"name": parameter, "required": "yes"}))
    return parameter


def _text(document: InvoiceDocument) -> str:
    """The document for Saxon, whose XML parser gives up at more than 200 namespace declarations in one element.

    Where there may be that many, those nobody uses are left out. So is what stands around the root element, for writing
    thousands of comments there takes minutes. The rules look at none of both.
    """
    root = document.root
    if document.xml.count(b"xmlns") > _MANY_DECLARATIONS:
        root = reparse(document.xml)
        etree.cleanup_namespaces(root)
    text: str = etree.tostring(root, encoding="unicode", with_tail=False)
    if text.count("&") > _MANY_ENTITIES:
        for written, number in _NUMBERED:
            text = text.replace(written, number)
    return text


def _apply(name: str, sheet: Stylesheet, rules: _Rules, node: PyXdmNode) -> list[Fired]:
    try:
        report = rules.executable.transform_to_string(xdm_node=node)
    except PySaxonApiError as error:
        raise Fault("engine-abort", f"{name}: {error}", deterministic=True, ruleset=name) from error
    return read_report(name, sheet, report, rules.lists)
