"""Whatever lies in a drop folder: the real worker takes what it can, says of the rest what is the matter, and goes on.

All of it is put down at once, so that each thing also shows that it does not keep the others.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from einvoice.envelope import Header, write_envelope
from einvoice.intake.pickup import Health
from einvoice.intake.simulator import Sample, read_samples
from einvoice.model.submission import Hold, Submission
from tests.support.drops_proof import files_below, submissions_of
from tests.support.service import Service, wait_for

pytestmark = pytest.mark.timeout(300)

FOLDERS = """
[folders.drop]
stuck_minutes = 0.05
stable_looks = 3
settle_seconds = 3.0
[folders.oxalis]
layout = "oxalis"
stuck_minutes = 0.05
[folders.phoss]
layout = "phoss"
stuck_minutes = 0.05
"""
SAMPLE: Sample = next(sample for sample in read_samples() if sample.accepted)
LARGE = 200_000_000
NEWLINE, LONGEST = "rech\nnung.xml", f"{'r' * 251}.xml"
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
PAIR = "0204_04011000/9930_de1"
ORDER = "urn:oasis:names:specification:ubl:schema:xsd:Order-2::Order##urn:fdc:peppol.eu:poacc:trns:order:3::2.1"
CATALOGUE = (
    "urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2::Catalogue##urn:fdc:peppol.eu:poacc:trns:catalogue:3::2.1"
)


def invoice(number: str) -> bytes:
    return SAMPLE.numbered(number)


def envelope(instance_id: str, payload: bytes, document_type: str = "", process: str = BILLING) -> bytes:
    header = Header(
        sender="9930:de123456789",
        receiver=f"0204:{SAMPLE.leitweg_id}",
        instance_id=instance_id,
        document_type=document_type or SAMPLE.document_type,
        process=process,
        created_at=datetime(2026, 11, 30, 12, tzinfo=UTC),
    )
    return write_envelope(header, payload)


def other(document_type: str) -> bytes:
    """A document of another kind."""
    namespace, local = document_type.partition("##")[0].rsplit("::", 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{local} xmlns="{namespace}"/>'.encode()


def two_payloads() -> bytes:
    whole, end = envelope("two", invoice("TWO")), b"</sh:StandardBusinessDocument>"
    more = invoice("TWO-B")
    return whole.replace(end, more[more.index(b"?>") + 2 :] + end)


OXALIS = {
    "order": envelope("order", other(ORDER), ORDER, "urn:fdc:peppol.eu:poacc:bis:order_only:3"),
    "catalogue": envelope("catalogue", other(CATALOGUE), CATALOGUE, "urn:fdc:peppol.eu:poacc:bis:catalogue_only:3"),
    "two": two_payloads(),
    "encoding": envelope("encoding", invoice("ENC")).replace("ü".encode(), b"\xfc"),
    "not-xml": b"Die Rechnung liegt bei.\n",
    "truncated": envelope("truncated", invoice("CUT"))[:3000],
}
REFUSED = {  # the documents of OXALIS, and why they are refused
    "order": "not-an-invoice",
    "catalogue": "not-an-invoice",
    "two": "sbdh-two-payloads",
    "encoding": "encoding",
    "not-xml": "not-xml",
    "truncated": "malformed",
}


@dataclass
class Place:
    """What was put down, and what became of it."""

    service: Service
    submissions: dict[str, list[Submission]] = field(default_factory=dict)  # by folder
    grown: bytes = b""

    def home(self, folder: str) -> Path:
        return self.service.inbox if folder == "drop" else self.service.inbox / folder

    def put(self, folder: str, name: str, content: bytes) -> Path:
        path = self.home(folder) / "drop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def oxalis(self, name: str, content: bytes) -> None:
        self.put("oxalis", f"{PAIR}/{name}.doc.xml", content)
        self.put("oxalis", f"{PAIR}/{name}.receipt.dat", b"<receipt/>")

    def health(self, folder: str) -> Health:
        found = Health.read(self.service.settings().data_dir / "folders", folder)
        assert found is not None
        return found

    def stuck(self, folder: str) -> dict[str, str]:
        return {one.path: one.why for one in self.health(folder).stuck}

    def report(self, folder: str, path: str) -> dict[str, Any]:
        """Of a document that failed."""
        found: dict[str, Any] = json.loads((self.home(folder) / "failed" / f"{path}.report.json").read_bytes())
        return found

    def done(self, folder: str) -> dict[str, Path]:
        [day] = (self.home(folder) / "done").iterdir()
        return files_below(day)

    def submission(self, folder: str, name: str) -> Submission:
        [found] = [one for one in self.submissions[folder] if one.name == name]
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Everything there is, in three folders of one worker, until nothing changes any more."""
    service = Service(tmp_path_factory.mktemp("bad"), {"SWEEP_SECONDS": "0.5"})
    made = Place(service)
    (service.inbox / "drop").mkdir(parents=True)
    (service.inbox / "folders.toml").write_text(FOLDERS)
    with service.store():
        pass
    service.worker(WORKERS="1")
    growing = threading.Thread(target=grow, args=(made,))
    growing.start()
    try:
        put_files(made)
        put_messages(made)
        growing.join()
        wait_for(lambda: settled(made), 150)
        with service.store() as store:
            made.submissions = {name: list(submissions_of(store, name)) for name in ("drop", "oxalis", "phoss")}
        yield made
    finally:
        growing.join()
        service.stop()


def put_files(place: Place) -> None:
    drop = place.service.inbox / "drop"
    place.put("drop", "good.xml", invoice("GOOD"))
    place.put("drop", "empty.xml", b"")
    place.put("drop", NEWLINE, invoice("NEWLINE"))
    place.put("drop", LONGEST, invoice("LONGEST"))
    with (drop / "large.xml").open("wb") as file:
        file.truncate(LARGE)
    (drop / "folder.xml").mkdir()
    (drop / "passwd.xml").symlink_to("/etc/passwd")
    os.mkfifo(drop / "pipe.xml")


def put_messages(place: Place) -> None:
    for name, content in OXALIS.items():
        place.oxalis(name, content)
    place.oxalis("same-1", envelope("same", invoice("SAME")))
    wait_for(lambda: not list((place.home("oxalis") / "drop").rglob("same-1.*")))  # it came first
    place.oxalis("same-2", envelope("same", invoice("ANOTHER")))
    place.put("oxalis", f"{PAIR}/lonely.doc.xml", envelope("lonely", invoice("LONELY")))
    place.put("oxalis", f"{PAIR}/lost.receipt.dat", b"<receipt/>")
    place.put("phoss", "said.xml", envelope("in-the-envelope", invoice("SAID")))
    place.put("phoss", "said.json", json.dumps({"sbdhInstanceID": "in-the-json"}).encode())


def grow(place: Place) -> None:
    """Somebody writes a file slowly, straight to its name."""
    place.grown = invoice("GROWN")
    step = len(place.grown) // 30 + 1
    path = place.service.inbox / "drop" / "grown.xml"
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(place.grown), step):
            file.write(place.grown[start : start + step])
            time.sleep(0.3)


def settled(place: Place) -> bool:
    """Whether nothing waits any more, but what is stuck or held, and all that is stuck is shown."""
    counts = {"drop": 4, "oxalis": 2, "phoss": 0}
    for folder, stuck in counts.items():
        health = Health.read(place.service.settings().data_dir / "folders", folder)
        held = 1 if folder == "oxalis" else 0
        if health is None or (health.waiting - stuck > 0) or (health.stuck_count, health.in_work) != (stuck, held):
            return False
        left = files_below(place.home(folder) / "drop")
        if any(path.endswith(("grown.xml", "good.xml", "said.xml")) for path in left):
            return False
    return True


def test_a_good_one_among_them_is_taken(place: Place) -> None:
    assert {"good.xml", "good.xml.report.html", "good.xml.report.json"} <= place.done("drop").keys()


def test_a_file_is_taken_when_it_has_stopped_growing_and_not_before(place: Place) -> None:
    assert place.submission("drop", "grown.xml").size == len(place.grown)
    assert place.done("drop")["grown.xml"].read_bytes() == place.grown


def test_names_with_a_newline_or_of_255_bytes_are_taken(place: Place) -> None:
    done = place.done("drop")
    assert done[NEWLINE].read_bytes() == invoice("NEWLINE")
    assert invoice("LONGEST") in [path.read_bytes() for name, path in done.items() if name.startswith("rrrr")]
    assert [one.name for one in place.submissions["drop"] if "\n" in one.name] == []


def test_200_megabytes_are_refused_without_being_kept(place: Place) -> None:
    assert place.report("drop", "large.xml")["refusal"]["code"] == "too-large"
    assert "größer als erlaubt" in (place.home("drop") / "failed" / "large.xml.report.txt").read_text("utf-8")
    assert (place.home("drop") / "failed" / "large.xml").stat().st_size == LARGE
    assert max(one.size for one in place.submissions["drop"]) < LARGE


def test_what_is_no_file_stays_and_is_shown_with_its_reason(place: Place) -> None:
    assert place.stuck("drop") == {
        "empty.xml": "empty",
        "folder.xml": "directory",
        "passwd.xml": "link",
        "pipe.xml": "not-a-file",
    }
    drop = place.home("drop") / "drop"
    assert (drop / "passwd.xml").is_symlink()
    assert (drop / "pipe.xml").is_fifo()


def test_a_receipt_or_a_document_alone_is_shown_as_stuck(place: Place) -> None:
    assert place.stuck("oxalis") == {
        f"{PAIR}/lonely.doc.xml": "no-receipt",
        f"{PAIR}/lost.receipt.dat": "no-document",
    }


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_invoice_is_refused_with_its_reason_and_kept(place: Place, name: str) -> None:
    assert place.report("oxalis", f"{PAIR}/{name}.doc.xml")["refusal"]["code"] == REFUSED[name]
    assert (place.home("oxalis") / "failed" / PAIR / f"{name}.receipt.dat").is_file()
    assert (place.home("oxalis") / "failed" / PAIR / f"{name}.doc.xml.report.txt").read_text("utf-8")
    kept = place.submission("oxalis", f"{name}.doc.xml")
    with place.service.store() as store:
        assert store.originals.read(kept) == OXALIS[name]


def test_metadata_that_contradict_the_envelope_are_told_and_the_envelope_counts(place: Place) -> None:
    [one] = place.submissions["phoss"]
    with place.service.store() as store:
        letter = store.envelopes.of(one.id)
    assert letter is not None
    assert letter.envelope.instance_id == "in-the-envelope"
    assert "folder-metadata-contradicts" in place.service.log()


def test_the_same_instance_id_with_other_bytes_is_held_and_waits_in_processing(place: Place) -> None:
    first, second = place.submission("oxalis", "same-1.doc.xml"), place.submission("oxalis", "same-2.doc.xml")
    assert (first.hold is Hold.CONFLICT, second.hold is Hold.CONFLICT) == (False, True)
    assert second.fault_cause == "instance-id"
    claimed = files_below(place.home("oxalis") / "processing")
    assert [Path(path).name for path in claimed if path.endswith(".doc.xml")] == ["same-2.doc.xml"]
    assert f"{PAIR}/same-1.doc.xml" in place.done("oxalis")


def test_none_of_it_is_trouble_of_the_folder(place: Place) -> None:
    assert [place.health(folder).trouble for folder in ("drop", "oxalis", "phoss")] == [None, None, None]
    assert "Traceback" not in place.service.log()
