"""Sealed storage: what lies in the store can't be read without its key, and the key goes the way of the invoice."""

import base64
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, Engine, event, select, update

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.intake import Spool
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.audit import sha256_hex
from einvoice.model.routing import Routing
from einvoice.model.submission import Handling, Hold, Submission
from einvoice.pipeline import Desk, process
from einvoice.sealing import Key
from einvoice.semantics import read_invoice
from einvoice.settings import Settings
from einvoice.store import NotFound, NotPossible, Store, open_store
from einvoice.store.blobs import FileBlobs
from einvoice.store.keyring import INTAKE, Keyring
from einvoice.store.reports import read_body
from einvoice.store.sealall import seal_all
from einvoice.store.tables import audit_entries, data_keys, examinations, keys, submissions
from einvoice.store.vault import Vault
from tests.unit.conftest import LEITWEG_ID, Bench, FakeClock

STREET = b"Hintere Gasse 17"
INVOICE = b"<Invoice><Street>" + STREET + b"</Street></Invoice>"
OTHER = "05911000-54321-12"

Opened = Callable[..., Store]


def master(name: str, number: int = 0) -> str:
    return f"{name} {base64.b64encode(bytes([number]) * 32).decode()}\n"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "master.keys"
    path.touch(0o600)
    path.write_text(master("one"))
    return path


@pytest.fixture
def opened(settings: Settings, clock: FakeClock, key_file: Path) -> Iterator[Opened]:
    """Another process of the service, sealing or not."""
    stores = []

    def make(*, sealing: bool = True) -> Store:
        path = key_file if sealing else None
        stores.append(open_store(settings.model_copy(update={"master_key_file": path}), clock=clock))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def bench(opened: Opened, clock: FakeClock, settings: Settings) -> Bench:
    return at(opened(), clock, settings)


def at(store: Store, clock: FakeClock, settings: Settings) -> Bench:
    return Bench(store, Spool(settings.data_dir / "spool", settings.max_upload_bytes), clock, settings)


def blobs(bench: Bench) -> list[bytes]:
    return [path.read_bytes() for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()]


def stored(bench: Bench, query: Any) -> list[Any]:
    with bench.store.database.read() as connection:
        return list(connection.execute(query).all())


def owners(bench: Bench) -> dict[str, str]:
    """Whose key holds the data key of each submission."""
    query = select(data_keys.c.submission_id, keys.c.owner).join(keys, keys.c.id == data_keys.c.key_id)
    return dict(stored(bench, query))


def actions(bench: Bench, prefix: str = "") -> list[str]:
    rows = stored(bench, select(audit_entries.c.action).order_by(audit_entries.c.number))
    return [row.action for row in rows if row.action.startswith(prefix)]


def cause_of(act: Callable[[], object]) -> str:
    with pytest.raises(Fault) as caught:
        act()
    return caught.value.notice.cause


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(NotPossible) as caught:
        act()
    return caught.value.code


# What is sealed


def test_original_and_report_are_read_as_they_were_and_stored_as_nobody_can_read_them(bench: Any) -> None:
    submission = bench.decided(INVOICE, Verdict.REJECTED, findings=(bench.finding("BR-DE-15"),))
    assert bench.original(submission.id) == INVOICE
    assert bench.store.submissions.examination(submission.id).assessment.findings[0].rule == "BR-DE-15"
    (blob,) = blobs(bench)
    ((body,),) = stored(bench, select(examinations.c.body))
    for kept in (blob, body):
        assert kept.startswith(b"EISO")
        assert STREET not in kept
        assert b"BR-DE-15" not in kept


def test_the_hash_of_the_report_is_that_of_the_report_before_it_was_sealed(bench: Any) -> None:
    decided = bench.decided(INVOICE)
    ((body,),) = stored(bench, select(examinations.c.body))
    assert decided.report_sha256 != sha256_hex(body)
    with bench.store.database.read() as connection:
        body = read_body(connection, bench.store.vault, decided.id)
    assert decided.report_sha256 == sha256_hex(body or b"")


def test_nothing_stays_in_the_spool_folder(bench: Any) -> None:
    bench.receive(INVOICE)
    assert list((bench.settings.data_dir / "spool").iterdir()) == []


def test_nothing_stays_in_the_spool_folder_but_what_came_in_when_storing_fails(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "replace", _full)
    assert cause_of(lambda: bench.receive(INVOICE)) == "storage"
    assert [path.read_bytes() for path in (bench.settings.data_dir / "spool").iterdir()] == [INVOICE]
    assert blobs(bench) == []


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_only_sealed_bytes_are_handed_to_the_storage(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put, seen = FileBlobs.put, list[tuple[bytes, int]]()

    def watched(blobs: FileBlobs, source: Path, name: str) -> None:
        seen.append((source.read_bytes(), source.stat().st_mode))
        put(blobs, source, name)

    monkeypatch.setattr(FileBlobs, "put", watched)
    bench.receive(INVOICE)
    ((data, mode),) = seen
    assert STREET not in data
    assert mode & 0o077 == 0


def test_each_submission_has_a_data_key_of_its_own(bench: Any) -> None:
    for number in (b"1", b"2"):
        bench.receive(number)
    first, second = stored(bench, select(data_keys.c.wrapped))
    assert first != second
    assert len(set(owners(bench))) == 2


def test_the_same_bytes_again_make_no_second_data_key(bench: Any) -> None:
    assert bench.receive(INVOICE).submission == bench.receive(INVOICE).submission
    assert len(blobs(bench)) == len(owners(bench)) == 1


def test_bytes_that_look_like_sealed_ones_are_kept_as_they_are(bench: Any, opened: Opened) -> None:
    data = b"EISO\x01" + bytes(60)
    sealed = bench.receive(data).submission
    assert bench.original(sealed.id) == data
    plain = at(opened(sealing=False), bench.clock, bench.settings)
    bench.store.keys.stop_sealing()
    unsealed = plain.receive(data, sender="supplier:2").submission
    assert (plain.original(unsealed.id), len(owners(bench))) == (data, 1)


# Whose key it is


def test_until_it_is_routed_the_intake_has_the_key(bench: Any) -> None:
    waiting, nobodys = bench.receive(b"1").submission, bench.decided(b"2", Verdict.REJECTED)
    assert owners(bench) == {waiting.id: INTAKE, nobodys.id: INTAKE}


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED])
def test_with_the_decision_its_authority_has_it(bench: Any, verdict: Verdict) -> None:
    authority = bench.authority()
    submission = bench.decided(INVOICE, verdict, authority=authority)
    assert owners(bench) == {submission.id: authority.id}
    assert bench.original(submission.id) == INVOICE
    assert bench.store.submissions.examination(submission.id).verdict is verdict


def test_a_decision_that_fails_leaves_it_with_the_intake(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, claim = bench.authority(), bench.claimed(INVOICE)
    monkeypatch.setattr("einvoice.store.claims._decided", _full)
    with pytest.raises(OSError, match="No space"):
        bench.store.claims.decide(claim, bench.decision(claim.submission, authority=authority))
    assert owners(bench) == {claim.submission.id: INTAKE}
    monkeypatch.undo()
    bench.store.claims.decide(claim, bench.decision(claim.submission, authority=authority))
    assert owners(bench) == {claim.submission.id: authority.id}


def test_what_waited_for_a_leitweg_id_goes_over_when_it_comes(bench: Any) -> None:
    waiting = bench.decided(INVOICE)
    assert (waiting.hold, owners(bench)) == (Hold.UNROUTABLE, {waiting.id: INTAKE})
    authority = bench.authority()
    assert owners(bench) == {waiting.id: authority.id}
    assert bench.store.submissions.get(waiting.id).handling is Handling.AVAILABLE
    assert bench.original(waiting.id) == INVOICE


def test_an_authority_that_came_while_it_was_looked_at_has_it(bench: Any) -> None:
    claim = bench.claimed(INVOICE)
    authority = bench.authority()
    decided = bench.store.claims.decide(claim, bench.decision(claim.submission))
    assert (decided.authority_id, owners(bench)) == (authority.id, {decided.id: authority.id})


def test_what_a_person_sends_on_goes_over(bench: Any) -> None:
    waiting = bench.decided(INVOICE)
    other = bench.authority(OTHER)
    bench.store.people.send_on(waiting.id, other.id, actor="account:1", reason="belongs there")
    assert owners(bench) == {waiting.id: other.id}
    assert bench.original(waiting.id) == INVOICE


def test_judged_again_for_nobody_it_goes_back_to_the_intake(bench: Any) -> None:
    held = bench.decided(INVOICE, Verdict.UNDECIDED, authority=bench.authority())
    bench.store.people.retry(held.id, actor="account:1")
    claim = bench.store.claims.claim(held.id)
    bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.REJECTED))
    assert owners(bench) == {held.id: INTAKE}


def test_no_key_of_another_authority_opens_it(bench: Any) -> None:
    mine, other = bench.authority(), bench.authority(OTHER)
    submission = bench.decided(INVOICE, authority=mine)
    bench.decided(b"2", authority=other)
    ((others,),) = stored(bench, select(keys.c.id).where(keys.c.owner == other.id))
    with bench.store.database.write() as connection:
        connection.execute(update(data_keys).where(data_keys.c.submission_id == submission.id).values(key_id=others))
    assert cause_of(lambda: bench.original(submission.id)) == "sealed-damaged"


def test_a_data_key_of_another_submission_opens_nothing(bench: Any) -> None:
    first, second = bench.receive(b"1").submission, bench.receive(b"2").submission
    ((wrapped,),) = stored(bench, select(data_keys.c.wrapped).where(data_keys.c.submission_id == second.id))
    with bench.store.database.write() as connection:
        mine = data_keys.c.submission_id == first.id
        connection.execute(update(data_keys).where(mine).values(wrapped=wrapped))
    assert cause_of(lambda: bench.original(first.id)) == "sealed-damaged"


def test_two_hosts_make_one_intake_key(bench: Any, opened: Opened) -> None:
    other = at(opened(), bench.clock, bench.settings)
    submissions_ = [one.receive(number).submission for one, number in ((bench, b"1"), (other, b"2"))]
    assert [other.original(submissions_[0].id), bench.original(submissions_[1].id)] == [b"1", b"2"]
    assert stored(bench, select(keys.c.owner)) == [(INTAKE,)]
    assert actions(bench, "key") == ["key-created"]


def test_a_key_made_in_a_transaction_that_is_undone_seals_nothing(bench: Any) -> None:
    submission, authority = bench.receive(INVOICE).submission, bench.authority()

    class Undone(Exception):
        pass

    with suppress(Undone), bench.store.database.write() as connection:
        bench.store.vault.hand_to(connection, submission.id, authority.id)
        bench.store.vault.hand_to(connection, submission.id, None)
        bench.store.vault.hand_to(connection, submission.id, authority.id)
        raise Undone
    assert stored(bench, select(keys.c.owner)) == [(INTAKE,)]
    with bench.store.database.write() as connection:
        bench.store.vault.hand_to(connection, submission.id, authority.id)
    assert owners(bench) == {submission.id: authority.id}
    assert bench.original(submission.id) == INVOICE


# Without the right key


def test_while_the_master_keys_are_away_nothing_is_taken_in(bench: Any, opened: Opened, key_file: Path) -> None:
    bench.receive(INVOICE)
    key_file.rename(key_file.with_suffix(".away"))
    started_later = at(opened(), bench.clock, bench.settings)
    with pytest.raises(Fault) as caught:
        started_later.receive(b"2")
    fault = caught.value.notice
    assert (fault.cause, fault.elsewhere) == ("key-missing", True)
    assert len(blobs(bench)) == 1


def test_they_are_looked_for_again_by_itself(
    bench: Any, opened: Opened, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = bench.receive(INVOICE).submission
    away = key_file.rename(key_file.with_suffix(".away"))
    later = at(opened(), bench.clock, bench.settings)
    assert cause_of(lambda: later.original(waiting.id)) == "key-missing"
    away.rename(key_file)
    monkeypatch.setattr("einvoice.store.masters._TRY_AGAIN_SECONDS", 0)
    later = at(opened(), bench.clock, bench.settings)
    assert later.original(waiting.id) == INVOICE


def test_what_runs_goes_on_with_the_master_keys_it_has(bench: Any, key_file: Path) -> None:
    bench.receive(b"1")
    key_file.unlink()
    assert bench.original(bench.receive(b"2").submission.id) == b"2"


def test_a_setting_that_got_lost_does_not_end_sealing(bench: Any, opened: Opened) -> None:
    bench.receive(INVOICE)
    forgotten = at(opened(sealing=False), bench.clock, bench.settings)
    assert cause_of(lambda: forgotten.receive(b"2")) == "key-missing"
    assert len(blobs(bench)) == 1


def test_another_master_key_of_the_same_name_is_told_and_opens_nothing(
    bench: Any, opened: Opened, key_file: Path
) -> None:
    submission = bench.receive(INVOICE).submission
    key_file.write_text(master("one", 1))
    wrong = at(opened(), bench.clock, bench.settings)
    with pytest.raises(Fault) as caught:
        wrong.original(submission.id)
    fault = caught.value.notice
    assert (fault.cause, fault.elsewhere, fault.deterministic) == ("key-wrong", True, False)
    assert cause_of(lambda: wrong.receive(b"2")) == "key-wrong"


def test_a_decision_whose_key_is_away_waits_and_is_no_attempt(bench: Any, key_file: Path) -> None:
    authority, claim = bench.authority(), bench.claimed(INVOICE)
    key_file.rename(key_file.with_suffix(".away"))  # the intake's key is open, the authority's would have to be made
    decision = bench.decision(claim.submission, authority=authority)
    assert cause_of(lambda: bench.store.claims.decide(claim, decision)) == "key-missing"
    waiting = bench.store.submissions.get(claim.submission.id)
    assert (waiting.handling, waiting.attempts, waiting.fault_cause) == (Handling.RECEIVED, 0, "key-missing")
    assert bench.store.submissions.examination(claim.submission.id) is None
    key_file.with_suffix(".away").rename(key_file)
    bench.clock.advance(60)
    again = bench.store.claims.claim(claim.submission.id)
    bench.store.claims.decide(again, decision)
    assert owners(bench) == {claim.submission.id: authority.id}


def test_a_decision_that_waits_for_a_key_ends_the_work_on_it(bench: Any, key_file: Path) -> None:
    authority, submission = bench.authority(), bench.receive(INVOICE).submission
    stages = Desk(
        extract=partial(extract, limits=Limits.of(bench.settings)),
        read=read_invoice,
        route=lambda invoice: Routing(leitweg_id=LEITWEG_ID, authority=authority),
        assess=lambda document, basis: Assessment(verdict=Verdict.ACCEPTED),
        store=bench.store,
        settings=bench.settings,
        wake=lambda submission_id, priority: None,
        render_report=lambda examination, kind: b"",
    )
    key_file.rename(key_file.with_suffix(".away"))
    process(submission.id, stages)
    waiting = bench.store.submissions.get(submission.id)
    assert (waiting.handling, waiting.hold, waiting.attempts) == (Handling.RECEIVED, Hold.NONE, 0)
    key_file.with_suffix(".away").rename(key_file)
    bench.clock.advance(60)
    process(submission.id, stages)
    assert bench.store.submissions.get(submission.id).handling is Handling.AVAILABLE


def test_what_has_a_damaged_data_key_is_held(bench: Any) -> None:
    claim = bench.claimed(INVOICE)
    with bench.store.database.write() as connection:
        connection.execute(update(data_keys).values(wrapped=b"nonsense"))
    with pytest.raises(Fault) as caught:
        bench.original(claim.submission.id)
    undecided = bench.decision(claim.submission, Verdict.UNDECIDED, fault=caught.value.notice)
    assert bench.store.claims.decide(claim, undecided).hold is Hold.ENGINE


def test_a_changed_object_is_damaged(bench: Any) -> None:
    submission = bench.receive(INVOICE).submission
    path = next(path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file())
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert cause_of(lambda: bench.original(submission.id)) == "blob-damaged"


def test_a_changed_report_is_not_shown(bench: Any) -> None:
    submission = bench.decided(INVOICE)
    ((body,),) = stored(bench, select(examinations.c.body))
    with bench.store.database.write() as connection:
        connection.execute(update(examinations).values(body=body[:-1] + bytes([body[-1] ^ 1])))
    assert cause_of(lambda: bench.store.submissions.examination(submission.id)) == "sealed-damaged"


def test_a_report_in_the_place_of_an_original_is_not_taken_for_it(bench: Any) -> None:
    submission = bench.decided(INVOICE)
    ((body,),) = stored(bench, select(examinations.c.body))
    next(path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()).write_bytes(body)
    assert cause_of(lambda: bench.original(submission.id)) == "blob-damaged"


# Switched on and off


def test_what_was_there_before_sealing_is_read_as_it_was(bench: Any, opened: Opened) -> None:
    plain = at(opened(sealing=False), bench.clock, bench.settings)
    old = plain.decided(b"old")
    assert bench.original(old.id) == b"old"
    assert bench.store.submissions.examination(old.id) is not None
    new = bench.receive(b"new").submission
    assert owners(bench) == {new.id: INTAKE}
    assert bench.original(old.id) == b"old"


def test_what_was_received_before_sealing_is_decided_unsealed(bench: Any, opened: Opened) -> None:
    old = at(opened(sealing=False), bench.clock, bench.settings).receive(b"old").submission
    bench.receive(b"new")
    claim = bench.store.claims.claim(old.id)
    bench.store.claims.decide(claim, bench.decision(claim.submission, authority=bench.authority()))
    assert old.id not in owners(bench)
    assert bench.store.submissions.examination(old.id) is not None


def test_after_stop_sealing_new_ones_are_not_sealed_and_old_ones_stay(bench: Any, opened: Opened) -> None:
    old = bench.receive(b"old").submission
    bench.store.keys.stop_sealing()
    new = bench.receive(b"new").submission
    plain = at(opened(sealing=False), bench.clock, bench.settings)
    newest = plain.receive(b"newest").submission
    assert owners(bench) == {old.id: INTAKE}
    assert [bench.original(one.id) for one in (old, new, newest)] == [b"old", b"new", b"newest"]
    assert cause_of(lambda: plain.original(old.id)) == "key-missing"
    assert actions(bench, "sealing") == ["sealing-stopped"]


def test_a_host_that_has_not_heard_of_it_takes_nothing_in_rather_than_losing_a_key(bench: Any, opened: Opened) -> None:
    for number in (b"1", b"2"):
        bench.receive(number)
    opened().keys.stop_sealing()
    assert cause_of(lambda: bench.receive(b"3")) == "key-retired"
    assert bench.original(bench.receive(b"3").submission.id) == b"3"
    assert len(owners(bench)) == 2


def test_a_sealed_one_is_decided_sealed_after_stop_sealing(bench: Any) -> None:
    claim, authority = bench.claimed(INVOICE), bench.authority()
    bench.store.keys.stop_sealing()
    bench.store.claims.decide(claim, bench.decision(claim.submission, authority=authority))
    assert owners(bench) == {claim.submission.id: authority.id}
    ((body,),) = stored(bench, select(examinations.c.body))
    assert body.startswith(b"EISO")


def test_resume_sealing_seals_again(bench: Any) -> None:
    bench.receive(b"1")
    assert code_of(bench.store.keys.resume_sealing) == "sealing-already"
    bench.store.keys.stop_sealing()
    assert code_of(bench.store.keys.stop_sealing) == "not-sealing"
    bench.store.keys.resume_sealing()
    again = bench.receive(b"2").submission
    assert again.id in owners(bench)


def test_without_sealing_the_keys_are_asked_for_once_in_a_while_alone(bench: Any, opened: Opened) -> None:
    plain = at(opened(sealing=False), bench.clock, bench.settings)
    authority = plain.authority()
    asked: list[str] = []

    def listen(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if "keys" in statement and "idempotency" not in statement:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        for number in range(3):
            plain.original(plain.decided(b"%d" % number, authority=authority).id)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    assert len(asked) == 1
    assert "data_keys" not in asked[0]


def test_seal_all_seals_what_was_there_before(bench: Any, opened: Opened) -> None:
    plain, authority = at(opened(sealing=False), bench.clock, bench.settings), bench.authority()
    decided, waiting = plain.decided(INVOICE, authority=authority), plain.receive(b"2" + STREET).submission
    new = bench.receive(b"3").submission
    done = seal_all(bench.store)
    assert (done.sealed, done.unreadable) == (2, ())
    assert owners(bench) == {decided.id: authority.id, waiting.id: INTAKE, new.id: INTAKE}
    assert [bench.original(one.id) for one in (decided, waiting, new)] == [INVOICE, b"2" + STREET, b"3"]
    assert bench.store.submissions.examination(decided.id).sha256 == decided.sha256
    kept = [*blobs(bench), *(row.body for row in stored(bench, select(examinations.c.body)))]
    assert all(one.startswith(b"EISO") for one in kept)
    assert seal_all(bench.store).sealed == 0
    assert actions(bench, "sealed-all") == ["sealed-all"] * 2


def test_seal_all_goes_on_where_it_was_broken_off(bench: Any, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = at(opened(sealing=False), bench.clock, bench.settings)
    old = plain.decided(INVOICE)
    monkeypatch.setattr(os, "replace", _full)
    assert cause_of(lambda: seal_all(bench.store)) == "storage"
    monkeypatch.undo()
    assert (len(owners(bench)), blobs(bench)) == (1, [INVOICE])
    assert bench.original(old.id) == INVOICE
    assert seal_all(bench.store).sealed == 1
    assert bench.original(old.id) == INVOICE


def test_seal_all_takes_an_object_that_several_share_apart(bench: Any, opened: Opened) -> None:
    plain = at(opened(sealing=False), bench.clock, bench.settings)
    olds = [plain.receive(INVOICE, sender=sender).submission for sender in ("supplier:1", "supplier:2")]
    shared = plain.spool.write([INVOICE])
    bench.store.blobs.put(shared.path, shared.sha256)  # as it was before each submission had its own
    for old in olds:
        bench.store.originals.delete(old.id)
    with bench.store.database.write() as connection:
        connection.execute(update(submissions).values(blob=None))
    assert seal_all(bench.store).sealed == 2
    assert [bench.original(old.id) for old in olds] == [INVOICE] * 2
    assert [bench.store.submissions.get(old.id).blob for old in olds] == [old.id for old in olds]
    names = [blob.name for blob in bench.store.blobs.stored()]
    assert list(bench.store.submissions.without_row(names)) == [shared.sha256]


def test_seal_all_names_what_it_cannot_read(bench: Any, opened: Opened) -> None:
    plain = at(opened(sealing=False), bench.clock, bench.settings)
    lost, kept = plain.receive(b"1").submission, plain.receive(b"2").submission
    bench.store.originals.delete(lost.blob)
    done = seal_all(bench.store)
    assert (done.sealed, done.unreadable) == (1, (lost.id,))
    assert bench.original(kept.id) == b"2"


def test_seal_all_needs_sealing_to_be_on(opened: Opened, clock: FakeClock, settings: Settings) -> None:
    plain = at(opened(sealing=False), clock, settings)
    plain.receive(b"1")
    assert code_of(lambda: seal_all(plain.store)) == "not-sealing"


# Keys replaced


def files(bench: Bench) -> dict[Path, tuple[int, bytes]]:
    found = [path for path in (bench.settings.data_dir / "blobs").rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


def test_a_new_master_key_wraps_all_keys_and_touches_no_object(bench: Any, opened: Opened, key_file: Path) -> None:
    submission = bench.decided(INVOICE, authority=bench.authority())
    before, data_before = files(bench), stored(bench, select(data_keys))
    key_file.write_text(master("two", 2) + master("one"))
    other = opened()
    done = other.keys.rotate_master()
    assert (done.key, done.count) == ("two", 2)
    assert (files(bench), stored(bench, select(data_keys))) == (before, data_before)
    assert {key.master for key in other.keys.all()} == {"two"}
    key_file.write_text(master("two", 2))
    assert at(opened(), bench.clock, bench.settings).original(submission.id) == INVOICE
    assert actions(bench, "keys-") == ["keys-rewrapped"]
    assert other.keys.rotate_master().count == 0
    assert actions(bench, "keys-") == ["keys-rewrapped"]


@pytest.mark.parametrize("whose", ["intake", "authority"])
def test_a_new_key_holds_all_of_its_owner_and_touches_no_object(
    bench: Any, opened: Opened, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("einvoice.store.rewrapping._PORTION", 2)
    authority = bench.authority()
    decided = [bench.decided(b"%d" % number, authority=authority) for number in range(5)]
    waiting = [bench.receive(b"w%d" % number).submission for number in range(5)]
    mine, others = (waiting, decided) if whose == "intake" else (decided, waiting)
    before = files(bench)
    done = opened().keys.rotate(INTAKE if whose == "intake" else authority.id)
    assert (done.count, done.damaged) == (5, ())
    assert files(bench) == before
    held = dict(stored(bench, select(data_keys.c.submission_id, data_keys.c.key_id)))
    assert {held[one.id] for one in mine} == {done.key}
    assert done.key not in {held[one.id] for one in others}
    assert [bench.original(one.id) for one in decided] == [b"%d" % number for number in range(5)]
    assert [bench.original(one.id) for one in waiting] == [b"w%d" % number for number in range(5)]
    listed = {key.id: key for key in bench.store.keys.all()}
    assert (listed[done.key].holds, listed[done.key].retired_at) == (5, None)
    assert sorted(key.holds for key in listed.values() if key.retired_at) == [0]
    assert actions(bench, "key")[-3:] == ["key-retired", "key-created", "keys-rewrapped"]


def test_a_host_that_has_the_retired_key_at_hand_wraps_by_the_new_one(bench: Any, opened: Opened) -> None:
    authority = bench.authority()
    bench.decided(b"1", authority=authority)
    other = opened()
    new = {other.keys.rotate(owner).key for owner in (INTAKE, authority.id)}
    waiting, decided = bench.receive(b"2").submission, bench.decided(b"3", authority=authority)
    held = dict(stored(bench, select(data_keys.c.submission_id, data_keys.c.key_id)))
    assert {held[waiting.id], held[decided.id]} == new


def test_rotation_under_load_leaves_nothing_to_retired_keys(bench: Any, opened: Opened) -> None:
    authority, rotating = bench.authority(), opened()

    def work(number: int) -> Submission:
        one: Submission = bench.receive(b"%d" % number).submission
        if number % 2:
            return one
        claim = bench.store.claims.claim(one.id)
        decided: Submission = bench.store.claims.decide(claim, bench.decision(one, authority=authority))
        return decided

    with ThreadPoolExecutor(4) as pool:
        done = pool.map(work, range(60))
        for owner in (INTAKE, authority.id) * 4:
            rotating.keys.rotate(owner)
        taken = list(done)
    assert [bench.original(one.id) for one in taken] == [b"%d" % number for number in range(60)]
    assert {key.holds for key in rotating.keys.all() if key.retired_at} == {0}
    assert sum(key.holds for key in rotating.keys.all()) == 60


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_rotation_waits_for_one_that_began_while_the_old_key_was_being_retired(
    bench: Any, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.receive(b"1")
    rotating, kept, retired = opened(), threading.Event(), threading.Event()

    def keep_and_linger(connection: Connection, data_key: Key) -> None:
        Vault.keep(bench.store.vault, connection, data_key)
        kept.set()
        retired.wait(10)
        time.sleep(0.5)

    def retire_meanwhile(*given: Any) -> None:
        taken.append(pool.submit(bench.receive, b"2"))
        kept.wait(10)
        Keyring.insert(rotating.keys._keyring, *given)

    taken: list[Future[Any]] = []
    monkeypatch.setattr(bench.store.vault, "keep", keep_and_linger)
    monkeypatch.setattr(rotating.keys._keyring, "insert", retire_meanwhile)
    monkeypatch.setattr(rotating.keys._keyring, "look_again", lambda _: retired.set())
    with ThreadPoolExecutor(1) as pool:
        rotating.keys.rotate(INTAKE)
    assert bench.original(taken[0].result().submission.id) == b"2"
    assert {key.holds for key in rotating.keys.all() if key.retired_at} == {0}


def test_the_next_rotation_finishes_one_that_was_broken_off(
    bench: Any, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = bench.receive(INVOICE).submission
    monkeypatch.setattr("einvoice.store.rewrapping.Rewrapping.all", _full)
    with pytest.raises(OSError, match="No space"):
        opened().keys.rotate(INTAKE)
    monkeypatch.undo()
    assert bench.original(submission.id) == INVOICE
    assert opened().keys.rotate(INTAKE).count == 1
    assert bench.original(submission.id) == INVOICE


def test_a_damaged_data_key_is_named_and_keeps_nothing_else_back(bench: Any, opened: Opened) -> None:
    broken, whole = bench.receive(b"1").submission, bench.receive(b"2").submission
    with bench.store.database.write() as connection:
        mine = data_keys.c.submission_id == broken.id
        connection.execute(update(data_keys).where(mine).values(wrapped=b"nonsense"))
    done = opened().keys.rotate(INTAKE)
    assert (done.count, done.damaged) == (1, (broken.id,))
    assert bench.original(whole.id) == b"2"


def test_an_authority_nobody_knows_gets_no_key(bench: Any) -> None:
    with pytest.raises(NotFound):
        bench.store.keys.rotate("nobody")
    assert stored(bench, select(keys)) == []


def test_the_list_shows_whose_keys_there_are_without_any_master_key(bench: Any, opened: Opened) -> None:
    bench.decided(INVOICE, authority=bench.authority())
    listed = [(key.name, key.master, key.holds) for key in opened(sealing=False).keys.all()]
    assert listed == [("", "one", 0), ("Stadt Musterhausen", "one", 1)]


# Deleted for good


def test_without_its_data_key_nobody_reads_it_again(bench: Any, opened: Opened) -> None:
    gone, kept = bench.decided(INVOICE, authority=bench.authority()), bench.receive(b"2").submission
    with bench.store.database.write() as connection:
        bench.store.vault.forget(connection, gone.id)
    for store in (bench.store, opened()):
        one = at(store, bench.clock, bench.settings)
        assert cause_of(partial(one.original, gone.id)) == "data-key-missing"
        assert cause_of(partial(one.store.submissions.examination, gone.id)) == "data-key-missing"
        assert one.original(kept.id) == b"2"


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])  # PostgreSQL keeps it until its vacuum
def test_the_wrapped_data_key_does_not_stay_in_the_file(bench: Any) -> None:
    submission = bench.receive(INVOICE).submission
    ((wrapped,),) = stored(bench, select(data_keys.c.wrapped))
    with bench.store.database.write() as connection:
        bench.store.vault.forget(connection, submission.id)
    with bench.store.database.write() as connection:
        pass
    with bench.store.database.read() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert wrapped not in (bench.settings.data_dir / "einvoice.db").read_bytes()


# The log


def test_the_outage_of_the_keys_is_told_once_and_so_is_its_end(
    bench: Any, opened: Opened, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.receive(b"1")
    away = key_file.rename(key_file.with_suffix(".away"))
    monkeypatch.setattr("einvoice.store.masters._TRY_AGAIN_SECONDS", 0)
    later = at(opened(), bench.clock, bench.settings)
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            assert cause_of(lambda: later.receive(b"2")) == "key-missing"
        away.rename(key_file)
        assert later.receive(b"2").created
    assert [line["event"] for line in lines] == ["master-keys-away", "master-keys-back"]
    assert str(key_file) in lines[0]["detail"]
