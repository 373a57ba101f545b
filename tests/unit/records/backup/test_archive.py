"""The file itself: whatever was changed in it is found, and nothing of it is restored."""

import bz2
import gzip
import io
import json
import random
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.intake import Spool
from einvoice.model.submission import Submission
from einvoice.records.backup import (
    Damaged,
    Manifest,
    NotABackup,
    Reader,
    Refused,
    Source,
    check_backup,
    take_backup,
)
from einvoice.records.backup import archive as archive_module
from einvoice.records.backup.archive import Writer
from einvoice.records.signing import PublicKeys, Signer
from einvoice.settings import Settings
from einvoice.store import open_store
from tests.unit.conftest import Bench, FakeClock

from ..conftest import BEGIN, make_signer
from .conftest import lived, restored

Files = dict[str, bytes]
Change = Callable[[Files], object]


def unpacked(backup: bytes) -> Files:
    with tarfile.open(fileobj=io.BytesIO(backup)) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar.getmembers()}  # type: ignore[union-attr]


def packed(files: Files) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def checked(backup: bytes, **options: Any) -> None:
    check_backup(Reader(io.BytesIO(backup)), **options)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A service of which nothing is changed here; so one is enough."""
    settings, clock = Settings(data_dir=tmp_path_factory.mktemp("data")), FakeClock()
    with closing(open_store(settings, clock=clock)) as store:
        yield Bench(store, Spool(settings.data_dir / "spool", 1000), clock, settings)


@pytest.fixture(scope="module")
def life(bench: Bench) -> list[Submission]:
    return lived(bench, Source.of(bench.settings, bench.clock))


@pytest.fixture(scope="module")
def backup(bench: Bench, life: list[Submission]) -> bytes:
    out = io.BytesIO()
    take_backup(Source.of(bench.settings, bench.clock), out)
    return out.getvalue()


def test_sha256sum_can_check_it(backup: bytes, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(backup)) as tar:
        tar.extractall(tmp_path, filter="data")
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(unpacked(backup)) - 2


def test_its_objects_are_a_storage_of_files(backup: bytes, bench: Bench, tmp_path: Path, life: Any) -> None:
    with tarfile.open(fileobj=io.BytesIO(backup)) as tar:
        tar.extractall(tmp_path, filter="data")
    own = bench.settings.model_copy(update={"blob_url": f"file://{tmp_path / 'objects'}"})
    with closing(open_store(own)) as store:
        assert [store.originals.read(one) for one in life] == [bench.original(one.id) for one in life]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_it_may_be_compressed(backup: bytes, pack: Callable[[bytes], bytes]) -> None:
    checked(pack(backup))


# Damage: by chance

NOTICED = (Damaged, NotABackup, Refused)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a service in which little has happened, as small as one can be."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    with closing(open_store(settings)) as store:
        store.authorities.create("Stadt Musterhausen", ["04011000-12345-03"])
    out = io.BytesIO()
    take_backup(Source.of(settings, lambda: BEGIN), out)
    return out.getvalue()


@given(st.data())
def test_a_changed_byte_is_noticed_or_means_nothing(made: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(made) - 1))
    changed = bytearray(made)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        checked(bytes(changed))
    except NOTICED:
        return
    assert unpacked(bytes(changed)) == unpacked(made)


@given(st.data())
def test_a_backup_that_breaks_off_is_noticed(made: bytes, data: st.DataObject) -> None:
    end = made.rindex(b"}") + 1  # of the signature; only zeros follow
    with pytest.raises(NOTICED):
        checked(made[: data.draw(st.integers(0, end - 1))])


@given(st.data())
def test_a_damaged_gzip_is_noticed_or_means_nothing(made: bytes, data: st.DataObject) -> None:
    changed = bytearray(gzip.compress(made, mtime=0))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    reads = io.BytesIO()
    try:
        checked(bytes(changed))
        with tarfile.open(fileobj=io.BytesIO(changed), mode="r|gz") as tar:
            for one in tar:
                reads.write(tar.extractfile(one).read())  # type: ignore[union-attr]
    except NOTICED:
        return
    assert reads.getvalue() == b"".join(unpacked(made).values())


# Damage: on purpose


def first(files: Files, prefix: str) -> str:
    return next(name for name in files if name.startswith(prefix))


def without(prefix: str) -> Change:
    return lambda files: files.pop(first(files, prefix))


def edited(prefix: str) -> Change:
    return lambda files: files.update({first(files, prefix): files[first(files, prefix)][:-2] + b"\n\n"})


def swapped(files: Files) -> None:
    one, other = [name for name in files if name.startswith("objects/")][:2]
    files[one], files[other] = files[other], files[one]


CHANGES: dict[str, Change] = {
    "an object is edited": edited("objects/"),
    "rows are edited": edited("tables/submissions/"),
    "an object is taken out": without("objects/"),
    "rows are taken out": without("tables/events/"),
    "the sums are edited": edited("SHA256SUMS"),
    "the sums are taken out": without("SHA256SUMS"),
    "the signature is taken out": without("signature.json"),
    "the signature makes no sense": lambda files: files.update({"signature.json": b"{}"}),
    "two objects have changed places": swapped,
    "something is put in": lambda files: files.update({"keys/more.pem": files.pop("SHA256SUMS")}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_of_a_damaged_backup_no_row_is_restored(backup: bytes, here_too: Settings, name: str) -> None:
    files = unpacked(backup)
    CHANGES[name](files)
    with pytest.raises(Damaged):
        checked(packed(files))
    with pytest.raises(Damaged):
        restored(io.BytesIO(packed(files)), here_too)
    with closing(open_store(here_too)) as store:
        assert store.audit.head()[0] == 0
        assert not store.authorities.all()
    restored(io.BytesIO(backup), here_too)  # another one that is not damaged


def resigned(files: Files, signer: Signer) -> bytes:
    """With sums and a signature that fit what was changed, as somebody makes who has another key."""
    out = io.BytesIO()
    writer = Writer(out, BEGIN)
    for name, data in files.items():
        if name not in ("SHA256SUMS", "signature.json"):
            writer.add(name, data)
    writer.finish(signer)
    return out.getvalue()


def test_signed_anew_with_another_key_it_is_damaged(backup: bytes) -> None:
    with pytest.raises(Damaged, match="does not hold its public half"):
        checked(resigned(unpacked(backup), make_signer(7)))


def test_with_a_trusted_key_one_that_somebody_else_signed_is_refused(
    backup: bytes, bench: Bench, here_too: Settings
) -> None:
    """Whoever makes up a backup puts his own key into it."""
    forger, files = make_signer(7), unpacked(backup)
    del files[first(files, "keys/")]
    own = {f"keys/{forger.key_id}.pub.pem": forger.public_key_pem().encode()}
    forged = resigned({"manifest.json": files["manifest.json"], **own, **files}, forger)
    checked(forged)
    mine = PublicKeys.read([Signer.of(bench.settings).public_key_pem().encode()])
    checked(backup, trusted=mine)
    with pytest.raises(Refused, match=forger.key_id):
        checked(forged, trusted=mine)
    with pytest.raises(Refused, match=forger.key_id):
        restored(io.BytesIO(forged), here_too, trusted=mine)
    assert not list((here_too.data_dir / "keys").glob("*"))


SIGNED_CHANGES: dict[str, Change] = {
    "a member nobody knows": lambda files: files.update({"../../etc/passwd": b"root"}),
    "an object with the name of nothing": lambda files: files.update({"objects/../../x": b"x"}),
    "an artefact that is another": lambda files: files.update({f"rules/artefacts/{'0' * 64}": b"x"}),
    "a key under another name": lambda files: files.update({f"keys/{'0' * 16}.pub.pem": files[first(files, "keys/")]}),
    "rows of a table nobody knows": lambda files: files.update(
        {"tables/things/000001.jsonl": b'{"table":"things","columns":[]}\n[]\n'}
    ),
    "rows of another table": lambda files: files.update(
        {"tables/events/000002.jsonl": files[first(files, "tables/submissions")]}
    ),
    "the same rows twice": lambda files: files.update(
        {"tables/events/000002.jsonl": files[first(files, "tables/events")]}
    ),
    "fewer rows than it says": without("tables/rule_hits/"),
    "gaps that make no sense": lambda files: files.update({"gaps.json": b"[]"}),
}


@pytest.mark.parametrize("name", SIGNED_CHANGES)
def test_what_does_not_belong_into_one_is_not_restored_even_if_it_is_signed(
    backup: bytes, bench: Bench, here_too: Settings, name: str
) -> None:
    files = unpacked(backup)
    SIGNED_CHANGES[name](files)
    with pytest.raises(Damaged):
        restored(io.BytesIO(resigned(files, Signer.of(bench.settings))), here_too)
    with closing(open_store(here_too)) as store:
        assert store.audit.head()[0] == 0


# Not a backup, or not for this program


@pytest.mark.parametrize(
    "data",
    [b"", b"nonsense", b"\0" * 10240, gzip.compress(b"nonsense", mtime=0), packed({"README": b"hello"})]
    + [packed({"manifest.json": text}) for text in (b"", b"{}", b'{"format": 1}', b'{"format": "einvoice-backup/1"}')],
)  # fmt: skip
def test_what_is_none_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(NotABackup):
        Reader(io.BytesIO(data))


def test_the_format_of_a_newer_program_is_refused_with_its_version(backup: bytes) -> None:
    files = unpacked(backup)
    newer = json.loads(files["manifest.json"]) | {
        "format": "einvoice-backup/2",
        "program": "9.1.0",
        "tables": "changed",
    }
    with pytest.raises(NotABackup, match=r"einvoice-backup/2, made by version 9\.1\.0; this program knows"):
        Reader(io.BytesIO(packed(files | {"manifest.json": json.dumps(newer).encode()})))


def test_tables_of_a_newer_program_are_refused_before_anything_is_changed(
    backup: bytes, bench: Bench, here_too: Settings
) -> None:
    files = unpacked(backup)
    manifest = Manifest.read(files["manifest.json"])
    files["manifest.json"] = replace(manifest, revision="9999", program="9.1.0").to_json()
    with pytest.raises(Refused, match=r"revision 9999; use version 9\.1\.0 or a newer one"):
        restored(io.BytesIO(resigned(files, Signer.of(bench.settings))), here_too)
    with closing(open_store(here_too)) as store:
        assert store.doors.paused() == {}


# Memory


def test_members_that_were_passed_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a hundred thousand originals would need a hundred megabytes."""
    kept: list[int] = []
    monkeypatch.setattr(archive_module._Tar, "addfile", _counting(archive_module._Tar.addfile, kept))
    out = io.BytesIO()
    writer = Writer(out, BEGIN)
    for number in range(50):
        writer.add(f"objects/{number}", random.Random(number).randbytes(100))
    writer.finish(make_signer())
    assert max(kept) <= 1
    with tarfile.open(fileobj=io.BytesIO(out.getvalue())) as tar:
        assert len(tar.getmembers()) == 52


def _counting(add: Any, kept: list[int]) -> Any:
    def adding(tar: Any, *given: Any) -> None:
        add(tar, *given)
        kept.append(len(tar.members))

    return adding


def test_reading_forgets_them_as_well(made: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(io.BytesIO(made))
    for _ in reader.members():
        assert reader._tar.members == []
