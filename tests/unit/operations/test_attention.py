"""What needs an operator, and what does not."""

import string
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from einvoice.explain import Lang
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Door, Hold, Priority
from einvoice.model.trouble import FaultNotice
from einvoice.operations import Concern, Situation, concerns, look
from einvoice.operations.attention import TOO_LONG, UNSIGNED, words
from einvoice.operations.situation import Disk
from einvoice.store.census import Signed, Waiting
from tests.support.letters import receive


@pytest.fixture
def quiet(bench: Any) -> Situation:
    """A service where a worker works and nothing is to be done, on a disk with room."""
    bench.store.processes.announce(None, "1.0")
    return replace(look(bench.store, bench.settings), disk=Disk(free=10**12, size=10**13))


def codes(bench: Any, found: Situation) -> list[str]:
    return [one.code for one in concerns(found, bench.settings)]


def waiting(found: Situation, *there: Waiting) -> Situation:
    return replace(found, census=replace(found.census, waiting=there))


def signed(found: Situation, since: timedelta) -> Situation:
    audit = Signed(last=9, signed=8, signed_at=found.at - since, unsigned_since=found.at - since)
    return replace(found, census=replace(found.census, audit=audit))


def test_where_a_worker_works_and_nothing_waits_all_is_well(bench: Any, quiet: Situation) -> None:
    assert codes(bench, quiet) == []


def test_that_no_worker_works_is_a_concern_even_if_nothing_waits(bench: Any, quiet: Situation) -> None:
    assert codes(bench, replace(quiet, workers=())) == ["no-worker"]


@pytest.mark.parametrize("priority", Priority)
def test_work_that_waits_too_long_is_a_concern(bench: Any, quiet: Situation, priority: Priority) -> None:
    longest = quiet.at - TOO_LONG[priority]
    just, late = (Waiting(priority=priority, count=1, oldest=longest - more) for more in (timedelta(0), timedelta(1)))
    assert codes(bench, waiting(quiet, just)) == []
    assert codes(bench, waiting(quiet, late)) == [f"waiting-{priority.name.lower()}"]


def test_folders_may_take_longer_than_people() -> None:
    assert TOO_LONG[Priority.BULK] > TOO_LONG[Priority.INTERACTIVE]


def test_a_backlog_is_a_concern_before_the_doors_close(bench: Any, quiet: Situation) -> None:
    most = bench.settings.max_backlog
    for count, expected in ((most // 2, []), (most * 9 // 10, ["backlog"])):
        there = Waiting(priority=Priority.BULK, count=count, oldest=quiet.at)
        assert codes(bench, waiting(quiet, there)) == expected


def test_whatever_is_held_is_a_concern_with_its_cause(bench: Any, quiet: Situation) -> None:
    claim = bench.claimed(b"1")
    fault = FaultNotice("engine-abort", "", deterministic=True)
    bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.UNDECIDED, fault=fault))
    bench.clock.advance(120)
    found = replace(look(bench.store, bench.settings), disk=quiet.disk, workers=quiet.workers)
    expected = Concern("held-engine", {"count": 1, "cause": "engine-abort", "minutes": 2})
    assert concerns(found, bench.settings) == (expected,)
    assert "engine-abort" in expected.text("de")


def test_what_is_held_before_it_was_judged_has_words_of_its_own(bench: Any, quiet: Situation) -> None:
    receive(bench, b"1")
    receive(bench, b"2")
    found = replace(look(bench.store, bench.settings), disk=quiet.disk, workers=quiet.workers)
    assert codes(bench, found) == ["held-unjudged"]


def test_a_paused_door_is_a_concern_with_its_reason(bench: Any, quiet: Situation) -> None:
    bench.store.doors.pause(Door.FOLDER, actor="account:1", reason="Umzug {0} %s")
    found = replace(quiet, paused=bench.store.doors.paused())
    [concern] = concerns(found, bench.settings)
    assert concern.code == "door-paused"
    assert "Umzug {0} %s" in concern.text("en")


def test_a_log_that_is_no_longer_signed_is_a_concern(bench: Any, quiet: Situation) -> None:
    between = timedelta(seconds=bench.settings.checkpoint_seconds)
    assert codes(bench, signed(quiet, between + UNSIGNED)) == []
    assert codes(bench, signed(quiet, between + UNSIGNED + timedelta(seconds=1))) == ["unsigned"]


def test_a_disk_that_is_almost_full_is_a_concern(bench: Any, quiet: Situation) -> None:
    assert codes(bench, replace(quiet, disk=Disk(free=bench.settings.max_upload_bytes, size=10**13))) == ["disk"]


GAPS = {"waiting", "count", "minutes", "limit", "cause", "door", "reason", "free", "folder", "host", "why_de", "why_en"}


@pytest.mark.parametrize("lang", get_args(Lang))
def test_each_concern_has_words_in_both_languages(lang: Lang) -> None:
    every = ["no-worker", "backlog", "held-unjudged", "door-paused", "unsigned", "disk"]
    every += ["folder-unhealthy", "folder-stuck", "folder-unwatched"]
    every += [f"waiting-{priority.name.lower()}" for priority in Priority] + [f"held-{hold}" for hold in Hold if hold]
    for code in every:
        named = {name for _, name, _, _ in string.Formatter().parse(words(lang)[code]) if name}
        assert named <= GAPS, code
    assert all(words(lang).values())
