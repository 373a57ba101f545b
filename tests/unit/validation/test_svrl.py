"""An SVRL report is read the same way whoever compiled the Schematron."""

import pytest
from lxml import etree

from einvoice.model import Level
from einvoice.rules import Stylesheet
from einvoice.rules.manifest import Family
from einvoice.validation.engine import Fired
from einvoice.validation.svrl import code_lists, read_report

REPORT = '<s:schematron-output xmlns:s="http://purl.oclc.org/dsdl/svrl"><s:active-pattern/>{}</s:schematron-output>'
PLAIN = Stylesheet(wheel="w", path="p", sha256="0" * 64)
FACTUR_X = PLAIN.model_copy(
    update={
        "named_by": "message",
        "unnamed": "FX-NOT-USED",
        "levels": (Family(rules=("CII-SR-465",), level=Level.WARNING, reason="…"),),
    }
)
CODES = code_lists("codes.xml", etree.fromstring('<codedb><cl id="4"><enumeration value="EUR"/></cl></codedb>'))


def _read(sheet: Stylesheet, attributes: str, text: str = "", kind: str = "failed-assert") -> Fired:
    answer = f"<s:{kind} {attributes}><s:text>{text}</s:text></s:{kind}>"
    [fired] = read_report("trial", sheet, REPORT.format(answer), CODES)
    return fired


@pytest.mark.parametrize(
    ("sheet", "attributes", "text", "rule"),
    [
        (PLAIN, 'id="BR-1"', "[BR-2]-text", "BR-1"),
        (FACTUR_X, 'id="FX-SCH-A-000047"', "[BR-45]-Each VAT breakdown", "BR-45"),
        (FACTUR_X, 'id="BR-FXEXT-AE-08ini"', "[BR-FXEXT-AE-08ini] - In a VAT breakdown", "BR-FXEXT-AE-08ini"),
        (FACTUR_X, 'id="FX-SCH-A-000019"', "Element 'ram:ID[1]' must occur", "FX-SCH-A-000019"),
        (FACTUR_X, "", "Element 'ram:ID' is marked as not used", "FX-NOT-USED"),
        (PLAIN, "", "text", "UNSPECIFIC"),
    ],
)
def test_a_rule_is_named_by_its_id_or_where_the_pack_says_so_by_the_rule_it_cites(
    sheet: Stylesheet, attributes: str, text: str, rule: str
) -> None:
    assert _read(sheet, attributes, text).rule == rule


@pytest.mark.parametrize(
    ("attributes", "text", "level"),
    [
        ("", "[CII-SR-465]-Only one", Level.WARNING),
        ("", "[BR-45]-Each", Level.ERROR),
        ('flag="warning"', "[BR-45]-Each", Level.WARNING),
        ('flag="fatal"', "[CII-SR-465]-Only one", Level.ERROR),
        ('role="info"', "[CII-SR-465]-Only one", Level.INFORMATION),
    ],
)
def test_the_packs_level_is_for_rules_without_flag_and_role(attributes: str, text: str, level: Level) -> None:
    assert _read(FACTUR_X, attributes, text).level is level


@pytest.mark.parametrize(
    ("written", "location"),
    [
        ("/Q{urn:x}A[1]/Q{}B[2]", "/Q{urn:x}A[1]/Q{}B[2]"),
        ("/*:A[namespace-uri()='urn:x'][1]/*:B[namespace-uri()='urn:y'][2]", "/Q{urn:x}A[1]/Q{urn:y}B[2]"),
        ("/*:A[namespace-uri()='urn:x'][1]/@unitCode", "/Q{urn:x}A[1]/@Q{}unitCode"),
    ],
)
def test_places_are_brought_to_one_form(written: str, location: str) -> None:
    assert _read(FACTUR_X, f'location="{written}"').location == location


def test_a_rule_that_looks_up_a_code_list_brings_its_codes() -> None:
    test = "string-length($c)=0 or document('codes.xml')/codedb/cl[@id=4]/enumeration[@value=$c]"
    assert _read(FACTUR_X, f'test="{test}"').codes == ("EUR",)
    assert _read(FACTUR_X, 'test="true()"').codes == ()


def test_a_report_that_fires_counts_like_an_assertion_that_fails() -> None:
    assert _read(FACTUR_X, "", "…", kind="successful-report").rule == "FX-NOT-USED"
