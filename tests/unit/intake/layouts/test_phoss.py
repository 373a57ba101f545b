"""phoss-ap: every trap of how it puts documents down, flat and per transaction."""

import json
from pathlib import Path

import pytest

from einvoice.intake.layouts import Remark
from tests.unit.intake.layouts.putting import MUCH_LATER, Place, paths

ID = "6f4a"
JSON = json.dumps({"sbdhInstanceID": ID, "senderID": "iso6523-actorid-upis::0088:1", "isDuplicateSBDH": False}).encode()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, "phoss")


def test_a_document_with_its_json_is_taken_at_the_first_look(place: Place) -> None:
    place.put(f"{ID}.xml")
    place.put(f"{ID}.json", JSON)
    [parcel] = place.look().parcels
    assert paths([parcel.document, *parcel.companions]) == [f"{ID}.xml", f"{ID}.json"]
    assert parcel.remark is None
    assert parcel.said == {"instance_id": ID, "sender": "iso6523-actorid-upis::0088:1", "duplicate_sbdh": "false"}


def test_a_folder_of_a_transaction_is_claimed_as_a_whole(place: Place) -> None:
    place.put(f"{ID}/sbd.xml")
    assert place.taken() == []
    place.put(f"{ID}/metadata.json", JSON)
    [parcel] = place.look().parcels
    assert paths([parcel.document, *parcel.companions]) == [f"{ID}/sbd.xml", f"{ID}/metadata.json"]
    assert parcel.whole == Path(ID)


def test_json_that_is_still_being_written_is_waited_for(place: Place) -> None:
    place.put(f"{ID}.xml")
    place.put(f"{ID}.json", JSON[:-1])
    assert [place.taken(), place.taken()] == [[], []]
    place.put(f"{ID}.json", JSON)
    assert place.taken() == [f"{ID}.xml"]


def test_json_that_never_comes_does_not_keep_the_document_back(place: Place) -> None:
    """A failure to write it is only logged there; the message counts as forwarded."""
    place.put(f"{ID}.xml")
    assert place.taken(later=60) == []
    [parcel] = place.look(later=130).parcels
    assert (parcel.remark, parcel.companions, parcel.submit) == (Remark.NO_JSON, (), True)


def test_json_that_is_never_finished_comes_with_the_document(place: Place) -> None:
    place.put(f"{ID}.xml")
    place.put(f"{ID}.json", JSON[:20])
    [parcel] = place.look(later=130).parcels
    assert (parcel.remark, paths(parcel.companions)) == (Remark.JSON_BROKEN, [f"{ID}.json"])


def test_an_empty_json_is_no_json(place: Place) -> None:
    place.put(f"{ID}.xml")
    place.put(f"{ID}.json", b"")
    assert place.taken() == []
    assert [parcel.remark for parcel in place.look(later=130).parcels] == [Remark.NO_JSON]


def test_json_without_its_document_is_shown_as_stuck_after_a_time(place: Place) -> None:
    place.put(f"{ID}.json", JSON)
    place.put("b/metadata.json", JSON)
    assert place.stuck(later=0) == {}
    assert place.stuck() == {f"{ID}.json": "no-document", "b": "no-document"}


def test_a_repeat_with_a_number_behind_it_is_a_parcel_of_its_own(place: Place) -> None:
    """Forwarding that failed in part is repeated as `<id>-1`; which is the same, the envelope inside says."""
    place.put(f"{ID}.xml", at=1000)
    place.put(f"{ID}-1.xml", at=1001)
    place.put(f"{ID}-1.json", JSON)
    place.put(f"{ID}-2/sbd.xml", at=1002)
    place.put(f"{ID}-2/metadata.json", JSON)
    assert place.taken() == [f"{ID}-1.xml", f"{ID}-2/sbd.xml"]
    assert place.taken(later=130) == [f"{ID}.xml", f"{ID}-1.xml", f"{ID}-2/sbd.xml"]


def test_a_document_under_its_temporary_name_is_not_touched(place: Place) -> None:
    place.put(f"{ID}.xml.tmp")
    place.put(f"{ID}/sbd.xml.tmp")
    assert place.taken(MUCH_LATER) == []
    assert place.stuck() == {f"{ID}.xml.tmp": "temporary", ID: "directory"}


def test_a_folder_somebody_still_writes_to_is_waited_for(place: Place) -> None:
    place.put(f"{ID}/sbd.xml")
    place.put(f"{ID}/metadata.json", JSON)
    place.put(f"{ID}/report.json.tmp")
    assert place.taken() == []
    assert place.taken(later=130) == [f"{ID}/sbd.xml"]


@pytest.mark.parametrize("broken", [b"[]", b"null", b"\xff", b"[" * 100_000, b'{"a": 1}{'])
def test_json_of_another_kind_is_no_json(place: Place, broken: bytes) -> None:
    place.put(f"{ID}.xml")
    place.put(f"{ID}.json", broken)
    assert place.taken() == []
    assert [parcel.remark for parcel in place.look(later=130).parcels] == [Remark.JSON_BROKEN]


def test_json_beyond_all_measure_is_not_read(place: Place) -> None:
    place.put(f"{ID}.xml")
    place.put(f"{ID}.json", b'{"a": "' + b"x" * 2_000_000 + b'"}')
    assert place.taken() == []


def test_a_link_in_the_folder_of_a_transaction_keeps_it_from_being_taken(place: Place) -> None:
    place.put(f"{ID}/sbd.xml")
    place.put(f"{ID}/metadata.json", JSON)
    (place.root / ID / "more").symlink_to("/etc")
    assert place.taken() == []
    assert place.stuck() == {f"{ID}/sbd.xml": "unknown"}


def test_a_link_named_as_the_document_is_not_taken(place: Place) -> None:
    (place.root / ID).mkdir()
    (place.root / ID / "sbd.xml").symlink_to("/etc/passwd")
    place.put(f"{ID}/metadata.json", JSON)
    assert place.taken(MUCH_LATER) == []
    assert place.stuck() == {ID: "no-document"}
