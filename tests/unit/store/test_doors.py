"""Doors: paused by operators, closed for all when the backlog is full."""

from typing import Any

import pytest

from einvoice.model.submission import Door
from einvoice.store import DoorClosed
from einvoice.store.doors import Doors


def doors(bench: Any, most: int = 100) -> Doors:
    return Doors(bench.store.database, bench.clock, bench.store.claims.backlog, most)


def test_doors_are_open_at_first(bench: Any) -> None:
    doors(bench).check(Door.API)
    assert doors(bench).paused() == {}


def test_a_paused_door_lets_nothing_in_and_the_others_do(bench: Any) -> None:
    doors(bench).pause(Door.API, actor="account:1", reason="Wartung")
    with pytest.raises(DoorClosed) as caught:
        doors(bench).check(Door.API)
    assert caught.value.code == "door-paused"
    assert caught.value.retry_after > 0
    doors(bench).check(Door.UPLOAD)


def test_a_pause_tells_who_and_why(bench: Any) -> None:
    doors(bench).pause(Door.FOLDER, actor="account:1", reason="Wartung")
    pause = doors(bench).paused()[Door.FOLDER]
    assert (pause.actor, pause.reason, pause.at) == ("account:1", "Wartung", bench.clock.now)


def test_a_resumed_door_is_open(bench: Any) -> None:
    doors(bench).pause(Door.API, actor="account:1", reason="Wartung")
    doors(bench).resume(Door.API, actor="account:2")
    doors(bench).check(Door.API)
    assert [entry.action for entry in bench.store.audit.of("door:api")] == ["door-paused", "door-resumed"]


def test_pausing_and_resuming_twice_is_fine(bench: Any) -> None:
    for _ in range(2):
        doors(bench).pause(Door.API, actor="account:1", reason="Wartung")
    for _ in range(2):
        doors(bench).resume(Door.API, actor="account:1")
    assert len(bench.store.audit.of("door:api")) == 2


def test_a_full_backlog_closes_every_door(bench: Any) -> None:
    for number in range(3):
        bench.receive(f"<Invoice n='{number}'/>".encode())
    doors(bench, most=4).check(Door.API)
    for door in Door:
        with pytest.raises(DoorClosed, match="backlog-full"):
            doors(bench, most=3).check(door)


def test_what_is_decided_or_held_is_no_backlog(bench: Any) -> None:
    bench.decided()
    assert bench.store.claims.backlog(10) == 0
