"""What anybody may put into a folder, by accident or design, whichever layout it has."""

import os
import socket
from pathlib import Path

import pytest

from einvoice.intake.layouts import LAYOUTS, Habits, words
from tests.unit.intake.layouts.putting import AT_ONCE, MUCH_LATER, SBD, Place

pytestmark = pytest.mark.parametrize("layout", LAYOUTS)


def seen(place: Place) -> tuple[list[str], dict[str, str]]:
    """What is handed out, and what is stuck, after several looks and a long time."""
    for _ in range(3):
        place.look(MUCH_LATER)
    return place.taken(MUCH_LATER), place.stuck()


def test_a_link_is_not_followed(tmp_path: Path, layout: str) -> None:
    place = Place(tmp_path, layout)
    (tmp_path / "a.xml").symlink_to("/etc/passwd")
    (tmp_path / "b").symlink_to("/etc")
    assert seen(place) == ([], {"a.xml": "link", "b": "link"})


def test_a_pipe_is_not_opened(tmp_path: Path, layout: str) -> None:
    place = Place(tmp_path, layout)
    os.mkfifo(tmp_path / "a.xml")
    os.mkfifo(tmp_path / "a.json")
    assert seen(place) == ([], {"a.xml": "not-a-file", "a.json": "not-a-file"})


def test_a_socket_is_not_a_file(tmp_path: Path, layout: str) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "a.xml"))
        assert seen(Place(tmp_path, layout)) == ([], {"a.xml": "not-a-file"})


def test_a_file_without_a_byte_is_not_taken(tmp_path: Path, layout: str) -> None:
    place = Place(tmp_path, layout)
    place.put("a.xml", b"")
    assert place.stuck(later=0) == {}
    assert seen(place) == ([], {"a.xml": "empty"})


def test_a_directory_named_like_a_file_is_not_taken(tmp_path: Path, layout: str) -> None:
    (tmp_path / "a.doc.xml").mkdir()
    taken, stuck = seen(Place(tmp_path, layout))
    assert taken == []
    assert stuck == ({} if layout == "domibus" else {"a.doc.xml": "directory"})  # there it may be a recipient


def test_the_folder_itself_has_to_be_there(tmp_path: Path, layout: str) -> None:
    with pytest.raises(FileNotFoundError):
        Place(tmp_path / "gone", layout).look()


def test_a_file_in_its_place_is_an_error(tmp_path: Path, layout: str) -> None:
    (tmp_path / "file").write_bytes(SBD)
    with pytest.raises(NotADirectoryError):
        Place(tmp_path / "file", layout).look()


def test_nothing_in_the_folder_is_changed(tmp_path: Path, layout: str) -> None:
    place = Place(tmp_path, layout, AT_ONCE)
    for name in ("a.xml", "a.json", "r/s/m.doc.xml", "r/s/m.receipt.dat", "IN/r/m/metadata.xml", "x.tmp"):
        place.put(name, b"<a/>")
    before = {path: os.lstat(path) for path in tmp_path.rglob("*")}
    seen(place)
    for path, status in before.items():
        now = os.lstat(path)
        assert (now.st_mtime_ns, now.st_ctime_ns, now.st_size) == (
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_size,
        )
    assert set(tmp_path.rglob("*")) == set(before)


def test_stuck_things_are_counted_all_and_shown_in_part(tmp_path: Path, layout: str) -> None:
    place = Place(tmp_path, layout)
    for count in range(120):
        (tmp_path / f"{count}.xml").symlink_to("nowhere")
    sight = place.look()
    assert (sight.stuck_count, len(sight.stuck)) == (120, 50)


def test_every_reason_to_be_stuck_has_words_in_both_languages(tmp_path: Path, layout: str) -> None:
    place = Place(tmp_path, layout, Habits(settle=0))
    place.put("a.tmp")
    place.put("b.xml", b"")
    (tmp_path / "c").symlink_to("nowhere")
    stuck = place.stuck().values()
    assert len(stuck) == 3
    assert all(words("stuck", why, "de") != words("stuck", why, "en") for why in stuck)
