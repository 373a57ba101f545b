"""A process that dies between any two steps: another one goes on where it stopped, and nothing is done twice."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from einvoice.intake import Spool
from einvoice.intake.pickup import ProcessId, failed_documents
from tests.unit.intake.pickup.conftest import BAD, GOOD, Desk, Place


class Crash(BaseException):
    """The process dies here."""


class Died(ProcessId):
    """A process known to be dead."""

    __slots__ = ()


CALLS = ["mkdir", "rename", "replace", "link", "unlink", "rmdir", "write_text", "utime"]
MOST = 40  # calls of a kind a document needs at most


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Callable[[Place], None]:
    """Tells all processes that came before that they are dead."""
    names: set[str] = set()
    has_died = ProcessId.has_died.fget
    assert has_died is not None
    monkeypatch.setattr(ProcessId, "has_died", property(lambda self: True if self.name in names else has_died(self)))

    def bury(place: Place) -> None:
        names.update(pickup.health.process for pickup in place.running)

    return bury


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", [*CALLS, "spool", "submit", "outcome"])
@pytest.mark.parametrize(("content", "end"), [(GOOD, "done"), (BAD, "failed"), (b"x" * 101, "failed")])
def test_a_crash_at_any_step_is_made_good_by_the_next_process(
    place: Place,
    dead: Callable[[Place], None],
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    when: str,
    content: bytes,
    end: str,
) -> None:
    """At the first such step, then at the second, and so on; every time another document."""
    crashes = 0
    for number in range(MOST):
        name = f"r{number}.xml"
        body = content + b" " * (number if len(content) < 50 else 0)
        place.desk.by_key.clear()
        first = place.start()
        first.turn()
        place.drop(name, body)
        place.drop(f"{name}.done", b"")
        with monkeypatch.context() as patch:
            _crash(patch, call, when, place.desk, number)
            try:
                place.looks(first)
            except Crash:
                crashes += 1
            else:
                break
        dead(place)
        second = place.start()
        place.looks(second, 3)
        assert second.errors == []
        folder = place.done if end == "done" else place.inbox / "failed"
        kinds = {"", ".report.html", ".report.json", ".done"}
        found = {path.name for path in folder.iterdir() if name in path.name and path.name[0] != "."}
        assert found == {name + kind for kind in kinds}
        assert [path.name for path in folder.iterdir() if path.name.endswith((".place", ".tmp"))] == []
        assert (folder / name).read_bytes() == body
        if end == "failed":  # what came beside it is known to have, for the time it is tried again
            assert failed_documents(place.folder) == sorted(Path(f"r{one}.xml") for one in range(number + 1))
        assert place.names("drop") == set()
        assert place.items() == []
        assert len(place.desk.by_key) == (0 if len(content) > 100 else 1)
        dead(place)
    else:
        pytest.fail("it never came to an end without a crash")
    if len(content) < 100 or call not in ("spool", "submit", "outcome"):  # one that is too large is never submitted
        assert crashes > 0


def _crash(patch: pytest.MonkeyPatch, call: str, when: str, desk: Desk, left: int) -> None:
    """Die before or after a step is done for the n-th time."""
    owner: object = {"spool": Spool, "submit": desk, "outcome": desk, "write_text": Path}.get(call, os)
    name = "write" if call == "spool" else call
    original = getattr(owner, name)

    def crash(*arguments: object, **keywords: object) -> object:
        nonlocal left
        left -= 1
        if left >= 0:
            return original(*arguments, **keywords)
        if when == "before":
            raise Crash
        result = original(*arguments, **keywords)
        raise Crash(result)

    patch.setattr(owner, name, crash)
