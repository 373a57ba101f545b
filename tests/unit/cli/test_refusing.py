"""What a request hears that never reaches a route."""

import json
import resource

import pytest

from einvoice.cli import refusing
from einvoice.cli.refusing import Refused, answer, room_for_connections


@pytest.mark.parametrize("why", [why for why in Refused if why.speaks])
def test_it_is_a_problem_document_of_the_length_it_says(why: Refused) -> None:
    head, _, body = answer(why).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    told = json.loads(body)
    assert lines[0] == f"HTTP/1.1 {told['status']} {why.value[1].phrase}"
    assert int(fields["content-length"]) == len(body)
    assert fields["content-type"] == "application/problem+json"
    assert fields["connection"] == "close"
    assert all(told[name] for name in ("type", "title", "detail", "code", "remedy"))


@pytest.mark.parametrize(
    ("limits", "room", "raised"),
    [
        ((1024, 4096), 1920, [(4096, 4096)]),
        ((1024, 1_000_000), 10_000, [(20_256, 1_000_000)]),
        ((1024, resource.RLIM_INFINITY), 10_000, [(20_256, resource.RLIM_INFINITY)]),
        ((1_000_000, 1_000_000), 10_000, []),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 10_000, []),
        ((128, 128), 16, []),
    ],
)
def test_as_many_connections_as_there_are_files_for_two_each(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], room: int, raised: list[tuple[int, int]]
) -> None:
    done: list[tuple[int, int]] = []
    monkeypatch.setattr(refusing.resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(refusing.resource, "setrlimit", lambda _, wanted: done.append(wanted))
    assert (room_for_connections(), done) == (room, raised)
