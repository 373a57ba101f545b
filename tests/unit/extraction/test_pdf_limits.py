"""A PDF may be as hostile as it likes: it costs a child process its limits, never us, and the sender gets a reason."""

import io
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from einvoice.errors import Fault, Refusal
from einvoice.extraction import pdf
from einvoice.extraction.pdf import PdfLimits, embedded_invoice


def _written(writer: PdfWriter) -> bytes:
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _with_attachment(data: bytes) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    embedded = writer.add_attachment("factur-x.xml", data)
    stream = embedded._embedded_file
    writer._objects[stream.indirect_reference.idnum - 1] = stream.flate_encode()
    return _written(writer)


def _refused(data: bytes, limits: PdfLimits | None = None) -> tuple[str, dict[str, str]]:
    with pytest.raises(Refusal) as caught:
        embedded_invoice(data, limits or PdfLimits())
    return caught.value.notice.code, dict(caught.value.notice.details)


def test_a_packed_attachment_is_unpacked() -> None:
    assert embedded_invoice(_with_attachment(b"<a/>" * 1000), PdfLimits()) == ("factur-x.xml", b"<a/>" * 1000)


def test_a_decompression_bomb_is_refused() -> None:
    bomb = _with_attachment(b"\0" * 400_000_000)
    assert len(bomb) < 2_000_000
    assert _refused(bomb)[0] == "pdf-limits"


def test_more_unpacked_bytes_than_allowed_are_refused() -> None:
    assert _refused(_with_attachment(b"<a/>" * 1000), PdfLimits(unpacked_bytes=3999))[0] == "pdf-limits"


def test_more_objects_than_allowed_are_refused() -> None:
    code, details = _refused(_with_attachment(b"<a/>"), PdfLimits(objects=3))
    assert (code, details) == ("pdf-limits", {"limit": "3 objects"})


def test_a_child_that_runs_out_of_processor_time_is_a_refusal_that_names_the_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spinning = tmp_path / "child.py"
    spinning.write_text(
        "from resource import *\nsetrlimit(RLIMIT_CORE, (0, 0))\nsetrlimit(RLIMIT_CPU, (1, 2))\nwhile True: pass\n"
    )
    monkeypatch.setattr(pdf, "_CHILD", spinning)
    code, details = _refused(b"%PDF-", PdfLimits(cpu_seconds=1))
    assert code == "pdf-limits"
    assert details == {"limit": "1 s"}


@pytest.mark.parametrize(("number", "deterministic"), [("SIGKILL", False), ("SIGTERM", False), ("SIGSEGV", True)])
def test_a_child_that_dies_of_anything_but_its_limits_is_a_fault_and_no_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: str, deterministic: bool
) -> None:
    dying = tmp_path / "child.py"
    dying.write_text(f"import os, signal\nos.kill(os.getpid(), signal.{number})\n")
    monkeypatch.setattr(pdf, "_CHILD", dying)
    with pytest.raises(Fault) as caught:
        embedded_invoice(b"%PDF-", PdfLimits())
    assert caught.value.notice.deterministic is deterministic


def test_a_mistake_of_ours_in_the_child_is_a_fault_and_no_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "child.py"
    broken.write_text("raise ImportError('pypdf is gone')\n")
    monkeypatch.setattr(pdf, "_CHILD", broken)
    with pytest.raises(Fault) as caught:
        embedded_invoice(b"%PDF-", PdfLimits())
    assert caught.value.notice.cause == "pdf-reader"


def test_a_child_that_cannot_be_started_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(Fault):
        embedded_invoice(b"%PDF-", PdfLimits())


def test_a_name_tree_that_bites_its_tail_ends() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    tree = DictionaryObject()
    reference = writer._add_object(tree)
    tree[NameObject("/Kids")] = ArrayObject([reference])
    names = DictionaryObject({NameObject("/EmbeddedFiles"): reference})
    writer._root_object[NameObject("/Names")] = names
    assert _refused(_written(writer))[0] in {"pdf-no-xml", "pdf-broken", "pdf-limits"}


def test_the_reader_of_pdfs_loads_neither_the_rule_engine_nor_anything_of_ours() -> None:
    limits = json.dumps(asdict(PdfLimits()))
    command = [sys.executable, "-I", "-X", "importtime", str(pdf._CHILD), limits, "factur-x.xml"]
    done = subprocess.run(command, input=_with_attachment(b"<a/>"), capture_output=True, check=True)
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.decode().splitlines()}
    assert "pypdf" in loaded
    assert not loaded & {"saxonche", "einvoice", "lxml"}
