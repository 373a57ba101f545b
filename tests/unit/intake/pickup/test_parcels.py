"""Documents that come with something beside them, or in a folder of their own."""

import json
import os
from pathlib import Path

from einvoice.intake.pickup import Pickup, failed_documents, retry
from tests.unit.intake.pickup.conftest import BAD, GOOD, Place


def oxalis(place: Place, name: str, content: bytes = GOOD) -> None:
    document = place.drop(f"0204_04011000/9930_de1/{name}.doc.xml", content)
    os.utime(document, (1_000_000.0, 1_000_000.0))
    receipt = place.drop(f"0204_04011000/9930_de1/{name}.receipt.dat", b"<receipt/>")
    os.utime(receipt, (1_000_001.0, 1_000_001.0))


def phoss(place: Place, name: str, content: bytes = GOOD) -> None:
    place.drop(f"{name}/sbd.xml", content)
    place.drop(f"{name}/metadata.json", json.dumps({"sbdhInstanceID": name}).encode())


def begun(place: Place, layout: str) -> Pickup:
    place.layout = layout
    pickup = place.start()
    pickup.turn()
    return pickup


def test_a_document_and_its_receipt_keep_their_folders(place: Place) -> None:
    pickup = begun(place, "oxalis")
    oxalis(place, "m1")
    place.looks(pickup)
    kept = place.done / "0204_04011000" / "9930_de1"
    assert {path.name for path in kept.iterdir()} == {
        "m1.doc.xml",
        "m1.doc.xml.report.html",
        "m1.doc.xml.report.json",
        "m1.receipt.dat",
    }
    assert list((place.inbox / "drop").rglob("*.*")) == []


def test_a_message_with_a_folder_of_its_own_is_moved_with_all_that_is_in_it(place: Place) -> None:
    pickup = begun(place, "phoss")
    phoss(place, "id-1")
    place.looks(pickup)
    assert {path.name for path in (place.done / "id-1").iterdir()} == {
        "metadata.json",
        "sbd.xml",
        "sbd.xml.report.html",
        "sbd.xml.report.json",
    }
    assert place.names("drop") == set()
    assert place.desk.names == ["id-1-sbd.xml"]


def test_the_same_message_again_lies_beside_the_first(place: Place) -> None:
    pickup = begun(place, "phoss")
    for content in (GOOD + b"1", GOOD + b"2"):
        phoss(place, "id-1", content)
        place.looks(pickup)
    documents = list((place.done / "id-1").glob("*.xml"))
    assert {path.read_bytes() for path in documents} == {GOOD + b"1", GOOD + b"2"}
    assert len(list((place.done / "id-1").glob("*.json"))) == 4


def test_a_failed_document_is_tried_again_with_what_came_beside_it(place: Place) -> None:
    pickup = begun(place, "oxalis")
    oxalis(place, "m1", BAD)
    place.looks(pickup)
    [document] = failed_documents(place.folder)
    assert document == Path("0204_04011000/9930_de1/m1.doc.xml")
    (place.inbox / "failed" / document).write_bytes(GOOD)  # as if what was in its way were mended
    retry(place.folder, document)
    assert failed_documents(place.folder) == []
    assert [path for path in (place.inbox / "failed").rglob("*") if path.is_file()] == []
    place.looks(pickup, 2)
    assert (place.done / document).read_bytes() == GOOD
    assert (place.done / document).with_name("m1.receipt.dat").is_file()
    assert len(place.desk.by_key) == 2


def test_a_retry_that_broke_off_is_taken_on_after_a_while(place: Place) -> None:
    pickup = begun(place, "plain")
    place.drop("r.xml", BAD)
    place.looks(pickup)
    retry(place.folder, Path("r.xml"))
    [left] = (place.inbox / "processing").glob("left-*")
    making = left.rename(left.with_name(".retry-0123"))
    place.looks(pickup, 2)
    assert making.is_dir()
    os.utime(making, (1.0, 1.0))
    place.looks(pickup, 2)
    assert failed_documents(place.folder) == [Path("r.xml")]
    assert not making.exists()


def test_what_is_not_there_or_lies_elsewhere_is_not_tried_again(place: Place) -> None:
    pickup = begun(place, "plain")
    place.drop("r.xml")
    place.looks(pickup)
    for name in ("x.xml", f"../done/{place.done.name}/r.xml", str(place.done / "r.xml")):
        try:
            retry(place.folder, Path(name))
        except FileNotFoundError:
            continue
        raise AssertionError(name)
