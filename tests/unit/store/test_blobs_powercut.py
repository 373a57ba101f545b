"""Power loss: whatever a disk may forget, a blob that `put` returned for is whole, and never is one there in part."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from einvoice.store.blobs import FileBlobs
from einvoice.store.ids import new_id
from tests.support.powercut import PowerCut

CONTENT = b"<Invoice>" + b"x" * 5000 + b"</Invoice>"
NAME = "01m82dps9agtm0vrmpw6c41ksf"
OLD_NAME = "ab" * 32  # of rows from before ids were names
PLACES = {NAME: f"blobs/{NAME[-2:]}/{NAME}", OLD_NAME: f"blobs/ab/ab/{OLD_NAME}"}


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """The file system of the blobs."""
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


@pytest.fixture
def spooled(disk: Path, tmp_path: Path) -> Callable[[], Path]:
    """A file that comes in: written in the same file system, not fsynced."""

    def write() -> Path:
        path = disk / f"spooled-{new_id()}"
        path.write_bytes(CONTENT)
        return path

    return write


@pytest.fixture
def spooled_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that comes in on another file system: it can't be renamed into the blobs."""
    path, rename = tmp_path / "spooled", os.rename
    path.write_bytes(CONTENT)

    def refuse(source: Path, target: Path) -> None:
        if Path(source) == path:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    return path


@pytest.mark.parametrize("name", [NAME, OLD_NAME], ids=["id", "sha256"])
def test_once_put_returns_the_blob_is_whole_whatever_was_forgotten(
    disk: Path, spooled: Callable[[], Path], name: str
) -> None:
    with PowerCut(disk) as power:
        FileBlobs(disk / "blobs").put(spooled(), name)
    assert power.moments[-1].found_at(PLACES[name]) == {CONTENT}


@pytest.mark.parametrize("name", [NAME, OLD_NAME], ids=["id", "sha256"])
def test_before_put_returns_the_blob_is_whole_or_not_there(disk: Path, spooled: Callable[[], Path], name: str) -> None:
    with PowerCut(disk) as power:
        FileBlobs(disk / "blobs").put(spooled(), name)
    found = [moment.found_at(PLACES[name]) for moment in power.moments]
    assert set().union(*found) == {None, CONTENT}
    assert {None, CONTENT} in found  # there was a moment at which the disk could have kept it or not


def test_a_file_from_another_file_system_is_as_safe(disk: Path, spooled_elsewhere: Path) -> None:
    with PowerCut(disk) as power:
        FileBlobs(disk / "blobs").put(spooled_elsewhere, NAME)
    assert set().union(*(moment.found_at(PLACES[NAME]) for moment in power.moments)) == {None, CONTENT}
    assert power.moments[-1].found_at(PLACES[NAME]) == {CONTENT}


@pytest.mark.parametrize("name", [NAME, OLD_NAME], ids=["id", "sha256"])
def test_each_single_fsync_of_a_first_put_is_needed(disk: Path, spooled: Callable[[], Path], name: str) -> None:
    with PowerCut(disk) as power:
        FileBlobs(disk / "blobs").put(spooled(), name)
    assert power.fsyncs == len(Path(PLACES[name]).parts) + 1  # the file, and every folder from its own to the disk's

    for left_out in range(power.fsyncs):
        world = disk / f"without-{left_out}"
        world.mkdir()
        with PowerCut(world, ignored_fsync=left_out) as power:
            FileBlobs(world / "blobs").put(spooled(), name)
        assert power.moments[-1].found_at(PLACES[name]) > {CONTENT}, f"nothing was lost without fsync {left_out}"


def test_each_single_fsync_of_a_second_put_is_needed(disk: Path, spooled: Callable[[], Path]) -> None:
    blobs = FileBlobs(disk / "blobs")
    blobs.put(spooled(), NAME)
    losses: list[set[bytes | None]] = [{b"", CONTENT[: len(CONTENT) // 2]}, {None}]  # of content, of name
    for left_out, lost in enumerate(losses):
        second = f"{new_id()[:-2]}{NAME[-2:]}"
        with PowerCut(disk, ignored_fsync=left_out) as power:
            blobs.put(spooled(), second)
        assert power.fsyncs == 2
        assert power.moments[-1].found_at(f"blobs/{NAME[-2:]}/{second}") == {CONTENT} | lost


def test_a_second_put_into_the_same_folder_is_as_safe(disk: Path, spooled: Callable[[], Path]) -> None:
    blobs = FileBlobs(disk / "blobs")
    blobs.put(spooled(), NAME)
    second = f"{new_id()[:-2]}{NAME[-2:]}"
    with PowerCut(disk) as power:
        blobs.put(spooled(), second)
    assert power.moments[-1].found_at(f"blobs/{NAME[-2:]}/{second}") == {CONTENT}
    assert all(moment.found_at(PLACES[NAME]) == {CONTENT} for moment in power.moments)


def test_a_folder_whose_maker_died_before_its_fsync_is_made_safe_by_the_next_writer(
    disk: Path, spooled: Callable[[], Path]
) -> None:
    blobs = FileBlobs(disk / "blobs")
    with PowerCut(disk) as power:
        (disk / "blobs" / NAME[-2:]).mkdir()  # and then the process was killed
        blobs.put(spooled(), NAME)
    assert power.moments[-1].found_at(PLACES[NAME]) == {CONTENT}


def test_putting_the_same_again_never_endangers_what_is_there(disk: Path, spooled: Callable[[], Path]) -> None:
    blobs = FileBlobs(disk / "blobs")
    blobs.put(spooled(), NAME)
    with PowerCut(disk) as power:
        blobs.put(spooled(), NAME)
    assert all(moment.found_at(PLACES[NAME]) == {CONTENT} for moment in power.moments)


@pytest.mark.parametrize("left_out", [1, 2, 3])  # of the first writer: content, name, name of the folder
def test_putting_again_makes_safe_what_another_writer_died_over(
    disk: Path, spooled: Callable[[], Path], left_out: int
) -> None:
    with PowerCut(disk, ignored_fsync=left_out) as power:
        FileBlobs(disk / "blobs").put(spooled(), NAME)
        died = len(power.moments) - 1
        FileBlobs(disk / "blobs").put(spooled(), NAME)
    assert power.moments[died].found_at(PLACES[NAME]) > {CONTENT}
    assert power.moments[-1].found_at(PLACES[NAME]) == {CONTENT}


def test_once_delete_returns_the_blob_does_not_come_back(disk: Path, spooled: Callable[[], Path]) -> None:
    blobs = FileBlobs(disk / "blobs")
    blobs.put(spooled(), NAME)
    with PowerCut(disk) as power:
        blobs.delete(NAME)
    assert power.moments[-1].found_at(PLACES[NAME]) == {None}
    assert set().union(*(moment.found_at(PLACES[NAME]) for moment in power.moments)) == {None, CONTENT}


def test_a_delete_without_fsync_may_come_back(disk: Path, spooled: Callable[[], Path]) -> None:
    blobs = FileBlobs(disk / "blobs")
    blobs.put(spooled(), NAME)
    with PowerCut(disk, ignored_fsync=0) as power:
        blobs.delete(NAME)
    assert power.moments[-1].found_at(PLACES[NAME]) == {None, CONTENT}


def test_deleting_again_makes_safe_what_another_deleted_and_died_over(disk: Path, spooled: Callable[[], Path]) -> None:
    blobs = FileBlobs(disk / "blobs")
    blobs.put(spooled(), NAME)
    with PowerCut(disk) as power:
        (disk / PLACES[NAME]).unlink()  # and then the process was killed
        blobs.delete(NAME)
    assert power.moments[-1].found_at(PLACES[NAME]) == {None}
