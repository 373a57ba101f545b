"""Files as blobs: trouble with the disk is a Fault and leaves nothing half done."""

import errno
import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from einvoice.errors import Fault
from einvoice.store.blobs import FileBlobs
from einvoice.store.ids import new_id

CONTENT = b"<Invoice/>"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "below" / "blobs"


@pytest.fixture
def blobs(root: Path) -> FileBlobs:
    return FileBlobs(root)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "spooled"
    path.write_bytes(CONTENT)
    return path


def fails(number: int) -> Any:
    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return failing


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("step", ["mkdir", "rename", "fsync", "replace"])
def test_a_disk_that_is_full_at_any_step_is_a_fault_and_leaves_nothing(
    blobs: FileBlobs, root: Path, source: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(os, step, fails(errno.ENOSPC))
    if step == "rename":  # then it is copied, which fails as well
        monkeypatch.setattr("shutil.copyfile", fails(errno.ENOSPC))
    with pytest.raises(Fault) as caught:
        blobs.put(source, new_id())
    notice = caught.value.notice
    assert (notice.cause, notice.detail, notice.elsewhere) == ("storage", "No space left on device", True)
    assert not notice.deterministic
    assert files(root) == []


def test_a_disk_that_fills_up_while_a_file_is_copied_keeps_no_part_of_it(
    blobs: FileBlobs, root: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_: Path, target: Path, **__: object) -> None:
        Path(target).write_bytes(CONTENT[:5])
        fails(errno.ENOSPC)()

    monkeypatch.setattr(os, "rename", fails(errno.EXDEV))
    monkeypatch.setattr("shutil.copyfile", half)
    with pytest.raises(Fault, match="storage"):
        blobs.put(source, new_id())
    assert files(root) == []
    assert source.exists()


def test_a_failing_fsync_of_the_folder_is_a_fault_and_the_name_may_be_put_again(
    blobs: FileBlobs, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, name = os.fsync, new_id()

    def failing(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            fails(errno.EIO)()
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        with pytest.raises(Fault, match="storage"):
            blobs.put(source, name)
    again = tmp_path / "again"
    again.write_bytes(CONTENT)
    blobs.put(again, name)
    assert blobs.read(name) == CONTENT


def test_a_file_that_can_not_be_read_is_a_fault_of_the_storage(blobs: FileBlobs, root: Path) -> None:
    name = new_id()
    (root / name[-2:] / name).mkdir(parents=True)
    with pytest.raises(Fault) as caught:
        blobs.read(name)
    assert (caught.value.notice.cause, caught.value.notice.elsewhere) == ("storage", True)


@pytest.mark.parametrize("action", ["put", "read", "delete", "stored", "check", "sweep_leftovers"])
def test_where_the_whole_folder_is_away_nothing_is_said_about_a_blob_and_no_folder_made(
    blobs: FileBlobs, root: Path, source: Path, action: str
) -> None:
    root.rmdir()
    name = new_id()
    arguments = {"put": (source, name), "read": (name,), "delete": (name,), "sweep_leftovers": (timedelta(0),)}
    with pytest.raises(Fault) as caught:
        list(getattr(blobs, action)(*arguments.get(action, ())))
    assert (caught.value.notice.cause, caught.value.notice.elsewhere) == ("storage", True)
    assert not root.exists()


def test_a_folder_that_can_not_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Fault, match="storage"):
        FileBlobs(tmp_path / "file" / "blobs")


@pytest.mark.parametrize("step", ["fsync", "open"])
def test_a_check_fails_when_nothing_can_be_written(
    blobs: FileBlobs, root: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(os, step, fails(errno.EROFS))
    with pytest.raises(Fault) as caught:
        blobs.check()
    assert (caught.value.notice.detail, caught.value.notice.elsewhere) == ("Read-only file system", True)
    monkeypatch.undo()
    assert files(root) == []
    blobs.check()


def test_only_leftovers_that_are_old_enough_are_swept(blobs: FileBlobs, root: Path, source: Path) -> None:
    name = new_id()
    blobs.put(source, name)
    left = [root / f".{new_id()}.tmp", root / name[-2:] / f".{new_id()}.tmp"]
    for path in left:
        path.write_bytes(CONTENT[:5])
    assert blobs.sweep_leftovers(timedelta(hours=1)) == 0
    assert all(path.exists() for path in left)
    assert blobs.sweep_leftovers(timedelta(0)) == 2
    assert files(root) == [root / name[-2:] / name]


def test_the_age_of_a_leftover_is_not_that_of_the_file_it_came_from(blobs: FileBlobs, root: Path) -> None:
    fresh = root / f".{new_id()}.tmp"
    fresh.write_bytes(CONTENT)
    os.utime(fresh, (0, 0))  # as after the renaming of a file that was written long ago
    assert blobs.sweep_leftovers(timedelta(hours=1)) == 0


def test_the_time_of_a_blob_is_when_it_was_put(blobs: FileBlobs, source: Path) -> None:
    os.utime(source, (0, 0))
    blobs.put(source, new_id())
    assert next(blobs.stored()).written_at.year > 1970


def test_what_else_lies_on_the_disk_is_passed_over_and_left_alone(blobs: FileBlobs, root: Path, source: Path) -> None:
    name = new_id()
    blobs.put(source, name)
    others = [root / "readme.txt", root / name, root / "lost+found" / f".{name}.tmp", root / name[-2:] / ".x.tmp"]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert [stored.name for stored in blobs.stored()] == [name]
    assert blobs.sweep_leftovers(timedelta(0)) == 0
    assert all(path.exists() for path in others)


def test_folders_and_files_are_for_the_service_alone(blobs: FileBlobs, root: Path, source: Path) -> None:
    source.chmod(0o600)  # as the spool makes them
    name = new_id()
    blobs.put(source, name)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (root, root / name[-2:], root / name[-2:] / name)]
    assert modes == [0o700, 0o700, 0o600]
