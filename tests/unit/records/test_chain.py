"""Along the chain: each flaw is named, once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.model.audit import GENESIS, AuditEntry, Checkpoint, entry_hash
from einvoice.records.chain import Chain, Checkpoints, Runs
from einvoice.records.problems import Kind, Problem
from einvoice.records.signing import PublicKeys, Signer

from .conftest import make_chain, make_signer, sealed, sign

SIGNER = make_signer()
KEYS = PublicKeys.read([SIGNER.public_key_pem().encode()])


def verified(
    entries: Sequence[AuditEntry], signed: Sequence[Checkpoint] = (), head: tuple[int, str] | None = None
) -> tuple[Problem, ...]:
    checkpoints = Checkpoints(signed, KEYS)
    chain = Chain(checkpoints)
    for one in entries:
        chain.feed(one)
    last = (entries[-1].number, entries[-1].hash) if entries else (0, GENESIS)
    return (*checkpoints.problems(), *chain.end(head or last))


def told(problems: Sequence[Problem]) -> list[tuple[Kind, int | None]]:
    return [(problem.kind, problem.number) for problem in problems]


def put(entries: Sequence[AuditEntry], number: int, **values: Any) -> list[AuditEntry]:
    return [replace(one, **values) if one.number == number else one for one in entries]


def rehashed(entries: Sequence[AuditEntry], number: int, **values: Any) -> list[AuditEntry]:
    changed = put(entries, number, **values)
    return [replace(one, hash=entry_hash(one)) if one.number == number else one for one in changed]


def test_a_chain_that_nobody_touched_has_no_problems() -> None:
    chain = make_chain()
    assert verified(chain, [sign(chain[4], SIGNER), sign(chain[9], SIGNER)]) == ()


def test_an_empty_log_has_no_problems() -> None:
    assert verified([]) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [("actor", "token:2"), ("action", "decided"), ("object", "x"), ("details", {"a": "b"}), ("hashes", {"a": "b"})],
)
@pytest.mark.parametrize("number", [1, 5, 10])
def test_a_changed_entry_is_named_once(number: int, field: str, value: object) -> None:
    assert told(verified(put(make_chain(), number, **{field: value}))) == [(Kind.ENTRY_CHANGED, number)]


@pytest.mark.parametrize("number", [1, 5, 10])
def test_a_changed_entry_is_named_even_if_its_hash_was_made_anew(number: int) -> None:
    chain = make_chain()
    problems = verified(rehashed(chain, number, actor="x"), head=(10, chain[-1].hash))
    assert told(problems) == [(Kind.ENTRY_CHANGED, number)]


def test_an_entry_with_nonsense_in_it_is_changed_and_stops_nothing() -> None:
    assert told(verified(put(make_chain(), 3, details=17))) == [(Kind.ENTRY_CHANGED, 3)]


def test_a_thousand_changed_entries_in_a_row_are_one_problem() -> None:
    chain = [replace(one, actor="x") if 100 <= one.number < 1100 else one for one in make_chain(1200)]
    (problem,) = verified(chain)
    assert (problem.number, problem.details["last"], problem.details["count"]) == (100, "1099", "1000")


@pytest.mark.parametrize("number", [1, 5])
def test_a_missing_entry_is_named_once(number: int) -> None:
    assert told(verified([one for one in make_chain() if one.number != number])) == [(Kind.ENTRIES_MISSING, number)]


def test_missing_entries_in_a_row_are_one_problem() -> None:
    (problem,) = verified([one for one in make_chain() if not 3 <= one.number <= 7])
    assert (problem.kind, problem.number, problem.details["last"]) == (Kind.ENTRIES_MISSING, 3, "7")


def test_a_missing_end_is_known_from_the_head() -> None:
    chain = make_chain()
    assert told(verified(chain[:8], head=(10, chain[-1].hash))) == [(Kind.ENTRIES_MISSING, 9)]


def test_a_missing_end_is_known_from_a_checkpoint_even_if_the_head_was_set_back() -> None:
    chain = make_chain()
    (problem,) = verified(chain[:6], [sign(chain[4], SIGNER), sign(chain[8], SIGNER)])
    assert (problem.kind, problem.number, problem.details["signed"]) == (Kind.LOG_CUT, 6, "9")


def test_a_log_that_was_emptied_is_known_from_a_checkpoint() -> None:
    assert told(verified([], [sign(make_chain()[4], SIGNER)])) == [(Kind.LOG_CUT, 0)]


def test_a_missing_entry_under_a_checkpoint_is_one_problem() -> None:
    chain = make_chain()
    problems = verified([one for one in chain if one.number != 5], [sign(chain[4], SIGNER)])
    assert told(problems) == [(Kind.ENTRIES_MISSING, 5)]


@pytest.mark.parametrize(("one", "other"), [(3, 8), (5, 6), (1, 10)])
def test_entries_whose_places_were_swapped_are_one_problem(one: int, other: int) -> None:
    chain = make_chain()
    by_number = {entry.number: entry for entry in chain}
    by_number[one], by_number[other] = (
        replace(by_number[other], number=one),
        replace(by_number[one], number=other),
    )
    (problem,) = verified([by_number[number] for number in range(1, 11)], head=(10, chain[-1].hash))
    assert (problem.kind, problem.number, problem.details["other"]) == (Kind.ENTRIES_SWAPPED, one, str(other))


def test_an_entry_that_stands_elsewhere_is_out_of_order_not_missing() -> None:
    chain = make_chain()
    chain.insert(8, chain.pop(4))
    assert told(verified(chain)) == [(Kind.ENTRY_OUT_OF_ORDER, 5)]


@pytest.mark.parametrize("place", [5, 6])
def test_an_inserted_entry_is_named_once(place: int) -> None:
    chain = make_chain()
    forged = sealed([replace(chain[5], actor="x")], start=6, previous=chain[4].hash)
    problems = verified([*chain[:place], *forged, *chain[place:]])
    assert told(problems) == [(Kind.ENTRY_INSERTED, 6)]


def test_an_entry_behind_the_head_is_inserted() -> None:
    chain = make_chain()
    assert told(verified(chain, head=(9, chain[8].hash))) == [(Kind.ENTRY_INSERTED, 10)]


def test_an_end_that_is_not_the_head_was_changed() -> None:
    assert told(verified(make_chain(), head=(10, "f" * 64))) == [(Kind.ENTRY_CHANGED, 10)]


def test_a_chain_that_was_written_anew_contradicts_its_checkpoints_and_is_told_once() -> None:
    chain = make_chain()
    signed = [sign(chain[number], SIGNER) for number in (2, 6, 9)]
    (problem,) = verified(sealed(put(chain, 5, actor="x")), signed)
    assert (problem.kind, problem.number, problem.details["good"]) == (Kind.LOG_REWRITTEN, 7, "3")


def test_a_changed_entry_under_a_checkpoint_is_one_problem() -> None:
    chain = make_chain()
    signed = [sign(chain[number], SIGNER) for number in (4, 9)]
    assert told(verified(rehashed(chain, 5, actor="x"), signed)) == [(Kind.ENTRY_CHANGED, 5)]


@pytest.mark.parametrize("values", [{"hash": "f" * 64}, {"number": 6}, {"signature": "AAAA"}, {"signature": "ä"}])
def test_a_checkpoint_that_was_changed_is_forged(values: dict[str, Any]) -> None:
    chain = make_chain()
    forged = replace(sign(chain[4], SIGNER), **values)
    assert told(verified(chain, [forged])) == [(Kind.CHECKPOINT_FORGED, forged.number)]


def test_checkpoints_of_a_key_nobody_knows_are_one_problem(other_signer: Signer) -> None:
    chain = make_chain()
    (problem,) = verified(chain, [sign(one, other_signer) for one in chain[4:]])
    assert (problem.kind, problem.number) == (Kind.CHECKPOINT_KEY_UNKNOWN, 5)
    assert (problem.details["key"], problem.details["count"]) == (other_signer.key_id, "6")


def test_a_new_key_continues_the_chain(other_signer: Signer) -> None:
    chain = make_chain()
    keys = PublicKeys.read([one.public_key_pem().encode() for one in (SIGNER, other_signer)])
    checkpoints = Checkpoints([sign(chain[4], SIGNER), sign(chain[9], other_signer)], keys)
    along = Chain(checkpoints)
    for one in chain:
        along.feed(one)
    assert (list(along.end((10, chain[-1].hash))), checkpoints.count, along.signed) == ([], 2, 10)


def test_several_flaws_are_all_named() -> None:
    chain = [one for one in make_chain(30) if one.number not in (7, 8)]
    chain = rehashed(put(chain, 3, actor="x"), 20, actor="x")
    found = [(Kind.ENTRY_CHANGED, 3), (Kind.ENTRY_CHANGED, 20), (Kind.ENTRIES_MISSING, 7)]
    assert told(verified(chain)) == found


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from(("drop", "change", "rehash"))), max_size=4))
def test_no_damage_goes_unseen(damages: list[tuple[int, str]]) -> None:
    chain = make_chain(12)
    head = (12, chain[-1].hash)
    found: list[AuditEntry] = list(chain)
    for number, damage in damages:
        if damage == "drop":
            found = [one for one in found if one.number != number]
        elif damage == "change":
            found = put(found, number, actor="somebody else")
        else:
            found = rehashed(found, number, actor="somebody else")
    assert bool(verified(found, head=head)) == bool(damages)


@given(st.lists(st.integers(1, 50), max_size=40))
def test_runs_hold_what_was_added_and_not_removed(numbers: list[int]) -> None:
    runs, expected = Runs(), set()
    for number in sorted(set(numbers)):
        runs.add(number, number)
        expected.add(number)
    for number in set(numbers[::2]):
        runs.remove(number)
        expected.discard(number)
    assert {number for number in range(60) if number in runs} == expected
    assert {number for low, high in runs for number in range(low, high + 1)} == expected
