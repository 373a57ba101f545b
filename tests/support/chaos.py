"""A whole service under fire: letters come in, authorities fetch, and its processes are killed at random moments."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import httpx2 as httpx

from einvoice.identity import Role
from einvoice.store import Store
from tests.support.chaos_books import Books
from tests.support.chaos_kills import Killer
from tests.support.chaos_post import BEISPIEL, MUSTERSTADT, Letter, Post, letters
from tests.support.chaos_proof import all_submissions, broken_promises, log_broken, originals_broken
from tests.support.service import Program, Service, wait_for

CLAIM_SECONDS = 5  # short, so that what dead workers held is open to others soon, and living ones lose some, too
SETTINGS = {
    "CLAIM_SECONDS": str(CLAIM_SECONDS),
    "SWEEP_SECONDS": "0.5",
    "RETRY_SECONDS": "0.05",
    "CHECKPOINT_SECONDS": "3",
    # Whoever kills at random hits one document several times; nothing may be held for that.
    "MAX_ATTEMPTS": "1000",
    "MAX_CRASHES": "1000",
}
_PATIENCE = 240.0  # seconds for the next thing to happen
# Asked for one after the other; a lease may run out between two answers, so twice.
_UNDER_WAY = ("received", "processing", "available", "leased") * 2


@dataclass
class Outcome:
    """What happened, and every promise that was broken."""

    seed: int
    figures: str
    broken: list[str]


@dataclass
class Scene:
    """The hosts of a service, not yet started, and what else may go wrong around them."""

    apis: list[Service]  # each a host, with a folder and a port of its own
    workers: list[Service]  # hosts that work; one may be named several times, and may be an API, too
    trouble: Mapping[str, Callable[[], None]] = field(default_factory=dict)  # further blows, beside the kills

    def run(self, *, seed: int, count: int, blows: int) -> Outcome:
        """Hand in so many letters while there are so many blows; then let everything come to its end, and look."""
        tokens, authorities = self._accounts()
        apis = [host.launch("--workers", "0") for host in self.apis]
        addresses = [host.url for host in self.apis]
        workers = [host.worker(WORKERS="1") for host in self.workers]
        sent = letters(seed, count)
        books = [Books(authority, addresses, tokens[authority], seed) for authority in authorities]
        post = Post(addresses, tokens["supplier"], sent, seed, lambda: _delivered(sent, books))
        killer = Killer(apis, workers, seed, CLAIM_SECONDS + 2, self.trouble)
        try:
            for host in self.apis:
                host.wait_until_ready()
            post.start()
            for one in books:
                one.start()
            began = time.monotonic()
            for number in range(blows):
                self._wait(killer, partial(_has_come_to, (number + 1) / (blows + 1), post))
                killer.strike()
            killer.rest()
            self._wait(killer, lambda: post.done)
            broken = self._drained(killer, books, tokens["operator"])
            figures = _figures(post, books, killer, time.monotonic() - began)
        finally:
            killer.rest()
            for host in self._hosts():
                host.stop()
        for log in {host.log_file: host.log() for host in self._hosts()}.values():
            broken += log_broken(log)
        with self.apis[0].store() as store:
            broken += broken_promises(store, self.apis[0].settings(), post, books)
            return Outcome(seed, f"{figures}; {_interrupted(store)}", broken)

    def _hosts(self) -> list[Service]:
        return list({id(host): host for host in (*self.apis, *self.workers)}.values())

    def _accounts(self) -> tuple[dict[str, str], list[str]]:
        """Tokens by whom they are for, and the ids of the authorities."""
        with self.apis[0].store() as store, self.apis[0].identity() as identity:
            names = {"Stadt Musterstadt": MUSTERSTADT, "Landkreis Beispiel": BEISPIEL}
            authorities = [store.authorities.create(name, [id_]).id for name, id_ in names.items()]
            tokens = {one: identity.create_token(Role.AUTHORITY, authority_id=one) for one in authorities}
            tokens["supplier"] = identity.create_token(Role.SUPPLIER, supplier="Muster GmbH")
            tokens["operator"] = identity.create_token(Role.OPERATOR)
            return tokens, authorities

    def _wait(self, killer: Killer, look: Callable[[], bool]) -> None:
        """Until it is so; what ends by itself meanwhile is started again, as whoever supervises a host does."""

        def supervised() -> bool:
            killer.revive()
            return look()

        wait_for(supervised, _PATIENCE)

    def _drained(self, killer: Killer, books: list[Books], operator: str) -> list[str]:
        """Wait until nothing is under way any more; then end it as an operator would. What was wrong about that."""
        for host in self.apis:
            host.wait_until_ready()
        with self.apis[0].client(operator) as client:
            try:
                self._wait(killer, lambda: _nothing_under_way(client))
            except AssertionError:
                return [f"after {_PATIENCE:g} s there still is something under way"]
            finally:
                for one in books:
                    one.stop()
            with self.apis[0].store() as store:
                broken = list(originals_broken(client, all_submissions(store)))
        programs = [*killer.apis, *killer.workers]
        broken += [f"a killed {program} left processes" for program in programs if not _alone(program)]
        codes = [program.stop() for program in programs]
        return broken + [f"a program that was asked to end did so with {code}" for code in codes if code]


def _delivered(sent: list[Letter], books: list[Books]) -> float:
    """How much of it has been delivered, from 0 to 1."""
    due = sum(1 for letter in sent if letter.delivered)
    return sum(len(one.acknowledged) for one in books) / due


def _has_come_to(share: float, post: Post) -> bool:
    """How far it is, from 0 to 1: half of it is what came in, half of it what was delivered."""
    return (len(post.answers) / len(post.letters) + post.delivered()) / 2 >= share


def _nothing_under_way(client: httpx.Client) -> bool:
    answers = [
        client.get("/api/v1/submissions", params={"handling": state, "hold": "none", "limit": 1})
        for state in _UNDER_WAY
    ]
    return all(answer.is_success and not answer.json()["items"] for answer in answers)


def _alone(program: Program) -> bool:
    """Whether whatever a killed program left behind has ended by itself."""
    try:
        wait_for(lambda: not program.left_behind(), 60)
    except AssertionError:
        return False
    return True


def _interrupted(store: Store) -> str:
    """How often work had to begin anew: a blow that hits nobody at work proves little."""
    kinds = Counter(entry.action for entry in store.audit.entries() if entry.object.startswith("submission:"))
    return f"{kinds['claimed']} claims for {kinds['decided']} decisions, {kinds['postponed']} faults"


def _figures(post: Post, books: list[Books], killer: Killer, seconds: float) -> str:
    heard = ", ".join(f"{what}: {count}" for what, count in post.heard.most_common())
    blows = ", ".join(f"{what}: {count}" for what, count in killer.blows.most_common())
    revived = f"{killer.revived} programs ended by themselves"
    return (
        f"{len(post.letters)} letters, {post.tries.total()} tries ({heard}); "
        f"{sum(len(one.acknowledged) for one in books)} deliveries in {sum(one.leases for one in books)} leases; "
        f"{killer.kills} kills in {killer.blows.total()} blows ({blows}); {revived}; {seconds:.0f} s"
    )
