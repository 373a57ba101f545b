"""The page of the drop folders."""

import re
from datetime import timedelta

import pytest

from einvoice.identity import Role
from einvoice.store.folders import RETRIED
from tests.support.folders import LOST, failed, stuck, tell
from tests.support.web import Web, invoice


def csrf(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def words(page: str) -> str:
    """The page as it is read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_where_no_worker_has_told_of_a_folder_the_page_says_so(web: Web) -> None:
    page = web.signed_in(Role.OPERATOR).get("/folders").text
    assert "Kein Eingangsordner wird betreut" in page
    assert "folders.toml" in page


def test_a_healthy_folder_is_one_row(web: Web) -> None:
    tell(web.app.store, waiting=1234, oldest=web.clock.now, in_work=2)
    page = web.signed_in(Role.OPERATOR).get("/folders").text
    assert "In Ordnung" in page
    assert "1.234" in page
    assert "dazu 2 in Arbeit" in page
    assert 'id="folder-koeln"' not in page


def test_the_unhealthy_one_comes_first_with_its_trouble_in_words(web: Web) -> None:
    tell(web.app.store, "aachen")
    tell(web.app.store, "koeln", trouble=LOST)
    page = web.signed_in(Role.OPERATOR).get("/folders").text
    assert page.index("koeln") < page.index("aachen")
    assert "Ist das Laufwerk eingehängt" in page
    assert "Rechner eins" in words(page)


def test_stuck_files_stand_there_with_their_reason(web: Web) -> None:
    there = stuck("0204_1/0088_2/<b>.doc.xml", web.clock.now - timedelta(hours=1))
    tell(web.app.store, stuck=(there,), stuck_count=25)
    page = web.signed_in(Role.OPERATOR).get("/folders").text
    assert "0204_1/0088_2/&lt;b&gt;.doc.xml" in page
    assert "Dokument ohne Quittung" in page
    assert "Und 24 weitere" in page


def test_failed_documents_stand_there_with_reason_and_report(web: Web) -> None:
    submission = web.submitted(web.supplier(), invoice("reject"))["id"]
    tell(
        web.app.store,
        files=(
            failed("r-1.xml", web.clock.now, submission),
            failed("r-2.xml", web.clock.now, None, de="Zu groß.", en="Too large."),
            failed("r-3.xml", web.clock.now, "0" * 26),
        ),
    )
    page = web.signed_in(Role.OPERATOR).get("/folders").text
    assert f'href="/submissions/{submission}"' in page
    assert "Abgelehnt: " in page
    assert "Zu groß." in page
    assert "Too large." not in page
    assert "000000" not in page, "that one is not known any more"


def test_a_failed_document_is_tried_again_and_it_is_audited_by_whom(web: Web) -> None:
    client = web.signed_in(Role.OPERATOR)
    tell(web.app.store, files=(failed("r-1.xml", web.clock.now), failed("r-2.xml", web.clock.now)))
    form = {"csrf": csrf(client.get("/folders").text), "document": "id-of-r-1.xml"}
    answer = client.post("/folders/koeln/retry", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/folders?asked=koeln")
    [wish] = web.app.store.folders.wishes()
    assert (wish.folder, wish.document) == ("koeln", "id-of-r-1.xml")
    page = client.get("/folders?asked=koeln").text
    assert "Der Auftrag ist gespeichert" in page
    assert page.count("Wird noch einmal aufgenommen, sobald") == 1
    [entry] = [entry for entry in web.app.store.audit.entries() if entry.action == RETRIED]
    assert entry.actor.startswith("account:")


def test_all_of_a_folder_are_tried_again(web: Web) -> None:
    client = web.signed_in(Role.OPERATOR)
    tell(web.app.store, files=(failed("r-1.xml", web.clock.now), failed("r-2.xml", web.clock.now)))
    page = client.get("/folders").text
    assert "Alle 2 noch einmal aufnehmen" in page
    client.post("/folders/koeln/retry", data={"csrf": csrf(page)})
    assert [wish.document for wish in web.app.store.folders.wishes()] == [None]
    assert client.get("/folders").text.count("Wird noch einmal aufgenommen, sobald") == 2


def test_a_folder_nobody_knows_is_not_found_and_a_foreign_form_is_refused(web: Web) -> None:
    client = web.signed_in(Role.OPERATOR)
    tell(web.app.store, files=(failed("r-1.xml", web.clock.now),))
    token = csrf(client.get("/folders").text)
    assert client.post("/folders/bonn/retry", data={"csrf": token}).status_code == 404
    assert client.post("/folders/koeln/retry", data={"csrf": "x"}).status_code == 403
    assert web.app.store.folders.wishes() == ()


def test_a_folder_nobody_looks_after_says_who_did_and_that_a_retry_waits(web: Web) -> None:
    tell(web.app.store, files=(failed("r-1.xml", web.clock.now),), waiting=4)
    client = web.signed_in(Role.OPERATOR)
    web.clock.advance(120)
    page = client.get("/folders").text
    assert "Nicht betreut" in page
    assert "gesehen von Rechner eins" in page
    assert "wartet, bis wieder ein Worker" in page


@pytest.mark.parametrize("role", [Role.SUPPLIER, Role.AUTHORITY])
def test_the_page_is_for_operators_alone(web: Web, role: Role) -> None:
    tell(web.app.store, trouble=LOST)
    client = web.signed_in(role)
    assert client.get("/folders").status_code == 403
    assert client.post("/folders/koeln/retry").status_code == 403
    page = client.get("/submissions").text
    assert "/folders" not in page


def test_the_overview_links_to_folders_that_need_somebody_and_to_no_other(web: Web) -> None:
    client = web.signed_in(Role.OPERATOR)
    web.submitted(web.supplier(), invoice())
    tell(web.app.store, "aachen")
    assert "#folder-" not in client.get("/submissions").text
    tell(web.app.store, "koeln", stuck=(stuck("a", web.clock.now),), stuck_count=1)
    page = client.get("/submissions").text
    assert 'href="/folders#folder-koeln"' in page
    assert "folder-aachen" not in page
