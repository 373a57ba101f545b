"""A backup of a real store, and what comes back from it in an empty one: SQLite or PostgreSQL, on both sides."""

import io
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from einvoice.model.answer import AnswerKind
from einvoice.model.audit import sha256_hex
from einvoice.model.submission import Door
from einvoice.records.backup import Refused, Source, Taken, note_backup, take_backup
from einvoice.records.signing import PublicKeys, Signer
from einvoice.records.verify import verify
from einvoice.rules import Deed, Entry, Ledger, RuleFolders
from einvoice.settings import Settings
from einvoice.store import open_store
from einvoice.store.evidence import StoredEvidence
from einvoice.store.snapshot import LEFT_OUT
from einvoice.store.tables import (
    accounts,
    data_keys,
    deliveries,
    events,
    examinations,
    metadata,
    sessions,
    submissions,
)
from tests.support.letters import receive
from tests.unit.conftest import Bench

from .conftest import Take, intact, on_both, restored, rows

NEVER = ("secrets", "workers", "folders", "folder_wishes", "sessions", "sign_in_links")


@on_both
def test_what_was_there_is_there_again(life: Any, bench: Bench, take: Take, there: Settings) -> None:
    backup = take()
    before = {table.name: rows(bench.store.database, table) for table in metadata.sorted_tables}
    restored(backup, there)
    with closing(open_store(there)) as store:
        grown = {"audit_entries": 1, "audit_head": 0}  # that it was restored
        for table in metadata.sorted_tables:
            found = rows(store.database, table)
            if table.name == "audit_head":
                assert found[0]["number"] == before[table.name][0]["number"] + 1
            elif table.name not in NEVER:
                assert found[: len(found) - grown.get(table.name, 0)] == before[table.name], table.name
        for submission in life:
            assert store.submissions.get(submission.id) == submission
            assert store.originals.read(submission) == bench.original(submission.id)
            assert store.submissions.examination(submission.id) == bench.store.submissions.examination(submission.id)
        assert set(store.doors.paused()) == {Door.API}
        assert intact(store, there)


@on_both
def test_the_restored_service_goes_on(life: Any, bench: Bench, take: Take, there: Settings) -> None:
    backup = take()
    restored(backup, there)
    with closing(open_store(there, clock=bench.clock)) as store:
        bench.clock.advance(3600)
        again = replace(bench, store=store, settings=there)
        waiting = [one for one in life if not one.settled]
        assert set(again.due(10)) == {one.id for one in waiting}
        for one in waiting:
            claim = store.claims.claim(one.id)
            assert claim is not None
            store.claims.decide(claim, bench.decision(claim.submission))
        receipt = again.receive(b"\0\xff binary", key="key-1")
        assert (receipt.created, receipt.submission.id) == (False, life[4].id)
        assert again.receive(b"new").created
        with store.database.read() as connection:
            numbers = connection.scalars(select(events.c.number)).all()
        assert len(set(numbers)) == len(numbers)
        assert intact(store, there)


@on_both
def test_messages_are_known_again_and_answers_go_on_where_they_were(bench: Bench, take: Take, there: Settings) -> None:
    first, other = receive(bench, b"1").submission, receive(bench, b"2").submission
    claim = bench.store.claims.claim(first.id)
    assert claim is not None
    bench.store.claims.decide(claim, bench.decision(claim.submission))
    when = {"details": {"lines": ["Größe"]}, "issued_at": bench.clock.now}
    given = bench.store.answers.issue(first.id, AnswerKind.MLR, id="a", code="AP", **when)
    assert intact(bench.store, bench.settings)
    restored(take(), there)
    with closing(open_store(there, clock=bench.clock)) as store:
        again = replace(bench, store=store, settings=there)
        assert store.envelopes.of(first.id) == bench.store.envelopes.of(first.id)
        assert [receive(again, data).submission.id for data in (b"1", b"2")] == [first.id, other.id]
        assert [one.submission_id for one in store.answers.due(("ap1",), 10)] == [first.id]
        assert store.outgoing.unwritten(("ap1",), 10) == (given,)
        assert intact(store, there)


def test_each_table_is_backed_up_or_left_out_for_a_reason() -> None:
    assert set(LEFT_OUT) == set(NEVER)
    assert all(LEFT_OUT.values())


def test_what_belongs_to_the_moment_is_left_out(bench: Bench, take: Take, here_too: Settings) -> None:
    bench.store.processes.secret("queue")
    now = bench.clock()
    account = {"id": "1", "login": "me", "name": "Me", "role": "operator", "created_at": now}
    with bench.store.database.write() as connection:
        connection.execute(insert(accounts), [account])
        connection.execute(insert(sessions), [{"sha256": "x", "account_id": "1", "expires_at": now}])
    bench.store.processes.announce(None, "1")
    bench.store.folders.tell("host.1", "host", {"koeln": {}})
    bench.store.folders.wish("koeln", None, actor="account:1")
    restored(take(), here_too)
    with closing(open_store(here_too)) as store:
        assert [row["login"] for row in rows(store.database, accounts)] == ["me"]
        assert [rows(store.database, metadata.tables[name]) for name in NEVER] == [[]] * len(NEVER)


@on_both
def test_what_is_written_meanwhile_is_not_in_it(
    life: Any, bench: Bench, source: Source, here_too: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One moment: what comes, is decided or fetched while it is made changes nothing of it."""
    read, came = source.blobs.read, iter(range(100))

    def reading(name: str) -> bytes:
        bench.decided(b"later %d" % next(came))
        return read(name)

    before = bench.store.audit.head()
    out = io.BytesIO()
    monkeypatch.setattr(source.blobs, "read", reading, raising=False)
    taken = take_backup(source, out)
    assert bench.store.audit.head()[0] > before[0]
    assert taken.manifest.head == before
    restored(io.BytesIO(out.getvalue()), here_too)
    with closing(open_store(here_too)) as store:
        with store.database.read() as connection:
            assert set(connection.scalars(select(submissions.c.id))) == {one.id for one in life}
        assert intact(store, here_too)


def test_both_logs_tell_of_it(life: Any, bench: Bench, source: Source, here_too: Settings) -> None:
    out = io.BytesIO()
    head = bench.store.audit.head()
    taken = take_backup(source, out)
    note_backup(source, taken)
    name = f"backup:{taken.manifest.id}"
    (entry,) = bench.store.audit.of(name)
    assert (entry.action, entry.actor, entry.number) == ("backup-taken", "admin", head[0] + 1)
    assert entry.details == {"entry": str(head[0]), "submissions": str(len(life))}
    assert entry.hashes == {"entry": head[1], "sums": taken.sums}

    restored(io.BytesIO(out.getvalue()), here_too)
    with closing(open_store(here_too)) as store:
        (entry,) = store.audit.of(name)
        assert (entry.action, entry.number, entry.previous) == ("restored", head[0] + 1, head[1])
        assert entry.details["entry"] == str(head[0])


def test_the_keys_that_signed_come_along_and_the_private_half_only_when_asked(
    life: Any, bench: Bench, source: Source, take: Take, here_too: Settings, tmp_path: Path
) -> None:
    signer = Signer.of(bench.settings)
    assert b"PRIVATE KEY" not in take().getvalue()
    restored(take(), here_too)
    assert PublicKeys.of(here_too).ids == (signer.key_id,)
    assert not (here_too.data_dir / "keys" / "signing.pem").exists()
    with closing(open_store(here_too)) as store:
        found = verify(store.audit, StoredEvidence.of(store), PublicKeys.of(here_too))
        assert found.signed == bench.store.audit.head()[0]

    third = Settings(data_dir=tmp_path / "third")
    assert not restored(take(with_signing_key=True), third).kept_signing_key
    assert Signer.of(third).key_id == signer.key_id
    assert (third.data_dir / "keys" / "signing.pem").stat().st_mode & 0o777 == 0o600


def test_a_signing_key_in_use_is_not_replaced(take: Take, here_too: Settings) -> None:
    mine = Signer.of(here_too).key_id
    assert restored(take(with_signing_key=True), here_too).kept_signing_key
    assert Signer.of(here_too).key_id == mine


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def imported(folders: RuleFolders, content: bytes = b"<xs:schema/>") -> Ledger:
    """A ledger with an imported pack, as it lies on the disk."""
    with folders.ledger.locked():
        entry = Entry(at=datetime(2026, 11, 1, tzinfo=UTC), by="me", deed=Deed.WITHDRAWN, pack="a+1", reason="wrong")
        folders.ledger.write(entry)
    artefacts = Path(folders.kept) / "artefacts"
    artefacts.mkdir()
    (artefacts / sha256_hex(content)).write_bytes(content)
    (Path(folders.kept) / "reassessed").mkdir()
    (Path(folders.kept) / "reassessed" / "20261101T120000Z-a+1.jsonl").write_text("{}\n")
    return folders.ledger.read()


def test_what_was_decided_about_rules_comes_along(bench: Bench, take: Take, here_too: Settings) -> None:
    folders = RuleFolders.of(bench.settings)
    ledger = imported(folders)
    restored(take(), here_too)
    other = RuleFolders.of(here_too)
    assert other.ledger.read().entries == ledger.entries
    kept = contents(Path(folders.kept))
    del kept["ledger.lock"]
    assert contents(Path(other.kept)) == kept


def test_another_ledger_of_rules_is_not_overwritten(bench: Bench, take: Take, here_too: Settings) -> None:
    imported(RuleFolders.of(bench.settings))
    other = RuleFolders.of(here_too)
    imported(other, b"other")
    with other.ledger.locked():
        other.ledger.write(Entry(at=datetime(2026, 11, 2, tzinfo=UTC), by="me", deed=Deed.RESTORED, pack="a+1"))
    before = other.ledger.read().entries
    with pytest.raises(Refused, match="says something else"):
        restored(take(), here_too)
    assert other.ledger.read().entries == before


def test_progress_is_told(life: Any, source: Source, here_too: Settings) -> None:
    told: list[tuple[str, int, int | None]] = []
    out = io.BytesIO()
    taken: Taken = take_backup(source, out, progress=lambda *one: told.append(one))
    total = sum(taken.manifest.tables.values())
    assert ("objects", len(life), len(life)) in told
    assert told[-1] == ("rows", total, total)
    told.clear()
    restored(io.BytesIO(out.getvalue()), here_too, progress=lambda *one: told.append(one))
    assert told[-1] == ("rows", total, total)


def test_the_tables_the_tests_look_at_are_filled(life: Any, bench: Bench) -> None:
    for table in (deliveries, examinations, events):
        assert rows(bench.store.database, table), table.name
    assert not rows(bench.store.database, data_keys)
