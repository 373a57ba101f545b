"""The simulated access point: what it puts down is what the layouts know, and its manifest tells the truth about it."""

import threading
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from einvoice.envelope import open_envelope
from einvoice.errors import Refusal
from einvoice.intake.layouts import LAYOUTS, Habits, Memory, Parcel, layout_named, unpacked
from einvoice.intake.simulator import SHAPES, Dropped, Fate, NoSamples, Plan, Simulation, What, read_samples
from einvoice.intake.simulator.manifest import BROKEN

SAMPLES = read_samples()
HABITS = Habits(settle=0.0, stuck=600.0, alone=120.0)
SEED, COUNT = 5, 120
MUCH_LATER = 3600.0


def plan(layout: str, count: int = COUNT, **further: object) -> Plan:
    """Everything that can go wrong, often."""
    given = {"doubles": 0.15, "broken": 0.3, "late": 0.2, "shapes": tuple(SHAPES[layout]), **further}
    return Plan(layout=layout, count=count, seed=SEED, **given)  # type: ignore[arg-type]


def dropped(folder: Path, wanted: Plan) -> list[Dropped]:
    return list(Simulation(wanted, SAMPLES).run(folder, threading.Event()))


def parcels(folder: Path, layout: str) -> tuple[list[Parcel], dict[str, str]]:
    """What is complete after a long time, and what is stuck."""
    look, memory = layout_named(layout, HABITS), Memory()
    for _ in range(3):
        sight = look.look(folder, memory, 1000, time.time() + MUCH_LATER)
    return list(sight.parcels), {str(stuck.path): stuck.why for stuck in sight.stuck}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_has_to_be_taken_is_complete_and_the_rest_is_stuck_as_told(tmp_path: Path, layout: str) -> None:
    told = dropped(tmp_path, plan(layout))
    found, stuck = parcels(tmp_path, layout)
    assert len(told) == COUNT
    assert stuck == {path: why for one in told for path, why in one.stuck.items()}
    taken = Counter(tuple(sorted(map(str, [one.document, *one.companions]))) for one in found)
    assert taken == Counter(tuple(sorted(one.files)) for one in told if one.taken)
    for parcel in found:
        [one] = [one for one in told if str(parcel.document) in one.files]
        assert parcel.submit is (one.fate is not Fate.SET_ASIDE)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_manifest_tells_the_bytes_of_every_file_document_and_payload(tmp_path: Path, layout: str) -> None:
    told = dropped(tmp_path, plan(layout))
    for one in told:
        for path, digest in one.files.items():
            assert sha256((tmp_path / path).read_bytes()).hexdigest() == digest
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert there == {path for one in told for path in one.files}
    for parcel in parcels(tmp_path, layout)[0]:
        [one] = [one for one in told if str(parcel.document) in one.files]
        if not one.is_submission:
            continue
        if one.what is What.NO_DOCUMENT:  # a file with nothing wrapped in it is handed in as it is
            document = (tmp_path / parcel.document).read_bytes()
        else:
            document = b"".join(unpacked(parcel.packing, [(tmp_path / parcel.document).read_bytes()]))
        assert sha256(document).hexdigest() == one.submitted_sha256
        if layout != "plain" and one.payload_sha256:
            envelope = open_envelope(document).envelope
            assert (envelope.instance_id, envelope.payload_sha256) == (one.instance_id, one.payload_sha256)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_seed_gives_the_same_documents_to_the_byte(tmp_path: Path, layout: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert dropped(tmp_path / "a", plan(layout)) == dropped(tmp_path / "b", plan(layout))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_kind_of_broken_document_comes_before_one_comes_again(tmp_path: Path, layout: str) -> None:
    kinds = [one.what for one in dropped(tmp_path, plan(layout, count=len(BROKEN), broken=1.0, doubles=0.0))]
    assert sorted(kinds) == sorted(BROKEN)


@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - {"plain"}))
def test_a_double_is_the_same_message_under_another_id_of_the_network(tmp_path: Path, layout: str) -> None:
    told = {one.number: one for one in dropped(tmp_path, plan(layout))}
    doubles = [one for one in told.values() if one.double_of is not None]
    assert doubles
    for one in doubles:
        first = told[one.double_of]  # type: ignore[index]
        assert (one.instance_id, one.payload_sha256) == (first.instance_id, first.payload_sha256)
        assert one.message_id != first.message_id
        assert one.files.keys().isdisjoint(first.files)
    first = told[doubles[0].double_of]  # type: ignore[index]
    assert {told[one.double_of].submitted_sha256 == one.submitted_sha256 for one in doubles} == {True, False}  # type: ignore[index]


def test_invoice_numbers_never_repeat_but_in_doubles(tmp_path: Path) -> None:
    payloads = [one.payload_sha256 for one in dropped(tmp_path, plan("oxalis", broken=0.0)) if one.double_of is None]
    assert len(payloads) == len(set(payloads))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_document_that_is_only_half_there_is_not_taken(tmp_path: Path, layout: str) -> None:
    """Whenever one looks, what is handed out is whole, to the byte."""
    simulation = Simulation(plan(layout, broken=0.0), SAMPLES)
    look, memory, seen = layout_named(layout, HABITS), Memory(), {}
    told = []
    for one in simulation.run(tmp_path, threading.Event()):
        told.append(one)
        for parcel in look.look(tmp_path, memory, 1000, time.time()).parcels:
            seen[str(parcel.document)] = sha256((tmp_path / parcel.document).read_bytes()).hexdigest()
    whole = {path: digest for one in told for path, digest in one.files.items()}
    assert seen
    assert {path: whole.get(path) for path in seen} == seen


def test_receipts_come_late_and_out_of_order(tmp_path: Path) -> None:
    order = [one.number for one in dropped(tmp_path, plan("oxalis", broken=0.0))]
    assert order != sorted(order)
    late = [one for one in dropped(tmp_path, plan("oxalis")) if one.late]
    assert late


def test_told_to_stop_it_begins_nothing_new_and_completes_what_it_began(tmp_path: Path) -> None:
    stop, told = threading.Event(), []
    for one in Simulation(plan("oxalis", broken=0.0), SAMPLES).run(tmp_path, stop):
        told.append(one)
        if len(told) == COUNT // 2:
            stop.set()
    assert COUNT // 2 <= len(told) < COUNT
    found, stuck = parcels(tmp_path, "oxalis")
    assert (len(found), stuck) == (len(told), {})


def test_it_keeps_to_its_rate(tmp_path: Path) -> None:
    now, pauses = [0.0], []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0.0)
            now[0] += timeout or 0.0
            return False

    simulation = Simulation(plan("oxalis", count=11, rate=4.0), SAMPLES, clock=lambda: now[0])
    assert len(list(simulation.run(tmp_path, Stop()))) == 11
    assert sum(pauses) == pytest.approx(2.5)


def test_broken_envelopes_can_not_be_opened(tmp_path: Path) -> None:
    told = dropped(tmp_path, plan("oxalis", broken=1.0, doubles=0.0))
    for one in told:
        documents = [path for path in one.files if path.endswith(".doc.xml")]
        if one.what in (What.TRUNCATED, What.NOT_XML, What.ENCODING, What.TWO_PAYLOADS):
            with pytest.raises(Refusal):
                open_envelope((tmp_path / documents[0]).read_bytes())


def test_a_phoss_name_that_is_taken_gets_a_number_behind_it(tmp_path: Path) -> None:
    told = dropped(tmp_path, plan("phoss", broken=0.0, doubles=0.5, shapes=("flat",)))
    again = [one for one in told if one.double_of is not None]
    assert any(f"{one.instance_id}-1.xml" in one.files for one in again)


def test_without_samples_there_is_nothing_to_put_down(tmp_path: Path) -> None:
    with pytest.raises(NoSamples):
        read_samples(tmp_path)
