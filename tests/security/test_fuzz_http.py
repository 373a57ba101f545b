"""Odd requests by everybody to every route: an answer of ours each time, never one that says it is our mistake."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from einvoice.model.submission import Door
from tests.security.fuzz import http
from tests.security.fuzz.site import Asked, Site, check, opened_site


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("site")) as found:
        yield found


@settings(max_examples=600, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), chance=st.randoms(use_true_random=False))
def test_every_request_is_answered_as_one_of_ours(at: Site, data: st.DataObject, chance: object) -> None:
    check(http.mutated(chance, at), at)  # type: ignore[arg-type]


def test_the_requests_reach_what_they_are_meant_for(at: Site) -> None:
    """Whoever asks is known, and a route found: else nothing was tried but the door."""
    mine = [(b"host", b"testserver"), *at.credentials["operator"]]
    asked = Asked("operator", "GET", f"/api/v1/submissions/{at.ids[0]}", b"", tuple(mine), ())
    assert check(asked, at).status == 200
    assert Door.API not in at.app.store.doors.paused()
