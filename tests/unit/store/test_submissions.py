"""Lists, filters, pages and counts."""

from typing import Any

import pytest

from einvoice.model.assessment import Verdict
from einvoice.model.finding import Level
from einvoice.model.submission import Handling, Hold
from einvoice.store import NotFound, SubmissionFilter


@pytest.fixture
def four(bench: Any) -> dict[str, str]:
    """One each: accepted and routed, rejected by two rules, unroutable, just received by another supplier."""
    broken = (
        bench.finding("BR-01"),
        bench.finding("BR-01", Level.WARNING),
        bench.finding("BR-02", Level.WARNING),
    )
    accepted = bench.decided(b"1", authority=bench.authority(), name="gut.xml")
    rejected = bench.decided(b"2", Verdict.REJECTED, findings=broken, name="100%_schlecht.xml")
    claim = bench.claimed(b"3")
    decision = bench.decision(claim.submission, findings=(bench.finding("BR-02", Level.WARNING),))
    object.__setattr__(decision.routing, "leitweg_id", "99-99-99")
    unroutable = bench.store.claims.decide(claim, decision)
    received = bench.receive(b"4", sender="supplier:2").submission
    named = {"accepted": accepted, "rejected": rejected, "unroutable": unroutable, "received": received}
    return {name: submission.id for name, submission in named.items()}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (SubmissionFilter(), {"accepted", "rejected", "unroutable", "received"}),
        (SubmissionFilter(verdict=Verdict.ACCEPTED), {"accepted", "unroutable"}),
        (SubmissionFilter(verdict=Verdict.REJECTED), {"rejected"}),
        (SubmissionFilter(handling=Handling.RECEIVED), {"received"}),
        (SubmissionFilter(hold=Hold.UNROUTABLE), {"unroutable"}),
        (SubmissionFilter(held=True), {"unroutable"}),
        (SubmissionFilter(held=False), {"accepted", "rejected", "received"}),
        (SubmissionFilter(rule="BR-01"), {"rejected"}),
        (SubmissionFilter(rule="BR-02"), {"rejected", "unroutable"}),
        (SubmissionFilter(rule="BR-02", verdict=Verdict.ACCEPTED), {"unroutable"}),
        (SubmissionFilter(sender="supplier:2"), {"received"}),
        (SubmissionFilter(authority_id=""), set()),
        (SubmissionFilter(text="GUT"), {"accepted"}),
        (SubmissionFilter(text="muster gmbh"), {"accepted", "rejected", "unroutable"}),
        (SubmissionFilter(text="R-2026"), {"accepted", "rejected", "unroutable"}),
        (SubmissionFilter(text="99-99"), {"unroutable"}),
        (SubmissionFilter(text="100%_"), {"rejected"}),
        (SubmissionFilter(text="%"), {"rejected"}),
    ],
)
def test_a_filter_finds(bench: Any, four: dict[str, str], wanted: SubmissionFilter, found: set[str]) -> None:
    items = bench.store.submissions.find(wanted).items
    assert {item.id for item in items} == {four[name] for name in found}


def test_some_are_read_by_their_ids_and_unknown_ones_left_out(
    bench: Any, four: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.store.submissions._PORTION", 2)
    wanted = {four["accepted"], four["rejected"], four["received"]}
    assert {one.id for one in bench.store.submissions.some([*sorted(wanted), "01m000"])} == wanted


def test_an_authority_finds_what_was_routed_to_it(bench: Any, four: dict[str, str]) -> None:
    authority = bench.store.authorities.all()[0]
    items = bench.store.submissions.find(SubmissionFilter(authority_id=authority.id)).items
    assert [item.id for item in items] == [four["accepted"]]


def test_pages_follow_each_other_newest_first_and_end(bench: Any) -> None:
    ids = [bench.receive(str(number).encode()).submission.id for number in range(5)]
    pages, after = [], None
    while True:
        page = bench.store.submissions.find(SubmissionFilter(), after=after, limit=2)
        pages.append([item.id for item in page.items])
        after = page.next
        if after is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [found for page in pages for found in page] == sorted(ids, reverse=True)


def test_a_last_page_that_is_full_has_no_next(bench: Any) -> None:
    bench.receive()
    assert bench.store.submissions.find(SubmissionFilter(), limit=1).next is None


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (SubmissionFilter(), 4),
        (SubmissionFilter(verdict=Verdict.ACCEPTED), 2),
        (SubmissionFilter(verdict=Verdict.REJECTED), 1),
        (SubmissionFilter(handling=Handling.DECIDED), 2),
        (SubmissionFilter(held=True), 1),
        (SubmissionFilter(held=False), 3),
        (SubmissionFilter(hold=Hold.UNROUTABLE), 1),
        (SubmissionFilter(at_work=True), 1),
        (SubmissionFilter(at_work=False), 3),
        (SubmissionFilter(rule="BR-02"), 2),
        (SubmissionFilter(sender="nobody"), 0),
    ],
)
def test_it_counts_what_the_same_filter_finds(
    bench: Any, four: dict[str, str], wanted: SubmissionFilter, count: int
) -> None:
    assert bench.store.submissions.count(wanted, 10) == count
    assert len(bench.store.submissions.find(wanted).items) == count


def test_it_counts_no_further_than_asked(bench: Any, four: dict[str, str]) -> None:
    assert bench.store.submissions.count(SubmissionFilter(), 3) == 3


def test_the_frequent_rules_come_first(bench: Any, four: dict[str, str]) -> None:
    assert bench.store.submissions.frequent_rules(SubmissionFilter()) == (("BR-02", 2), ("BR-01", 1))
    rejected = SubmissionFilter(verdict=Verdict.REJECTED)
    assert dict(bench.store.submissions.frequent_rules(rejected)) == {"BR-01": 1, "BR-02": 1}


def test_an_unknown_submission_is_not_found(bench: Any) -> None:
    with pytest.raises(NotFound):
        bench.store.submissions.get("unknown")
    with pytest.raises(NotFound):
        bench.original("unknown")
    assert bench.store.submissions.examination("unknown") is None


@pytest.mark.parametrize(
    ("name", "status", "settled"),
    [
        ("accepted", "available", True),
        ("rejected", "rejected", True),
        ("unroutable", "held", True),
        ("received", "received", False),
    ],
)
def test_the_three_fields_become_one_word(
    bench: Any, four: dict[str, str], name: str, status: str, settled: bool
) -> None:
    submission = bench.store.submissions.get(four[name])
    assert (submission.status, submission.settled) == (status, settled)


def test_those_with_certain_bytes_can_be_asked_for(bench: Any) -> None:
    one, two = (bench.receive(data, sender="folder:post").submission for data in (b"<a/>", b"<b/>"))
    bench.receive(b"<a/>", sender="folder:other")
    find, there = bench.store.submissions.find, bench.store.submissions.still_there
    found = find(SubmissionFilter(sender="folder:post", sha256=one.sha256)).items
    assert [item.id for item in found] == [one.id]
    assert there("folder:post", [one.sha256, two.sha256, "00"]) == {one.sha256, two.sha256}
    assert there("folder:nobody", [one.sha256]) == set()
