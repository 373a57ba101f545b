"""Saxon runs a stylesheet and says what fired; whatever goes wrong in it is a Fault, never silence."""

import hashlib
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Level
from einvoice.rules import ArtefactStore, Stylesheet
from einvoice.rules.manifest import ArtefactFile
from einvoice.validation.engine import Fired
from einvoice.validation.saxon import SaxonEngine

SHEET = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:svrl="http://purl.oclc.org/dsdl/svrl"><xsl:template match="/">
 <svrl:schematron-output>{}</svrl:schematron-output></xsl:template></xsl:stylesheet>"""
RAN = "<svrl:active-pattern/>"
DOCUMENT = extract(b"<Invoice><ID>1</ID></Invoice>", Limits())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


@pytest.fixture(scope="module")
def engine(folder: Path) -> SaxonEngine:
    return SaxonEngine(ArtefactStore(folder, folder))


def _run(engine: SaxonEngine, folder: Path, content: str) -> list[Fired]:
    data = SHEET.format(content).encode()
    sheet = Stylesheet(wheel="w", path="rules.xsl", sha256=hashlib.sha256(data).hexdigest())
    ArtefactStore(folder, folder).put(ArtefactFile(sheet.sha256, sheet.path, sheet.wheel), data)
    return engine.run(DOCUMENT, [("trial", sheet)])[0]


@pytest.mark.parametrize(
    ("attributes", "level"),
    [
        ('flag="fatal"', Level.ERROR),
        ('flag="error"', Level.ERROR),
        ('flag="warning"', Level.WARNING),
        ('flag="warn"', Level.WARNING),
        ('flag="information"', Level.INFORMATION),
        ('flag="info"', Level.INFORMATION),
        ('role="warning"', Level.WARNING),
        ('role="fatal" flag="warning"', Level.ERROR),
        ('role="info" flag="warning"', Level.WARNING),
        ("", Level.ERROR),
        ('flag="other"', Level.ERROR),
    ],
)
def test_flag_and_role_give_the_rules_own_level_as_in_kosits_report(
    engine: SaxonEngine, folder: Path, attributes: str, level: Level
) -> None:
    fired = _run(engine, folder, f'{RAN}<svrl:failed-assert id="R" {attributes}/>')
    assert [(one.rule, one.level) for one in fired] == [("R", level)]


def test_asserts_and_reports_come_in_their_order_with_place_and_message(engine: SaxonEngine, folder: Path) -> None:
    fired = _run(
        engine,
        folder,
        f'{RAN}<svrl:fired-rule/><svrl:failed-assert id="A" location="/Q{{{{}}}}Invoice[1]"><svrl:text> one\n two '
        '</svrl:text></svrl:failed-assert><svrl:successful-report id="B"><svrl:text>3</svrl:text>'
        "</svrl:successful-report>",
    )
    assert [(one.rule, one.location, one.message) for one in fired] == [
        ("A", "/Q{}Invoice[1]", "one two"),
        ("B", "", "3"),
    ]


def test_a_rule_without_id_is_called_as_kosit_calls_it(engine: SaxonEngine, folder: Path) -> None:
    assert _run(engine, folder, f"{RAN}<svrl:failed-assert/>")[0].rule == "UNSPECIFIC"


def test_nothing_fired_is_an_empty_list(engine: SaxonEngine, folder: Path) -> None:
    assert _run(engine, folder, RAN) == []


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("", "engine-silent"),
        (f"{RAN}<xsl:value-of select=\"xs:decimal('')\" xmlns:xs='http://www.w3.org/2001/XMLSchema'/>", "engine-abort"),
        (f"{RAN}<xsl:message terminate='yes'>stop</xsl:message>", "engine-abort"),
        (f"{RAN}<xsl:copy-of select=\"document('file:///etc/hostname')\"/>", "engine-abort"),
        (f"{RAN}<xsl:copy-of select=\"unparsed-text('file:///etc/hostname')\"/>", "engine-abort"),
        ("<xsl:value-of select='((('/>", "rules-uncompilable"),
    ],
)
def test_engine_trouble_is_a_deterministic_fault(engine: SaxonEngine, folder: Path, content: str, cause: str) -> None:
    with pytest.raises(Fault) as caught:
        _run(engine, folder, content)
    assert (caught.value.notice.cause, caught.value.notice.deterministic) == (cause, True)


EUR_IS_LISTED = "document('codes.xml')/codedb/cl[@id=1]/enumeration[@value='EUR']"
LOOKUP = f'{RAN}<xsl:if test="{EUR_IS_LISTED}"><svrl:failed-assert/></xsl:if>'
CODES = b'<codedb><cl id="1"><enumeration value="EUR"/></cl></codedb>'


def _with_codes(folder: Path, listed: bytes = CODES) -> Stylesheet:
    """A stylesheet that looks up a code, and its code list in the store."""
    store, data = ArtefactStore(folder, folder), SHEET.format(LOOKUP).encode()
    documents = {"codes.xml": hashlib.sha256(listed).hexdigest()}
    sheet = Stylesheet(wheel="w", path="r.xsl", sha256=hashlib.sha256(data).hexdigest(), documents=documents)
    for file, content in zip(sheet.files(), (data, listed), strict=True):
        store.put(file, content)
    return sheet


def test_a_stylesheet_gets_the_code_lists_its_pack_names(engine: SaxonEngine, folder: Path) -> None:
    sheet = _with_codes(folder)
    assert [len(engine.run(DOCUMENT, [("trial", sheet)])[0]) for _ in range(2)] == [1, 1]


def test_the_same_stylesheet_with_another_code_list_is_another_rule_set(engine: SaxonEngine, folder: Path) -> None:
    other = _with_codes(folder, CODES.replace(b"EUR", b"CHF"))
    assert engine.run(DOCUMENT, [("one", _with_codes(folder)), ("other", other)])[1] == []


def test_a_code_list_the_pack_does_not_name_is_never_read(engine: SaxonEngine, folder: Path) -> None:
    sheet = _with_codes(folder).model_copy(update={"documents": {}})
    with pytest.raises(Fault) as caught:
        engine.run(DOCUMENT, [("trial", sheet)])
    assert caught.value.notice.cause == "engine-abort"


def test_an_altered_code_list_is_a_fault(tmp_path: Path) -> None:
    sheet = _with_codes(tmp_path)
    path = tmp_path / sheet.documents["codes.xml"]
    path.chmod(0o644)
    path.write_bytes(CODES.replace(b"EUR", b"XXX"))
    with pytest.raises(Fault) as caught:
        SaxonEngine(ArtefactStore(tmp_path, tmp_path)).run(DOCUMENT, [("trial", sheet)])
    assert caught.value.notice.cause == "rules-altered"
