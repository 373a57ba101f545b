"""What is no invoice, over HTTP: an answer with code, sentence and remedy; never accepted, and the original kept."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import httpx2 as httpx
import pytest
from pypdf import PdfWriter

from tests.support.service import SAMPLES, Service, wait_for

UBL = (SAMPLES / "01-ubl-rechnung-büromöbel.xml").read_bytes()
PDF = (SAMPLES / "06-pdf-xrechnung-gebäudereinigung.pdf").read_bytes()
XRECHNUNG = b"urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"


def pdf(*attachments: tuple[str, bytes], password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for name, data in attachments:
        writer.add_attachment(name, data)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def with_dtd(dtd: str) -> bytes:
    return UBL.replace(b"<Invoice", dtd.encode() + b"<Invoice", 1)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
SBD = b"<StandardBusinessDocument xmlns='http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader'>"
HEADER = b"<StandardBusinessDocumentHeader/>"
ORDER = b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>"


def enveloped(*parts: bytes) -> bytes:
    return SBD + b"".join(parts) + b"</StandardBusinessDocument>"


BAD: dict[str, tuple[bytes, set[str]]] = {
    "an empty file": (b"", {"empty"}),
    "no XML": (b"Sehr geehrte Damen und Herren", {"not-xml"}),
    "a truncated XML": (UBL[: len(UBL) // 2], {"malformed"}),
    "a wrong root": (b"<Brief/>", {"wrong-root"}),
    "a declared DTD": (with_dtd("<!DOCTYPE Invoice>"), {"doctype"}),
    "an external entity": (with_dtd('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), {"doctype"}),
    "a billion laughs": (with_dtd(f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'), {"doctype"}),
    "100,000 levels": (b"<a>" * 100_000 + b"</a>" * 100_000, {"too-deep"}),
    "a PDF without XML": (pdf(), {"pdf-no-xml"}),
    "an encrypted PDF": (pdf(("factur-x.xml", UBL), password="geheim"), {"pdf-encrypted"}),
    "two invoices in one PDF": (
        pdf(("factur-x.xml", UBL), ("xrechnung.xml", UBL + b"<!-- other -->")),
        {"pdf-several-invoices"},
    ),
    "a broken PDF": (PDF[: len(PDF) // 3], {"pdf-broken", "pdf-no-xml"}),
    "a wrong encoding": (UBL.replace(b"UTF-8", b"UTF-16", 1), {"encoding", "malformed", "not-xml"}),
    "an unknown encoding": (UBL.replace(b"UTF-8", b"KLINGON", 1), {"encoding", "malformed", "not-xml"}),
    "an envelope without a header": (enveloped(ORDER), {"sbdh-no-header"}),
    "an empty envelope": (enveloped(HEADER), {"sbdh-no-payload"}),
    "an envelope with two documents": (enveloped(HEADER, ORDER, ORDER), {"sbdh-two-payloads"}),
    "an envelope with an order": (enveloped(HEADER, ORDER), {"not-an-invoice"}),
    "an archive": (b"PK\x03\x04" + b"\0" * 100, {"unknown-type"}),
}


@pytest.fixture(scope="module")
def supplier(service: Service) -> httpx.Client:
    return service.supplier("Schlechte Eingaben")


@pytest.mark.parametrize("case", BAD)
def test_it_is_rejected_with_code_sentence_and_remedy_and_kept(supplier: httpx.Client, case: str) -> None:
    data, codes = BAD[case]
    answer = supplier.post("/api/v1/submissions?wait=60", content=data)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["verdict"], told["hold"]) == ("rejected", None)
    assert told["refusal_code"] in codes
    refusal = supplier.get(told["links"]["report"], headers={"Accept": "application/json"}).json()["refusal"]
    assert refusal["code"] == told["refusal_code"]
    assert refusal["message"]
    assert refusal["remedy"]
    page = supplier.get(told["links"]["report"], headers={"Accept": "text/html"}).text
    assert "Traceback" not in page
    assert supplier.get(told["links"]["original"]).content == data


@pytest.mark.parametrize("case", BAD)
def test_a_check_says_the_same(supplier: httpx.Client, case: str) -> None:
    data, codes = BAD[case]
    report = supplier.post("/api/v1/checks", content=data).json()
    assert report["verdict"] == "rejected"
    assert report["refusal"]["code"] in codes


def test_an_unknown_specification_is_rejected_for_having_no_scenario(supplier: httpx.Client) -> None:
    told = supplier.post(
        "/api/v1/submissions?wait=60", content=UBL.replace(XRECHNUNG, b"urn:example:my-own-format")
    ).json()
    assert (told["verdict"], told["scenario"]) == ("rejected", None)
    page = supplier.get(told["links"]["report"], headers={"Accept": "text/plain"}).text
    assert "urn:example:my-own-format" in page


@pytest.mark.parametrize("place", ["/api/v1/submissions", "/api/v1/checks"])
@pytest.mark.parametrize("way", ["announced", "streamed", "form"])
def test_a_20_mb_attachment_is_refused_while_it_streams(supplier: httpx.Client, place: str, way: str) -> None:
    attachment = base64.b64encode(b"\0" * 20_000_000)
    data = UBL.replace(b"</cbc:Note>", b"</cbc:Note><!--" + attachment + b"-->", 1)
    send: dict[str, Callable[[], httpx.Response]] = {
        "announced": lambda: supplier.post(place, content=data),
        "streamed": lambda: supplier.post(place, content=(data[at : at + 65536] for at in range(0, len(data), 65536))),
        "form": lambda: supplier.post(place, files={"file": ("gross.xml", data)}),
    }
    answer = send[way]()
    assert answer.status_code == 413
    assert answer.json()["code"] == "too-large"
    assert "15 MB" in answer.json()["detail"]
    assert answer.json()["remedy"]


def test_nothing_of_what_was_refused_stays_in_the_spool(service: Service, supplier: httpx.Client) -> None:
    assert supplier.get("/api/v1/submissions").status_code == 200
    assert list((service.folder / "data" / "spool").iterdir()) == []


def test_none_of_it_left_a_stack_trace_in_the_log(service: Service) -> None:
    assert "Traceback" not in service.log()
    assert "request-failed" not in service.log()


def test_a_bad_file_in_the_drop_folder_ends_in_failed(service: Service, tmp_path: Path) -> None:
    (tmp_path / "kaputt.pdf").write_bytes(BAD["an encrypted PDF"][0])
    (tmp_path / "kaputt.pdf").rename(service.inbox / "drop" / "kaputt.pdf")
    failed = service.inbox / "failed"
    [page] = wait_for(lambda: list(failed.glob("kaputt*.html")))
    assert "verschlüsselt" in page.read_text("utf-8")
