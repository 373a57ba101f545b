"""A real store, changed behind its back: each change is named, and nothing else."""

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from einvoice.errors import Fault
from einvoice.model.assessment import Verdict
from einvoice.model.audit import GENESIS
from einvoice.model.submission import Handling, Submission
from einvoice.records.checkpoints import sign_head
from einvoice.records.problems import Kind, Verification
from einvoice.records.signing import PublicKeys, Signer
from einvoice.records.verify import verify
from einvoice.store import open_store
from einvoice.store.evidence import StoredEvidence
from einvoice.store.tables import (
    audit_checkpoints,
    audit_entries,
    audit_head,
    events,
    examinations,
    rule_hits,
    submissions,
)

from .conftest import on_both


@pytest.fixture
def life(bench: Any, signer: Signer) -> list[Submission]:
    """Four submissions in four states, signed: acknowledged, rejected, waiting for a worker, on hold."""
    authority = bench.authority()
    accepted = bench.decided(b"1", authority=authority)
    bench.clock.advance(1)
    (lease,) = bench.store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:2")
    bench.store.deliveries.acknowledge(authority.id, lease.delivery_id, lease.token, actor="token:2")
    bench.clock.advance(1)
    rejected = bench.decided(b"2", Verdict.REJECTED)
    waiting = bench.receive(b"3").submission
    bench.clock.advance(1)
    unroutable = bench.decided(b"4")
    sign_head(bench.store, signer)
    return [bench.store.submissions.get(one.id) for one in (accepted, rejected, waiting, unroutable)]


@pytest.fixture
def verified(bench: Any, keys: PublicKeys) -> Callable[[], Verification]:
    return lambda: verify(bench.store.audit, StoredEvidence.of(bench.store), keys)


def spoil(bench: Any, *statements: Any) -> None:
    """Write as somebody does who has the database."""
    with bench.store.database._engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def blob_of(bench: Any, submission: Submission) -> Path:
    (path,) = (bench.settings.data_dir / "blobs").rglob(submission.blob)
    return Path(path)


def told(found: Verification) -> list[tuple[str, str]]:
    return [(problem.kind, problem.object) for problem in found.problems]


def entries_of(bench: Any, submission: Submission) -> list[int]:
    return [entry.number for entry in bench.store.audit.of(f"submission:{submission.id}")]


@on_both
def test_a_store_that_nobody_touched_is_intact(life: Any, verified: Any, bench: Any, keys: PublicKeys) -> None:
    found = verified()
    assert told(found) == []
    assert found.intact
    last = bench.store.audit.head()[0]
    assert (found.last, found.signed, found.key_ids) == (last, last, keys.ids)
    figures = found.figures
    assert (figures.entries, figures.checkpoints, figures.submissions) == (last, 1, 4)
    assert (figures.reports, figures.originals, figures.bytes, figures.leftovers) == (3, 4, 4, 0)


def test_an_empty_store_is_intact(verified: Any) -> None:
    assert told(verified()) == []


def test_progress_is_told(life: Any, bench: Any, keys: PublicKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.records.verify._TOLD_EVERY", 1)
    stages = []
    verify(
        bench.store.audit, StoredEvidence.of(bench.store), keys, lambda stage, done, total: stages.append((stage, done))
    )
    assert stages[-4:] == [("submissions", number) for number in (1, 2, 3, 4)]
    assert ("entries", 1) in stages


# The four that everybody must see


@pytest.mark.parametrize("seed", range(3))
def test_a_flipped_bit_in_a_blob_is_named(life: Any, verified: Any, bench: Any, seed: int) -> None:
    chance = random.Random(seed)
    submission = chance.choice(life)
    path = blob_of(bench, submission)
    data = bytearray(path.read_bytes())
    place = chance.randrange(len(data) * 8)
    data[place // 8] ^= 1 << place % 8
    path.chmod(0o600)
    path.write_bytes(data)
    assert told(verified()) == [(Kind.ORIGINAL_DIFFERS, f"submission:{submission.id}")]


@on_both
def test_a_deleted_row_is_named(life: Any, verified: Any, bench: Any) -> None:
    submission = life[1]
    spoil(
        bench,
        delete(events).where(events.c.submission_id == submission.id),
        delete(examinations).where(examinations.c.submission_id == submission.id),
        delete(rule_hits).where(rule_hits.c.submission_id == submission.id),
        delete(submissions).where(submissions.c.id == submission.id),
    )
    found = verified()
    assert told(found) == [(Kind.SUBMISSION_MISSING, f"submission:{submission.id}")]
    assert found.problems[0].number == entries_of(bench, submission)[-1]


@on_both
def test_an_edited_report_is_named(life: Any, verified: Any, bench: Any) -> None:
    mine = examinations.c.submission_id == life[1].id
    with bench.store.database.read() as connection:
        body = connection.scalar(select(examinations.c.body).where(mine))
    spoil(bench, update(examinations).where(mine).values(body=body.replace(b"rejected", b"accepted")))
    (problem,) = verified().problems
    assert (problem.kind, problem.object) == (Kind.REPORT_DIFFERS, f"submission:{life[1].id}")
    assert problem.details["expected"] == life[1].report_sha256


@on_both
def test_a_swapped_order_is_named(life: Any, verified: Any, bench: Any) -> None:
    place = audit_entries.c.number
    spoil(
        bench,
        update(audit_entries).where(place == 3).values(number=-3),
        update(audit_entries).where(place == 5).values(number=3),
        update(audit_entries).where(place == -3).values(number=5),
    )
    (problem,) = verified().problems
    assert (problem.kind, problem.number, problem.details["other"]) == (Kind.ENTRIES_SWAPPED, 3, "5")


# The log


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "x"},
        {"details": {"verdict": "accepted"}},
        {"details": []},
        {"hashes": {"original": "0" * 64}},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_changed_entry_is_the_only_thing_named(life: Any, verified: Any, bench: Any, values: dict[str, Any]) -> None:
    number = entries_of(bench, life[0])[2]
    spoil(bench, update(audit_entries).where(audit_entries.c.number == number).values(**values))
    found = verified()
    assert [(problem.kind, problem.number) for problem in found.problems] == [(Kind.ENTRY_CHANGED, number)]


def test_a_missing_entry_is_named_with_the_event_it_was_about(life: Any, verified: Any, bench: Any) -> None:
    number = entries_of(bench, life[0])[1]
    spoil(bench, delete(audit_entries).where(audit_entries.c.number == number))
    found = verified()
    assert told(found) == [(Kind.ENTRIES_MISSING, "log"), (Kind.EVENT_UNLOGGED, f"submission:{life[0].id}")]
    assert found.problems[0].number == number


def cut(bench: Any, number: int) -> None:
    """End the log with this entry, its head and all."""
    (last,) = (entry.hash for entry in bench.store.audit.entries(after=number - 1) if entry.number == number)
    spoil(
        bench,
        delete(audit_entries).where(audit_entries.c.number > number),
        update(audit_head).values(number=number, hash=last),
    )


def test_a_log_cut_before_a_checkpoint_is_named_once(life: Any, verified: Any, bench: Any) -> None:
    cut(bench, entries_of(bench, life[3])[0])
    assert told(verified()) == [(Kind.LOG_CUT, "log")]


@on_both
def test_a_log_cut_behind_its_last_checkpoint_is_named_by_the_events_it_lacks(
    life: Any, verified: Any, bench: Any
) -> None:
    bench.clock.advance(1)
    signed = bench.store.audit.head()[0]
    bench.decided(b"5")
    cut(bench, signed)
    (problem,) = verified().problems
    assert (problem.kind, problem.number, problem.details) == (
        Kind.LOG_BEHIND, signed, {"events": "4", "submissions": "1"},
    )  # fmt: skip


def test_a_log_that_was_emptied_is_named(life: Any, verified: Any, bench: Any) -> None:
    spoil(bench, delete(audit_entries), update(audit_head).values(number=0, hash=GENESIS))
    assert told(verified()) == [(Kind.LOG_CUT, "log")]


def test_a_forged_checkpoint_is_named(life: Any, verified: Any, bench: Any) -> None:
    spoil(bench, update(audit_checkpoints).values(hash="0" * 64))
    found = verified()
    assert [problem.kind for problem in found.problems] == [Kind.CHECKPOINT_FORGED]
    assert found.signed == 0


# Submissions


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"verdict": "accepted"}, "verdict: accepted ≠ rejected"),
        ({"handling": "withdrawn"}, "handling: withdrawn ≠ decided"),
        ({"hold": "fault"}, "hold: fault ≠ –"),
        ({"human_decision": "sent-back"}, "human_decision: sent-back ≠ –"),
        ({"sha256": "0" * 64}, "original: 0000"),
        ({"policy_outcome": "rejected"}, "policy_outcome: rejected ≠ –"),
        ({"pack": "other"}, "pack: other ≠ –"),
        ({"verdict": "accepted", "handling": "available"}, "verdict: accepted ≠ rejected; handling: available ≠"),
    ],
)
def test_a_state_that_was_edited_is_named(
    life: Any, verified: Any, bench: Any, values: dict[str, Any], fields: str
) -> None:
    spoil(bench, update(submissions).where(submissions.c.id == life[1].id).values(**values))
    (problem,) = verified().problems
    assert (problem.kind, problem.object) == (Kind.STATE_DIFFERS, f"submission:{life[1].id}")
    assert problem.details["fields"].startswith(fields)


def test_another_authority_is_named(life: Any, verified: Any, bench: Any) -> None:
    other = bench.authority("05000000-2-75", "Stadt Anderswo")
    spoil(bench, update(submissions).where(submissions.c.id == life[0].id).values(authority_id=other.id))
    (problem,) = verified().problems
    assert problem.details["fields"] == f"authority: {other.id} ≠ {life[0].authority_id}"


@pytest.fixture
def sealed_bench(bench: Any, tmp_path: Path) -> Iterator[Any]:
    """The same, sealed."""
    path = tmp_path / "master.keys"
    path.touch(0o600)
    path.write_text(f"one {base64.b64encode(bytes(32)).decode()}\n")
    bench.store.close()
    settings = bench.settings.model_copy(update={"master_key_file": path})
    store = open_store(settings, clock=bench.clock)
    yield replace(bench, store=store, settings=settings)
    store.close()


def test_what_is_sealed_is_verified_as_it_was_before(sealed_bench: Any, keys: PublicKeys, signer: Signer) -> None:
    rejected = sealed_bench.decided(b"1", Verdict.REJECTED)
    waiting = sealed_bench.receive(b"2").submission
    sign_head(sealed_bench.store, signer)

    def verified() -> Verification:
        return verify(sealed_bench.store.audit, StoredEvidence.of(sealed_bench.store), keys)

    found = verified()
    assert (told(found), found.figures.originals, found.figures.bytes, found.figures.reports) == ([], 2, 2, 1)
    path = blob_of(sealed_bench, waiting)
    data = bytearray(path.read_bytes())
    assert data != b"2"
    data[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    body = update(examinations).values(body=b"EISO")
    spoil(sealed_bench, body)
    assert told(verified()) == [
        (Kind.REPORT_UNREADABLE, f"submission:{rejected.id}"),
        (Kind.ORIGINAL_DIFFERS, f"submission:{waiting.id}"),
    ]


def test_a_row_of_nonsense_is_named(life: Any, verified: Any, bench: Any) -> None:
    spoil(bench, update(submissions).where(submissions.c.id == life[1].id).values(verdict="perhaps"))
    assert told(verified()) == [(Kind.ROW_UNREADABLE, f"submission:{life[1].id}")]


def test_an_inserted_submission_is_named(life: Any, verified: Any, bench: Any) -> None:
    with bench.store.database.read() as connection:
        row = dict(connection.execute(select(submissions).where(submissions.c.id == life[1].id)).mappings().one())
    spoil(bench, insert(submissions).values(row | {"id": "z" * 26}))
    assert told(verified()) == [(Kind.SUBMISSION_UNLOGGED, f"submission:{'z' * 26}")]


@pytest.mark.parametrize(
    ("values", "fields"),
    [({"actor": "token:9"}, "actor: token:9"), ({"reason": "other"}, "reason: "), ({"handling": "available"}, "handl")],
)
def test_an_edited_event_is_named(life: Any, verified: Any, bench: Any, values: dict[str, Any], fields: str) -> None:
    which = (events.c.submission_id == life[0].id) & (events.c.kind == "claimed")
    spoil(bench, update(events).where(which).values(**values))
    (problem,) = verified().problems
    assert (problem.kind, problem.number) == (Kind.EVENT_EDITED, entries_of(bench, life[0])[1])
    assert problem.details["fields"].startswith(fields)


def test_a_deleted_event_is_named(life: Any, verified: Any, bench: Any) -> None:
    spoil(bench, delete(events).where((events.c.submission_id == life[0].id) & (events.c.kind == "leased")))
    (problem,) = verified().problems
    assert (problem.kind, problem.details["event"]) == (Kind.EVENT_MISSING, "leased")


def test_an_inserted_event_is_named(life: Any, verified: Any, bench: Any) -> None:
    with bench.store.database.read() as connection:
        query = select(events).where(events.c.submission_id == life[0].id).order_by(events.c.number).limit(1)
        row = dict(connection.execute(query).mappings().one())
    del row["number"]
    spoil(bench, insert(events).values(row | {"kind": "returned"}))
    assert told(verified()) == [(Kind.EVENT_UNLOGGED, f"submission:{life[0].id}")]


def test_events_in_another_order_are_named(life: Any, verified: Any, bench: Any) -> None:
    with bench.store.database.read() as connection:
        mine = connection.scalars(select(events.c.number).where(events.c.submission_id == life[0].id)).all()
    first, second = sorted(mine)[:2]
    spoil(
        bench,
        update(events).where(events.c.number == first).values(number=-1),
        update(events).where(events.c.number == second).values(number=first),
        update(events).where(events.c.number == -1).values(number=second),
    )
    assert told(verified()) == [(Kind.EVENTS_SWAPPED, f"submission:{life[0].id}")]


def test_a_missing_report_is_named(life: Any, verified: Any, bench: Any) -> None:
    spoil(bench, delete(examinations).where(examinations.c.submission_id == life[0].id))
    assert told(verified()) == [(Kind.REPORT_MISSING, f"submission:{life[0].id}")]


def test_a_missing_blob_is_named(life: Any, verified: Any, bench: Any) -> None:
    blob_of(bench, life[2]).unlink()
    assert told(verified()) == [(Kind.ORIGINAL_MISSING, f"submission:{life[2].id}")]


@pytest.mark.parametrize("name", ["0" * 26, "../../etc/passwd"])
def test_a_blob_of_another_name_is_missing(life: Any, verified: Any, bench: Any, name: str) -> None:
    spoil(bench, update(submissions).where(submissions.c.id == life[2].id).values(blob=name))
    assert told(verified()) == [(Kind.ORIGINAL_MISSING, f"submission:{life[2].id}")]


def test_exchanged_blobs_are_both_named(life: Any, verified: Any, bench: Any) -> None:
    one, other = blob_of(bench, life[0]), blob_of(bench, life[1])
    data = one.read_bytes()
    for path, content in ((one, other.read_bytes()), (other, data)):
        path.chmod(0o600)
        path.write_bytes(content)
    assert sorted(told(verified())) == sorted(
        (Kind.ORIGINAL_DIFFERS, f"submission:{submission.id}") for submission in life[:2]
    )


@on_both
def test_a_blob_of_nobody_is_mentioned_and_no_problem(
    life: Any, verified: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = bench.spool.write([b"left"])
    bench.store.blobs.put(left.path, "0" * 26)
    assert (verified().intact, verified().figures.leftovers) == (True, 0)  # its row may be on its way
    monkeypatch.setattr("einvoice.records.verify._ON_ITS_WAY", datetime.now() - datetime.now())
    assert (verified().intact, verified().figures.leftovers) == (True, 1)


def test_what_is_older_than_the_log_is_counted_and_no_problem(verified: Any, bench: Any) -> None:
    old = bench.decided(b"old")
    spoil(bench, delete(audit_entries), update(audit_head).values(number=0, hash=GENESIS))  # as before there was one
    bench.clock.advance(60)
    bench.decided(b"new")
    found = verified()
    assert (told(found), found.figures.unlogged) == ([], 1)
    bench.clock.advance(60)
    bench.store.people.send_back(old.id, actor="account:1", reason="wrong address")
    found = verified()
    assert (told(found), found.figures.unlogged) == ([], 0)


def test_a_store_that_cannot_be_read_is_a_fault_and_no_problem(
    life: Any, verified: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object, name: str) -> bytes:
        raise Fault("storage", "away", elsewhere=True)

    monkeypatch.setattr(type(bench.store.blobs), "read", away)
    with pytest.raises(Fault, match="storage"):
        verified()


@on_both
def test_what_goes_on_between_two_looks_is_no_problem(bench: Any, keys: PublicKeys) -> None:
    claim = bench.claimed(b"1")

    class Slow(StoredEvidence):
        """Gives the submission as it was; it is decided right after."""

        def dossiers(self) -> Any:
            before = list(super().dossiers())
            bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.REJECTED))
            return iter(before)

    store = bench.store
    found = verify(store.audit, Slow.of(store), keys)
    assert told(found) == []


def test_a_log_that_grows_while_it_is_read_is_no_problem(bench: Any, keys: PublicKeys) -> None:
    bench.decided(b"1")
    audit = bench.store.audit
    heads = iter([lambda: bench.decided(b"2"), lambda: bench.decided(b"3")])

    class Growing(type(audit)):  # type: ignore[misc]
        def head(self) -> Any:
            next(heads, lambda: None)()
            return super().head()

    found = verify(Growing(bench.store.database), StoredEvidence.of(bench.store), keys)
    assert (told(found), found.last) == ([], audit.head()[0])


@on_both
def test_many_submissions_are_read_page_by_page(bench: Any, verified: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.store.evidence._BATCH", 3)
    ids = [bench.receive(str(number).encode()).submission.id for number in range(10)]
    gone = ids[4]
    spoil(bench, text(f"DELETE FROM events WHERE submission_id = '{gone}'"))
    spoil(bench, text(f"DELETE FROM submissions WHERE id = '{gone}'"))
    found = verified()
    assert told(found) == [(Kind.SUBMISSION_MISSING, f"submission:{gone}")]
    assert found.figures.submissions == 9


def test_of_very_many_problems_the_first_are_told_and_all_counted(
    life: Any, verified: Any, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.records.problems._KEPT", 2)
    spoil(bench, update(submissions).values(human_decision="sent-on"))
    found = verified()
    assert (len(found.problems), found.count, found.intact) == (2, 4, False)


def test_the_sentences_name_what_differs_in_both_languages(life: Any, verified: Any, bench: Any) -> None:
    spoil(bench, update(submissions).where(submissions.c.id == life[1].id).values(handling=Handling.WITHDRAWN))
    (problem,) = verified().problems
    number = entries_of(bench, life[1])[-1]
    assert problem.text("de") == (
        f"Einreichung {life[1].id}: Ihr gespeicherter Stand ist nicht der nach Eintrag {number} des Protokolls "
        "(handling: withdrawn ≠ decided)."
    )
    assert problem.text("en").startswith(f"Submission {life[1].id}: its stored state is not the one after")
