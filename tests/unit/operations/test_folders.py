"""How the drop folders are, put together from what the workers tell."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from einvoice.operations import Situation, concerns, look
from einvoice.operations.folders import FolderState, folder_states, last_trouble, troubles
from tests.support.folders import LOST, failed, stuck, tell


def states(bench: Any) -> dict[str, FolderState]:
    return {state.name: state for state in folder_states(bench.store)}


def codes(bench: Any) -> list[str]:
    return [one.code for one in concerns(look(bench.store, bench.settings), bench.settings) if "folder" in one.code]


@pytest.fixture(autouse=True)
def _a_worker(bench: Any) -> None:
    bench.store.processes.announce(None, "1.0")


def test_a_folder_somebody_looks_after_without_trouble_is_healthy(bench: Any) -> None:
    tell(bench.store, waiting=3, oldest=bench.clock.now, in_work=2)
    [state] = folder_states(bench.store)
    assert state.healthy
    assert (state.waiting, state.oldest, state.in_work) == (3, bench.clock.now, 2)
    assert codes(bench) == []


def test_trouble_of_one_of_several_processes_makes_it_unhealthy_and_names_the_host(bench: Any) -> None:
    tell(bench.store, host="eins", process="eins.1", in_work=2)
    tell(bench.store, host="zwei", process="zwei.1", in_work=3, trouble=LOST)
    [state] = folder_states(bench.store)
    assert not state.healthy
    assert [(one.host, why.code) for one, why in troubles(state)] == [("zwei", "gone")]
    assert state.in_work == 5, "each has its own in work"
    [concern] = concerns(look(bench.store, bench.settings), bench.settings)
    assert concern.code == "folder-unhealthy"
    assert "/srv/oxalis/inbound" in concern.text("de")
    assert "zwei" in concern.text("en")


def test_the_same_trouble_of_several_is_told_once(bench: Any) -> None:
    for host in ("eins", "zwei"):
        tell(bench.store, host=host, process=f"{host}.1", trouble=LOST)
    [state] = folder_states(bench.store)
    assert len(list(troubles(state))) == 1


def test_what_lies_there_is_told_by_who_looked_last(bench: Any) -> None:
    tell(bench.store, host="eins", process="eins.1", waiting=9)
    bench.clock.advance(5)
    tell(bench.store, host="zwei", process="zwei.1", waiting=4)
    assert states(bench)["koeln"].waiting == 4


def test_a_folder_whose_workers_say_nothing_any_more_is_looked_after_by_nobody(bench: Any) -> None:
    tell(bench.store, waiting=3)
    bench.clock.advance(61)
    bench.store.processes.announce(None, "1.0")
    [state] = folder_states(bench.store)
    assert (state.watched, state.healthy, state.waiting) == (False, False, 3)
    assert codes(bench) == ["folder-unwatched"]


def test_where_no_worker_works_at_all_that_is_said_once(bench: Any) -> None:
    tell(bench.store)
    found = look(bench.store, bench.settings)
    bench.clock.advance(61)
    found = replace(look(bench.store, bench.settings), disk=found.disk)
    assert [one.code for one in concerns(found, bench.settings) if one.code != "disk"] == ["no-worker"]


def test_a_folder_that_was_taken_out_of_the_settings_is_not_missed(bench: Any) -> None:
    tell(bench.store, "old", process="eins.1")
    bench.clock.advance(61)
    tell(bench.store, "new", process="eins.2")
    assert set(states(bench)) == {"new"}


def test_a_folder_that_another_host_looked_after_is_missed(bench: Any) -> None:
    tell(bench.store, "bonn", host="zwei", process="zwei.1")
    bench.clock.advance(61)
    tell(bench.store, "koeln", host="eins", process="eins.1")
    assert not states(bench)["bonn"].watched


def test_a_process_that_lives_and_does_not_come_back_from_the_folder_is_trouble(bench: Any) -> None:
    tell(bench.store, looked_at=bench.clock.now - timedelta(minutes=4))
    [(_, why)] = troubles(states(bench)["koeln"])
    assert why.code == "silent"
    assert "antwortet nicht mehr" in why.words("de")


def test_a_process_that_does_not_come_back_from_its_first_look_is_trouble_after_a_while(bench: Any) -> None:
    tell(bench.store, seen=False)
    assert states(bench)["koeln"].healthy
    tell(bench.store, seen=False, began=bench.clock.now - timedelta(minutes=4))
    state = states(bench)["koeln"]
    assert [why.code for _, why in troubles(state)] == ["silent"]
    assert state.lookers[0].looked_at is None


def test_stuck_files_are_a_concern_with_their_number(bench: Any) -> None:
    tell(bench.store, stuck=(stuck("a.doc.xml", bench.clock.now - timedelta(minutes=20)),), stuck_count=7)
    [concern] = concerns(look(bench.store, bench.settings), bench.settings)
    assert (concern.code, concern.details) == ("folder-stuck", {"folder": "koeln", "count": 7, "minutes": 20})


def test_those_that_need_somebody_come_first(bench: Any) -> None:
    tell(bench.store, "a")
    tell(bench.store, "b", stuck=(stuck("x", bench.clock.now),), stuck_count=1)
    tell(bench.store, "c", trouble=LOST)
    assert [state.name for state in folder_states(bench.store)] == ["c", "b", "a"]


def test_trouble_that_is_over_is_remembered_while_all_is_well(bench: Any) -> None:
    tell(bench.store, last=LOST)
    found = last_trouble(states(bench)["koeln"])
    assert found == (LOST, bench.clock.now)
    tell(bench.store, last=LOST, trouble=LOST)
    assert last_trouble(states(bench)["koeln"]) is None, "it is not over"


def test_failed_documents_are_told_by_name(bench: Any) -> None:
    tell(bench.store, files=(failed("a.xml", bench.clock.now, None, de="zu groß", en="too large"),), not_taken=1)
    state = states(bench)["koeln"]
    assert [one.path for one in state.failed] == ["a.xml"]
    assert (state.failed_count, state.not_taken) == (1, 1)


def test_a_situation_without_folders_has_no_concern_about_them(bench: Any) -> None:
    found: Situation = look(bench.store, bench.settings)
    assert found.folders == ()
    assert codes(bench) == []
