"""Which parts are taken, and under which names."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.intake.mail.attachments import Attachment, drop_names, sort_parts
from einvoice.intake.mail.parsing import read_message
from tests.support.mails import PDF, XML, mail

DIGEST = "ab" * 32


def sorted_parts(message: EmailMessage, most: int = 1000) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    taken, ignored = sort_parts(read_message(message.as_bytes()), most)
    return [(one.name, one.kind) for one in taken], [(one.name, one.why) for one in ignored]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (XML, "xml"),
        (b"\xef\xbb\xbf \n<a/>", "xml"),
        ("\ufeff<a/>".encode("utf-16-le"), "xml"),
        (b"  \r\n<a/>", "xml"),
        (PDF, "pdf"),
        (b"junk before\n" + PDF, "pdf"),
    ],
)
def test_the_content_decides_whatever_the_name_says(data: bytes, kind: str) -> None:
    assert sorted_parts(mail(("scan.bin", data)))[0] == [("scan.bin", kind)]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("r.zip", b"PK\x03\x04", "archive"),
        ("r.xml", b"PK\x03\x04%PDF-1.7", "archive"),
        ("logo.png", b"\x89PNG", "image"),
        ("r.doc", b"\xd0\xcf\x11\xe0", "office"),
        ("seite.htm", b"<!DOCTYPE html><html></html>", "other"),
        ("leer.xml", b" ", "empty"),
        ("groß.xml", b"<a>" + b" " * 1000, "too-large"),
        ("r.txt", b"Rechnung", "other"),
    ],
)
def test_what_can_be_no_invoice_is_named_with_the_reason(name: str, data: bytes, why: str) -> None:
    assert sorted_parts(mail((name, data))) == ([], [(name, why)])


def test_the_text_of_a_message_is_neither_taken_nor_named() -> None:
    message = mail()
    message.add_alternative("<html><body>Rechnung</body></html>", subtype="html")
    assert sorted_parts(message) == ([], [])


def test_an_image_in_the_text_is_ignored_even_if_it_is_xml() -> None:
    message = mail()
    message.add_attachment(b"<svg/>", maintype="image", subtype="svg+xml", filename="logo.svg", disposition="inline")
    assert sorted_parts(message) == ([], [("logo.svg", "image")])


def test_an_invoice_inside_a_forwarded_message_is_found() -> None:
    outer = mail(text="siehe unten")
    outer.add_attachment(mail(("r.xml", XML)))
    assert sorted_parts(outer)[0] == [("r.xml", "xml")]


def test_an_invoice_without_a_name_in_place_of_the_text_is_taken() -> None:
    message = EmailMessage()
    message.set_content(XML, maintype="application", subtype="xml")
    assert sorted_parts(message)[0] == [("", "xml")]


def test_the_same_content_twice_is_one_document() -> None:
    assert sorted_parts(mail(("a.xml", XML), ("b.xml", XML)))[0] == [("a.xml", "xml")]


def test_signed_and_encrypted_parts_are_told() -> None:
    message = mail()
    message.add_attachment(b"0\x82", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    message.add_attachment(b"0\x82", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    assert sorted_parts(message)[1] == [("smime.p7m", "encrypted"), ("smime.p7s", "signature")]


def test_names_in_the_drop_folder_keep_what_a_person_knows_them_by() -> None:
    [name] = drop_names(DIGEST, [Attachment("Rechnung Büromöbel 4/2026.XML", "xml", XML)])
    assert name == "abababababababababab-1-Rechnung-Bueromoebel-4-2026.xml"


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5))
def test_names_in_the_drop_folder_are_harmless_whatever_a_sender_writes(given_names: list[str]) -> None:
    attachments = [Attachment(name, "pdf", PDF) for name in given_names]
    names = list(drop_names(DIGEST, attachments))
    assert len(set(names)) == len(names)
    for name in names:
        assert name.isascii()
        assert name.endswith(".pdf")
        assert name.count(".") == 1
        assert not set(name) & set("/\\\0\n \"'")
        assert len(name) < 120
