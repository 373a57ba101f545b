"""The face of the KoSIT validator's daemon: statuses, reports, who may ask, and that nothing is kept."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from tests.support.web import LIMIT, Web, invoice

REPORT = "{http://www.xoev.de/de/validator/varl/1}"
XML = {"Content-Type": "application/xml"}
PEER = "192.0.2.0/24"  # where the clients of these tests are


@pytest.fixture
def client(web: Web) -> Any:
    """A client with a token."""
    return web.supplier()


def report_of(answer: Any) -> etree._Element:
    assert answer.headers["content-type"] == "application/xml"
    return etree.fromstring(answer.content)


@pytest.mark.parametrize(
    ("document", "status", "recommended"),
    [
        (invoice(), 200, ["accept"]),
        (invoice("reject"), 406, ["reject"]),
        (b"<a>" * 101 + b"</a>" * 101, 406, ["reject"]),
        (b"<a><b></a>", 422, ["reject"]),
        (b"Guten Tag", 422, ["reject"]),
        (b" \n", 422, ["reject"]),
        (b"%PDF-1.7", 422, ["reject"]),
        (b"<!DOCTYPE a><a/>", 422, ["reject"]),
        (invoice("abort"), 422, []),
        (invoice("fault"), 503, []),
    ],
)
def test_the_status_is_the_recommendation(client: Any, document: bytes, status: int, recommended: list[str]) -> None:
    answer = client.post("/kosit/rechnung.xml", content=document, headers=XML)
    report = report_of(answer)
    found = [etree.QName(one).localname for one in report.iterfind(f"{REPORT}assessment/*")]
    assert (answer.status_code, found) == (status, recommended)


def test_trouble_of_ours_that_passes_says_when_to_come_back(client: Any) -> None:
    assert "retry-after" in client.post("/kosit", content=invoice("fault")).headers
    assert "retry-after" not in client.post("/kosit", content=invoice("abort")).headers


def test_the_report_tells_no_details_of_our_trouble(client: Any) -> None:
    assert b"nobody but the operator" not in client.post("/kosit", content=invoice("abort")).content


@pytest.mark.parametrize(
    ("path", "reference"),
    [
        ("/kosit/rechnung.xml", "rechnung.xml"),
        ("/kosit/2026/11/a%20%C3%BC.xml", "a ü.xml"),
        ("/kosit/r.xml?x=y", "r.xml"),
    ],
)
def test_the_last_part_of_the_path_names_the_document(client: Any, path: str, reference: str) -> None:
    report = report_of(client.post(path, content=invoice()))
    assert report.findtext(f".//{REPORT}documentReference") == reference


def test_a_document_without_a_name_gets_one_of_its_own(client: Any) -> None:
    names = {
        report_of(client.post(path, content=invoice())).findtext(f".//{REPORT}documentReference")
        for path in ("/kosit", "/kosit/", "/kosit")
    }
    assert len(names) == 3
    assert all(name and name.startswith("supplied_instance_") for name in names)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", None])
def test_the_content_type_does_not_matter(client: Any, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    assert client.post("/kosit", content=invoice(), headers=headers).status_code == 200


def test_what_the_client_accepts_does_not_matter(client: Any) -> None:
    assert client.post("/kosit", content=invoice(), headers={"Accept": "application/json"}).status_code == 200


def test_a_form_is_not_taken(client: Any) -> None:
    answer = client.post("/kosit", files={"file": ("r.xml", invoice())})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")


def test_no_content_is_said(client: Any) -> None:
    assert client.post("/kosit/r.xml", content=b"", headers=XML).status_code == 400


@pytest.mark.parametrize("path", ["/kosit", "/kosit/r.xml"])
@pytest.mark.parametrize("announced", [True, False])
def test_what_is_too_large_is_refused(client: Any, path: str, announced: bool) -> None:
    data = invoice() + b" " * LIMIT
    content = data if announced else iter([data[:1000], data[1000:]])
    answer = client.post(path, content=content, headers=XML)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize("path", ["/kosit", "/kosit/r.xml"])
def test_other_methods_are_not_allowed(client: Any, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 405


def test_nothing_is_kept(web: Web, client: Any) -> None:
    for document in (invoice(), invoice("reject"), b"", b"<a>", invoice("abort")):
        client.post("/kosit", content=document)
    assert client.get("/api/v1/submissions").json()["items"] == []
    assert list((web.app.settings.data_dir / "spool").iterdir()) == []
    assert list((web.app.settings.data_dir / "blobs").iterdir()) == []


def test_people_and_programs_are_told_what_it_is(client: Any) -> None:
    page = client.get("/kosit", headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"})
    text = client.get("/kosit")
    assert page.text.startswith("<!DOCTYPE html>")
    assert 'lang="en"' in page.text
    assert text.headers["content-type"].startswith("text/plain")
    assert "http://127.0.0.1:8080/kosit/rechnung.xml" in text.text


def test_its_health_is_told_as_the_daemon_does(client: Any) -> None:
    answer = client.get("/kosit/server/health")
    namespace = "{http://www.xoev.de/de/validator/framework/1/daemon}"
    assert etree.fromstring(answer.content).findtext(f"{namespace}status") == "UP"


@pytest.mark.parametrize(
    ("address", "options", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 401),
        ("192.0.2.7", {"kosit_networks": f"10.0.0.0/8, {PEER}"}, 200),
        ("::ffff:192.0.2.7", {"kosit_networks": PEER}, 200),
        ("192.0.3.7", {"kosit_networks": PEER}, 401),
        ("2001:db8::7", {"kosit_networks": "2001:db8::/32"}, 200),
        ("127.0.0.1", {"public_url": "https://rechnung.example"}, 401),
        ("127.0.0.1", {"https_only": True}, 401),
        ("127.0.0.1", {"https_only": True, "kosit_networks": "127.0.0.0/8"}, 200),
        ("no address", {"kosit_networks": "0.0.0.0/0, ::/0"}, 401),
    ],
)
def test_neighbours_need_no_token(open_web: Callable[..., Any], address: str, options: Any, status: int) -> None:
    with open_web(**options) as web:
        client = web.client(address=(address, 40000))
        assert client.post("/kosit", content=invoice()).status_code == status
        assert client.get("/kosit").status_code == status


def test_a_neighbour_may_nothing_else(open_web: Callable[..., Any]) -> None:
    with open_web(kosit_networks=PEER) as web:
        assert web.client().post("/api/v1/checks", content=invoice()).status_code == 401


def test_a_forwarded_address_is_not_believed(web: Web) -> None:
    headers = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1"}
    assert web.client().post("/kosit", content=invoice(), headers=headers).status_code == 401


def test_every_role_may_with_a_token(web: Web) -> None:
    for client in (web.supplier(), web.authority(), web.operator()):
        assert client.post("/kosit", content=invoice()).status_code == 200


def test_a_signed_in_browser_needs_no_form_token(web: Web) -> None:
    assert web.signed_in().post("/kosit", content=invoice()).status_code == 200
