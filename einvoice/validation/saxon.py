"""The reference engine: the official XSLT run by Saxon.

One processor a process: it does not release the GIL, and two of them in two threads abort the process.
"""

from collections.abc import Sequence

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor, PyXsltExecutable

from einvoice.errors import Fault
from einvoice.model import InvoiceDocument, Level
from einvoice.model.xml import reparse
from einvoice.rules import ArtefactStore, Stylesheet
from einvoice.rules.manifest import ArtefactFile
from einvoice.validation.engine import Fired

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
# Cut out of the official stylesheet before it is compiled: what an SVRL report says about rules that did not fire.
# For a long invoice that is megabytes nobody reads. What fires, and which patterns were active, stays as it is.
_SILENCED = tuple(_SVRL + name for name in ("fired-rule", "suppressed-rule", "ns-prefix-in-attribute-values"))
_FIRED = (f"{_SVRL}failed-assert", f"{_SVRL}successful-report")

# SVRL flag and role, in this order of precedence (KoSIT report stylesheet); anything else is an error.
_LEVELS = (
    ({"fatal", "error"}, Level.ERROR),
    ({"warning", "warn"}, Level.WARNING),
    ({"information", "info"}, Level.INFORMATION),
)
# Nothing is ever read from anywhere: no document(), no entity, no import.
_NO_PROTOCOL = ("http://saxon.sf.net/feature/allowedProtocols", "")


class SaxonEngine:
    """Compiles each stylesheet once, at first use or in `preload`."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store
        self._processor = PySaxonProcessor(license=False)
        self._processor.set_configuration_property(*_NO_PROTOCOL)
        self._builder = self._processor.new_document_builder()
        self._compiled: dict[str, PyXsltExecutable] = {}

    @property
    def name(self) -> str:
        """Saxon's own version text."""
        return str(self._processor.version)

    def preload(self, sheets: Sequence[Stylesheet]) -> None:
        """Compile before the first document comes."""
        for sheet in sheets:
            self._executable(sheet)

    def run(self, document: InvoiceDocument, sheets: Sequence[tuple[str, Stylesheet]]) -> list[list[Fired]]:
        """See RuleEngine."""
        executables = [(name, self._executable(sheet)) for name, sheet in sheets]
        try:
            node = self._builder.parse_xml(xml_text=etree.tostring(document.root.getroottree(), encoding="unicode"))
            return [_read(name, executable.transform_to_string(xdm_node=node)) for name, executable in executables]
        except PySaxonApiError as error:
            raise Fault("engine-abort", str(error), deterministic=True) from error

    def _executable(self, sheet: Stylesheet) -> PyXsltExecutable:
        if sheet.sha256 not in self._compiled:
            official = self._store.load(ArtefactFile(sheet.sha256, sheet.path, sheet.wheel))
            self._compiled[sheet.sha256] = self._compile(official, sheet.path)
        return self._compiled[sheet.sha256]

    def _compile(self, official: bytes, name: str) -> PyXsltExecutable:
        sheet = reparse(official)
        etree.strip_elements(sheet, *_SILENCED, with_tail=False)
        try:
            text = etree.tostring(sheet, encoding="unicode")
            return self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=text)
        except PySaxonApiError as error:
            raise Fault("rules-uncompilable", f"{name}: {error}", deterministic=True) from error


def _read(name: str, report: str | None) -> list[Fired]:
    """What fired according to an SVRL report. One without active patterns is no answer at all."""
    if not report or "active-pattern" not in report:
        raise Fault("engine-silent", f"{name} ran no rule at all on this document", deterministic=True)
    if "failed-assert" not in report and "successful-report" not in report:
        return []
    return [
        Fired(
            rule=answer.get("id") or "UNSPECIFIC",
            level=_level(answer.get("flag"), answer.get("role")),
            location=answer.get("location") or "",
            test=answer.get("test") or "",
            message=" ".join((answer.findtext(f"{_SVRL}text") or "").split()),
        )
        for answer in reparse(report.encode()).iter(*_FIRED)
    ]


def _level(flag: str | None, role: str | None) -> Level:
    return next((level for words, level in _LEVELS if words & {flag, role}), Level.ERROR)
