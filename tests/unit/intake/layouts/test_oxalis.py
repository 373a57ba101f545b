"""Oxalis and Oxalis-NG: every trap of how they put documents down."""

import os
from pathlib import Path

import pytest

from tests.unit.intake.layouts.putting import MUCH_LATER, RECEIPT, SBD, Place, paths

BASE = "0204_04011000-12345-34/0088_4000001000005/5f2b_as4.example.org"
DOC, REC = BASE + ".doc.xml", BASE + ".receipt.dat"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, "oxalis")


def test_a_document_with_its_receipt_is_taken_at_the_first_look(place: Place) -> None:
    place.put(DOC, at=1000)
    place.put(REC, RECEIPT, at=1001)
    [parcel] = place.look().parcels
    assert paths([parcel.document, *parcel.companions]) == [DOC, REC]
    assert parcel.whole is None


def test_the_payload_is_never_touched_without_its_receipt(place: Place) -> None:
    place.put(DOC, at=1000)
    for _ in range(5):
        assert place.taken(MUCH_LATER) == []


def test_a_document_without_receipt_is_shown_as_stuck_after_a_time(place: Place) -> None:
    place.put(DOC)
    assert place.look().waiting == 1
    assert place.stuck(later=0) == {}
    assert place.stuck() == {DOC: "no-receipt"}


def test_a_receipt_without_document_is_shown_as_stuck_after_a_time(place: Place) -> None:
    """Oxalis deletes the document when something fails after it was written, even after the receipt."""
    place.put(REC, RECEIPT)
    assert place.stuck(later=0) == {}
    assert place.stuck() == {REC: "no-document"}


def test_a_receipt_that_comes_before_its_document_waits_for_it(place: Place) -> None:
    place.put(REC, RECEIPT, at=1000)
    assert place.taken() == []
    place.put(DOC, at=1000)
    os.utime(place.root / REC, (1001, 1001))
    assert place.taken() == [DOC]


def test_half_a_receipt_is_none(place: Place) -> None:
    place.put(DOC, at=1000)
    place.put(REC, RECEIPT[:-5], at=1001)
    assert [place.taken(), place.taken()] == [[], []]
    assert place.stuck() == {DOC: "receipt-broken"}
    place.put(REC, RECEIPT, at=1002)
    assert place.taken() == [DOC]


def test_an_empty_receipt_is_none(place: Place) -> None:
    place.put(DOC, at=1000)
    place.put(REC, b"", at=1001)
    assert [place.taken(), place.taken()] == [[], []]


def test_a_receipt_that_is_no_xml_has_to_stand_still(place: Place) -> None:
    """`oxalis.evidence.service` = `primary` keeps whatever bytes the AS4 receipt had."""
    place.put(DOC, at=1000)
    place.put(REC, b"MIME-Version: 1.0", at=1001)
    assert [place.taken(), place.taken()] == [[], [DOC]]


def test_a_receipt_with_a_dtd_is_not_parsed(place: Place) -> None:
    place.put(DOC, at=1000)
    place.put(REC, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", at=1001)
    assert [place.taken(), place.taken()] == [[], []]


def test_a_retransmission_that_overwrites_the_document_is_waited_for(place: Place) -> None:
    """One message id, one name: the second document is written over the first, beside the first one's receipt."""
    place.put(DOC, at=1000)
    place.put(REC, RECEIPT, at=1001)
    place.put(DOC, SBD[:40], at=1002)
    assert [place.taken(), place.taken()] == [[], []]
    assert place.stuck() == {DOC: "receipt-older"}
    place.put(DOC, at=1003)
    assert place.taken() == []
    place.put(REC, RECEIPT, at=1004)
    assert place.taken() == [DOC]


def test_a_whole_document_beside_an_older_receipt_is_taken_when_it_stands_still(place: Place) -> None:
    """A copy, or the file system, brought them in another order."""
    place.put(REC, RECEIPT, at=1000)
    place.put(DOC, at=1001)
    assert [place.taken(), place.taken()] == [[], [DOC]]


def test_where_times_are_coarse_a_receipt_of_the_same_second_is_looked_at_twice(place: Place) -> None:
    place.put(DOC, at=1000)
    place.put(REC, RECEIPT, at=1000)
    assert [place.taken(), place.taken()] == [[], [DOC]]


def test_the_same_name_may_come_again_after_it_was_taken(place: Place) -> None:
    for _ in range(2):
        place.put(DOC, at=1000)
        place.put(REC, RECEIPT, at=1001)
        assert place.taken() == [DOC]
        (place.root / DOC).unlink()
        (place.root / REC).unlink()
        assert place.taken() == []


def test_names_keep_apart_what_only_looks_alike(place: Place) -> None:
    """`@` and `:` became `_`; `a` and `a.doc.xml` are two messages."""
    place.put("r/s/a.doc.xml", at=1000)
    place.put("r/s/a.doc.xml.receipt.dat", RECEIPT, at=1001)
    assert place.taken() == []
    place.put("r/s/a.doc.xml.doc.xml", at=1000)
    assert place.taken() == ["r/s/a.doc.xml.doc.xml"]


def test_files_oxalis_does_not_write_are_named(place: Place) -> None:
    place.put("r/s/a.evidence.dat", b"x")
    assert place.stuck(later=0) == {}
    assert place.stuck() == {"r/s/a.evidence.dat": "unknown"}


def test_what_lies_deeper_than_receiver_and_sender_is_named(place: Place) -> None:
    place.put("r/s/t/a.doc.xml")
    place.put("r/s/t/a.receipt.dat", RECEIPT)
    assert place.taken() == []
    assert place.stuck() == {"r/s/t": "directory"}


def test_a_link_in_place_of_the_receipt_marks_nothing(place: Place) -> None:
    document = place.put(DOC, at=1000)
    (document.parent / Path(REC).name).symlink_to("/etc/passwd")
    assert place.taken(MUCH_LATER) == []
