"""A registry that follows the ledger, and never takes an unreadable one for an empty one."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.rules import Deed, Entry, LiveRegistry, RuleFolders
from einvoice.settings import Settings

NEW = "xrechnung-3.0.2+2026-08-31"
TODAY = date(2026, 11, 1)


@pytest.fixture
def folders(tmp_path: Path) -> RuleFolders:
    return RuleFolders.of(Settings(data_dir=tmp_path / "data"))


def _write(folders: RuleFolders, deed: Deed, **more: str) -> None:
    with folders.ledger.locked():
        folders.ledger.write(Entry(at=datetime.now(UTC), by="me", deed=deed, pack=NEW, **more))


def _names(registry: LiveRegistry) -> set[str]:
    return {pack.name for pack in registry.in_force(TODAY)}


def test_it_sees_what_is_decided_after_it_was_made(folders: RuleFolders) -> None:
    registry = LiveRegistry(folders)
    assert NEW in _names(registry)
    _write(folders, Deed.WITHDRAWN, reason="wrong")
    assert NEW not in _names(registry)
    _write(folders, Deed.RESTORED)
    assert NEW in _names(registry)


def test_a_ledger_that_breaks_stops_judging_and_a_mended_one_lets_it_go_on(folders: RuleFolders) -> None:
    registry = LiveRegistry(folders)
    _write(folders, Deed.WITHDRAWN, reason="wrong")
    path = Path(folders.kept) / "ledger.jsonl"
    good = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(good + b"rot")
    with pytest.raises(Fault, match="restore it from a backup"):
        _names(registry)
    path.write_bytes(good)
    assert NEW not in _names(registry)


def test_a_ledger_that_is_lost_stops_judging_in_running_and_in_new_processes(folders: RuleFolders) -> None:
    registry = LiveRegistry(folders)
    _write(folders, Deed.WITHDRAWN, reason="wrong")
    assert NEW not in _names(registry)
    (Path(folders.kept) / "ledger.jsonl").unlink()
    with pytest.raises(Fault, match="Bring it back from the backup"):
        _names(registry)
    with pytest.raises(Fault, match="Bring it back from the backup"):
        LiveRegistry(folders)


def test_an_imported_pack_whose_manifest_is_gone_is_a_fault(folders: RuleFolders) -> None:
    _write(folders, Deed.IMPORTED, manifest="0" * 64)
    with pytest.raises(Fault, match=f"manifest of {NEW.replace('+', chr(92) + '+')}"):
        LiveRegistry(folders)


def test_the_folders_travel_to_the_forkserver(folders: RuleFolders) -> None:
    import json

    assert RuleFolders(**json.loads(folders.to_json())) == folders
