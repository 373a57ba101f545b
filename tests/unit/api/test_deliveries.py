"""Handing over to an authority's program."""

import pytest

from tests.support.web import LEITWEG_ID, OTHER_LEITWEG_ID, Web, invoice


def ready(web: Web, leitweg_id: str = LEITWEG_ID, number: str = "R-1") -> None:
    web.known(leitweg_id)
    web.submitted(web.supplier(), invoice(number=number, leitweg_id=leitweg_id))


def test_what_is_leased_booked_and_acknowledged_is_not_handed_out_again(web: Web) -> None:
    ready(web)
    authority = web.authority()
    [lease] = authority.post("/api/v1/deliveries:lease").json()["deliveries"]
    assert authority.get(lease["submission"]["links"]["original"]).content == invoice()
    done = authority.post(f"/api/v1/deliveries/{lease['delivery_id']}:ack", json={"lease_token": lease["lease_token"]})
    assert (done.status_code, done.json()["submission_id"]) == (200, lease["submission"]["id"])
    web.clock.advance(100_000)
    assert authority.post("/api/v1/deliveries:lease").json()["deliveries"] == []


def test_an_acknowledgement_may_be_repeated(web: Web) -> None:
    ready(web)
    authority = web.authority()
    [lease] = authority.post("/api/v1/deliveries:lease").json()["deliveries"]
    address, token = f"/api/v1/deliveries/{lease['delivery_id']}:ack", {"lease_token": lease["lease_token"]}
    first = authority.post(address, json=token)
    web.clock.advance(60)
    assert authority.post(address, json=token).json() == first.json()


def test_what_is_given_back_can_be_leased_again_under_the_same_delivery(web: Web) -> None:
    ready(web)
    authority = web.authority()
    [lease] = authority.post("/api/v1/deliveries:lease").json()["deliveries"]
    address = f"/api/v1/deliveries/{lease['delivery_id']}"
    token = {"lease_token": lease["lease_token"]}
    assert authority.post(f"{address}:nack", json={**token, "reason": "Wartung"}).status_code == 204
    [again] = authority.post("/api/v1/deliveries:lease").json()["deliveries"]
    assert again["delivery_id"] == lease["delivery_id"]
    lost = authority.post(f"{address}:ack", json=token)
    assert (lost.status_code, lost.json()["code"]) == (409, "lease-lost")


def test_a_lease_can_be_extended(web: Web) -> None:
    ready(web)
    authority = web.authority()
    [lease] = authority.post("/api/v1/deliveries:lease", json={"seconds": 10}).json()["deliveries"]
    longer = authority.post(
        f"/api/v1/deliveries/{lease['delivery_id']}:extend", json={"lease_token": lease["lease_token"], "seconds": 600}
    )
    assert longer.json()["expires_at"] > lease["expires_at"]
    web.clock.advance(60)
    assert authority.post("/api/v1/deliveries:lease").json()["deliveries"] == []


def test_so_many_are_leased_as_asked_for(web: Web) -> None:
    for number in range(3):
        ready(web, number=f"R-{number}")
    leased = web.authority().post("/api/v1/deliveries:lease", json={"count": 2}).json()["deliveries"]
    assert len(leased) == 2


def test_another_authority_sees_nothing_of_it(web: Web) -> None:
    ready(web)
    [lease] = web.authority().post("/api/v1/deliveries:lease").json()["deliveries"]
    other = web.authority(OTHER_LEITWEG_ID)
    assert other.post("/api/v1/deliveries:lease").json()["deliveries"] == []
    assert other.get("/api/v1/submissions").json()["items"] == []
    assert other.get("/api/v1/events").json()["events"] == []
    for address in lease["submission"]["links"].values():
        assert other.get(address).status_code == 404
    for action, more in (("ack", {}), ("nack", {}), ("extend", {"seconds": 5})):
        stolen = other.post(
            f"/api/v1/deliveries/{lease['delivery_id']}:{action}", json={"lease_token": lease["lease_token"], **more}
        )
        assert stolen.status_code == 404


def test_an_unknown_action_does_not_exist(web: Web) -> None:
    assert web.authority().post("/api/v1/deliveries/01:eat", json={}).status_code == 404


def test_what_is_no_json_is_told(web: Web) -> None:
    answer = web.authority().post(
        "/api/v1/deliveries:lease", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


def test_the_feed_is_read_on_without_gaps(web: Web) -> None:
    ready(web)
    authority = web.authority()
    authority.post("/api/v1/deliveries:lease")
    first = authority.get("/api/v1/events?limit=1").json()
    rest = authority.get(f"/api/v1/events?after={first['after']}").json()
    assert [event["sequence"] for event in first["events"] + rest["events"]] == [1, 2, 3]
    assert [event["kind"] for event in rest["events"]] == ["available", "leased"]
    assert authority.get(f"/api/v1/events?after={rest['after']}").json() == {"events": [], "after": 3}


def test_an_operator_reads_the_feed_of_an_authority_by_its_id(web: Web) -> None:
    ready(web)
    assert web.operator().get(f"/api/v1/events?authority={web.known().id}").json()["after"] == 2


def test_an_authority_does_not_read_the_feed_of_another(web: Web) -> None:
    ready(web)
    answer = web.authority(OTHER_LEITWEG_ID).get(f"/api/v1/events?authority={web.known().id}")
    assert answer.status_code == 404


def test_an_operator_who_names_no_authority_is_told_which_parameter_is_missing(web: Web) -> None:
    answer = web.operator().get("/api/v1/events")
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "query.authority")


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("deliveries:lease", {"max": 5}),
        ("deliveries/x:ack", {"lease_token": "x", "token": "x"}),
        ("deliveries/x:nack", {"lease_token": "x", "why": "x"}),
        ("deliveries/x:extend", {"lease_token": "x", "seconds": 5, "minutes": 5}),
    ],
)
def test_a_field_we_do_not_know_is_refused(web: Web, action: str, body: dict[str, object]) -> None:
    answer = web.authority().post(f"/api/v1/{action}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert answer.json()["errors"][0]["where"] == f"body.{list(body)[-1]}"


def test_a_lease_that_is_over_lets_nobody_undo_a_right_booking(web: Web) -> None:
    ready(web)
    authority = web.authority()
    [lease] = authority.post("/api/v1/deliveries:lease").json()["deliveries"]
    address, token = f"/api/v1/deliveries/{lease['delivery_id']}", {"lease_token": lease["lease_token"]}
    authority.post(f"{address}:ack", json=token)
    lost = authority.post(f"{address}:nack", json=token, headers={"Accept-Language": "en"}).json()
    assert lost["code"] == "lease-lost"
    assert "already been acknowledged" in lost["detail"]
    assert "GET /api/v1/submissions/{id}" in lost["remedy"]
    assert "a booking under this “delivery_id” stays right" in lost["remedy"]
