"""Enclosed files as answers: what they are announced as, and under which name they are saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.faces.enclosed import media_type, safe_name
from einvoice.model.enclosed import Danger, Enclosure, Origin


def file(name: str = "a", kind: str = "pdf", *dangers: Danger) -> Enclosure:
    return Enclosure(
        number=7, origin=Origin.XML, name=name, mime="text/html", kind=kind, size=1, sha256="", dangers=dangers
    )


@pytest.mark.parametrize(
    ("kind", "dangers", "announced"),
    [
        ("pdf", (), "application/pdf"),
        ("text", (Danger.UNKNOWN,), "text/plain"),
        ("pdf", (Danger.SCRIPT,), "application/octet-stream"),
        ("png", (Danger.DISGUISED,), "application/octet-stream"),
        ("html", (Danger.UNKNOWN,), "application/octet-stream"),
        ("svg", (), "application/octet-stream"),
        ("xml", (), "application/octet-stream"),
        ("exe", (Danger.EXECUTABLE,), "application/octet-stream"),
    ],
)
def test_only_a_harmless_document_is_announced_as_what_it_is(
    kind: str, dangers: tuple[Danger, ...], announced: str
) -> None:
    assert media_type(file("a", kind, *dangers)) == announced


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Aufmaß 1.pdf", "Aufmaß 1.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\x.dll", "x.dll"),
        ('a"\r\nSet-Cookie: x=1;.pdf', "a_Set-Cookie_ x=1;.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
        (".htaccess", "htaccess"),
        ("a.exe. .", "a.exe"),
        ("CON.pdf", "file.pdf"),
        ("", "enclosure-7"),
        ("..", "enclosure-7"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_are_fit_for_any_file_system(name: str, safe: str) -> None:
    assert safe_name(file(name)) == safe


@given(st.text())
def test_no_name_leads_anywhere_else(name: str) -> None:
    safe = safe_name(file(name))
    assert safe
    assert len(safe) <= 150
    assert not set(safe) & set('/\\<>:"|?*\0\r\n')
    assert not safe.startswith(".")
