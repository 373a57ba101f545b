"""The whole way over HTTP, against the real program: handed in, judged, collected, acknowledged; by nobody else."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from einvoice.api.describe import EXAMPLE_INVOICE
from tests.support.service import EINVOICE, Service, wait_for

XML = "01-ubl-rechnung-büromöbel.xml"
PDF = "06-pdf-xrechnung-gebäudereinigung.pdf"


def hand_in(supplier: httpx.Client, data: bytes, name: str = "") -> dict[str, Any]:
    """Submit and wait for the verdict."""
    answer = supplier.post("/api/v1/submissions", params={"wait": 60, "filename": name}, content=data)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = supplier.get(answer.headers["location"]).json()
    return found


def lease(authority: httpx.Client, submission_id: str) -> dict[str, Any]:
    """Lease what there is until that submission comes; the others are given back."""
    deliveries = authority.post("/api/v1/deliveries:lease", json={"count": 100}).raise_for_status().json()["deliveries"]
    for other in deliveries:
        if other["submission"]["id"] != submission_id:
            give_back(authority, other)
    [wanted] = [one for one in deliveries if one["submission"]["id"] == submission_id]
    return dict(wanted)


def give_back(authority: httpx.Client, delivery: dict[str, Any]) -> None:
    authority.post(
        f"/api/v1/deliveries/{delivery['delivery_id']}:nack", json={"lease_token": delivery["lease_token"]}
    ).raise_for_status()


def book(authority: httpx.Client, delivery: dict[str, Any]) -> None:
    authority.post(
        f"/api/v1/deliveries/{delivery['delivery_id']}:ack", json={"lease_token": delivery["lease_token"]}
    ).raise_for_status()


@pytest.mark.parametrize("name", [XML, PDF], ids=["XML", "PDF"])
def test_handed_in_judged_collected_acknowledged(
    service: Service, samples: Path, musterstadt: httpx.Client, beispiel: httpx.Client, name: str
) -> None:
    data = (samples / name).read_bytes()
    supplier = service.supplier(f"Lieferant {name}")

    told = hand_in(supplier, data, name)
    assert (told["verdict"], told["status"], told["name"]) == ("accepted", "available", name)
    report = supplier.get(told["links"]["report"], headers={"Accept": "application/json"}).json()
    assert report["verdict"] == "accepted"
    assert "Angenommen" in supplier.get(told["links"]["report"], headers={"Accept": "text/html"}).text

    delivery = lease(musterstadt, told["id"])
    assert musterstadt.get(told["links"]["original"]).content == data
    terms = {term["id"]: term["value"] for term in musterstadt.get(told["links"]["invoice"]).json()["terms"]}
    assert terms["BT-1"] == told["invoice_number"]

    assert beispiel.post("/api/v1/deliveries:lease").json()["deliveries"] == []
    assert beispiel.get(told["links"]["self"]).status_code == 404

    book(musterstadt, delivery)
    assert supplier.get(told["links"]["self"]).json()["status"] == "acknowledged"
    events = musterstadt.get("/api/v1/events", params={"limit": 1000}).json()["events"]
    kinds = [event["kind"] for event in events if event["submission_id"] == told["id"]]
    assert kinds == ["decided", "available", "leased", "acknowledged"]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))


def test_a_file_put_into_the_drop_folder_goes_the_same_way(
    service: Service, samples: Path, beispiel: httpx.Client
) -> None:
    name = "02-ubl-gutschrift-schulbücher.xml"
    shutil.copy(samples / name, service.inbox / "drop" / name)
    wait_for(lambda: len(list((service.inbox / "done").glob(f"*/{name}*"))) >= 3)
    [done] = (service.inbox / "done").iterdir()  # the day
    assert (done / name).read_bytes() == (samples / name).read_bytes()
    assert not (service.inbox / "drop" / name).exists()
    [report] = [json.loads(path.read_text("utf-8")) for path in done.glob("02-*.json")]
    assert report["verdict"] == "accepted"

    [found] = service.operator().get("/api/v1/submissions", params={"text": name}).json()["items"]
    assert (found["door"], found["status"]) == ("folder", "available")
    delivery = lease(beispiel, found["id"])
    assert beispiel.get(found["links"]["original"]).content == (samples / name).read_bytes()
    book(beispiel, delivery)


def test_a_rejected_file_of_the_drop_folder_lies_beside_its_report(service: Service, samples: Path) -> None:
    name = "08-fehler-leitweg-id-fehlt.xml"
    shutil.copy(samples / name, service.inbox / "drop" / name)
    failed = service.inbox / "failed"
    wait_for(lambda: len(list(failed.glob(f"{name}*"))) >= 4)
    [page] = failed.glob("08-*.html")
    assert "BR-DE-15" in page.read_text("utf-8")
    [reason] = failed.glob("08-*.txt")
    assert "Leitweg-ID" in reason.read_text("utf-8")


def test_every_sample_gets_its_verdict(service: Service, samples: Path, musterstadt: httpx.Client) -> None:
    supplier = service.supplier("Alle Beispiele")
    expected = json.loads((samples / "expected.json").read_text("utf-8"))["files"]
    found = {name: hand_in(supplier, (samples / name).read_bytes(), name) for name in expected}
    assert {name: one["verdict"] for name, one in found.items()} == {
        name: one["verdict"] for name, one in expected.items()
    }
    for name, one in found.items():
        checked = supplier.post("/api/v1/checks", content=(samples / name).read_bytes()).json()
        kept = supplier.get(one["links"]["report"]).json()
        assert checked["findings"] == kept["findings"], f"{name}: a check says what a submission gets"


def test_the_example_of_the_description_is_accepted(service: Service) -> None:
    report = service.supplier().post("/api/v1/checks", content=EXAMPLE_INVOICE.encode()).json()
    assert (report["verdict"], report["findings"]) == ("accepted", [])


def test_an_invoice_for_nobody_here_waits_until_the_authority_is_entered(service: Service, samples: Path) -> None:
    supplier = service.supplier("Früher Lieferant")
    leitweg_id = "991-01234-56"
    data = (samples / XML).read_bytes().replace(b"04011000-1234512345-06", leitweg_id.encode())
    told = hand_in(supplier, data)
    assert (told["verdict"], told["hold"]) == ("accepted", "unroutable")
    assert leitweg_id in told["message"]
    held = service.operator().get("/api/v1/submissions", params={"hold": "unroutable"}).json()["items"]
    assert told["id"] in {one["id"] for one in held}

    late = service.authority("Späte Gemeinde", leitweg_id)
    book(late, lease(late, told["id"]))
    assert supplier.get(told["links"]["self"]).json()["status"] == "acknowledged"


def test_a_person_signs_in_with_the_password_set_by_the_operator(service: Service, samples: Path) -> None:
    made = subprocess.run(
        [EINVOICE, "admin", "create-user", "--login", "erika", "--role", "supplier", "--supplier", "Muster GmbH"],
        input="richtig-lang-und-geheim\n", env=service.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    browser = service.client()
    page = browser.get("/sign-in").text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"login": "erika", "password": "richtig-lang-und-geheim", "csrf": csrf, "next": "/upload"}
    signed_in = browser.post("/sign-in", data=form, follow_redirects=True)
    assert "Rechnung einreichen" in signed_in.text
    csrf = signed_in.text.partition('data-csrf="')[2].partition('"')[0]
    sent = browser.post("/upload", data={"csrf": csrf}, files={"files": ("a.xml", (samples / XML).read_bytes())})
    assert sent.status_code == 303
    shown = wait_for(lambda: page if "Angenommen" in (page := browser.get(sent.headers["location"]).text) else None)
    assert "2026-10437" in shown


def test_it_says_that_it_is_ready_and_how_much_there_is(service: Service) -> None:
    assert httpx.get(f"{service.url}/healthz").json() == {"status": "ok"}
    ready = httpx.get(f"{service.url}/readyz")
    assert ready.status_code == 200
    parts = ("database", "disk", "rules", "storage", "validators")
    assert {part: ready.json()["checks"][part] for part in parts} == dict.fromkeys(parts, "ok")
    assert "einvoice_decided_total" in httpx.get(f"{service.url}/metrics").text


def test_its_log_names_nobody(service: Service) -> None:
    for secret in ("Möbelwerk", "Grünwald", "04011000-1234512345-06", "richtig-lang-und-geheim"):
        assert secret not in service.log()
