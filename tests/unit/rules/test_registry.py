"""Which scenario judges a document: exact root element and BT-24, exactly one, official ones first, by the day."""

from datetime import UTC, date, datetime

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Basis, InvoiceDocument
from einvoice.rules import Deed, Entry, Ledger, Pack, Registry, load_packs
from einvoice.settings import Settings

TODAY = date(2026, 11, 1)
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
EXTENSION = XRECHNUNG + "#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
CVD = XRECHNUNG + "#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
PLAIN = "urn:cen.eu:en16931:2017"

UBL = """<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">{ids}</{root}>"""
CII = """<r:CrossIndustryInvoice xmlns:r="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:a="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  ><r:ExchangedDocumentContext><a:GuidelineSpecifiedDocumentContextParameter><a:ID>{id}</a:ID
  ></a:GuidelineSpecifiedDocumentContextParameter></r:ExchangedDocumentContext></r:CrossIndustryInvoice>"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry(load_packs(Settings().schematron_dir))


def _ubl(*ids: str, root: str = "Invoice") -> InvoiceDocument:
    text = "".join(f"<cbc:CustomizationID>{one}</cbc:CustomizationID>" for one in ids)
    return extract(UBL.format(root=root, ids=text).encode(), Limits())


def _name(registry: Registry, document: InvoiceDocument) -> str | None:
    matches = registry.matches(document, Basis(on=TODAY))
    return matches[0].scenario.name if matches else None


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (_ubl(XRECHNUNG), "EN16931 XRechnung (UBL Invoice)"),
        (_ubl(EXTENSION), "EN16931 XRechnung Extension (UBL Invoice)"),
        (_ubl(CVD), "EN16931 XRechnung CVD (UBL Invoice)"),
        (_ubl(PLAIN), "EN16931 (UBL Invoice)"),
        (_ubl(XRECHNUNG, root="CreditNote"), "EN16931 XRechnung (UBL CreditNote)"),
        (_ubl(EXTENSION, root="CreditNote"), None),
        (_ubl(CVD, root="CreditNote"), "EN16931 XRechnung CVD (UBL CreditNote)"),
        (_ubl(PLAIN, root="CreditNote"), "EN16931 (UBL CreditNote)"),
        (extract(CII.format(id=XRECHNUNG).encode(), Limits()), "EN16931 XRechnung (CII)"),
        (extract(CII.format(id=EXTENSION).encode(), Limits()), "EN16931 XRechnung Extension (CII)"),
        (extract(CII.format(id=CVD).encode(), Limits()), "EN16931 XRechnung CVD (CII)"),
        (extract(CII.format(id=PLAIN).encode(), Limits()), "EN16931 (CII)"),
    ],
)
def test_root_element_and_bt24_choose_the_scenario(
    registry: Registry, document: InvoiceDocument, name: str | None
) -> None:
    assert _name(registry, document) == name


# What KoSIT 1.6.3 does with odd identifiers, asked once.
@pytest.mark.parametrize(
    ("ids", "name"),
    [
        ([f" {XRECHNUNG} "], None),
        ([XRECHNUNG.upper()], None),
        (["urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_1.2"], None),
        ([], None),
        ([XRECHNUNG.replace("#", "<!--x-->#", 1)], None),  # fits the plain scenario by its first text, too
        ([XRECHNUNG.replace("cen", "cen<!--x-->", 1)], "EN16931 XRechnung (UBL Invoice)"),
        ([PLAIN.replace("cen", "cen<!--x-->", 1)], None),
        ([f"{PLAIN}<!--x-->#more"], "EN16931 (UBL Invoice)"),
        ([f"{XRECHNUNG}<!--x-->#more"], None),
        ([f"<!--x-->{XRECHNUNG}"], "EN16931 XRechnung (UBL Invoice)"),
        ([f"<![CDATA[{XRECHNUNG}]]>"], "EN16931 XRechnung (UBL Invoice)"),
        (["urn:cen.eu:<![CDATA[en16931]]>:2017"], "EN16931 (UBL Invoice)"),
        (["urn:other", XRECHNUNG], "EN16931 XRechnung (UBL Invoice)"),
        ([XRECHNUNG, XRECHNUNG], "EN16931 XRechnung (UBL Invoice)"),
        ([XRECHNUNG, PLAIN], None),
    ],
)
def test_odd_identifiers_match_as_they_do_for_kosit(registry: Registry, ids: list[str], name: str | None) -> None:
    assert _name(registry, _ubl(*ids)) == name


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        (XRECHNUNG.replace("cen", "cen<!--x-->", 1), None),
        (f"{XRECHNUNG}<!--x-->#more", "EN16931 XRechnung (CII)"),
        (f"{PLAIN}<!--x-->#more", "EN16931 (CII)"),
    ],
)
def test_in_cii_each_text_of_the_identifier_is_compared(registry: Registry, identifier: str, name: str | None) -> None:
    assert _name(registry, extract(CII.format(id=identifier).encode(), Limits())) == name


def test_without_an_official_pack_in_force_nothing_is_judged(registry: Registry) -> None:
    with pytest.raises(Fault, match="no official rule pack is in force on 2020-01-01"):
        registry.matches(_ubl(XRECHNUNG), Basis(on=date(2020, 1, 1)))


def test_two_packs_in_force_with_the_same_scenario_are_a_fault_and_no_verdict(registry: Registry) -> None:
    later = [pack.model_copy(update={"version": "2027-01-31"}) for pack in registry.packs]
    with pytest.raises(Fault, match="2027-01-31"):
        Registry([*registry.packs, *later]).matches(_ubl(XRECHNUNG), Basis(on=TODAY))


def test_every_manifest_names_levels_only_of_rules_once(registry: Registry) -> None:
    for pack in registry.packs:
        for scenario in pack.scenarios:
            rules = [rule for names in scenario.levels.values() for rule in names]
            assert len(rules) == len(set(rules))


OLD, NEW = "xrechnung-3.0.2+2026-01-31", "xrechnung-3.0.2+2026-08-31"
BEFORE, FIRST = date(2026, 8, 30), date(2026, 8, 31)


def _ledger(*entries: tuple[Deed, str, int | None]) -> Ledger:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return Ledger(Entry(at=at, by="me", deed=deed, pack=pack, reason="wrong", days=n) for deed, pack, n in entries)


def _packs(
    registry: Registry, document: InvoiceDocument, on: date, *pins: str, official_only: bool = False
) -> list[str]:
    matches = registry.matches(document, Basis(on=on, pins=pins, official_only=official_only))
    return [match.pack.name for match in matches]


@pytest.mark.parametrize(
    "document", [_ubl(XRECHNUNG), _ubl(CVD, root="CreditNote"), extract(CII.format(id=EXTENSION).encode(), Limits())]
)
def test_the_day_of_receipt_chooses_the_version(registry: Registry, document: InvoiceDocument) -> None:
    assert _packs(registry, document, BEFORE) == [OLD]
    assert _packs(registry, document, FIRST) == [NEW]


def test_of_each_family_the_newest_judges(registry: Registry) -> None:
    names = [pack.name for pack in registry.in_force(BEFORE) if pack.official]
    assert names == ["en16931-1.3.15+2026-01-31", OLD]
    assert [pack.name for pack in registry.in_force(FIRST) if pack.official] == ["en16931-1.3.16+2026-08-31", NEW]


def test_a_pack_judges_to_the_end_of_its_last_day(registry: Registry) -> None:
    packs = [
        pack.model_copy(update={"valid_until": date(2026, 12, 31)} if pack.name == NEW else {})
        for pack in registry.packs
    ]
    assert _packs(Registry(packs), _ubl(XRECHNUNG), date(2026, 12, 31)) == [NEW]
    assert _packs(Registry(packs), _ubl(XRECHNUNG), date(2027, 1, 1)) == [OLD]


def test_when_a_pack_is_withdrawn_the_one_before_judges(registry: Registry) -> None:
    withdrawn = Registry(registry.packs, _ledger((Deed.WITHDRAWN, NEW, None)))
    assert _packs(withdrawn, _ubl(XRECHNUNG), TODAY) == [OLD]
    restored = Registry(registry.packs, _ledger((Deed.WITHDRAWN, NEW, None), (Deed.RESTORED, NEW, None)))
    assert _packs(restored, _ubl(XRECHNUNG), TODAY) == [NEW]


def test_a_document_that_only_withdrawn_packs_know_is_not_rejected_but_a_fault(registry: Registry) -> None:
    withdrawn = Registry(registry.packs, _ledger((Deed.WITHDRAWN, NEW, None), (Deed.WITHDRAWN, OLD, None)))
    with pytest.raises(Fault, match=r"was withdrawn \(wrong\)"):
        _packs(withdrawn, _ubl(XRECHNUNG), TODAY)
    assert _packs(withdrawn, _ubl(PLAIN), TODAY) == ["en16931-1.3.16+2026-08-31"]
    assert _packs(withdrawn, _ubl("urn:other"), TODAY) == []


def test_a_withdrawn_pack_that_was_replaced_holds_nothing_up(registry: Registry) -> None:
    dropped = _without_scenario(registry, "EN16931 XRechnung CVD (UBL Invoice)")
    withdrawn = Registry(dropped.packs, _ledger((Deed.WITHDRAWN, OLD, None)))
    assert _packs(withdrawn, _ubl(CVD), TODAY) == []


def _without_scenario(registry: Registry, name: str) -> Registry:
    def cut(pack: Pack) -> Pack:
        scenarios = tuple(scenario for scenario in pack.scenarios if scenario.name != name)
        return pack.model_copy(update={"scenarios": scenarios}) if pack.name == NEW else pack

    return Registry([cut(pack) for pack in registry.packs])


def test_in_the_grace_period_the_pack_before_follows_the_newest(registry: Registry) -> None:
    graced = Registry(registry.packs, _ledger((Deed.GRACE, NEW, 30)))
    assert _packs(graced, _ubl(XRECHNUNG), BEFORE) == [OLD]
    assert _packs(graced, _ubl(XRECHNUNG), FIRST) == [NEW, OLD]
    assert _packs(graced, _ubl(XRECHNUNG), date(2026, 9, 29)) == [NEW, OLD]
    assert _packs(graced, _ubl(XRECHNUNG), date(2026, 9, 30)) == [NEW]


def test_the_manifest_may_give_a_grace_period_and_the_operator_another(registry: Registry) -> None:
    packs = [pack.model_copy(update={"grace_days": 10} if pack.name == NEW else {}) for pack in registry.packs]
    assert _packs(Registry(packs), _ubl(XRECHNUNG), FIRST) == [NEW, OLD]
    assert _packs(Registry(packs, _ledger((Deed.GRACE, NEW, 0))), _ubl(XRECHNUNG), FIRST) == [NEW]


def test_what_only_the_pack_before_knows_it_may_judge_in_the_grace_period(registry: Registry) -> None:
    dropped = _without_scenario(registry, "EN16931 XRechnung CVD (UBL Invoice)")
    assert _packs(dropped, _ubl(CVD), FIRST) == []
    assert _packs(Registry(dropped.packs, _ledger((Deed.GRACE, NEW, 30))), _ubl(CVD), FIRST) == [OLD]


def test_a_document_that_only_a_withdrawn_pack_of_the_grace_period_knows_is_a_fault(registry: Registry) -> None:
    dropped = _without_scenario(registry, "EN16931 XRechnung CVD (UBL Invoice)")
    withdrawn = Registry(dropped.packs, _ledger((Deed.GRACE, NEW, 30), (Deed.WITHDRAWN, OLD, None)))
    with pytest.raises(Fault, match=r"2026-01-31 was withdrawn \(wrong\)"):
        _packs(withdrawn, _ubl(CVD), FIRST)
    assert _packs(withdrawn, _ubl(CVD), FIRST, official_only=True) == []
    assert _packs(withdrawn, _ubl(CVD), date(2026, 9, 30)) == []
    assert _packs(withdrawn, _ubl(XRECHNUNG), FIRST) == [NEW]


def test_compared_with_kosit_there_is_no_grace(registry: Registry) -> None:
    graced = Registry(registry.packs, _ledger((Deed.GRACE, NEW, 30)))
    assert _packs(graced, _ubl(XRECHNUNG), FIRST, official_only=True) == [NEW]


def test_a_pinned_pack_judges_whatever_the_day(registry: Registry) -> None:
    for day in (BEFORE, TODAY):
        assert _packs(registry, _ubl(XRECHNUNG), day, OLD) == [OLD]
        assert _packs(registry, _ubl(XRECHNUNG), day, NEW) == [NEW]


def test_a_pin_leaves_the_other_families_to_the_day(registry: Registry) -> None:
    assert _packs(registry, _ubl(PLAIN), TODAY, OLD) == ["en16931-1.3.16+2026-08-31"]


def test_a_pin_on_a_pack_that_is_not_there_is_a_fault_that_names_it(registry: Registry) -> None:
    with pytest.raises(Fault, match=r"xrechnung-9\.9\+2030 is pinned but not known"):
        _packs(registry, _ubl(PLAIN), TODAY, "xrechnung-9.9+2030")


def test_a_pin_on_a_withdrawn_pack_is_a_fault_and_never_silently_another_pack(registry: Registry) -> None:
    withdrawn = Registry(registry.packs, _ledger((Deed.WITHDRAWN, OLD, None)))
    with pytest.raises(Fault, match=r"2026-01-31 is pinned but was withdrawn \(wrong\)"):
        _packs(withdrawn, _ubl(XRECHNUNG), TODAY, OLD)


def test_two_pins_of_one_family_are_a_fault(registry: Registry) -> None:
    with pytest.raises(Fault, match="hold the same scenario"):
        _packs(registry, _ubl(XRECHNUNG), TODAY, OLD, NEW)


def test_a_pack_is_found_by_the_beginning_that_only_it_has(registry: Registry) -> None:
    assert registry.named("xrechnung-3.0.2+2026-08").name == NEW
    with pytest.raises(LookupError, match=r"fits several packs: .*01-31.*08-31"):
        registry.named("xrechnung")
    with pytest.raises(LookupError, match=r"nonsense is no pack: .*en16931"):
        registry.named("nonsense")
