"""The accounting systems of the authorities under fire: they fetch, book under the delivery id, acknowledge.

They are as careless as such programs are: some deliveries they forget, some they give back, some they acknowledge
twice. Beside them someone reads the feed of events as it grows.
"""

import random
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx2 as httpx

FORGOTTEN, RETURNED, TWICE = 0.05, 0.05, 0.05  # shares of the deliveries
_COUNT, _SECONDS = 5, 4  # of a lease
_PAUSE = 0.2  # between two looks
_TRIES = 40  # to get an acknowledgement through, before the lease is left to expire


@dataclass
class Books:
    """One authority's accounting system."""

    authority_id: str
    addresses: list[str]
    token: str
    seed: int
    booked: dict[str, tuple[str, str]] = field(default_factory=dict)  # delivery: submission, SHA-256 of what came
    acknowledged: set[str] = field(default_factory=set)  # deliveries whose acknowledgement was confirmed
    leases: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)  # the feed, as far as it was read
    wrong: list[str] = field(default_factory=list)  # what must never happen to an accounting system

    def __post_init__(self) -> None:
        self._chance = random.Random(f"books {self.authority_id} {self.seed}")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._client = httpx.Client(headers={"Authorization": f"Bearer {self.token}"}, timeout=60)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, with the feed read to its end."""
        self._stop.set()
        self._thread.join()
        self.read_on()
        self._client.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.read_on()
            leased = self._ask("POST", "/deliveries:lease", json={"count": _COUNT, "seconds": _SECONDS})
            deliveries = leased.json()["deliveries"] if leased is not None and leased.is_success else []
            for delivery in deliveries:
                self._take(delivery)
            if not deliveries:
                self._stop.wait(_PAUSE)

    def read_on(self) -> None:
        """Read the feed from where it was left; it must go on exactly there."""
        after = len(self.events)
        answer = self._ask("GET", "/events", params={"after": after, "limit": 1000})
        if answer is None or not answer.is_success:
            return
        events = answer.json()["events"]
        found = [event["sequence"] for event in events]
        if found != list(range(after + 1, after + 1 + len(found))):
            self.wrong.append(f"the feed of {self.authority_id} goes on after {after} with {found}")
        self.events += events

    def _take(self, delivery: dict[str, Any]) -> None:
        """Book it, unless it is booked, and say so, unless it is forgotten."""
        self.leases += 1
        name, submission = delivery["delivery_id"], delivery["submission"]["id"]
        if name in self.acknowledged:
            self.wrong.append(f"{name} was handed out again after its acknowledgement was confirmed")
        fate = self._chance.random()
        original = self._ask("GET", f"/submissions/{submission}/original")
        if original is None or not original.is_success or fate < FORGOTTEN:
            return
        if fate < FORGOTTEN + RETURNED and name not in self.booked:
            self._ask("POST", f"/deliveries/{name}:nack", json={"lease_token": delivery["lease_token"]})
            return
        entry = submission, sha256(original.content).hexdigest()
        if self.booked.setdefault(name, entry) != entry:
            self.wrong.append(f"{name} was {self.booked[name]} and is {entry}")
        self._acknowledge(name, delivery["lease_token"])
        if fate > 1 - TWICE:
            self._acknowledge(name, delivery["lease_token"])

    def _acknowledge(self, name: str, token: str) -> None:
        """Until it is confirmed, or refused because someone else has the lease by now (which is us, later)."""
        for _ in range(_TRIES):
            answer = self._ask("POST", f"/deliveries/{name}:ack", json={"lease_token": token})
            if answer is not None and answer.is_success:
                self.acknowledged.add(name)
                return
            if answer is not None and answer.status_code == 409:
                if name in self.acknowledged:
                    self.wrong.append(f"{name} was confirmed once, and refused under the same lease later")
                return
            time.sleep(self._chance.uniform(0, _PAUSE))

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        """The answer; None when there was none."""
        address = self._chance.choice(self.addresses)
        try:
            answer = self._client.request(method, f"{address}/api/v1{path}", **options)
        except httpx.TransportError:
            return None
        if answer.status_code not in (200, 204, 409, 503):
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer
