"""Threads that write at the same moment share a transaction; each gets its own answer, after the commit."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from einvoice.errors import Fault
from einvoice.store.database import lock
from einvoice.store.tables import suppliers
from einvoice.store.together import MOST, Together


@pytest.fixture
def together(bench: Any) -> Together:
    return Together(bench.store.database)


def names(bench: Any) -> set[str]:
    with bench.store.database.read() as connection:
        return set(connection.scalars(select(suppliers.c.name)))


def entering(name: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(insert(suppliers).values(id=name, name=name))
        return name

    return work


def at_once(together: Together, works: list[Callable[[Connection], Any]]) -> list[Any]:
    """What becomes of works that come while another transaction is under way."""
    begun, go_on = threading.Event(), threading.Event()

    def first(_: Connection) -> None:
        begun.set()
        go_on.wait(10)

    def outcome(work: Callable[[Connection], Any]) -> Any:
        try:
            return together.write(work)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works) + 1) as pool:
        leading = pool.submit(together.write, first)
        begun.wait(10)
        following = [pool.submit(outcome, work) for work in works]
        while len(together._waiting) < len(works):
            pass
        go_on.set()
        leading.result()
        return [one.result() for one in following]


def test_one_alone_is_written_and_answered(bench: Any, together: Together) -> None:
    assert together.write(entering("a")) == "a"
    assert names(bench) == {"a"}


def test_those_who_come_meanwhile_share_a_transaction(bench: Any, together: Together) -> None:
    seen: list[int] = []

    def work(connection: Connection) -> None:
        seen.append(id(connection))

    at_once(together, [work] * MOST)
    assert len(seen) == MOST
    assert len(set(seen)) == 1


def test_each_gets_its_own_answer(bench: Any, together: Together) -> None:
    wanted = [f"name {number}" for number in range(3 * MOST)]
    assert at_once(together, [entering(name) for name in wanted]) == wanted
    assert names(bench) == set(wanted)


def test_the_mistake_of_one_is_its_own(bench: Any, together: Together) -> None:
    def mistake(connection: Connection) -> None:
        connection.execute(insert(suppliers).values(id="half", name="half"))
        raise ValueError("mistake")

    answers = at_once(together, [entering("a"), mistake, entering("b")])
    assert answers[0] == "a"
    assert isinstance(answers[1], ValueError)
    assert answers[2] == "b"
    assert names(bench) == {"a", "b"}


def test_a_fault_of_one_is_its_own(bench: Any, together: Together) -> None:
    def without_key(_: Connection) -> None:
        raise Fault("key-missing", elsewhere=True)

    answers = at_once(together, [without_key, entering("a")])
    assert isinstance(answers[0], Fault)
    assert answers[1] == "a"


def test_a_database_that_is_away_is_told_to_all(bench: Any, together: Together) -> None:
    tries: list[int] = []

    def broken(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text("SELECT * FROM nowhere"))

    answers = at_once(together, [broken] * 3)
    assert all(isinstance(answer, Exception) for answer in answers)
    assert len(answers) == 3


def test_works_of_two_hosts_that_wait_for_each_other_are_all_done(bench: Any) -> None:
    hosts = [Together(bench.store.database), Together(bench.store.database)]
    both_begun = threading.Barrier(2)

    def locking(name: str) -> Callable[[Connection], str]:
        def work(connection: Connection) -> str:
            lock(connection, name)
            with suppress(threading.BrokenBarrierError):  # the next time, or where there is one writer at a time
                both_begun.wait(0.5)
            return name

        return work

    with ThreadPoolExecutor(2) as pool:
        one, other = (
            pool.submit(at_once, host, [locking(name) for name in names])
            for host, names in zip(hosts, (("a", "b"), ("b", "a")), strict=True)
        )
        assert (one.result(), other.result()) == (["a", "b"], ["b", "a"])


def test_nobody_is_answered_before_the_commit(bench: Any, together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    committed: list[set[str]] = []

    def work(name: str) -> None:
        together.write(entering(name))
        committed.append(names(bench) & {name})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [str(number) for number in range(100)]))
    assert all(len(found) == 1 for found in committed)
