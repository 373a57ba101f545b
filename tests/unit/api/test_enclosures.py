"""Files that came with an invoice, over the API."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from tests.support.files import EXE, PDF, PNG, enclosing
from tests.support.web import Web

FILES = (("lv.pdf", "application/pdf", PDF), ("../&lt;img&gt;.exe", "image/png", EXE))


def submitted(web: Web, note: str = "") -> str:
    return str(web.submitted(web.supplier(), enclosing(*FILES, note=note))["links"]["self"])


def test_the_report_lists_them_and_each_can_be_fetched(web: Web) -> None:
    here = submitted(web)
    client = web.supplier()
    listed = client.get(f"{here}/report", headers={"Accept": "application/json"}).json()["inspection"]["enclosures"]
    assert [(one["number"], one["kind"], one["dangers"]) for one in listed] == [
        (1, "pdf", []),
        (2, "exe", ["executable", "disguised"]),
    ]
    assert [client.get(f"{here}/enclosures/{one['number']}").content for one in listed] == [PDF, EXE]


def test_no_browser_shows_them(web: Web) -> None:
    here = submitted(web)
    for number, media_type in ((1, "application/pdf"), (2, "application/octet-stream")):
        headers = web.supplier().get(f"{here}/enclosures/{number}").headers
        assert headers["content-type"] == media_type
        assert headers["content-disposition"].startswith("attachment; ")
        assert headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]


def test_they_are_saved_under_a_safe_name(web: Web) -> None:
    said = web.supplier().get(f"{submitted(web)}/enclosures/2").headers["content-disposition"]
    assert unquote(said.partition("UTF-8''")[2]) == "_img_.exe"


@pytest.mark.parametrize("number", ["3", "99999"])
def test_there_are_no_others(web: Web, number: str) -> None:
    assert web.supplier().get(f"{submitted(web)}/enclosures/{number}").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e9"])
def test_a_number_that_is_none_is_told(web: Web, number: str) -> None:
    assert web.supplier().get(f"{submitted(web)}/enclosures/{number}").status_code == 422


def test_whoever_may_not_read_the_invoice_does_not_learn_that_there_are_any(web: Web) -> None:
    assert web.supplier("Andere GmbH").get(f"{submitted(web)}/enclosures/1").status_code == 404


def test_a_rejected_invoice_has_them_too(web: Web) -> None:
    assert web.supplier().get(f"{submitted(web, 'reject')}/enclosures/1").content == PDF


def test_what_is_quarantined_stays_locked(web: Web) -> None:
    assert web.operator().get(f"{submitted(web, 'virus')}/enclosures/1").status_code == 409


def test_before_the_check_there_are_none(web: Web) -> None:
    web.at_once = False
    assert web.supplier().get(f"{submitted(web)}/enclosures/1").status_code == 404


def test_what_the_operator_does_not_want_is_refused_with_a_reason(open_web: Callable[..., Any]) -> None:
    with open_web(refused_enclosures="executable") as web:
        answer = web.submitted(web.supplier(), enclosing(("lv.pdf", "application/pdf", PDF), ("b.exe", "", EXE)))
        assert (answer["verdict"], answer["refusal_code"]) == ("rejected", "enclosure-refused")
        report = web.supplier().get(f"{answer['links']['self']}/report", headers={"Accept-Language": "de"})
        assert "„b.exe“ ist ein Programm." in json.dumps(report.json(), ensure_ascii=False)


def test_the_description_tells_of_the_route(web: Web) -> None:
    paths = web.client().get("/openapi.json").json()["paths"]
    answers = paths["/api/v1/submissions/{submission_id}/enclosures/{number}"]["get"]["responses"]
    assert {"application/pdf", "application/octet-stream"} <= set(answers["200"]["content"])
    assert {"404", "409", "410"} <= set(answers)


def test_a_check_that_keeps_nothing_lists_them_as_well(web: Web) -> None:
    answer = web.supplier().post("/api/v1/checks", content=enclosing(("foto.png", "image/png", PNG)))
    assert [one["name"] for one in answer.json()["inspection"]["enclosures"]] == ["foto.png"]
