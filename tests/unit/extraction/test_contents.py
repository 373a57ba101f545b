"""What a file is by its content, and why it is not simply opened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.extraction.contents import look_at
from einvoice.extraction.zipdirectory import directory
from einvoice.model.enclosed import Danger
from tests.support.files import EXE, ODS, OLE, PDF, PNG, XLSX, locked, packed, pdf_with

EXECUTABLE, SCRIPT, MACROS, ARCHIVE, ENCRYPTED, DISGUISED, UNKNOWN = Danger

FINE = {
    "a.pdf": (PDF, "pdf"),
    "a.png": (PNG, "png"),
    "a.jpg": (b"\xff\xd8\xff\xe0", "jpeg"),
    "a.csv": ("Größe;Preis\n1;2\n".encode("cp1252"), "csv"),
    "eine-spalte.csv": (b"Preis\n", "csv"),
    "a.xlsx": (packed(XLSX), "xlsx"),
    "a.ods": (packed(ODS), "ods"),
    "a.xml": (b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><a:b xmlns:a='c'/>", "xml"),
    "utf-16.xml": ("<Invoice/>".encode("utf-16"), "xml"),
}
MIND = {
    "a.gif": (b"GIF89a", "gif", {UNKNOWN}),
    "a.tif": (b"II*\0", "tiff", {UNKNOWN}),
    "a.txt": (b"Hallo.", "text", {UNKNOWN}),
    "a.html": (b"<!DOCTYPE html><p>Hallo</p>", "html", {UNKNOWN}),
    "a.docx": (packed({"[Content_Types].xml": "", "word/document.xml": ""}), "docx", {UNKNOWN}),
    "a.odt": (packed({"mimetype": "application/vnd.oasis.opendocument.text"}), "odt", {UNKNOWN}),
    "a.xls": (OLE, "ole", {UNKNOWN}),
    "leer": (b"", "unknown", {UNKNOWN}),
    "a.exe": (EXE, "exe", {EXECUTABLE}),
    "elf": (b"\x7fELF\2\1", "exe", {EXECUTABLE}),
    "mach-o": (b"\xcf\xfa\xed\xfe", "exe", {EXECUTABLE}),
    "a.lnk": (b"L\0\0\0\x01\x14\x02\0", "lnk", {EXECUTABLE}),
    "a.url": (b"[InternetShortcut]\nURL=http://x", "lnk", {EXECUTABLE}),
    "a.jar": (packed({"META-INF/MANIFEST.MF": "", "A.class": ""}), "jar", {EXECUTABLE}),
    "a.msi": (OLE + bytes.fromhex("84100c0000000000c000000000000046"), "exe", {EXECUTABLE}),
    "a.js": (b"alert(1)", "script", {SCRIPT}),
    "a.bat": (b"@echo off\r\n", "script", {SCRIPT}),
    "ohne-endung": (b"#!/bin/sh\n", "script", {SCRIPT}),
    "b.html": (b"<html><script>x</script></html>", "html", {SCRIPT}),
    "utf-16.html": ("<html><body onload=x()>".encode("utf-16"), "html", {SCRIPT}),
    "a.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "svg", {SCRIPT}),
    "b.xml": (b"<?xml-stylesheet href='x'?><a/>", "xml", {SCRIPT}),
    "dde.csv": (b"a;b\n=cmd|'/C calc'!A0;2\n", "csv", {SCRIPT}),
    "aktiv.pdf": (pdf_with(b"<</S/JavaScript>>"), "pdf", {SCRIPT}),
    "umschrieben.pdf": (pdf_with(b"<</S/J#61va#53cript>>"), "pdf", {SCRIPT}),
    "versteckt.pdf": (pdf_with(b"<</S/Launch/F(x)>>", hidden=True), "pdf", {SCRIPT}),
    "a.xlsm": (packed(XLSX | {"xl/vbaProject.bin": ""}), "xlsx", {MACROS}),
    "umbenannt.xlsx": (packed(XLSX | {"[Content_Types].xml": "sheet.macroEnabled.main+xml"}), "xlsx", {MACROS}),
    "makro.ods": (packed(ODS | {"Basic/Standard/Module1.xml": ""}), "ods", {MACROS}),
    "makro.xls": (OLE + "_VBA_PROJECT".encode("utf-16-le"), "ole", {MACROS}),
    "a.zip": (packed({"a.txt": ""}), "zip", {ARCHIVE}),
    "a.7z": (b"7z\xbc\xaf\x27\x1c", "7z", {ARCHIVE}),
    "a.rar": (b"Rar!\x1a\x07\0", "rar", {ARCHIVE}),
    "a.gz": (b"\x1f\x8b\x08", "gz", {ARCHIVE}),
    "a.tar": (b"\0" * 257 + b"ustar\0", "tar", {ARCHIVE}),
    "programm.zip": (packed({"setup.exe": ""}), "zip", {ARCHIVE, EXECUTABLE}),
    "objekt.xlsx": (packed(XLSX | {"xl/embeddings/oleObject1.bin": ""}), "xlsx", {ARCHIVE}),
    "geheim.zip": (locked(packed({"a": "b"})), "zip", {ARCHIVE, ENCRYPTED}),
    "geheim.xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "ole", {ENCRYPTED}),
    "geheim.pdf": (PDF + b"trailer<</Encrypt 5 0 R>>", "pdf", {ENCRYPTED}),
    "geheim.ods": (packed(ODS | {"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "ods", {ENCRYPTED}),
    "bild.pdf": (PNG, "png", {DISGUISED}),
    "tabelle.pdf": (EXE, "exe", {EXECUTABLE, DISGUISED}),
    "rechnung.pdf.exe": (EXE, "exe", {EXECUTABLE, DISGUISED}),
    "rechnung\u202efdp.png": (PNG, "png", {DISGUISED}),
    "zweierlei.png": (PNG + packed({"a": "b"}), "png", {ARCHIVE, DISGUISED}),
}


@pytest.mark.parametrize("name", FINE)
def test_what_an_invoice_may_enclose_is_fine(name: str) -> None:
    content, kind = FINE[name]
    assert look_at(name, None, content) == (kind, ())


@pytest.mark.parametrize("name", MIND)
def test_what_is_to_be_minded(name: str) -> None:
    content, kind, dangers = MIND[name]
    found, said = look_at(name, None, content)
    assert (found, set(said)) == (kind, dangers)


def test_the_type_its_sender_says_may_contradict_the_content_too() -> None:
    assert look_at("a", "application/pdf", PNG) == ("png", (DISGUISED,))
    assert look_at("a", "image/png; x=y", PNG) == ("png", ())
    assert look_at("a", "application/octet-stream", PNG) == ("png", ())


def test_dangers_are_told_in_one_order_and_once() -> None:
    _, dangers = look_at("a.pdf", None, locked(packed({"b.exe": "", "c.zip": ""})))
    assert dangers == (EXECUTABLE, ARCHIVE, ENCRYPTED, DISGUISED)


def test_of_a_directory_without_end_some_thousand_entries_are_read() -> None:
    entries = (b"PK\1\2" + b"\0" * 42) * 20_000
    data = b"PK\3\4" + entries + b"PK\5\6" + b"\0" * 8 + len(entries).to_bytes(4, "little") + b"\4\0\0\0\0\0"
    found = directory(data)
    assert found is not None
    assert len(found.entries) == 5000
    assert not found.whole
    assert look_at("a.zip", None, data) == ("zip", (ARCHIVE,))


@given(
    st.sampled_from([b"", b"PK\3\4", b"%PDF-1.7 ", b"<html>", b"<?", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]), st.binary()
)
def test_no_content_breaks_it(start: bytes, rest: bytes) -> None:
    kind, _ = look_at("x", "text/plain", start + rest)
    assert kind


@given(st.binary(max_size=60), st.integers(0, 400))
def test_no_damage_to_a_zip_file_breaks_it(noise: bytes, at: int) -> None:
    whole = packed(XLSX)
    kind, _ = look_at("x.xlsx", None, whole[:at] + noise + whole[at + len(noise) :])
    assert kind
