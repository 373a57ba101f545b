"""Originals that are missing, deleted meanwhile, or sealed."""

import io
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling
from einvoice.records.backup import (
    Source,
    take_backup,
)
from einvoice.records.signing import PublicKeys
from einvoice.records.verify import verify
from einvoice.settings import Settings
from einvoice.store import open_store
from einvoice.store.blobs import Blobs
from einvoice.store.evidence import StoredEvidence
from tests.unit.conftest import Bench

from .conftest import intact, restored


class Gone:
    """A storage that loses an object when it is about to be read."""

    def __init__(self, blobs: Blobs, lose: Callable[[str], None]) -> None:
        self._blobs = blobs
        self._lose = lose

    def read(self, name: str) -> bytes:
        self._lose(name)
        return self._blobs.read(name)


def test_what_retention_deletes_meanwhile_is_deleted_by_the_restore_as_well(
    bench: Bench, source: Source, there: Settings
) -> None:
    kept, due = bench.decided(b"1", Verdict.REJECTED), bench.decided(b"2", Verdict.REJECTED)

    def retire(name: str) -> None:
        from einvoice.store.changes import Cause, locked_row
        from einvoice.store.erasing import erase

        if name != due.blob:
            return
        with bench.store.database.write() as connection:
            row = locked_row(connection, due.id)
            erase(connection, bench.store.vault, [(row, "rejected+90d")], Cause(actor="retention", at=bench.clock()))
        bench.store.blobs.delete(due.blob)

    out = io.BytesIO()
    taken = take_backup(replace(source, blobs=Gone(source.blobs, retire)), out)  # type: ignore[arg-type]
    assert (taken.gaps.deleted, taken.gaps.missing) == ({due.id: "rejected+90d"}, ())
    assert taken.complete
    restored(io.BytesIO(out.getvalue()), there)
    with closing(open_store(there)) as store:
        assert store.submissions.get(kept.id) == kept
        gone = store.submissions.get(due.id)
        assert (gone.handling, gone.name, gone.sender) == (Handling.EXPIRED, "", f"expired:{due.id}")
        assert store.submissions.examination(due.id) is None
        last = store.audit.of(f"submission:{due.id}")[-1]
        assert (last.action, last.actor, last.details["rule"]) == ("expired", "restore", "rejected+90d")
        assert intact(store, there)


def test_what_is_missing_is_named_and_the_rest_is_saved(bench: Bench, source: Source, here_too: Settings) -> None:
    lost, kept = bench.decided(b"1"), bench.decided(b"2")
    bench.store.blobs.delete(lost.blob)
    out = io.BytesIO()
    taken = take_backup(source, out)
    assert taken.gaps.missing == (lost.id,)
    assert not taken.complete
    assert restored(io.BytesIO(out.getvalue()), here_too).objects == 1
    with closing(open_store(here_too)) as store:
        assert store.originals.read(kept) == b"2"
        (problem,) = verify(store.audit, StoredEvidence.of(store), PublicKeys.of(here_too)).problems
        assert (problem.kind, problem.object) == ("original-missing", f"submission:{lost.id}")


def test_what_is_damaged_is_named(bench: Bench, source: Source) -> None:
    bad = bench.decided(b"1")
    (path,) = (bench.settings.data_dir / "blobs").rglob(bad.blob)
    path.write_bytes(b"another")
    taken = take_backup(source, io.BytesIO())
    assert taken.gaps.damaged == (bad.id,)
    assert not taken.complete


def test_a_storage_that_is_away_ends_it(bench: Bench, source: Source) -> None:
    bench.decided(b"1")
    (bench.settings.data_dir / "blobs").rename(bench.settings.data_dir / "elsewhere")
    with pytest.raises(Fault, match="storage"):
        take_backup(source, io.BytesIO())


# Sealed


@pytest.fixture
def sealing(settings: Settings, tmp_path: Path) -> Settings:
    """The settings with a master key."""
    from einvoice.sealing import new_key_line

    path = tmp_path / "master.keys"
    path.touch(0o600)
    path.write_text(new_key_line() + "\n")
    return settings.model_copy(update={"master_key_file": path})


def test_what_is_sealed_stays_sealed_and_opens_with_the_same_master_key(
    bench: Bench, sealing: Settings, there: Settings
) -> None:
    secret = b"<Street>Hintere Gasse 17</Street>"
    with closing(open_store(sealing, clock=bench.clock)) as store:
        sealed = replace(bench, store=store, settings=sealing).decided(secret)
    out = io.BytesIO()
    taken = take_backup(Source.of(sealing, bench.clock), out)
    (master,) = taken.manifest.master_keys
    assert sealing.master_key_file is not None
    assert sealing.master_key_file.read_text().startswith(master)
    assert secret not in out.getvalue()

    opens = there.model_copy(update={"master_key_file": sealing.master_key_file})
    restored(io.BytesIO(out.getvalue()), there)  # needs no key
    with closing(open_store(opens)) as store:
        assert store.originals.read(store.submissions.get(sealed.id)) == secret
        assert intact(store, opens)


def test_what_is_sealed_anew_meanwhile_makes_no_backup(bench: Bench, sealing: Settings, source: Source) -> None:
    from einvoice.store.sealall import seal_all

    bench.decided(b"1")

    def seal(_: str) -> None:
        with closing(open_store(sealing, clock=bench.clock)) as store:
            seal_all(store)

    with pytest.raises(Fault, match="take it again"):
        take_backup(replace(source, blobs=Gone(source.blobs, seal)), io.BytesIO())  # type: ignore[arg-type]
