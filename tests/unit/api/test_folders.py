"""The drop folders over the API."""

from datetime import timedelta

from einvoice.api.folderschemas import FolderList
from tests.support.folders import LOST, failed, stuck, tell
from tests.support.web import Web, invoice


def test_there_are_none_before_a_worker_has_told_of_one(web: Web) -> None:
    assert web.operator().get("/api/v1/folders").json() == {"folders": []}


def test_all_that_is_known_of_a_folder_is_told(web: Web) -> None:
    submission = web.submitted(web.supplier(), invoice("reject"))["id"]
    since = web.clock.now - timedelta(hours=1)
    tell(
        web.app.store,
        waiting=3,
        oldest=since,
        in_work=2,
        stuck=(stuck("a.doc.xml", since),),
        stuck_count=30,
        files=(failed("r.xml", since, submission), failed("large.xml", since, None, de="Zu groß.", en="Too large.")),
        not_taken=1,
        last=LOST,
    )
    [told] = web.operator().get("/api/v1/folders", headers={"Accept-Language": "en"}).json()["folders"]
    assert (told["name"], told["layout"], told["healthy"], told["watched"]) == ("koeln", "oxalis", True, True)
    assert (told["waiting"], told["in_work"], told["stuck_total"], told["failed_total"]) == (3, 2, 30, 2)
    assert told["looked_at_by"] == ["eins"]
    assert told["last_trouble"]["text"].startswith("The folder /srv/oxalis/inbound does not exist")
    assert told["stuck"][0]["text"].startswith("Document without a receipt")
    assert [one["submission"] for one in told["failed"]] == [submission, None]
    rejected, large = (one["text"] for one in told["failed"])
    assert rejected.startswith("Rejected: ")
    assert large == "Too large."
    assert told["today"] == {"accepted": 0, "rejected": 0, "failed": 1, "working": 0}


def test_trouble_is_told_in_the_language_asked_for(web: Web) -> None:
    tell(web.app.store, trouble=LOST)
    operator = web.operator()
    for language, begin in (("de", "Den Ordner"), ("en", "The folder")):
        told = operator.get("/api/v1/folders", headers={"Accept-Language": language}).json()["folders"][0]
        assert not told["healthy"]
        assert told["troubles"][0]["text"].startswith(begin)
        assert told["troubles"][0]["host"] == "eins"


def test_failed_documents_are_tried_again_by_id_or_all(web: Web) -> None:
    tell(web.app.store, files=(failed("a.xml", web.clock.now), failed("b.xml", web.clock.now)))
    operator = web.operator()
    answer = operator.post("/api/v1/folders/koeln/retry", json={"ids": ["id-of-a.xml"]})
    assert answer.status_code == 202
    assert [one["retrying"] for one in answer.json()["folders"][0]["failed"]] == [True, False]
    answer = operator.post("/api/v1/folders/koeln/retry", json={})
    assert [one["retrying"] for one in answer.json()["folders"][0]["failed"]] == [True, True]
    assert {wish.document for wish in web.app.store.folders.wishes()} == {"id-of-a.xml", None}


def test_a_retry_of_nothing_or_of_a_folder_nobody_knows_is_a_problem(web: Web) -> None:
    operator = web.operator()
    answer = operator.post("/api/v1/folders/bonn/retry", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    tell(web.app.store)
    assert operator.post("/api/v1/folders/koeln/retry", json={"ids": []}).status_code == 422
    assert web.app.store.folders.wishes() == ()


def test_only_operators_may_look_and_ask(web: Web) -> None:
    tell(web.app.store)
    for client, status in ((web.supplier(), 403), (web.authority(), 403), (web.client(), 401)):
        assert client.get("/api/v1/folders").status_code == status
        assert client.post("/api/v1/folders/koeln/retry", json={}).status_code == status
    assert web.app.store.folders.wishes() == ()


def test_the_example_of_the_description_is_one(web: Web) -> None:
    schema = web.client().get("/openapi.json").json()["components"]["schemas"]["FolderList"]
    [example] = schema["examples"]
    assert FolderList.model_validate(example).folders[0].failed[0].id
