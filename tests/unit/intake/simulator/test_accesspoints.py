"""How far from atomic each access point writes: what lies in the folder whenever it pauses."""

from dataclasses import replace
from pathlib import Path

import pytest

from einvoice.intake.simulator import SHAPES, read_samples
from einvoice.intake.simulator.messages import Author, Message
from einvoice.intake.simulator.tray import Pause, Tray


@pytest.fixture
def message() -> Message:
    """An invoice in an envelope."""
    author = Author(read_samples(), 1, enveloped=True, doubles=0.0, broken=0.0, late=0.0)
    return next(author.messages(1))


def states(folder: Path, layout: str, shape: str, message: Message) -> tuple[list[dict[str, int]], list[Pause]]:
    """The files with their sizes at every pause and at the end, and the kinds of the pauses."""
    found, pauses = [], []
    for pause in SHAPES[layout][shape].put(message, Tray(folder)):
        pauses.append(pause)
        found.append(_sizes(folder))
    return [*found, _sizes(folder)], pauses


def _sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_oxalis_writes_piece_by_piece_and_the_receipt_comes_last(tmp_path: Path, message: Message) -> None:
    found, pauses = states(tmp_path, "oxalis", "oxalis", message)
    first, last = found[0], found[-1]
    assert [name.endswith(".doc.xml") for name in first] == [True]
    assert 0 < next(iter(first.values())) < len(message.content)
    before_receipt = found[pauses.index(Pause.LATE)]
    assert list(before_receipt.values()) == [len(message.content)]
    assert {name.rpartition("_ap")[2] for name in last} == {".example.org.doc.xml", ".example.org.receipt.dat"}


def test_oxalis_deletes_what_it_could_not_finish_and_the_message_comes_again(tmp_path: Path, message: Message) -> None:
    found, _ = states(tmp_path, "oxalis", "oxalis", replace(message, late=True))
    [in_vain] = found[0]
    assert 0 < found[0][in_vain] < len(message.content)
    assert all(in_vain not in state for state in found[1:])
    assert len(found[-1]) == 2


@pytest.mark.parametrize(("shape", "document"), [("flat", None), ("per-transaction", "sbd.xml")])
def test_phoss_renames_the_document_in_and_writes_its_json_after_it(
    tmp_path: Path, message: Message, shape: str, document: str | None
) -> None:
    found, pauses = states(tmp_path, "phoss", shape, message)
    name = document or f"{message.header.instance_id}.xml"
    assert list(found[0]) == [f"{name}.tmp"]
    assert found[pauses.index(Pause.LATE)] == {name: len(message.content)}
    assert len(found[-1]) == 2
    assert any(len(state) == 2 and state != found[-1] for state in found)  # half a JSON


@pytest.mark.parametrize("shape", ["mmd", "ebms", "single_xml"])
def test_the_info_file_of_holodeck_is_empty_before_it_is_replaced(tmp_path: Path, message: Message, shape: str) -> None:
    found, pauses = states(tmp_path, "holodeck", shape, message)
    at_the_receipt = found[pauses.index(Pause.LATE)]
    [empty] = [name for name, size in at_the_receipt.items() if size == 0]
    assert [name for name in at_the_receipt if name.endswith(".processing")]
    assert found[-1][empty] > 0
    assert not [name for name in found[-1] if name.endswith(".processing")]


def test_domibus_begins_with_the_metadata_and_nothing_marks_the_end(tmp_path: Path, message: Message) -> None:
    found, pauses = states(tmp_path, "domibus", "domibus", message)
    assert list(found[0]) == ["metadata.xml"]
    half = found[pauses.index(Pause.LATE)]
    assert half.keys() == found[-1].keys() == {"metadata.xml", "message-1.xml"}
    assert 0 < half["message-1.xml"] < found[-1]["message-1.xml"] == len(message.content)


@pytest.mark.parametrize("shape", ["straight", "renamed", "marked"])
def test_a_plain_file_is_never_seen_in_part_under_its_own_name(tmp_path: Path, message: Message, shape: str) -> None:
    found, _ = states(tmp_path, "plain", shape, message)
    for state in found:
        assert {size for name, size in state.items() if name.endswith(".xml")} <= {len(message.content)}
