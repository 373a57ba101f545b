"""A service's signing key, a log made by hand, and what stands beside it in a store."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from einvoice.model.audit import GENESIS, AuditEntry, Checkpoint, entry_hash
from einvoice.records.signing import PublicKeys, Signer

ISSUER = "https://rechnung.example.de"
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_signer(seed: int = 1) -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32), ISSUER)


def sealed(entries: Iterable[AuditEntry], start: int = 1, previous: str = GENESIS) -> list[AuditEntry]:
    """The entries as one chain: numbers, links and hashes made anew."""
    chain = []
    for number, entry in enumerate(entries, start):
        linked = replace(entry, number=number, previous=previous)
        chain.append(replace(linked, hash=entry_hash(linked)))
        previous = chain[-1].hash
    return chain


def entry(action: str = "received", object_name: str = "submission:a", **more: object) -> AuditEntry:
    values: dict[str, object] = {"number": 0, "at": BEGIN, "actor": "token:1", "previous": "", "hash": ""}
    return AuditEntry(action=action, object=object_name, **(values | more))  # type: ignore[arg-type]


def make_chain(length: int = 10) -> list[AuditEntry]:
    times = (BEGIN + timedelta(seconds=number) for number in range(length))
    return sealed(entry(object_name=f"submission:{number}", at=at) for number, at in enumerate(times))


def sign(entry: AuditEntry, signer: Signer) -> Checkpoint:
    bare = Checkpoint(number=entry.number, hash=entry.hash, at=entry.at, key_id=signer.key_id)
    return replace(bare, signature=signer.sign(bare.signed_content()))


@dataclass
class FakeLog:
    """A log in memory."""

    chain: Sequence[AuditEntry]
    signed: Sequence[Checkpoint] = ()
    says: tuple[int, str] | None = None  # what its head says, if not the truth
    asked: list[int] = field(default_factory=list)

    def entries(self, after: int = 0) -> Iterator[AuditEntry]:
        self.asked.append(after)
        return (one for one in self.chain if one.number > after)

    def head(self) -> tuple[int, str]:
        if self.says is not None:
            return self.says
        return (self.chain[-1].number, self.chain[-1].hash) if self.chain else (0, GENESIS)

    def checkpoints(self) -> Iterator[Checkpoint]:
        return iter(self.signed)


@pytest.fixture
def signer() -> Signer:
    return make_signer()


@pytest.fixture
def other_signer() -> Signer:
    return make_signer(2)


@pytest.fixture
def keys(signer: Signer) -> PublicKeys:
    return PublicKeys.read([signer.public_key_pem().encode()])


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, or what a test asks for with `on_both`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgres_url")
    return url


on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
