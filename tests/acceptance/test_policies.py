"""What an authority asks beyond the law, with the real program: switched on, judged, told, and never delivered."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from einvoice.identity import Identity, Role
from einvoice.model.policy import AuthorityPolicy, Demand, PolicyAction
from einvoice.settings import Settings
from einvoice.store import Store, open_store
from tests.support.policies import CREDIT_NOTE, SAMPLES, UBL, changed
from tests.support.service import EINVOICE, Service, wait_for

LEITWEG_IDS = iter(f"04011000-POLICY{number}-97" for number in range(1, 100))
ORDER = Demand("order-number", PolicyAction.REJECT)
OWN = """<?xml version="1.0"?>
<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt3">
<sch:title>Own</sch:title>
<sch:pattern><sch:rule context="/*">
<sch:assert id="POLICY-OWN-01" test="{}">Nothing is right here.</sch:assert>
</sch:rule></sch:pattern>
</sch:schema>
"""


@dataclass(frozen=True)
class Asking:
    """An authority that asks for more than the law, and what is sent to it."""

    service: Service
    id: str
    leitweg_id: str
    supplier: httpx.Client
    accounting: httpx.Client

    def command(self, policy: str, action: str, code: int = 0) -> str:
        """Switch a policy as an operator does; what is said about it."""
        command = [EINVOICE, "admin", "set-policy", "--authority", self.id, "--policy", policy, "--action", action]
        done = subprocess.run(command, env=self.service.environment(), capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def asks(self, *demands: Demand, profiles: tuple[str, ...] | None = None) -> None:
        """The same without a process of its own, to save time."""
        with directory(self.service) as (store, _):
            store.authorities.set_policy(self.id, lambda _: AuthorityPolicy(demands=demands, profiles=profiles))

    def invoice(self, order: str | None = "B-1") -> bytes:
        places: dict[str, str | None] = {"//cbc:BuyerReference": self.leitweg_id, "//cac:OrderReference/cbc:ID": order}
        return changed(UBL, places if order else places | {"//cac:OrderReference": None})

    def hand_in(self, data: bytes) -> dict[str, Any]:
        answer = self.supplier.post("/api/v1/submissions", params={"wait": 60}, content=data)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def leased(self) -> list[str]:
        answer = self.accounting.post("/api/v1/deliveries:lease").raise_for_status()
        return [one["submission"]["id"] for one in answer.json()["deliveries"]]


@contextmanager
def directory(service: Service) -> Iterator[tuple[Store, Identity]]:
    """The database of a running service."""
    settings = Settings(data_dir=service.folder / "data")
    store = open_store(settings)
    try:
        yield store, Identity(store, settings)
    finally:
        store.close()


def asking(service: Service, *, addressed: bool = True) -> Asking:
    """A new authority; not `addressed`: without its Leitweg-ID so far."""
    leitweg_id = next(LEITWEG_IDS)
    with directory(service) as (store, identity):
        created = store.authorities.create(f"Stadt {leitweg_id}", [leitweg_id] if addressed else [])
        supplier = identity.create_token(Role.SUPPLIER, supplier=f"Lieferant {leitweg_id}")
        accounting = identity.create_token(Role.AUTHORITY, authority_id=created.id)
    return Asking(service, created.id, leitweg_id, service.client(supplier), service.client(accounting))


@pytest.fixture
def city(service: Service) -> Asking:
    return asking(service)


def test_a_demand_that_rejects_declines_what_is_formally_accepted(city: Asking) -> None:
    assert "asks order-number (reject)" in city.command("order-number", "reject")
    told = city.hand_in(city.invoice(order=None))
    assert (told["verdict"], told["policy_outcome"], told["status"]) == ("accepted", "rejected", "declined")
    assert "zurückgewiesen" in told["label"]
    assert city.leased() == []

    report = city.supplier.get(told["links"]["report"], headers={"Accept": "application/json"}).json()
    assert (report["verdict"], report["policy"]["outcome"]) == ("accepted", "rejected")
    [found] = [one for one in report["findings"] if one["source"] == "policy"]
    assert (found["rule"], found["level"], found["demanded_by"]) == (
        "POLICY-ORDER-01",
        "error",
        f"Stadt {city.leitweg_id}",
    )
    page = city.supplier.get(told["links"]["report"], headers={"Accept": "text/html"}).text
    assert "Formal in Ordnung, aber zurückgewiesen nach Vorgaben der Behörde: Bestellnummer fehlt" in page
    tried = city.supplier.post(
        "/api/v1/checks", content=city.invoice(order=None), headers={"Accept": "application/json"}
    )
    assert (tried.json()["verdict"], tried.json()["policy"]["outcome"]) == ("accepted", "rejected")
    kosit = city.supplier.get(told["links"]["report"], headers={"Accept": "application/xml"}).text
    assert "POLICY" not in kosit


def test_mended_it_goes_through_and_the_same_file_may_come_again(city: Asking) -> None:
    city.asks(ORDER)
    first = city.hand_in(city.invoice(order=None))
    again = city.hand_in(city.invoice(order=None))
    assert again["id"] != first["id"]
    mended = city.hand_in(city.invoice())
    assert (mended["status"], mended["policy_outcome"]) == ("available", "accepted")
    assert city.leased() == [mended["id"]]


def test_a_demand_that_warns_hands_over_with_a_warning(city: Asking) -> None:
    city.asks(replace(ORDER, action=PolicyAction.WARN))
    told = city.hand_in(city.invoice(order=None))
    assert (told["status"], told["policy_outcome"]) == ("available", "accepted")
    assert city.leased() == [told["id"]]
    report = city.supplier.get(told["links"]["report"], headers={"Accept": "application/json"}).json()
    assert [one["level"] for one in report["findings"] if one["source"] == "policy"] == ["warning"]


def test_switched_off_it_is_not_asked_any_more(city: Asking) -> None:
    city.asks(ORDER)
    assert "asks nothing beyond the law" in city.command("order-number", "off")
    told = city.hand_in(city.invoice(order=None))
    assert (told["status"], told["policy_outcome"]) == ("available", None)


def test_a_profile_that_is_not_taken_is_declined(city: Asking) -> None:
    city.service.admin("set-profiles", "--authority", city.id, "--profile", "peppol-bis")
    told = city.hand_in(city.invoice())
    assert (told["verdict"], told["status"]) == ("accepted", "declined")
    city.service.admin("set-profiles", "--authority", city.id, "--default")
    assert city.hand_in(city.invoice())["status"] == "available"


def test_what_waited_for_the_authority_is_judged_by_what_it_asks(service: Service) -> None:
    city = asking(service, addressed=False)
    city.asks(ORDER)
    waiting = [city.hand_in(city.invoice(order)) for order in (None, "B-1")]
    assert [one["hold"] for one in waiting] == ["unroutable", "unroutable"]

    service.admin("add-leitweg-id", "--authority", city.id, "--leitweg-id", city.leitweg_id)

    def settled(one: dict[str, Any]) -> str:
        now = city.supplier.get(one["links"]["self"]).json()
        return str(now["status"]) if now["settled"] else ""

    assert [wait_for(lambda one=one: settled(one)) for one in waiting] == ["declined", "available"]
    assert city.leased() == [waiting[1]["id"]]


def test_from_the_drop_folder_it_ends_among_the_failed_with_its_report(city: Asking) -> None:
    city.asks(ORDER)
    name = f"{city.leitweg_id}.xml"
    (city.service.inbox / "drop" / name).write_bytes(city.invoice(order=None))
    ended = wait_for(lambda: next(city.service.inbox.rglob(f"{name}.report.json"), None))
    assert ended.parent.name == "failed"
    assert json.loads(ended.read_text("utf-8"))["policy"]["outcome"] == "rejected"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (OWN.format("doc('file:///etc/passwd')"), ":5: test: doc() is no function a policy may use"),
        (OWN.format("1 +"), ":5: XPST0003"),
        (OWN.format("true()").replace("</sch:rule>", ""), ":6: not well-formed XML"),
    ],
)
def test_a_policy_that_does_not_compile_is_refused_when_it_is_switched_on(
    service: Service, tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "own.sch").write_text(text, "utf-8")
    with_own = Service(service.folder, {**service.options, "POLICY_DIR": str(tmp_path)}, service.port)
    city = asking(with_own)
    assert f"{tmp_path / 'own.sch'}{reason}" in city.command("own", "reject", code=2)
    with directory(service) as (store, _):
        assert store.authorities.get(city.id).policy.demands == ()


def test_a_policy_of_ones_own_holds_and_gone_it_holds_up_rather_than_passes(new_service: Any, tmp_path: Path) -> None:
    own = tmp_path / "policies"
    own.mkdir()
    (own / "own.sch").write_text(OWN.format("false()"), "utf-8")
    started = new_service(POLICY_DIR=str(own), MAX_ATTEMPTS="1")
    started.start()
    city = asking(started)
    assert "own (reject)" in city.command("own", "reject")
    told = city.hand_in(city.invoice())
    assert (told["verdict"], told["status"]) == ("accepted", "declined")
    (own / "own.sch").unlink()
    held = city.hand_in(city.invoice())
    assert (held["verdict"], held["status"], held["hold"]) == ("undecided", "held", "fault")
    seen = started.operator().get(held["links"]["self"]).json()
    assert seen["operator"]["fault_cause"] == "policy-missing"


@pytest.mark.parametrize(
    ("policies", "code", "outcome"),
    [
        (["--policy", "order-number"], 1, "rejected"),
        (["--policy", "order-number=warn"], 0, "accepted"),
        (["--policy", "iban-check", "--policy", "attachment-size"], 0, "accepted"),
    ],
)
def test_anyone_can_try_policies_on_a_file(policies: list[str], code: int, outcome: str) -> None:
    command = [EINVOICE, "check", "--format", "jsonl", *policies, str(SAMPLES / CREDIT_NOTE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    line = json.loads(done.stdout)
    assert (line["verdict"], line["policy"]["outcome"]) == ("accepted", outcome)
    assert line["policy"]["authority"] == "Die Behörde"


@pytest.mark.parametrize("policy", ["no-such", "../order-number", "order-number=perhaps"])
def test_a_policy_that_is_not_there_is_wrong_usage(policy: str) -> None:
    command = [EINVOICE, "check", "--policy", policy, str(SAMPLES / CREDIT_NOTE)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
