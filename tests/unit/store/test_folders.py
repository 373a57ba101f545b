"""What the database knows of the drop folders."""

from typing import Any

from einvoice.model.assessment import Verdict
from einvoice.model.submission import Door
from einvoice.model.trouble import FaultNotice
from einvoice.store import SubmissionFilter
from einvoice.store.folders import RETRIED, FolderCounts, Wish


def tell(bench: Any, process: str = "h.1", host: str = "h", **folders: int) -> None:
    bench.store.folders.tell(process, host, {name: {"waiting": number} for name, number in folders.items()})


def told(bench: Any) -> list[tuple[str, str, Any]]:
    return [(one.folder, one.process, one.said["waiting"]) for one in bench.store.folders.told()]


def wishes(bench: Any) -> set[tuple[str, str | None]]:
    return {(wish.folder, wish.document) for wish in bench.store.folders.wishes()}


def test_what_a_process_says_last_counts(bench: Any) -> None:
    tell(bench, koeln=1, bonn=2)
    tell(bench, koeln=3, bonn=2)
    assert told(bench) == [("bonn", "h.1", 2), ("koeln", "h.1", 3)]


def test_each_process_says_what_it_sees_and_the_newest_comes_first(bench: Any) -> None:
    tell(bench, "h.1", koeln=1)
    bench.clock.advance(1)
    tell(bench, "i.2", "i", koeln=2)
    assert told(bench) == [("koeln", "i.2", 2), ("koeln", "h.1", 1)]
    assert [one.host for one in bench.store.folders.told()] == ["i", "h"]


def test_a_process_that_says_nothing_for_a_day_is_forgotten(bench: Any) -> None:
    tell(bench, "h.1", koeln=1)
    bench.clock.advance(86_401)
    tell(bench, "i.2", "i", koeln=2)
    assert told(bench) == [("koeln", "i.2", 2)]


def came_in(bench: Any, data: bytes, verdict: Verdict | None, fault: FaultNotice | None = None) -> None:
    receipt = bench.store.receiving.receive(
        bench.spool.write([data]),
        door=Door.FOLDER,
        sender="folder:koeln",
        actor="folder:koeln",
        name="r.xml",
        idempotency_key=None,
    )
    if verdict is not None:
        claim = bench.store.claims.claim(receipt.submission.id)
        bench.store.claims.decide(claim, bench.decision(claim.submission, verdict, fault=fault))


def test_what_came_in_since_is_counted_by_what_became_of_it(bench: Any) -> None:
    came_in(bench, b"before", Verdict.ACCEPTED)
    bench.clock.advance(10)
    came_in(bench, b"1", Verdict.ACCEPTED)
    came_in(bench, b"2", Verdict.REJECTED)
    came_in(bench, b"3", Verdict.REJECTED)
    came_in(bench, b"4", Verdict.UNDECIDED, FaultNotice("engine-abort", "", deterministic=True))
    came_in(bench, b"5", None)
    bench.decided(b"by another door")
    found = bench.store.folders.counts(bench.clock.now)
    assert found == {"koeln": FolderCounts(accepted=1, rejected=2, held=1, working=1)}


def test_what_a_person_decided_counts_as_decided(bench: Any) -> None:
    city = bench.authority()
    for data in (b"1", b"2"):
        came_in(bench, data, Verdict.UNDECIDED, FaultNotice("engine-abort", "", deterministic=True))
    back, on = (one.id for one in bench.store.submissions.find(SubmissionFilter()).items)
    bench.store.people.send_back(back, actor="account:1", reason="falsch")
    bench.store.people.send_on(on, city.id, actor="account:1", reason="eilt")
    assert bench.store.folders.counts(bench.clock.now) == {"koeln": FolderCounts(accepted=1, rejected=1)}


def test_wishes_are_kept_until_somebody_takes_them_and_audited(bench: Any) -> None:
    bench.store.folders.wish("koeln", ["a", "b", "a"], actor="account:1")
    bench.store.folders.wish("koeln", ["b"], actor="account:1")
    bench.store.folders.wish("bonn", None, actor="admin")
    bench.store.folders.wish("bonn", None, actor="admin")
    assert wishes(bench) == {("koeln", "a"), ("koeln", "b"), ("bonn", None)}
    assert len(bench.store.folders.wishes()) == 3
    entries = [entry for entry in bench.store.audit.entries() if entry.action == RETRIED]
    assert [(one.actor, one.object, one.details["documents"]) for one in entries] == [
        ("account:1", "folder:koeln", "2"),
        ("admin", "folder:bonn", "all"),
    ]


def test_a_wish_nobody_acted_upon_for_a_day_is_void(bench: Any) -> None:
    bench.store.folders.wish("koeln", ["a"], actor="account:1")
    bench.clock.advance(86_401)
    tell(bench, koeln=1)
    assert wishes(bench) == set()


def test_of_several_that_want_to_act_upon_a_wish_one_gets_it(bench: Any) -> None:
    bench.store.folders.wish("koeln", ["a"], actor="account:1")
    [wish] = bench.store.folders.wishes()
    assert isinstance(wish, Wish)
    assert [bench.store.folders.take(wish) for _ in range(3)] == [True, False, False]
    assert wishes(bench) == set()
