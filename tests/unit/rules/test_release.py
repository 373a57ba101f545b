"""An official configuration becomes a pack, whole or not at all, and judges as its own artefacts say."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Basis, Level, Verdict
from einvoice.rules import Deed, Entry, LiveRegistry, RuleFolders
from einvoice.rules.archive import Archive, ArchiveLimits, ReleaseRefused
from einvoice.rules.release import Wish, keep, make_release, own_lexical
from einvoice.settings import Settings
from einvoice.validation.assess import Judge
from einvoice.validation.process import build_judge
from einvoice.validation.trial import try_pack
from tests.support.configuration import (
    CII_SCENARIO,
    UBL_SCENARIO,
    Release,
    official_files,
    scenarios_xml,
    shipped,
)
from tests.support.service import SAMPLES

DAY = date(2026, 11, 22)
CII = (SAMPLES / "03-cii-rechnung-it-wartung.xml").read_bytes()
XR_CII = "resources/XRechnung-CII-validation.xsl"
AGREEMENT = b"</ram:ApplicableHeaderTradeAgreement>"
AGREEMENT_WITH_URL = (
    b"<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>A1</ram:IssuerAssignedID>"
    b"<ram:URIID>www.example.org/a.pdf</ram:URIID><ram:TypeCode>916</ram:TypeCode>"
    b"</ram:AdditionalReferencedDocument>" + AGREEMENT
)
PEPPOL_SCENARIO = UBL_SCENARIO.replace("xeinkauf.de:kosit:xrechnung_3.0", "fdc:peppol.eu:2017:poacc:billing:3.0")
NOTHING = {"ledger.lock", "ledger.jsonl"}  # and that is empty
UBL = next(SAMPLES.glob("01-ubl*.xml")).read_bytes()


@pytest.fixture
def folders(tmp_path: Path) -> RuleFolders:
    return RuleFolders.of(Settings(data_dir=tmp_path / "data"))


@pytest.fixture
def take(tmp_path: Path, folders: RuleFolders) -> Callable[..., str]:
    def take(release: Release, wish: Wish | None = None, *, folder: str = "") -> str:
        archive = Archive.read(release.write(tmp_path / "r.zip", folder=folder), ArchiveLimits())
        made = make_release(archive, wish or Wish(), own_lexical(folders))
        entry = Entry(at=datetime(2026, 11, 1, tzinfo=UTC), by="me", deed=Deed.IMPORTED, pack="")
        keep(made, folders, entry, try_pack)
        return made.pack.name

    return take


@pytest.fixture
def judge(folders: RuleFolders) -> Judge:
    return build_judge(folders)


def _kept(folders: RuleFolders) -> set[str]:
    return {str(path.relative_to(folders.kept)) for path in Path(folders.kept).rglob("*") if path.is_file()}


def test_an_imported_configuration_judges_cii_from_its_day_on(
    take: Callable[..., str], folders: RuleFolders, judge: Judge
) -> None:
    document = extract(CII, Limits())
    before = judge.assess(document, Basis(on=DAY))
    name = take(Release())
    assert name == "test-configuration-1.0+2026-10-01"
    assessment = judge.assess(document, Basis(on=DAY))  # the same judge: it follows the ledger
    assert (assessment.verdict, assessment.pack, assessment.profile) == (Verdict.ACCEPTED, name, "xrechnung")
    assert [one.rule for one in assessment.findings] == [one.rule for one in before.findings]
    assert judge.assess(document, Basis(on=date(2026, 9, 30))).pack == "xrechnung-3.0.2+2026-08-31"
    assert judge.assess(document, Basis(on=DAY, pins=("xrechnung-3.0.2+2026-01-31",))).pack.endswith("2026-01-31")


def test_two_cii_rule_sets_stand_side_by_side(take: Callable[..., str], judge: Judge) -> None:
    """XRechnung Schematron 2.5.0 warns of a URL without scheme (BR-TMP-2), 2.6.0 rejects it."""
    older = Release(files=official_files(shipped("xrechnung-3.0.2+2026-01-31"), ubl=False))
    name = take(older, Wish(valid_from=date(2026, 2, 1)))
    document = extract(CII.replace(AGREEMENT, AGREEMENT_WITH_URL, 1), Limits())
    found = {}
    for day in (date(2026, 8, 30), date(2026, 8, 31)):
        assessment = judge.assess(document, Basis(on=day))
        levels = {one.rule: one.level for one in assessment.findings}
        found[assessment.pack] = (assessment.verdict, levels.get("BR-TMP-2"))
    assert found == {
        name: (Verdict.ACCEPTED, Level.WARNING),
        "xrechnung-3.0.2+2026-08-31": (Verdict.REJECTED, Level.ERROR),
    }


def test_custom_levels_of_the_configuration_hold(take: Callable[..., str], judge: Judge) -> None:
    lenient = CII_SCENARIO.replace("BR-CL-23<", "BR-CL-23 BR-DE-15<")
    take(Release(scenarios=scenarios_xml(lenient)))
    start, end = CII.index(b"<ram:BuyerReference>"), CII.index(b"</ram:BuyerReference>")
    document = extract(CII[:start] + CII[end + len(b"</ram:BuyerReference>") :], Limits())
    assessment = judge.assess(document, Basis(on=DAY))
    assert [(one.rule, one.level, one.own_level) for one in assessment.findings] == [
        ("BR-DE-15", Level.WARNING, Level.ERROR)
    ]
    assert assessment.verdict is Verdict.ACCEPTED


def test_an_official_schema_in_it_decides_as_xerces_does(take: Callable[..., str], judge: Judge) -> None:
    name = take(Release(scenarios=scenarios_xml(CII_SCENARIO, UBL_SCENARIO), files=official_files()))
    day = UBL.index(b"<cbc:IssueDate>") + len(b"<cbc:IssueDate>")
    document = extract(UBL[:day] + b"\n " + UBL[day:], Limits())
    assessment = judge.assess(document, Basis(on=DAY))
    assert (assessment.pack, assessment.xsd_valid) == (name, True)


def test_it_takes_the_place_of_what_it_holds_and_leaves_the_rest(take: Callable[..., str], judge: Judge) -> None:
    take(Release())
    assert judge.assess(extract(UBL, Limits()), Basis(on=DAY)).pack == "xrechnung-3.0.2+2026-08-31"
    plain = extract(CII.replace(b"#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0<", b"<"), Limits())
    assert judge.assess(plain, Basis(on=DAY)).pack == "en16931-1.3.16+2026-08-31"


def test_the_whole_configuration_may_lie_in_a_folder_of_the_zip(take: Callable[..., str]) -> None:
    assert take(Release(), folder="configuration/") == "test-configuration-1.0+2026-10-01"


def test_day_version_and_grace_are_the_operators_to_say(take: Callable[..., str], folders: RuleFolders) -> None:
    name = take(Release(), Wish(valid_from=date(2027, 2, 1), version="2027", grace_days=30))
    pack = LiveRegistry(folders).named(name)
    assert (name, pack.valid_from, pack.grace_days) == ("test-configuration-1.0+2027", date(2027, 2, 1), 30)


def test_the_same_once_more_changes_nothing(take: Callable[..., str], folders: RuleFolders) -> None:
    release = Release()
    take(release)
    entries = folders.ledger.read().entries
    take(release)
    assert folders.ledger.read().entries == entries


def test_another_content_under_a_name_that_is_taken_is_refused(take: Callable[..., str]) -> None:
    take(Release())
    with pytest.raises(ReleaseRefused, match="--version"):
        take(Release(), Wish(grace_days=3))


@pytest.mark.parametrize(
    ("scenario", "day", "other"),
    [(CII_SCENARIO, date(2026, 8, 31), "2026-08-31"), (CII_SCENARIO, date(2024, 2, 1), "2026-01-31")],
)
def test_a_configuration_with_the_first_day_of_a_shipped_pack_is_refused(
    take: Callable[..., str], folders: RuleFolders, scenario: str, day: date, other: str
) -> None:
    reason = rf"xrechnung-3\.0\.2\+{other} .* same first day, {day}.* --valid-from DAY, or withdraw xrechnung"
    with pytest.raises(ReleaseRefused, match=reason):
        take(Release(scenarios=scenarios_xml(scenario)), Wish(valid_from=day))
    assert _kept(folders) == NOTHING
    assert folders.ledger.read().entries == ()


def test_a_configuration_with_the_first_day_of_an_imported_one_is_refused(
    take: Callable[..., str], judge: Judge
) -> None:
    name = take(Release())
    with pytest.raises(ReleaseRefused, match=f"{re.escape(name)} judges the same invoices"):
        take(Release(scenarios=scenarios_xml(CII_SCENARIO, name="Other")))
    assert judge.assess(extract(CII, Limits()), Basis(on=DAY)).pack == name


def test_a_withdrawn_pack_is_in_nobodys_way(take: Callable[..., str], folders: RuleFolders, judge: Judge) -> None:
    first = take(Release())
    with folders.ledger.locked():
        folders.ledger.write(Entry(at=datetime.now(UTC), by="me", deed=Deed.WITHDRAWN, pack=first, reason="wrong"))
    name = take(Release(scenarios=scenarios_xml(CII_SCENARIO, name="Other")))
    assert judge.assess(extract(CII, Limits()), Basis(on=DAY)).pack == name


def test_a_later_release_for_another_cius_takes_the_place_of_the_earlier_one(
    take: Callable[..., str], judge: Judge
) -> None:
    """Whatever the configurations are called."""
    document = extract(
        UBL.replace(b"xeinkauf.de:kosit:xrechnung_3.0", b"fdc:peppol.eu:2017:poacc:billing:3.0"), Limits()
    )
    names = []
    for called, day in (("One", "2026-10-01"), ("Two", "2026-10-02")):
        names.append(
            take(Release(scenarios=scenarios_xml(PEPPOL_SCENARIO, name=called, on=day), files=official_files()))
        )
    judged = [judge.assess(document, Basis(on=date(2026, 10, day))).pack for day in (1, 2)]
    assert judged == names == ["one+2026-10-01", "two+2026-10-02"]


def test_a_configuration_needs_a_name_that_can_be_typed(take: Callable[..., str]) -> None:
    assert take(Release(scenarios=scenarios_xml(CII_SCENARIO, name="äöü"))) == "aeoeue+2026-10-01"
    with pytest.raises(ReleaseRefused, match="without Latin letters"):
        take(Release(scenarios=scenarios_xml(CII_SCENARIO, name="规则", on="2026-10-02")))


def test_damaged_artefacts_are_never_used(take: Callable[..., str], folders: RuleFolders, judge: Judge) -> None:
    take(Release())
    sheet = Path(folders.kept) / "artefacts" / hashlib.sha256(Release().files[XR_CII]).hexdigest()
    sheet.chmod(0o644)
    sheet.write_bytes(b"<rot/>")
    fault = judge.assess(extract(CII, Limits()), Basis(on=DAY)).fault
    assert fault is not None
    assert fault.cause == "rules-altered"


def _without(name: str) -> Release:
    release = Release()
    del release.files[name]
    return release


def _with(name: str, data: bytes) -> Release:
    release = Release()
    release.files[name] = data
    return release


def _scenarios(old: str, new: str) -> Release:
    assert old in CII_SCENARIO
    return Release(scenarios=scenarios_xml(CII_SCENARIO.replace(old, new)))


BAD: dict[str, tuple[Callable[[], Release], str]] = {
    "missing stylesheet": (lambda: _without(XR_CII), "XRechnung-CII-validation.xsl, which is missing"),
    "missing schema": (lambda: _without("resources/cii/udt.xsd"), "udt.xsd, which is missing"),
    "missing report": (lambda: _without("resources/report.xsl"), "report.xsl, which is missing"),
    "unknown step": (lambda: _scenarios("<createReport>", "<sendReport/><createReport>"), "the step sendReport"),
    "unknown match": (lambda: _scenarios("text() = ", "text() != "), "the match is not understood"),
    "absolute resource": (lambda: _scenarios("resources/cii/", "/resources/cii/"), "does not lie in the config"),
    "outside resource": (lambda: _scenarios("resources/cii/", "../cii/"), "does not lie in the configuration"),
    "remote resource": (lambda: _scenarios("resources/cii/", "http://example.org/"), "does not lie in the config"),
    "stylesheet that is none": (lambda: _with(XR_CII, b"<a/>"), "no Schematron compiled to XSLT"),
    "stylesheet that does not compile": (
        lambda: _with(XR_CII, Release().files[XR_CII].replace(b"<xsl:param", b"<xsl:parm", 1)),
        "XRechnung-CII-validation.xsl",
    ),
    "schema that does not compile": (
        lambda: _with("resources/cii/qdt.xsd", Release().files["resources/cii/qdt.xsd"].replace(b"lex:", b"lox:")),
        "CrossIndustryInvoice.xsd",
    ),
    "schema that fetches": (
        lambda: _with("resources/cii/qdt.xsd", b'<!DOCTYPE s SYSTEM "http://example.org/x">' + b"<a/>"),
        "DOCTYPE that fetches",
    ),
    "no configuration": (lambda: Release(scenarios=b"<scenarios/>"), "not of a KoSIT configuration"),
}


@pytest.mark.parametrize(("make", "reason"), BAD.values(), ids=BAD)
def test_a_bad_configuration_is_refused_whole(
    take: Callable[..., str], folders: RuleFolders, make: Callable[[], Release], reason: str
) -> None:
    with pytest.raises((ReleaseRefused, Fault), match=reason):
        take(make())
    assert _kept(folders) <= NOTHING
    assert [pack.archive for pack in LiveRegistry(folders).packs if pack.archive] == []


def test_a_power_cut_in_between_leaves_nothing_in_force(
    take: Callable[..., str], folders: RuleFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("einvoice.rules.ledger.LedgerFile.write", cut)
    with pytest.raises(KeyboardInterrupt):
        take(Release())
    assert _kept(folders) == NOTHING
    assert folders.ledger.read().entries == ()


def test_a_refusal_leaves_the_packs_that_are_there(take: Callable[..., str], folders: RuleFolders) -> None:
    take(Release())
    before = _kept(folders)
    with pytest.raises(ReleaseRefused):
        take(Release(scenarios=scenarios_xml(CII_SCENARIO.replace("<match>", "<match>not"), on="2026-11-01")))
    assert _kept(folders) == before
    assert len(LiveRegistry(folders).known().ledger.imported) == 1
