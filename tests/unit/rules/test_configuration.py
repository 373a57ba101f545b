"""scenarios.xml: what is known is read, what is not is refused by its name and line."""

from datetime import date

import pytest

from einvoice.model import Level
from einvoice.rules.archive import ReleaseRefused
from einvoice.rules.configuration import Resource, read_configuration
from tests.support.configuration import ACCEPT, CII_MATCH, CII_SCENARIO, UBL_SCENARIO, scenarios_xml

GOOD = scenarios_xml(CII_SCENARIO, UBL_SCENARIO).decode()


def test_a_configuration_is_read_with_steps_and_custom_levels_in_order() -> None:
    read = read_configuration(GOOD.encode())
    assert (read.name, read.on) == ("Test Configuration 1.0", date(2026, 10, 1))
    cii, ubl = read.scenarios
    assert cii.name == "EN16931 XRechnung (CII)"
    assert cii.schema == Resource("Schema", "resources/cii/CrossIndustryInvoice.xsd")
    assert [sheet.location for sheet in cii.schematron] == [
        "resources/EN16931-CII-validation.xsl",
        "resources/XRechnung-CII-validation.xsl",
    ]
    assert cii.levels == {
        Level.ERROR: ("CII-SR-452", "CII-SR-453", "CII-SR-454"),
        Level.WARNING: ("BR-CL-21", "BR-CL-23"),
    }
    assert ubl.levels == {}


def test_comments_change_nothing() -> None:
    commented = GOOD.replace("<match>", "<!-- x --><match><!-- y -->").replace("BR-CL-21<", "BR-CL-21<!-- z --><")
    assert read_configuration(commented.encode()) == read_configuration(GOOD.encode())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<createReport>", "<validateWithRelaxNg/><createReport>", "the step validateWithRelaxNg in scenario"),
        ("<acceptMatch>", "<rejectMatch/><acceptMatch>", "the step rejectMatch in scenario"),
        ("<noScenarioReport>", "<fallback/><noScenarioReport>", "the step fallback in scenarios"),
        ("<createReport>", '<createReport type="x">', "the attribute type of createReport"),
        ("<validateWithSchematron>", '<validateWithSchematron psvi="true">', "psvi"),
        ('level="error"', 'level="fatal"', "the level fatal"),
        ("CII-SR-452 CII-SR-453", "CII-SR-452 BR-CL-21", "BR-CL-21 has two custom levels"),
        (CII_MATCH, "true()", "the match is not understood"),
        (ACCEPT, "/rep:report/rep:assessment[1]/rep:reject[1]", "the acceptMatch is not understood"),
        (ACCEPT, "/rep:report/ram:assessment[1]/rep:accept[1]", "the acceptMatch is not understood"),
        (f"<acceptMatch>{ACCEPT}</acceptMatch>", "", "there must be an acceptMatch"),
        ("http://www.xoev.de/de/validator/varl/1", "urn:other", "the acceptMatch is not understood"),
        ("<name>Report</name>", "", "there must be one name"),
        ("EN16931 XRechnung (UBL Invoice)", "EN16931 XRechnung (CII)", "two of one name"),
        ('frameworkVersion="1.0.0"', 'frameworkVersion="2.0.0"', "not of a KoSIT configuration for framework 1"),
        ("framework/1/scenarios", "framework/2/scenarios", "not of a KoSIT configuration for framework 1"),
        ("2026-10-01", "im Oktober", "no date"),
        ("<scenarios", '<!DOCTYPE a [<!ENTITY x "y">]><scenarios', "doctype"),
        ("</scenarios>", "", "malformed"),
    ],
)
def test_what_is_not_known_is_refused_by_name(old: str, new: str, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(ReleaseRefused, match=reason.replace("(", r"\(")):
        read_configuration(GOOD.replace(old, new, 1).encode())


def test_a_configuration_without_scenarios_is_refused() -> None:
    with pytest.raises(ReleaseRefused, match="no scenario"):
        read_configuration(scenarios_xml())
