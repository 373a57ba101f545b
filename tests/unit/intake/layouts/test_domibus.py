"""Domibus and Harmony: every trap of how they put documents down."""

from pathlib import Path

import pytest

from einvoice.intake.layouts import Habits, Remark, layout_named
from tests.unit.intake.layouts.putting import MUCH_LATER, SBD, Place, paths

FOLDER = "IN/0204_04011000-12345-34/5f2b@domibus.eu"


def metadata(parts: int = 1) -> bytes:
    infos = '<PartInfo href="cid:message"><PartProperties/></PartInfo>' * parts
    return (
        '<UserMessage xmlns="http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"><MessageInfo>'
        f"<MessageId>5f2b@domibus.eu</MessageId></MessageInfo><PayloadInfo>{infos}</PayloadInfo></UserMessage>"
    ).encode()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, "domibus")


def test_a_message_that_stands_still_is_claimed_as_a_whole(place: Place) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata())
    place.put(f"{FOLDER}/message.xml")
    assert place.look().again
    [parcel] = place.look().parcels
    assert paths([parcel.document, *parcel.companions]) == [f"{FOLDER}/message.xml", f"{FOLDER}/metadata.xml"]
    assert parcel.whole == Path(FOLDER)
    assert parcel.said == {"message_id": "5f2b@domibus.eu"}


def test_the_folder_below_in_may_be_named_itself(tmp_path: Path) -> None:
    place = Place(tmp_path / "IN", "domibus")
    place.put("r/m/metadata.xml", metadata())
    place.put("r/m/message.xml")
    place.look()
    assert place.taken() == ["r/m/message.xml"]


def test_metadata_come_first_and_wait_for_their_payload(place: Place) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata())
    assert [place.taken(), place.taken()] == [[], []]
    place.put(f"{FOLDER}/message.xml", b"")
    assert [place.taken(), place.taken()] == [[], []]
    assert place.stuck() == {f"{FOLDER}/metadata.xml": "no-document"}


def test_a_payload_that_grows_is_waited_for(place: Place) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata())
    for end in (10, 50, 90):
        place.put(f"{FOLDER}/message.xml", SBD[:end])
        assert place.taken() == []


def test_a_payload_that_pauses_before_its_end_is_waited_for(place: Place) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata())
    place.put(f"{FOLDER}/message.xml", SBD[:-10])
    assert [place.taken() for _ in range(4)] == [[], [], [], []]
    place.put(f"{FOLDER}/message.xml")
    assert [place.taken(), place.taken()] == [[], [f"{FOLDER}/message.xml"]]


def test_a_payload_that_never_ends_is_saved_before_it_is_purged(place: Place) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata())
    place.put(f"{FOLDER}/message.xml", SBD[:-10])
    place.look(later=130)
    [parcel] = place.look(later=130).parcels
    assert (parcel.remark, parcel.submit) == (Remark.UNFINISHED, True)


@pytest.mark.parametrize("minutes", [1, 60])
def test_what_is_stuck_is_named_before_it_is_purged(minutes: int) -> None:
    layout = layout_named("harmony", Habits(stuck=minutes * 60.0, alone=3600.0))
    assert layout.purged_after == 600
    assert layout.habits.stuck <= 300
    assert layout.habits.alone <= 300


def test_as_many_files_as_parts_have_to_be_there(place: Place) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata(parts=2))
    place.put(f"{FOLDER}/a.xml")
    assert [place.taken(), place.taken()] == [[], []]
    place.put(f"{FOLDER}/b.pdf", b"%PDF")
    place.look()
    [parcel] = place.look().parcels
    assert (parcel.remark, parcel.submit) == (Remark.SEVERAL_PAYLOADS, False)


def test_half_the_metadata_are_none(place: Place) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata()[:-4])
    place.put(f"{FOLDER}/message.xml")
    assert [place.taken(), place.taken()] == [[], []]
    assert place.stuck() == {f"{FOLDER}/metadata.xml": "metadata-broken"}


def test_a_payload_without_metadata_is_shown_as_stuck_after_a_time(place: Place) -> None:
    place.put(f"{FOLDER}/message.xml")
    assert place.taken(MUCH_LATER) == []
    assert place.stuck() == {f"{FOLDER}/message.xml": "no-metadata"}


def test_a_folder_that_is_written_to_under_a_temporary_name_is_waited_for(place: Place) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata())
    place.put(f"{FOLDER}/message.xml")
    place.put(f"{FOLDER}/other.xml.lock")
    assert [place.taken(), place.taken()] == [[], []]


def test_folders_to_send_from_are_left_alone(place: Place) -> None:
    for name in ("OUT", "SENT", "FAILED"):
        place.put(f"{name}/m/metadata.xml", metadata())
        place.put(f"{name}/m/message.xml")
    assert [place.taken(), place.taken()] == [[], []]
    assert place.stuck() == {}


@pytest.mark.parametrize(
    "document", [b"<!-- a --><x:a xmlns:x='u'></x:a><!-- b -->\n", SBD.rstrip(), "\ufeff<a></a>".encode(), b"%PDF-1.7"]
)
def test_a_document_may_end_in_many_ways(place: Place, document: bytes) -> None:
    place.put(f"{FOLDER}/metadata.xml", metadata())
    place.put(f"{FOLDER}/message.bin", document)
    place.look()
    assert place.taken() == [f"{FOLDER}/message.bin"]
