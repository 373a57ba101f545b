"""A folder that can't be looked after says so in words, and is looked after again as soon as it can be."""

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from einvoice.errors import Fault
from einvoice.intake.pickup import Health, Pickup, Trouble
from einvoice.intake.pickup.trouble import words
from tests.unit.intake.pickup.conftest import GOOD, Place


def kept(place: Place) -> Health:
    found = Health.read(place.health, "drop")
    assert found is not None
    return found


def test_a_healthy_folder_says_what_waits(place: Place, pickup: Pickup) -> None:
    place.desk.free = 0
    place.drop("r.xml")
    place.looks(pickup)
    health = kept(place)
    assert (health.folder, health.layout, health.trouble, health.waiting) == ("drop", "plain", None, 1)
    assert health.oldest is not None
    assert (datetime.now(UTC) - health.looked_at).total_seconds() < 3600
    assert health == pickup.health


def test_what_is_stuck_is_named(place: Place, pickup: Pickup) -> None:
    (place.inbox / "drop" / "link.xml").symlink_to("/etc/passwd")
    place.looks(pickup)
    [stuck] = kept(place).stuck
    assert (stuck.path, stuck.why, kept(place).stuck_count) == ("link.xml", "link", 1)
    assert kept(place).trouble is None


def test_what_is_claimed_and_not_finished_is_counted(place: Place, pickup: Pickup) -> None:
    place.desk.decides = False
    place.drop("r.xml")
    place.looks(pickup)
    place.looks(pickup, 1)
    assert (kept(place).in_work, kept(place).waiting) == (1, 0)


def away(place: Place) -> Callable[[], None]:
    there = place.inbox / "drop"
    there.rename(place.inbox / "elsewhere")
    return lambda: (place.inbox / "elsewhere").rename(there) and None


def a_file(place: Place) -> Callable[[], None]:
    back = away(place)
    (place.inbox / "drop").write_bytes(b"")

    def mend() -> None:
        (place.inbox / "drop").unlink()
        back()

    return mend


def all_away(place: Place) -> Callable[[], None]:
    gone = place.inbox.with_name("unmounted")
    place.inbox.rename(gone)
    return lambda: gone.rename(place.inbox) and None


@pytest.mark.parametrize(
    ("breaks", "code"), [(away, "gone"), (a_file, "not-a-folder"), (all_away, "gone")], ids=["away", "file", "drive"]
)
def test_a_folder_that_vanished_is_told_and_looked_after_again_when_it_is_back(
    place: Place, pickup: Pickup, breaks: Callable[[Place], Callable[[], None]], code: str
) -> None:
    mend = breaks(place)
    place.looks(pickup, 3)
    trouble = kept(place).trouble
    assert trouble is not None
    assert trouble.code == code
    assert str(place.inbox) in trouble.words("de")
    since = kept(place).since
    place.looks(pickup)
    assert kept(place).since == since
    mend()
    place.drop("r.xml")
    place.looks(pickup, 2)
    assert kept(place).trouble is kept(place).since is None
    assert "r.xml" in place.done_names()


def test_a_drive_that_is_away_is_not_replaced_by_a_folder(place: Place, pickup: Pickup) -> None:
    place.inbox.rename(place.inbox.with_name("unmounted"))
    place.looks(pickup, 3)
    assert not place.inbox.exists()


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "full"), (errno.EROFS, "read-only"), (errno.EACCES, "rights"), (errno.EXDEV, "two-drives"),
     (errno.ESTALE, "away"), (errno.EDQUOT, "full"), (errno.EBADF, "file-server")],
)  # fmt: skip
def test_what_keeps_files_from_being_claimed_is_told_and_nothing_is_lost(
    place: Place, pickup: Pickup, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    for count in range(10):
        place.drop(f"{count}.xml", GOOD + b"%d" % count)
    rename, tries = os.rename, 0

    def fails(source: object, target: object, **keywords: object) -> None:
        nonlocal tries
        if "processing" in str(target) and str(source).endswith(".xml"):
            tries += 1
            raise OSError(number, os.strerror(number))
        rename(source, target, **keywords)  # type: ignore[arg-type,call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", fails)
        place.looks(pickup)
        trouble = kept(place).trouble
        assert trouble is not None
        assert trouble.code == code
        assert tries == 3, "it is not tried with each of the files"
    assert len(place.names("drop")) == 10
    place.looks(pickup, 3)
    assert kept(place).trouble is None
    assert len(place.done_names()) == 30


def test_a_part_of_the_service_that_is_away_is_told(
    place: Place, pickup: Pickup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> int:
        raise Fault("database", "postgresql://user:password@host", elsewhere=True)

    place.drop("r.xml")
    monkeypatch.setattr(place.desk, "room", away)
    place.looks(pickup)
    trouble = kept(place).trouble
    assert trouble is not None
    assert trouble.code == "service"
    assert "password" not in trouble.words("de") + trouble.words("en")
    monkeypatch.undo()
    place.looks(pickup, 2)
    assert kept(place).trouble is None


def test_a_mistake_of_ours_ends_no_turn_and_tells_nothing_of_an_invoice(
    place: Place, pickup: Pickup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> int:
        raise ZeroDivisionError("secret")

    place.drop("r.xml")
    monkeypatch.setattr(place.desk, "room", broken)
    place.looks(pickup)
    trouble = kept(place).trouble
    assert trouble is not None
    assert "ZeroDivisionError" in trouble.words("en")
    assert "secret" not in trouble.words("en")


def test_a_note_that_was_torn_is_none(place: Place, pickup: Pickup) -> None:
    place.looks(pickup)
    (place.health / "drop.json").write_text('{"folder": "drop"')
    assert Health.read(place.health, "drop") is None


@pytest.mark.parametrize("number", [errno.ENOENT, errno.ENOTDIR, errno.EPERM, errno.ENOSPC, errno.EROFS, errno.EXDEV,
                                    errno.EIO, 0])  # fmt: skip
def test_every_trouble_has_words_in_both_languages(place: Place, number: int) -> None:
    trouble = Trouble.of(OSError(number, "odd"), place.inbox)
    assert str(place.inbox) in trouble.words("de")
    assert str(place.inbox) in trouble.words("en")
    assert set(words("trouble", trouble.code)) == {"de", "en"}
