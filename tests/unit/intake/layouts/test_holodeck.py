"""Holodeck B2B file delivery: every trap of its three formats."""

import base64
from pathlib import Path

import pytest

from einvoice.intake.layouts import Packing, Remark, unpacked
from tests.unit.intake.layouts.putting import MUCH_LATER, SBD, Place, paths

PAYLOAD = "pl-5f2b-as4.example.org-payload-1.xml"


def mmd(*locations: str) -> bytes:
    parts = "".join(f'<PartInfo containment="body" mimeType="application/xml" location="{at}"/>' for at in locations)
    return (
        '<MessageMetaData xmlns="http://holodeck-b2b.org/schemas/2014/06/mmd">'
        f"<CollaborationInfo/><PayloadInfo>{parts}</PayloadInfo></MessageMetaData>"
    ).encode()


def ebms(location: str) -> bytes:
    return (
        '<eb:Messaging xmlns:eb="urn:eb"><eb:UserMessage><eb:MessageInfo><eb:MessageId>5F2B@x</eb:MessageId>'
        '</eb:MessageInfo><eb:PayloadInfo><eb:PartInfo href="cid:1"><eb:PartProperties>'
        f'<eb:Property name="MimeType">a/b</eb:Property>'
        f'<eb:Property name="org:holodeckb2b:location">{location}</eb:Property>'
        "</eb:PartProperties></eb:PartInfo></eb:PayloadInfo></eb:UserMessage></eb:Messaging>"
    ).encode()


def single(*payloads: bytes) -> bytes:
    inside = "".join(f'<Payload xml:id="p">{base64.encodebytes(one).decode()}</Payload>' for one in payloads)
    return (
        '<Message xmlns="http://holodeck-b2b.org/schemas/2018/01/delivery/single_xml"><UserMessage><MessageInfo>'
        f"<MessageId>5F2B@x</MessageId></MessageInfo></UserMessage><Payloads>{inside}</Payloads></Message>"
    ).encode()


SIGNAL = b'<eb:Messaging xmlns:eb="urn:eb"><eb:SignalMessage><eb:Receipt/></eb:SignalMessage></eb:Messaging>'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, "holodeck")


@pytest.mark.parametrize(
    ("name", "info"),
    [
        ("5f2b-as4.example.org.mmd.xml", mmd("/var/hb/msg_in/" + PAYLOAD)),
        ("mi-5f2b-as4.example.org.xml", ebms(PAYLOAD)),
    ],
)
def test_a_payload_is_taken_when_its_info_file_is_there(place: Place, name: str, info: bytes) -> None:
    place.put(PAYLOAD)
    assert place.taken() == []
    place.put(name, info)
    [parcel] = place.look().parcels
    assert paths([parcel.document, *parcel.companions]) == [PAYLOAD, name]


def test_the_message_of_a_single_file_is_decoded_piece_by_piece(place: Place) -> None:
    path = place.put("message-5f2b.xml", single(SBD * 100))
    [parcel] = place.look().parcels
    assert (parcel.packing, parcel.companions) == (Packing.SINGLE_XML, ())
    data = path.read_bytes()
    pieces = (data[start : start + 7] for start in range(0, len(data), 7))
    assert b"".join(unpacked(parcel.packing, pieces)) == SBD * 100


def test_an_info_file_created_empty_marks_nothing(place: Place) -> None:
    place.put(PAYLOAD)
    place.put("5f2b.mmd.xml", b"")
    assert [place.taken(), place.taken()] == [[], []]


def test_an_info_file_under_its_processing_name_marks_nothing(place: Place) -> None:
    place.put(PAYLOAD)
    place.put("5f2b.mmd.processing", mmd(PAYLOAD))
    assert place.taken(MUCH_LATER) == []


def test_half_an_info_file_marks_nothing(place: Place) -> None:
    place.put(PAYLOAD)
    place.put("5f2b-as4.example.org.mmd.xml", mmd(PAYLOAD)[:-3])
    assert [place.taken(), place.taken()] == [[], []]
    assert place.stuck() == {"5f2b-as4.example.org.mmd.xml": "metadata-broken"}


def test_an_info_file_before_its_payload_waits_for_it(place: Place) -> None:
    place.put("5f2b.mmd.xml", mmd(PAYLOAD))
    assert place.taken() == []
    assert place.stuck() == {"5f2b.mmd.xml": "no-document"}


def test_payloads_of_a_failed_delivery_are_shown_as_stuck_after_a_time(place: Place) -> None:
    place.put(PAYLOAD)
    assert place.stuck(later=0) == {}
    assert place.stuck() == {PAYLOAD: "no-metadata"}


def test_a_payload_whose_info_file_is_there_is_not_stuck(place: Place) -> None:
    place.put(PAYLOAD)
    place.put("5f2b-as4.example.org.mmd.xml", mmd(PAYLOAD))
    assert place.stuck() == {}


@pytest.mark.parametrize("location", ["/etc/passwd", "../outside.xml", "..\\outside.xml", "/etc/", "..", ""])
def test_a_location_that_points_elsewhere_leads_nowhere(tmp_path: Path, location: str) -> None:
    (tmp_path / "outside.xml").write_bytes(SBD)
    (tmp_path / "inside").mkdir()
    place = Place(tmp_path / "inside", "holodeck")
    place.put("5f2b.mmd.xml", mmd(location))
    assert place.taken(MUCH_LATER) == []
    assert place.stuck() == {"5f2b.mmd.xml": "no-document"}


def test_a_location_on_the_machine_of_the_access_point_is_found_here_by_its_name(place: Place) -> None:
    place.put(PAYLOAD)
    place.put("5f2b.mmd.xml", mmd("C:\\holodeck\\data\\msg_in\\" + PAYLOAD))
    assert place.taken() == [PAYLOAD]


@pytest.mark.parametrize("name", ["mi-77.xml", "message-77.xml"])
def test_receipts_and_errors_about_messages_of_ours_are_no_documents(place: Place, name: str) -> None:
    place.put(name, SIGNAL)
    assert place.taken() == []
    assert place.stuck(later=0) == {name: "signal"}


def test_a_message_without_a_payload_is_named(place: Place) -> None:
    place.put("5f2b.mmd.xml", mmd())
    assert place.stuck(later=0) == {"5f2b.mmd.xml": "no-payload"}


def test_of_two_payloads_none_is_chosen(place: Place) -> None:
    place.put("pl-5f2b-a.xml")
    place.put("pl-5f2b-b.xml")
    place.put("5f2b.mmd.xml", mmd("pl-5f2b-a.xml", "pl-5f2b-b.xml"))
    [parcel] = place.look().parcels
    assert (parcel.remark, parcel.submit) == (Remark.SEVERAL_PAYLOADS, False)
    assert paths(parcel.companions) == ["pl-5f2b-b.xml", "5f2b.mmd.xml"]


def test_half_a_single_file_is_waited_for(place: Place) -> None:
    place.put("message-5f2b.xml", single(SBD)[:-30])
    assert [place.taken(), place.taken()] == [[], []]
    assert place.stuck() == {"message-5f2b.xml": "metadata-broken"}


def test_names_of_older_builds_are_as_good(place: Place) -> None:
    """They turn `-` into `_` and keep `@`."""
    place.put("pl-5f2b_77@as4.example.org-1.xml")
    place.put("5f2b_77@as4.example.org.mmd.xml", mmd("pl-5f2b_77@as4.example.org-1.xml"))
    assert place.taken() == ["pl-5f2b_77@as4.example.org-1.xml"]
