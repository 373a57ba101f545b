"""Doors that are closed, by an operator or by a backlog: what operators do and what senders hear."""

from collections.abc import Callable
from typing import Any

import pytest

from einvoice.api import checks
from einvoice.identity import Role
from einvoice.model.submission import Door
from tests.support.web import LOOPBACK, Web, invoice


def pause(web: Web, door: Door = Door.API) -> None:
    web.app.store.doors.pause(door, actor="admin", reason="Umzug des Rechenzentrums")


def test_all_doors_are_open_at_first(web: Web) -> None:
    told = web.operator().get("/api/v1/doors").json()
    assert [(one["door"], one["paused"]) for one in told["doors"]] == [
        ("upload", None), ("api", None), ("folder", None),
    ]  # fmt: skip
    assert (told["backlog"], told["max_backlog"]) == (0, web.app.settings.max_backlog)


def test_a_door_is_paused_and_resumed(web: Web) -> None:
    operator = web.operator()
    paused = operator.post("/api/v1/doors/api:pause", json={"reason": "Umzug"}).json()
    [door] = [one["paused"] for one in paused["doors"] if one["paused"]]
    assert (door["reason"], door["name"]) == ("Umzug", "operator")
    assert web.supplier().post("/api/v1/submissions", content=invoice()).status_code == 503
    resumed = operator.post("/api/v1/doors/api:resume").json()
    assert not any(one["paused"] for one in resumed["doors"])


def test_pausing_needs_a_reason_and_a_door(web: Web) -> None:
    operator = web.operator()
    assert operator.post("/api/v1/doors/api:pause", json={"reason": " "}).status_code == 422
    assert operator.post("/api/v1/doors/window:pause", json={"reason": "x"}).status_code == 422


def test_a_sender_at_a_closed_door_hears_why_and_when_to_come_again(web: Web) -> None:
    pause(web)
    answer = web.supplier().post("/api/v1/submissions", content=invoice())
    assert (answer.status_code, answer.json()["code"]) == (503, "door-paused")
    assert int(answer.headers["retry-after"]) > 0
    assert "Umzug" not in answer.text
    assert web.operator().get("/api/v1/submissions").json()["items"] == []


def test_a_closed_door_is_told_before_anything_is_kept_of_the_file(web: Web) -> None:
    pause(web)
    answer = web.supplier().post("/api/v1/submissions", content=iter([b"<" * 1000] * 3))
    assert answer.status_code == 503
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []


def test_who_may_not_submit_hears_that_first(web: Web) -> None:
    pause(web)
    assert web.authority().post("/api/v1/submissions", content=invoice()).status_code == 403
    assert web.client().post("/api/v1/submissions", content=invoice()).status_code == 401


def test_the_door_for_people_is_another_one(web: Web) -> None:
    pause(web, Door.UPLOAD)
    assert web.supplier().post("/api/v1/submissions", content=invoice()).status_code == 202


def test_a_backlog_closes_the_door_until_it_is_worked_off(
    open_web: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.store.doors._GOOD_FOR", -1.0)
    with open_web(max_backlog=2) as web:
        web.at_once = False
        supplier = web.supplier()
        answers = [supplier.post("/api/v1/submissions", content=invoice(number=f"R-{number}")) for number in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 503]
        assert answers[2].json()["code"] == "backlog-full"
        assert int(answers[2].headers["retry-after"]) > 0
        web.work()
        assert supplier.post("/api/v1/submissions", content=invoice(number="R-2")).status_code == 202


@pytest.mark.parametrize("path", ["/api/v1/checks", "/kosit"])
def test_what_keeps_nothing_stays_open(web: Web, path: str) -> None:
    for door in Door:
        pause(web, door)
    answer = web.client(web.app.identity.create_token(Role.SUPPLIER), address=LOOPBACK).post(path, content=invoice())
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/checks", "/kosit"])
def test_too_many_checks_at_once_are_told_to_come_again(web: Web, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_MOST_WAITING", 0)
    answer = web.client(web.app.identity.create_token(Role.SUPPLIER), address=LOOPBACK).post(path, content=invoice())
    assert (answer.status_code, answer.json()["code"]) == (503, "checks-busy")
    assert int(answer.headers["retry-after"]) > 0
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []
