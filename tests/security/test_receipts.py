"""The page where strangers have receipts checked costs little, keeps nothing, and tells nothing that was not shown."""

import asyncio
import threading
from typing import Any

import pytest
from anyio import to_thread
from starlette.testclient import TestClient

from einvoice.portal import receipts
from einvoice.records.receipts import receipt_json
from tests.support.web import Web, invoice


@pytest.fixture
def receipt(web: Web) -> bytes:
    submission = web.submitted(web.supplier(), invoice("reject", number="GEHEIM-1", seller="Geheim GmbH"))["id"]
    return receipt_json(web.app.store, web.app.signer, submission)


def post(client: TestClient, *files: bytes, csrf: str) -> Any:
    named = [("receipt", ("a.json", data)) for data in files]
    return client.post("/receipts", data={"csrf": csrf}, files=named)


def spooled(web: Web) -> list[Any]:
    return list((web.app.settings.data_dir / "spool").iterdir())


def test_it_tells_strangers_nothing_of_the_invoice(web: Web, receipt: bytes) -> None:
    client = web.client()
    page = post(client, receipt, csrf=web.csrf(client)).text
    assert "Nicht echt" not in page
    for secret in ("GEHEIM-1", "Geheim GmbH", "BR-DE-15", "supplier:"):
        assert secret not in page


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_form_of_another_site_is_refused(web: Web, receipt: bytes, signed_in: bool) -> None:
    client = web.signed_in() if signed_in else web.client()
    answer = post(client, receipt, csrf=web.csrf(web.client()))
    assert answer.status_code == 403
    assert "Formular abgelaufen" in answer.text


def test_nothing_that_came_in_is_kept(web: Web, receipt: bytes) -> None:
    client = web.client()
    csrf = web.csrf(client)
    for files in ((receipt,), (receipt, invoice()), (b"x",), (receipt, bytes(6000)), (receipt, receipt, receipt)):
        post(client, *files, csrf=csrf)
        post(client, *files, csrf="wrong")
    assert spooled(web) == []
    assert len(web.operator().get("/api/v1/submissions").json()["items"]) == 1


def test_more_than_two_files_are_refused(web: Web, receipt: bytes) -> None:
    client = web.client()
    assert post(client, receipt, receipt, receipt, csrf=web.csrf(client)).status_code == 400


def test_too_many_at_once_are_sent_away(web: Web, receipt: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "_AT_ONCE", threading.BoundedSemaphore(1))
    client = web.client()
    csrf = web.csrf(client)
    with receipts._AT_ONCE:
        answer = post(client, receipt, csrf=csrf)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    for wrong in (csrf, "wrong"):  # whatever comes of it, the place is free again
        post(client, b"x", csrf=wrong)
    assert post(client, receipt, csrf=csrf).status_code == 200


def test_what_takes_for_ever_to_come_in_is_given_up(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*args: object, **more: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(receipts, "received_form", never)
    monkeypatch.setattr(receipts, "_SECONDS", 0.05)
    answer = web.client().post("/receipts", files={"receipt": b"x"})
    assert answer.status_code == 400
    assert "Verbindung abgebrochen" in answer.text


def test_one_is_looked_at_after_the_other(web: Web, receipt: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    run = to_thread.run_sync

    async def watched(work: Any, *args: Any, limiter: Any = None, **more: Any) -> Any:
        limits.append(limiter.total_tokens if limiter else None)
        return await run(work, *args, limiter=limiter, **more)

    monkeypatch.setattr(receipts.to_thread, "run_sync", watched)
    client = web.client()
    assert post(client, receipt, csrf=web.csrf(client)).status_code == 200
    assert 1 in limits


def test_the_private_key_is_nowhere(web: Web, receipt: bytes) -> None:
    client = web.client()
    for answer in (client.get("/receipts"), client.get("/receipts/public-key.pem")):
        assert "PRIVATE" not in answer.text
    for name in ("signing", "../keys/signing.pem", "%2e%2e/signing"):
        assert client.get(f"/receipts/public-key.pem?id={name}").status_code == 404
