"""What operators decided is written down for good, and what holds follows from it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.rules.ledger import Deed, Entry, Ledger, LedgerFile


def entry(deed: Deed, pack: str = "a+1", **more: object) -> Entry:
    return Entry(at=datetime(2026, 11, 1, 12, tzinfo=UTC), by="me", deed=deed, pack=pack, **more)  # type: ignore[arg-type]


def test_a_withdrawal_holds_until_it_is_undone() -> None:
    withdrawn = entry(Deed.WITHDRAWN, reason="BR-1 is wrong")
    assert Ledger([withdrawn]).withdrawn == {"a+1": withdrawn}
    assert Ledger([withdrawn, entry(Deed.RESTORED)]).withdrawn == {}
    assert Ledger([withdrawn, entry(Deed.RESTORED), withdrawn]).withdrawn == {"a+1": withdrawn}


def test_the_last_grace_period_holds() -> None:
    assert Ledger([entry(Deed.GRACE, days=30), entry(Deed.GRACE, days=0)]).grace == {"a+1": 0}


def test_what_is_written_is_read_again_with_who_when_and_why(tmp_path: Path) -> None:
    file = LedgerFile(tmp_path / "rules" / "ledger.jsonl")
    entries = (entry(Deed.WITHDRAWN, reason="Grund: „BR-1“\nist falsch"), entry(Deed.GRACE, days=0))
    for one in entries:
        with file.locked():
            file.write(one)
    assert file.read().entries == entries


def test_every_line_changes_the_stamp(tmp_path: Path) -> None:
    file = LedgerFile(tmp_path / "rules" / "ledger.jsonl")
    stamps = [file.stamp()]
    for deed in (Deed.WITHDRAWN, Deed.RESTORED):
        with file.locked():
            file.write(entry(deed))
        stamps.append(file.stamp())
    assert stamps[0] is None
    assert len(set(stamps)) == 3


def test_an_interrupted_write_leaves_the_ledger_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = LedgerFile(tmp_path / "rules" / "ledger.jsonl")
    with file.locked():
        file.write(entry(Deed.WITHDRAWN))
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("power cut")))
    with file.locked(), pytest.raises(OSError, match="power cut"):
        file.write(entry(Deed.RESTORED))
    assert set(file.read().withdrawn) == {"a+1"}


@pytest.mark.parametrize("text", ['{"deed": "withdrawn"}\n', '{"at": "2026-11-01T12:00:00Z", "by": "me", "de'])
def test_a_damaged_ledger_is_a_fault_and_never_taken_for_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "ledger.jsonl").write_text(text)
    with pytest.raises(Fault, match=r"ledger\.jsonl"):
        LedgerFile(tmp_path / "ledger.jsonl").read()


@pytest.fixture
def file(tmp_path: Path) -> LedgerFile:
    return LedgerFile(tmp_path / "rules" / "ledger.jsonl")


def test_without_a_folder_nothing_was_decided(tmp_path: Path, file: LedgerFile) -> None:
    assert file.read().entries == ()
    assert list(tmp_path.iterdir()) == []


def test_whoever_locks_a_fresh_folder_leaves_an_empty_ledger_that_others_may_read(
    tmp_path: Path, file: LedgerFile
) -> None:
    with file.locked():
        assert file.read().entries == ()
    assert (tmp_path / "rules" / "ledger.jsonl").read_bytes() == b""
    assert (tmp_path / "rules" / "ledger.jsonl").stat().st_mode & 0o777 == 0o644


def test_a_process_that_is_slower_to_begin_leaves_what_the_faster_one_wrote(
    file: LedgerFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with file.locked():
        file.write(entry(Deed.WITHDRAWN))
    monkeypatch.setattr(file, "_traces", list)  # looked before the other one began
    with file.locked():
        assert set(file.read().withdrawn) == {"a+1"}


def test_a_lost_ledger_is_a_fault_and_never_taken_for_an_empty_one(tmp_path: Path, file: LedgerFile) -> None:
    with file.locked():
        file.write(entry(Deed.WITHDRAWN))
    (tmp_path / "rules" / "ledger.jsonl").unlink()
    for _ in range(2):
        with pytest.raises(Fault, match=r"ledger\.jsonl is missing, .*ledger\.lock.* backup") as caught:
            file.read()
        assert caught.value.notice.cause == "rules-ledger"
        with file.locked(), pytest.raises(Fault, match="is missing"):
            file.write(entry(Deed.RESTORED))


def test_imported_artefacts_without_a_ledger_are_a_fault(tmp_path: Path, file: LedgerFile) -> None:
    artefacts = tmp_path / "rules" / "artefacts"
    artefacts.mkdir(parents=True)
    assert file.read().entries == ()
    (artefacts / "0").write_bytes(b"")
    with pytest.raises(Fault, match="artefacts/ is beside it"):
        file.read()


def test_a_list_of_reassessed_invoices_needs_no_ledger(tmp_path: Path, file: LedgerFile) -> None:
    (tmp_path / "rules" / "reassessed").mkdir(parents=True)
    (tmp_path / "rules" / "reassessed" / "x.jsonl").write_bytes(b"")
    assert file.read().entries == ()
    with file.locked():
        file.write(entry(Deed.WITHDRAWN))
    assert set(file.read().withdrawn) == {"a+1"}
