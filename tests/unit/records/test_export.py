"""The log in a file, verified by somebody who has nothing else."""

import gzip
import hashlib
import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from einvoice.model.assessment import Verdict
from einvoice.model.audit import AuditEntry
from einvoice.records.checkpoints import sign_head
from einvoice.records.export import Exporter, entry_data, export_lines, write_export
from einvoice.records.exported import NotAnExport
from einvoice.records.offline import verify_export
from einvoice.records.problems import Kind, Verification
from einvoice.records.signing import PublicKeys, Signer
from einvoice.store.evidence import StoredEvidence

from .conftest import on_both, sealed

Lines = list[dict[str, Any]]


@pytest.fixture
def lines(bench: Any, signer: Signer, keys: PublicKeys) -> Lines:
    """An export of three submissions: accepted, rejected, waiting."""
    bench.decided(b"1", authority=bench.authority())
    bench.decided(b"2", Verdict.REJECTED)
    sign_head(bench.store, signer)
    bench.receive(b"3")
    sign_head(bench.store, signer)
    return exported(bench, signer, keys)


def exported(bench: Any, signer: Signer, keys: PublicKeys) -> Lines:
    exporter = Exporter(issuer=signer.issuer, keys=keys, at=bench.clock())
    return list(export_lines(bench.store.audit, StoredEvidence.of(bench.store), exporter))


@pytest.fixture
def verified(tmp_path: Path, keys: PublicKeys) -> Callable[..., Verification]:
    def verify(lines: Lines, **more: Any) -> Verification:
        write_export(tmp_path / "log.jsonl", lines)
        return verify_export(tmp_path / "log.jsonl", **({"keys": keys} | more))

    return verify


def told(found: Verification) -> list[tuple[str, int | None]]:
    return [(problem.kind, problem.number) for problem in found.problems]


def of(lines: Lines, kind: str) -> Lines:
    return [line for line in lines if line["type"] == kind]


def first_about(lines: Lines, submission_id: str) -> int:
    return next(one["number"] for one in of(lines, "entry") if one["object"] == f"submission:{submission_id}")


@on_both
def test_an_export_verifies_without_the_store(lines: Lines, verified: Any, keys: PublicKeys) -> None:
    found = verified(lines)
    assert told(found) == []
    assert (found.figures.entries, found.figures.checkpoints, found.figures.submissions) == (
        len(of(lines, "entry")),
        2,
        3,
    )
    assert (found.signed, found.own_word, found.key_ids) == (found.last, False, keys.ids)


def test_its_lines_come_in_the_order_a_reader_needs(lines: Lines) -> None:
    kinds = list(dict.fromkeys(line["type"] for line in lines))
    assert kinds == ["header", "submission", "checkpoint", "entry", "end"]


def test_with_the_key_inside_it_proves_integrity_alone(lines: Lines, verified: Any) -> None:
    found = verified(lines, keys=None)
    assert (found.intact, found.own_word) == (True, True)


def test_another_key_than_the_one_inside_counts_alone(lines: Lines, verified: Any, other_signer: Signer) -> None:
    other = PublicKeys.read([other_signer.public_key_pem().encode()])
    assert [problem.kind for problem in verified(lines, keys=other).problems] == [Kind.CHECKPOINT_KEY_UNKNOWN]


def test_packed_and_unpacked_say_the_same(lines: Lines, tmp_path: Path, keys: PublicKeys) -> None:
    for name in ("log.jsonl", "log.jsonl.gz"):
        write_export(tmp_path / name, lines)
    assert gzip.decompress((tmp_path / "log.jsonl.gz").read_bytes()) == (tmp_path / "log.jsonl").read_bytes()
    assert verify_export(tmp_path / "log.jsonl.gz", keys) == verify_export(tmp_path / "log.jsonl", keys)


def test_an_export_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("before")

    def broken() -> Any:
        yield {"type": "header"}
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        write_export(tmp_path / "log", broken())
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
    assert (tmp_path / "log").read_text() == "before"


@pytest.mark.parametrize("key", ["actor", "action", "object", "at", "previous", "hash", "details", "hashes"])
def test_a_changed_entry_is_named(lines: Lines, verified: Any, key: str) -> None:
    changed: dict[str, Any] = {"at": "2020-01-01T00:00:00+00:00", "details": {"x": "y"}, "hashes": {"x": "y"}}
    of(lines, "entry")[3][key] = changed.get(key, "x")
    assert (Kind.ENTRY_CHANGED, 4) in told(verified(lines))
    assert verified(lines).count == 1


def test_a_removed_line_is_named(lines: Lines, verified: Any) -> None:
    lines.remove(of(lines, "entry")[3])
    assert told(verified(lines)) == [(Kind.ENTRIES_MISSING, 4)]


def test_swapped_lines_are_named(lines: Lines, verified: Any) -> None:
    place = lines.index(of(lines, "entry")[3])
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    assert told(verified(lines)) == [(Kind.ENTRY_OUT_OF_ORDER, 4)]


def test_a_doubled_line_is_named(lines: Lines, verified: Any) -> None:
    lines.insert(lines.index(of(lines, "entry")[5]), of(lines, "entry")[3])
    assert told(verified(lines)) == [(Kind.ENTRY_INSERTED, 4)]


def test_a_history_written_anew_contradicts_the_checkpoints(lines: Lines, verified: Any) -> None:
    entries = [AuditEntry(**{k: v for k, v in one.items() if k != "type"}) for one in of(lines, "entry")]
    entries = [replace(one, at=datetime.fromisoformat(str(one.at))) for one in entries]
    forged = sealed([replace(one, actor="x") if one.number == 4 else one for one in entries])
    for line, one in zip(of(lines, "entry"), forged, strict=True):
        line.update(entry_data(one))
    lines[-1]["head"]["hash"] = forged[-1].hash
    assert [kind for kind, _ in told(verified(lines))] == [Kind.LOG_REWRITTEN]


@pytest.mark.parametrize("kept", [1, 3, 8, -2, -1])
def test_a_file_that_was_cut_off_is_incomplete(lines: Lines, verified: Any, kept: int) -> None:
    assert told(verified(lines[:kept])) == [(Kind.EXPORT_INCOMPLETE, None)]


def test_a_checkpoint_that_was_taken_out_is_missed(lines: Lines, verified: Any) -> None:
    lines.remove(of(lines, "checkpoint")[0])
    assert told(verified(lines)) == [(Kind.EXPORT_INCOMPLETE, None)]


@pytest.mark.parametrize(("key", "value"), [("verdict", "accepted"), ("original", "0" * 64), ("report", "0" * 64)])
def test_a_state_that_is_not_the_log_s_is_named(lines: Lines, verified: Any, key: str, value: str) -> None:
    (line,) = (one for one in of(lines, "submission") if one["verdict"] == "rejected")
    line[key] = value
    assert told(verified(lines)) == [(Kind.STATE_DIFFERS, line["entry"])]


def test_a_submission_that_was_left_out_is_named(lines: Lines, verified: Any) -> None:
    line = of(lines, "submission")[1]
    lines.remove(line)
    assert told(verified(lines)) == [(Kind.SUBMISSION_MISSING, line["entry"])]


def test_a_submission_that_was_made_up_is_named(lines: Lines, verified: Any) -> None:
    lines.insert(2, {**of(lines, "submission")[0], "id": "z" * 26})
    assert [kind for kind, _ in told(verified(lines))] == [Kind.SUBMISSION_UNLOGGED]


@pytest.mark.parametrize("entry", [None, "first"])
def test_a_state_that_hides_behind_an_earlier_entry_is_outdated(lines: Lines, verified: Any, entry: str | None) -> None:
    line = of(lines, "submission")[1]
    number = first_about(lines, line["id"])
    line.update(verdict="", handling="received", hold="", report="", entry=number if entry else None)
    assert {kind for kind, _ in told(verified(lines))} == {Kind.STATE_OUTDATED}


def test_what_happens_during_the_export_is_no_problem(
    bench: Any, signer: Signer, keys: PublicKeys, verified: Any
) -> None:
    claim = bench.claimed(b"1")
    exporter = Exporter(issuer=signer.issuer, keys=keys, at=bench.clock())
    lines: Lines = []
    for line in export_lines(bench.store.audit, StoredEvidence.of(bench.store), exporter):
        lines.append(line)
        if len(lines) == 2:
            bench.store.claims.decide(claim, bench.decision(claim.submission, Verdict.REJECTED))
            bench.decided(b"2")
    found = verified(lines)
    assert (told(found), found.last) == ([], bench.store.audit.head()[0])


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "17", '{"type": "entry"}', '{"type": "other"}', '{"type": "entry", "number": "x"}', "[" * 100_000],
)
def test_a_line_of_nonsense_is_named_and_the_rest_still_read(
    lines: Lines, tmp_path: Path, keys: PublicKeys, line: str
) -> None:
    texts = [json.dumps(one) for one in lines]
    texts.insert(-3, line)
    (tmp_path / "log").write_text("\n".join(texts) + "\n")
    (problem,) = verify_export(tmp_path / "log", keys).problems
    assert (problem.kind, problem.details["line"]) == (Kind.LINE_UNREADABLE, str(len(lines) - 2))


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"{}\n", b'{"type": "header", "format": "other/1"}\n', b"\x1f\x8b\x08"]
)
def test_what_is_no_export_cannot_be_checked(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log").write_bytes(content)
    with pytest.raises(NotAnExport):
        verify_export(tmp_path / "log")


def test_no_damage_of_a_packed_file_goes_unseen(lines: Lines, tmp_path: Path, keys: PublicKeys) -> None:
    write_export(tmp_path / "log.gz", lines)
    data, chance = (tmp_path / "log.gz").read_bytes(), random.Random(4)
    for _ in range(60):
        spoiled = bytearray(data)
        place = chance.randrange(10, len(data))  # behind the head of the gzip file, which has slack
        spoiled[place] ^= 1 << chance.randrange(8)
        (tmp_path / "log.gz").write_bytes(spoiled)
        with suppress(NotAnExport):
            assert not verify_export(tmp_path / "log.gz", keys).intact


def test_given_originals_are_found_in_the_log(lines: Lines, verified: Any, tmp_path: Path) -> None:
    folder = tmp_path / "originals"
    (folder / "deep").mkdir(parents=True)
    (folder / "invoice.xml").write_bytes(b"1")
    (folder / "deep" / "same.xml").write_bytes(b"1")
    found = verified(lines, originals=folder)
    assert (told(found), found.figures.given) == ([], 2)


def test_a_given_file_that_is_no_original_is_named(lines: Lines, verified: Any, tmp_path: Path) -> None:
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals" / "forged.xml").write_bytes(b"1 ")
    (problem,) = verified(lines, originals=tmp_path / "originals").problems
    assert (problem.kind, problem.object) == (Kind.FILE_UNKNOWN, "file:forged.xml")
    assert problem.details["found"] == hashlib.sha256(b"1 ").hexdigest()


def test_a_file_named_after_a_submission_has_to_be_its_original(lines: Lines, verified: Any, tmp_path: Path) -> None:
    (tmp_path / "originals").mkdir()
    for line, data in zip(of(lines, "submission"), (b"1", b"1"), strict=False):
        (tmp_path / "originals" / f"{line['id']}.xml").write_bytes(data)
    (problem,) = verified(lines, originals=tmp_path / "originals").problems
    assert (problem.kind, problem.object) == (Kind.FILE_DIFFERS, f"file:{of(lines, 'submission')[1]['id']}.xml")
