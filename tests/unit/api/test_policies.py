"""What an authority's policies turn down, as programs see it: apart from the formal verdict, and never delivered."""

from einvoice.watching.figures import PROCESS
from tests.support.figures import Counted
from tests.support.web import Web, invoice


def declined(web: Web) -> dict[str, object]:
    web.known()
    return web.submitted(web.supplier(), invoice("decline"))


def test_the_outcome_stands_beside_the_formal_verdict(web: Web) -> None:
    found = declined(web)
    assert (found["verdict"], found["policy_outcome"], found["status"]) == ("accepted", "rejected", "declined")
    assert (found["handling"], found["hold"], found["settled"], found["errors"]) == ("decided", None, True, 0)
    assert "zurückgewiesen" in str(found["label"])
    assert "Stadt 04" in str(found["message"])


def test_where_nothing_was_asked_there_is_no_outcome(web: Web) -> None:
    web.known()
    assert web.submitted(web.supplier(), invoice())["policy_outcome"] is None


def test_it_is_not_handed_over(web: Web) -> None:
    declined(web)
    assert web.authority().post("/api/v1/deliveries:lease").json() == {"deliveries": []}


def test_the_feed_of_the_authority_says_why(web: Web) -> None:
    declined(web)
    last = web.authority().get("/api/v1/events").json()["events"][-1]
    assert (last["kind"], last["reason"], last["verdict"]) == ("decided", "policy", "accepted")


def test_it_may_be_submitted_again(web: Web) -> None:
    first = declined(web)
    again = declined(web)
    assert again["created"]
    assert again["id"] != first["id"]


def test_the_list_can_be_narrowed_to_it(web: Web) -> None:
    supplier, wanted = web.supplier(), declined(web)
    other = web.submitted(supplier, invoice(number="R-2"))
    for query, expected in (("true", wanted["id"]), ("false", other["id"])):
        found = supplier.get(f"/api/v1/submissions?declined={query}").json()["items"]
        assert [item["id"] for item in found] == [expected]


def test_figures_count_outcomes_apart_from_verdicts(web: Web) -> None:
    counted = Counted(PROCESS)
    declined(web)
    assert counted("einvoice_declined_total") == 1
    assert counted("einvoice_decided_total", verdict="accepted") == 1
    assert counted("einvoice_decided_total", verdict="rejected") == 0


def test_the_report_tells_policies_apart(web: Web) -> None:
    found = declined(web)
    report = web.supplier().get(f"/api/v1/submissions/{found['id']}/report").json()
    assert report["verdict"] == "accepted"
    assert report["policy"] == {
        "outcome": "rejected",
        "authority": "Stadt 04",
        "demands": [{"policy": "order-number", "action": "reject", "sha256": 64 * "a"}],
    }
    assert [(one["rule"], one["source"], one["demanded_by"]) for one in report["findings"]] == [
        ("POLICY-ORDER-01", "policy", "Stadt 04")
    ]
