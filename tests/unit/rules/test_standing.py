"""How every pack stands on a day, as `einvoice rules list` tells it."""

from datetime import UTC, date, datetime

import pytest

from einvoice.rules import Deed, Entry, Ledger, Pack, load_packs
from einvoice.rules.registry import Known
from einvoice.rules.standing import Standing, State, dropped, rival, standings
from einvoice.settings import Settings

OLD, NEW = "xrechnung-3.0.2+2026-01-31", "xrechnung-3.0.2+2026-08-31"
TODAY = date(2026, 11, 1)


def _stand(name: str, on: date, *deeds: tuple[Deed, int | None]) -> Standing:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    ledger = Ledger(Entry(at=at, by="me", deed=deed, pack=NEW, reason="wrong", days=days) for deed, days in deeds)
    known = Known(load_packs(Settings().schematron_dir), ledger)
    return next(one for one in standings(known, on) if one.pack.name == name)


def _by(standing: Standing) -> list[str]:
    return [pack.name for pack in standing.by]


def test_the_newest_is_in_force_and_the_one_before_is_replaced() -> None:
    assert _stand(NEW, TODAY).state is State.IN_FORCE
    assert (_stand(OLD, TODAY).state, _by(_stand(OLD, TODAY))) == (State.REPLACED, [NEW])


def test_before_its_first_day_a_pack_is_not_yet_in_force() -> None:
    assert _stand(NEW, date(2026, 8, 30)).state is State.NOT_YET
    assert _stand(OLD, date(2026, 8, 30)).state is State.IN_FORCE


def test_in_the_grace_period_the_one_before_may_still_accept() -> None:
    graced = _stand(OLD, date(2026, 9, 1), (Deed.GRACE, 30))
    assert (graced.state, graced.until, _by(graced)) == (State.GRACE, date(2026, 9, 30), [NEW])


def test_a_withdrawn_pack_says_who_judges_instead_and_why() -> None:
    gone = _stand(NEW, TODAY, (Deed.WITHDRAWN, None))
    assert (gone.state, _by(gone)) == (State.WITHDRAWN, [OLD])
    assert gone.withdrawal is not None
    assert gone.withdrawal.reason == "wrong"
    assert _stand(OLD, TODAY, (Deed.WITHDRAWN, None)).state is State.IN_FORCE


def test_what_a_newer_pack_leaves_out_is_told() -> None:
    packs = load_packs(Settings().schematron_dir)
    newest = next(pack for pack in packs if pack.name == NEW)
    partial = newest.model_copy(
        update={
            "version": "2027",
            "valid_from": date(2027, 2, 1),
            "scenarios": tuple(one for one in newest.scenarios if one.name == "EN16931 XRechnung (CII)"),
        }
    )
    assert [one.name for one in dropped(partial, Known((*packs, partial), Ledger()))] == [
        "EN16931 XRechnung Extension (CII)",
        "EN16931 XRechnung CVD (CII)",
    ]
    assert dropped(newest, Known(packs, Ledger())) == ()


def _later(**changes: object) -> Pack:
    newest = next(pack for pack in load_packs(Settings().schematron_dir) if pack.name == NEW)
    return newest.model_copy(update={"version": "2027", **changes})


CVD_ONLY = tuple(one for one in _later().scenarios if one.profile == "xrechnung-cvd")
ELSEWHERE = tuple(one.model_copy(update={"family": "elsewhere"}) for one in _later().scenarios)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, NEW),
        ({"scenarios": CVD_ONLY}, NEW),
        ({"valid_from": date(2024, 2, 1)}, OLD),
        ({"valid_from": date(2026, 9, 1)}, None),
        ({"official": False}, None),
        ({"scenarios": ELSEWHERE, "valid_from": date(2026, 9, 1)}, OLD),  # another family never takes its place
        ({"scenarios": ELSEWHERE, "valid_from": date(2020, 1, 1), "valid_until": date(2020, 12, 31)}, None),
    ],
)
def test_packs_of_equal_rank_for_the_same_documents_are_rivals(changes: dict[str, object], found: str | None) -> None:
    other = rival(_later(**changes), Known(load_packs(Settings().schematron_dir), Ledger()))
    assert (other.name if other else None) == found


def test_packs_of_one_first_day_that_share_no_document_are_no_rivals() -> None:
    rest = _later(scenarios=tuple(one for one in _later().scenarios if one not in CVD_ONLY))
    assert rival(_later(version="2028", scenarios=CVD_ONLY), Known((rest,), Ledger())) is None


def test_a_withdrawn_pack_is_no_rival() -> None:
    entry = Entry(at=datetime(2026, 10, 1, tzinfo=UTC), by="me", deed=Deed.WITHDRAWN, pack=NEW, reason="wrong")
    assert rival(_later(), Known(load_packs(Settings().schematron_dir), Ledger([entry]))) is None
