"""What a manifest says of a stylesheet: code lists it is given, names and levels of rules that say none themselves."""

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model import Level
from einvoice.rules import Stylesheet, load_packs
from einvoice.rules.manifest import ANY, Family, Pack
from einvoice.settings import Settings

SHEET = Stylesheet(
    wheel="w",
    path="folder/rules.xsl",
    sha256="0" * 64,
    documents={"codes.xml": "1" * 64},
    levels=(
        Family(rules=("CII-SR-46*",), level=Level.WARNING, reason="as in the CEN rules"),
        Family(rules=("CII-*", "FX-NOT-USED"), level=Level.INFORMATION, reason="…"),
    ),
)


@pytest.fixture(scope="module")
def packs() -> tuple[Pack, ...]:
    return load_packs(Settings().schematron_dir)


@pytest.mark.parametrize(
    ("rule", "level"),
    [
        ("CII-SR-465", Level.WARNING),
        ("CII-SR-001", Level.INFORMATION),
        ("FX-NOT-USED", Level.INFORMATION),
        ("BR-CO-15", Level.ERROR),
        ("cii-sr-465", Level.ERROR),
    ],
)
def test_the_first_family_a_rule_fits_gives_its_level_and_none_means_error(rule: str, level: Level) -> None:
    assert SHEET.level_of(rule) is level


@pytest.mark.parametrize(
    ("flag", "role", "level"),
    [
        ("fatal", None, Level.ERROR),
        ("warn", "error", Level.ERROR),
        ("info", "warning", Level.WARNING),
        (None, "information", Level.INFORMATION),
        ("grave", None, Level.ERROR),
        ("", None, Level.ERROR),
        (None, None, Level.WARNING),
    ],
)
def test_the_severest_of_flag_and_role_counts_and_the_packs_level_only_without_either(
    flag: str | None, role: str | None, level: Level
) -> None:
    assert SHEET.level_said(flag, role, "CII-SR-465") is level


@pytest.mark.parametrize(
    ("named_by", "given", "message", "name"),
    [
        ("id", "BR-1", "[BR-2]-text", "BR-1"),
        ("id", None, "[BR-2]-text", "UNSPECIFIC"),
        ("id", "", "text", "UNSPECIFIC"),
        ("message", "FX-1", "[BR-2]-text", "BR-2"),
        ("message", "FX-1", "as [BR-2] says", "FX-1"),
        ("message", None, "[1] text", "UNSPECIFIC"),
    ],
)
def test_only_where_the_pack_says_so_the_rule_cited_first_is_the_name(
    named_by: str, given: str | None, message: str, name: str
) -> None:
    assert SHEET.model_copy(update={"named_by": named_by}).name_of(given, message) == name


def test_code_lists_lie_beside_their_stylesheet_and_are_files_of_the_pack() -> None:
    assert [(file.path, file.sha256[0]) for file in SHEET.files()] == [
        ("folder/rules.xsl", "0"),
        ("folder/codes.xml", "1"),
    ]


def test_the_code_lists_of_factur_x_are_fetched_and_checked_like_its_stylesheets(packs: tuple[Pack, ...]) -> None:
    [factur_x] = [pack for pack in packs if pack.family == "factur-x"]
    paths = [file.path.rpartition("/")[2] for file in factur_x.files()]
    assert {"FACTUR-X_BASIC_codedb.xml", "FACTUR-X_EXTENDED_codedb.xml"} <= set(paths)


def test_every_family_of_levels_says_why(packs: tuple[Pack, ...]) -> None:
    families = [family for pack in packs for sheet in pack.schematron.values() for family in sheet.levels]
    assert families
    assert all(family.reason.strip() and family.rules for family in families)


def test_a_scenario_for_any_identifier_takes_a_document_without_one(packs: tuple[Pack, ...]) -> None:
    document = extract(b'<CrossIndustryDocument xmlns="urn:ferd:CrossIndustryDocument:invoice:1p0"/>', Limits())
    fitting = [scenario for pack in packs for scenario in pack.scenarios if scenario.fits(document)]
    assert [(scenario.name, scenario.customization) for scenario in fitting] == [("ZUGFeRD 1.0", ANY)]


def test_profiles_that_are_never_taken_are_no_scenario_of_kosits(packs: tuple[Pack, ...]) -> None:
    refused = [(pack.official, scenario.reject) for pack in packs for scenario in pack.scenarios if scenario.reject]
    assert {reject for _, reject in refused} == {"booking-aid", "zugferd-legacy"}
    assert not any(official for official, _ in refused)
