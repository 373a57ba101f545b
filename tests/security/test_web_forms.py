"""Forms made to hurt: every one is answered, nothing of it stays, and names lead nowhere."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.web import LIMIT, Web, invoice

CHECKS, SUBMISSIONS = "/api/v1/checks", "/api/v1/submissions"
FILE = b'Content-Disposition: form-data; name="file"; filename="a.xml"'
END = b"--x--\r\n"


def part(head: bytes, content: bytes = b"x") -> bytes:
    return b"--x\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


def field(name: str, content: bytes = b"x") -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"'.encode(), content)


NESTED = part(FILE + b"\r\nContent-Type: multipart/mixed; boundary=y", b"--y\r\n\r\n" + b"z\r\n--y--")
GOOD = part(FILE, invoice())

# What is sent (Content-Type, body), and the code of the problem it is answered with.
BAD: dict[str, tuple[str, bytes | list[bytes], str]] = {
    "no boundary": ("multipart/form-data", GOOD + END, "bad-form"),
    "an empty boundary": ("multipart/form-data; boundary=", GOOD + END, "bad-form"),
    "a boundary of 300 bytes": (f"multipart/form-data; boundary={'x' * 300}", GOOD + END, "bad-form"),
    "a boundary of quotes": ('multipart/form-data; boundary="' + '\\"' * 2000, GOOD + END, "bad-form"),
    "another boundary": ("multipart/form-data; boundary=y", GOOD + END, "bad-form"),
    "thousands of parameters": ("multipart/form-data; " + "a=b; " * 5000 + "boundary=y", GOOD + END, "bad-form"),
    "no end": ("multipart/form-data; boundary=x", GOOD, "bad-form"),
    "nothing": ("multipart/form-data; boundary=x", b"", "bad-form"),
    "no part": ("multipart/form-data; boundary=x", END, "no-file"),
    "no file": ("multipart/form-data; boundary=x", field("a") + END, "no-file"),
    "a file field left empty": (
        "multipart/form-data; boundary=x",
        part(b'Content-Disposition: form-data; name="file"; filename=""', b"") + END,
        "no-file",
    ),
    "a preamble without end": ("multipart/form-data; boundary=x", b"hello\r\n" * 500, "bad-form"),
    "101 parts": ("multipart/form-data; boundary=x", b"".join(field(f"f{n}") for n in range(101)) + END, "bad-form"),
    "a hundred thousand parts": ("multipart/form-data; boundary=x", [field("f") * 10_000] * 10, "form-too-large"),
    "nine headers in a part": ("multipart/form-data; boundary=x", part(b"\r\n".join([b"A: b"] * 9)) + END, "bad-form"),
    "a header of a megabyte": ("multipart/form-data; boundary=x", part(b"A: " + b"b" * 1_000_000) + END, "bad-form"),
    "a name of a megabyte": ("multipart/form-data; boundary=x", part(b"b" * 1_000_000 + b": a") + END, "bad-form"),
    "a field of a megabyte": ("multipart/form-data; boundary=x", field("a", b"b" * 1_000_000) + END, "bad-form"),
    "two files": ("multipart/form-data; boundary=x", GOOD * 2 + END, "several-files"),
    "a file too large": ("multipart/form-data; boundary=x", part(FILE, b"x" * (LIMIT + 1)) + END, "too-large"),
    "a part of megabytes": ("multipart/form-data; boundary=x", [part(FILE)[:-2], b"x" * 4_000_000], "form-too-large"),
    "almost boundaries": ("multipart/form-data; boundary=x", part(FILE, b"\r\n--" * 3_000) + END, "too-large"),
    "only line ends": ("multipart/form-data; boundary=x", [b"\r\n" * 500_000] * 3, "form-too-large"),
}  # fmt: skip


def sent(web: Web, path: str, media_type: str, body: bytes | Iterable[bytes], client: Any = None) -> Any:
    client = client or web.supplier()
    content = body if isinstance(body, bytes) else iter(body)
    return client.post(path, content=content, headers={"Content-Type": media_type})


@pytest.mark.parametrize("path", [CHECKS, SUBMISSIONS])
@pytest.mark.parametrize("name", BAD)
def test_a_form_made_to_hurt_is_refused_and_nothing_of_it_stays(web: Web, path: str, name: str) -> None:
    media_type, body, code = BAD[name]
    answer = sent(web, path, media_type, body)
    assert answer.json()["code"] == code
    assert 400 <= answer.status_code < 500
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []
    assert web.operator().get(SUBMISSIONS).json()["items"] == []


@pytest.mark.parametrize("name", BAD)
def test_the_portal_and_the_page_for_receipts_refuse_it_too(web: Web, name: str) -> None:
    media_type, body, _ = BAD[name]
    client = web.signed_in()
    for path in ("/upload", "/receipts"):
        assert 400 <= sent(web, path, media_type, body, client).status_code < 500
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []
    assert web.operator().get(SUBMISSIONS).json()["items"] == []


def test_a_form_within_a_form_is_one_file_and_no_invoice(web: Web) -> None:
    report = sent(web, CHECKS, "multipart/form-data; boundary=x", NESTED + END)
    assert report.json()["verdict"] == "rejected"


def test_what_follows_a_form_is_not_looked_at(web: Web) -> None:
    answer = sent(web, SUBMISSIONS, "multipart/form-data; boundary=x", [GOOD + END, b"y" * 3000 + GOOD + END])
    assert answer.status_code == 202
    assert len(web.operator().get(SUBMISSIONS).json()["items"]) == 1


@pytest.mark.parametrize(
    "media_type", ["application/zip", "application/x-zip-compressed", "application/gzip", "application/x-7z-compressed"]
)
@pytest.mark.parametrize(("lang", "hint"), [("de", "Entpacken Sie die Datei"), ("en", "Unpack the file")])
def test_an_archive_of_invoices_is_refused_with_what_to_do(web: Web, media_type: str, lang: str, hint: str) -> None:
    answer = web.supplier().post(
        SUBMISSIONS, content=b"PK\x03\x04" + b"\0" * 100, headers={"Content-Type": media_type, "Accept-Language": lang}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "archive")
    assert hint in answer.json()["remedy"]


def test_an_archive_that_does_not_say_so_is_rejected_with_what_to_do(web: Web) -> None:
    told = web.submitted(web.supplier(), b"PK\x03\x04" + b"\0" * 100)
    assert told["verdict"] == "rejected"
    page = web.operator().get(f"{SUBMISSIONS}/{told['id']}/report", headers={"Accept": "text/plain"}).text
    assert "Archiv" in page


LEADING_OUT = ["../../../etc/cron.d/x.xml", "..\\..\\x.xml", "/etc/passwd", "C:\\x.xml", "a\0b.xml", "....//x.xml",
               "%2e%2e%2fx.xml", "x.xml/", "~root/x.xml", "\r\nSet-Cookie: a=b", ".", "..", "x" * 5000]  # fmt: skip


@pytest.mark.parametrize("name", LEADING_OUT)
def test_a_name_leads_nowhere(web: Web, name: str) -> None:
    """By form, by header and in the address: it is shown, and never used to open anything."""
    before = tree(web)
    client = web.supplier()
    sent_name = name.replace("\r\n", "%0D%0A").replace("\0", "%00")
    client.post(SUBMISSIONS, files={"file": (name, invoice(number="1"))})
    client.post(f"{SUBMISSIONS}?filename={sent_name}", content=invoice(number="2"))
    by_header = f"attachment; filename*=UTF-8''{sent_name}".replace("\\", "%5C")
    client.post(SUBMISSIONS, content=invoice(number="3"), headers={"Content-Disposition": by_header})
    client.post(f"/kosit/{sent_name.replace('%00', '')[:200]}", content=invoice(number="4"))
    for item in web.operator().get(SUBMISSIONS).json()["items"]:
        assert not set("/\\\0\r\n") & set(item["name"] or "")
        saved = web.operator().get(f"{SUBMISSIONS}/{item['id']}/original")
        assert saved.headers["content-disposition"].startswith("attachment; filename=")
        assert "set-cookie" not in saved.headers
    assert {path.name for path in tree(web) - before if path.is_file()} & {"x.xml", "passwd", "x", "cron.d"} == set()


def tree(web: Web) -> set[Path]:
    return set(web.app.settings.data_dir.parent.rglob("*"))
