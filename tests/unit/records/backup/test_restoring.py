"""A restore overwrites nothing, and is there as a whole or not at all."""

import io
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from einvoice.model.submission import Door
from einvoice.records.backup import (
    Refused,
)
from einvoice.settings import Settings
from einvoice.store import open_store
from einvoice.store.tables import (
    submissions,
    workers,
)
from tests.unit.conftest import Bench

from .conftest import Take, intact, restored


def test_into_a_database_that_is_not_empty_nothing_is_restored(life: Any, bench: Bench, take: Take) -> None:
    before = bench.store.audit.head()
    with pytest.raises(Refused, match=r"submissions 6.*nothing is ever overwritten"):
        restored(take(), bench.settings)
    assert bench.store.audit.head() == before
    assert set(bench.store.doors.paused()) == {Door.API}


def test_into_an_object_storage_that_is_not_empty_nothing_is_restored(
    life: Any, bench: Bench, take: Take, here_too: Settings
) -> None:
    shared = here_too.model_copy(update={"blob_url": f"file://{(bench.settings.data_dir / 'blobs').resolve()}"})
    with pytest.raises(Refused, match="object storage is not empty"):
        restored(take(), shared)
    with closing(open_store(here_too)) as store:
        assert store.doors.paused() == {}


def test_where_a_service_works_nothing_is_restored(take: Take, here_too: Settings) -> None:
    with closing(open_store(here_too)) as store:
        worker = store.processes.announce(None, "1")
        with pytest.raises(Refused, match=r"The service runs.*Stop it"):
            restored(take(), here_too)
        store.processes.sign_off(worker)
    assert restored(take(), here_too).objects == 0


def test_one_killed_long_ago_is_in_nobodys_way(take: Take, here_too: Settings) -> None:
    with closing(open_store(here_too)) as store:
        store.processes.announce(None, "1")
        with store.database.write() as connection:
            connection.execute(update(workers).values(seen_at=datetime.now(UTC) - timedelta(minutes=2)))
    restored(take(), here_too)


# Interrupted

KILLED = """
import os, signal, sys
from contextlib import closing
from pathlib import Path
from einvoice.records import backup
from einvoice.records.backup import restoring
from einvoice.settings import Settings
from einvoice.store import open_store

where, count = sys.argv[1], int(sys.argv[2])
def kill(*_):
    global count
    count -= 1
    if count < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def before(owner, name):
    whole = getattr(owner, name)
    setattr(owner, name, lambda *given: (kill(), whole(*given))[1])

if where == "object":
    before(restoring._Work, "_object")
elif where == "rows":
    before(restoring._Work, "_chunk")
else:
    whole = restoring._Work.complete
    restoring._Work.complete = lambda *given: (whole(*given), kill())
settings = Settings()
with closing(open_store(settings)) as store:
    backup.restore_backup(backup.Reader(Path(sys.argv[3]).open("rb")), backup.Target.of(settings, store))
"""


@pytest.mark.parametrize(("where", "count"), [("object", 3), ("rows", 7), ("commit", 0)])
def test_killed_it_leaves_a_service_that_takes_nothing_in_and_can_be_restored_again(
    life: Any, bench: Bench, take: Take, there: Settings, tmp_path: Path, where: str, count: int
) -> None:
    path = tmp_path / "backup.tar"
    path.write_bytes(take().getvalue())
    environment = {"EINVOICE_DATA_DIR": str(there.data_dir), "EINVOICE_DATABASE_URL": there.database_url}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, where, str(count), str(path)], env=environment, check=False
    )  # fmt: skip
    assert done.returncode == -9
    with closing(open_store(there)) as store:
        assert set(store.doors.paused()) == set(Door)
        assert {pause.actor for pause in store.doors.paused().values()} == {"restore"}
        assert store.audit.head()[0] == 0
        with store.database.read() as connection:
            assert connection.scalar(select(func.count()).select_from(submissions)) == 0

    assert restored(io.BytesIO(path.read_bytes()), there).objects == len(life)
    with closing(open_store(there)) as store:
        assert set(store.doors.paused()) == {Door.API}
        assert intact(store, there)
    assert not (there.data_dir / "restore").exists()


def test_of_two_at_once_one_is_refused(life: Any, take: Take, there: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from einvoice.records.backup import restoring

    backup, begun = take(), restoring.begin

    def overtaken(*given: Any) -> None:
        monkeypatch.setattr(restoring, "begin", begun)
        begun(*given)
        restored(io.BytesIO(backup.getvalue()), there)

    monkeypatch.setattr(restoring, "begin", overtaken)
    with pytest.raises(Refused, match="not empty"):
        restored(backup, there)
    with closing(open_store(there)) as store:
        assert intact(store, there)
