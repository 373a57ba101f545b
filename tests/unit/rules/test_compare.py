"""What is different between two packs, told from their artefacts."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from einvoice.model import Level
from einvoice.rules import ArtefactStore, Pack, RuleFolders, Stylesheet
from einvoice.rules.compare import Change, PackComparison, compare
from einvoice.rules.manifest import ArtefactFile, Family
from einvoice.rules.sheetrules import read_rules
from einvoice.settings import Settings
from tests.support.configuration import shipped

SVRL = 'xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"'
Compared = Callable[[bytes, bytes], PackComparison]


def rule(
    name: str, test: str = "a", *, flag: str = "fatal", text: str = "words", match: str = "x", let: str = ""
) -> str:
    return (
        f'<xsl:template match="{match}">{let}<xsl:if test="not({test})"><svrl:failed-assert id="{name}" flag="{flag}">'
        f'<xsl:attribute name="test">{test}</xsl:attribute><svrl:text>{text}</svrl:text></svrl:failed-assert></xsl:if>'
        "</xsl:template>"
    )


def sheet(*parts: str) -> bytes:
    return f"<xsl:transform {SVRL} version='2.0'>{''.join(parts)}</xsl:transform>".encode()


@pytest.fixture
def compared(tmp_path: Path) -> Compared:
    store = ArtefactStore(tmp_path, tmp_path)

    def pack(version: str, data: bytes) -> Pack:
        sha256 = hashlib.sha256(data).hexdigest()
        store.put(ArtefactFile(sha256, "r.xsl", "w"), data)
        return Pack.model_validate(
            {
                "id": "p",
                "version": version,
                "title": "",
                "official": True,
                "valid_from": "2026-01-01",
                "wheels": {"w": {"requirement": "w==1", "sha256": "0" * 64}},
                "schemas": {},
                "schematron": {"r": {"wheel": "w", "path": "r.xsl", "sha256": sha256}},
                "scenarios": [],
            }
        )

    return lambda before, after: compare(pack("1", before), pack("2", after), store)


def test_layout_is_no_difference(compared: Compared) -> None:
    laid_out = sheet(rule("A", "a  and\n b")).replace(b"><", b">\n  <")
    assert compared(sheet(rule("A", "a and b")), laid_out).same


def test_rules_come_and_go_with_their_levels(compared: Compared) -> None:
    (found,) = compared(sheet(rule("A"), rule("B")), sheet(rule("A"), rule("C", flag="warning"))).sheets
    assert (found.rules, found.gone, found.added) == ((2, 2), (("B", Level.ERROR),), (("C", Level.WARNING),))


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (rule("A", "a"), rule("A", "b"), Change("test", "a", "b")),
        (rule("A"), rule("A", flag="warning"), Change("level", "error", "warning")),
        (rule("A"), rule("A", match="y"), Change("context", "x", "y")),
        (
            rule("A", let='<xsl:variable name="v" select="1"/>'),
            rule("A", let='<xsl:variable name="v" select="2"/>'),
            Change("test", "$v = 1 ; a", "$v = 2 ; a"),
        ),
    ],
)
def test_a_rule_that_judges_otherwise_is_changed(compared: Compared, before: str, after: str, change: Change) -> None:
    found = compared(sheet(before), sheet(after))
    assert found.sheets[0].changed[0].changes == (change,)
    assert not found.same


def test_of_a_rule_in_two_contexts_only_the_changed_one_is_told(compared: Compared) -> None:
    before = sheet(rule("A", "a", match="x"), rule("A", "b", match="y"))
    after = sheet(rule("A", "a", match="x"), rule("A", "c", match="y"))
    (found,) = compared(before, after).sheets
    assert [change.changes for change in found.changed] == [(Change("test", "b", "c"),)]


def test_other_words_are_a_note_and_no_difference(compared: Compared) -> None:
    found = compared(sheet(rule("A", text="old")), sheet(rule("A", text="new")))
    assert (found.sheets[0].reworded, found.same) == (("A",), True)


def test_a_code_list_that_rules_use_is_a_difference(compared: Compared) -> None:
    before, after = (f"<xsl:variable name='CODES' select=\"'{codes}'\"/>" for codes in ("1 2", "1 2 3"))
    (found,) = compared(sheet(before, rule("A")), sheet(after, rule("A"))).sheets
    assert [(one.rule, one.changes[0].after) for one in found.definitions] == [("CODES", "'1 2 3'")]


def test_what_only_the_compiler_needs_is_no_difference(compared: Compared) -> None:
    own = "<xsl:param name='schxslt.validate.phase' select='{}'/>"
    assert compared(sheet(own.format("1"), rule("A")), sheet(own.format("2"), rule("A"))).same


@pytest.mark.parametrize(("named_by", "name"), [("id", "UNSPECIFIC"), ("message", "BR-45")])
def test_a_rule_without_id_is_called_as_its_report_will_call_it(named_by: Literal["id", "message"], name: str) -> None:
    pack_says = Stylesheet(wheel="w", path="r.xsl", sha256="0" * 64, named_by=named_by)
    data = sheet(rule("X", text="[BR-45]-Each …")).replace(b' id="X"', b"")
    assert set(read_rules(data, pack_says).rules) == {name}


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ('flag="warning"', Level.WARNING),
        ('role="info"', Level.INFORMATION),
        ('flag="nobody knows it"', Level.ERROR),
        ("", Level.INFORMATION),
    ],
)
def test_a_rule_has_the_level_its_report_will_say_and_without_one_the_packs(written: str, level: Level) -> None:
    families = (Family(rules=("A",), level=Level.INFORMATION, reason="…"),)
    pack_says = Stylesheet(wheel="w", path="r.xsl", sha256="0" * 64, levels=families)
    data = sheet(rule("A")).replace(b'flag="fatal"', written.encode())
    (found,) = read_rules(data, pack_says).rules["A"]
    assert found.level is level


def test_the_two_xrechnung_packs_differ_as_checked_by_hand() -> None:
    """Read in the official stylesheets of XRechnung Schematron 2.5.0 and 2.6.0 with CEN rules 1.3.15 and 1.3.16."""
    store = RuleFolders.of(Settings()).store
    found = compare(shipped("xrechnung-3.0.2+2026-01-31"), shipped("xrechnung-3.0.2+2026-08-31"), store)
    sheets = {one.name: one for one in found.sheets}
    assert sheets["en16931-ubl"].gone == (("BR-CO-25", Level.ERROR),)
    assert sheets["en16931-ubl"].added == (("UBL-SR-56", Level.ERROR),)
    assert [rule for rule, _ in sheets["xrechnung-ubl"].added] == ["BR-TMP-6"]
    changes = {change.rule: change.changes for one in found.sheets for change in one.changed}
    assert changes["BR-TMP-2"] == (Change("level", "warning", "error"),)
    (test,) = changes["UBL-SR-23"]
    assert test.before.replace("cac:Party/", "") == test.after == "(count(cac:PartyTaxScheme/cbc:CompanyID) <= 1)"
    codes = changes["BR-CL-04"][0]
    assert set(codes.before.split()) ^ set(codes.after.split()) == {"ANG", "BGN", "XCG"}
    assert sheets["en16931-cii"].same
    assert (found.scenarios, found.schemas) == ((), ())


def test_custom_levels_and_scenarios_are_compared() -> None:
    pack, store = shipped(), RuleFolders.of(Settings()).store
    first = pack.scenarios[0]
    levels = {**first.levels, Level.WARNING: ("BR-CL-23",)}
    other = pack.model_copy(update={"scenarios": (first.model_copy(update={"levels": levels}), *pack.scenarios[2:])})
    found = compare(pack, other, store)
    assert [(one.rule, one.changes) for one in found.scenarios] == [
        (first.name, (Change("level of BR-CL-21", "warning", "its own"),))
    ]
    assert found.scenarios_gone == (pack.scenarios[1].name,)
