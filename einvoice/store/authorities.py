"""The directory of authorities and the Leitweg-IDs under which they are addressed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, insert, select, update

from einvoice.model.assessment import Verdict
from einvoice.model.audit import canonical, sha256_hex
from einvoice.model.policy import DEFAULT_PROFILES, AuthorityPolicy, Demand, PolicyAction
from einvoice.model.routing import Authority
from einvoice.model.submission import EventKind, Handling, Hold
from einvoice.store.changes import Cause, Step, change
from einvoice.store.database import Database, lock
from einvoice.store.errors import AlreadyThere, NotFound
from einvoice.store.handover import hand_over
from einvoice.store.ids import new_id
from einvoice.store.journal import note_act
from einvoice.store.receiving import AT_ONCE
from einvoice.store.reports import read_examination
from einvoice.store.tables import authorities, demands, leitweg_ids, submissions
from einvoice.store.vault import Vault

NO_POLICY = AuthorityPolicy()

# Made once, for they are asked for every invoice.
_ADDRESSEE = select(leitweg_ids.c.authority_id).where(leitweg_ids.c.leitweg_id == bindparam("of_leitweg_id"))
_AUTHORITY = (  # a row for each demand with each Leitweg-ID, for there are few of both
    select(
        authorities.c.id,
        authorities.c.name,
        authorities.c.policy,
        demands.c.policy.label("demand"),
        demands.c.action,
        leitweg_ids.c.leitweg_id,
    )
    .outerjoin(demands, demands.c.authority_id == authorities.c.id)
    .outerjoin(leitweg_ids, leitweg_ids.c.authority_id == authorities.c.id)
)
_BY_ID = _AUTHORITY.where(authorities.c.id == bindparam("authority"))
_BY_LEITWEG_ID = _AUTHORITY.where(authorities.c.id == _ADDRESSEE.scalar_subquery())


class Authorities:
    """Reads and changes the directory. A Leitweg-ID belongs to one authority."""

    def __init__(self, database: Database, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def create(
        self, name: str, ids: Iterable[str] = (), *, policy: AuthorityPolicy = NO_POLICY, actor: str = "admin"
    ) -> Authority:
        """A new authority. Invoices that waited for one of its Leitweg-IDs go to it at once. Raises AlreadyThere."""
        authority_id, now = new_id(), self._clock()
        with self._database.write() as connection:
            values = {"id": authority_id, "name": name, "policy": policy.stored(), "created_at": now}
            connection.execute(insert(authorities).values(values))
            _write_demands(connection, authority_id, policy)
            note_act(connection, at=now, actor=actor, action="authority-created", object=f"authority:{authority_id}")
            for leitweg_id in sorted(ids):  # locked in order, so that nobody waits for each other
                _address(connection, self._vault, authority_id, leitweg_id, Cause(actor=actor, at=now))
            return read_authority(connection, authority_id)

    def add_leitweg_id(self, authority_id: str, leitweg_id: str, *, actor: str = "admin") -> Authority:
        """Address an authority under one more Leitweg-ID; waiting invoices go to it. Raises NotFound, AlreadyThere."""
        with self._database.write() as connection:
            lock(connection, f"authority:{authority_id}")
            read_authority(connection, authority_id)
            _address(connection, self._vault, authority_id, leitweg_id, Cause(actor=actor, at=self._clock()))
            return read_authority(connection, authority_id)

    def set_policy(
        self, authority_id: str, change_it: Callable[[AuthorityPolicy], AuthorityPolicy], *, actor: str = "admin"
    ) -> Authority:
        """Change what an authority asks; it holds for what is judged from now on. Raises NotFound.

        `change_it` gets what is asked today; two changes at once come one after the other.
        """
        with self._database.write() as connection:
            lock(connection, f"authority:{authority_id}")
            policy = change_it(read_authority(connection, authority_id).policy)
            row_of = authorities.c.id == authority_id
            connection.execute(update(authorities).where(row_of).values(policy=policy.stored()))
            digest = sha256_hex(canonical(policy.stored() | {"demands": [list(one) for one in _pairs(policy)]}))
            subject = f"authority:{authority_id}"
            note_act(
                connection, at=self._clock(), actor=actor, action="policy-set", object=subject, policy_sha256=digest
            )
            connection.execute(delete(demands).where(demands.c.authority_id == authority_id))
            _write_demands(connection, authority_id, policy)
            return read_authority(connection, authority_id)

    def get(self, authority_id: str) -> Authority:
        """One authority; raises NotFound."""
        with self._database.read() as connection:
            return read_authority(connection, authority_id)

    def all(self) -> tuple[Authority, ...]:
        """Every authority, by name."""
        with self._database.read() as connection:
            ids = connection.scalars(select(authorities.c.id).order_by(authorities.c.name, authorities.c.id)).all()
            return tuple(read_authority(connection, authority_id) for authority_id in ids)

    def by_leitweg_id(self, leitweg_id: str) -> Authority | None:
        """The authority addressed by exactly this Leitweg-ID."""
        with self._database.read() as connection:
            return _read(connection, _BY_LEITWEG_ID, {"of_leitweg_id": leitweg_id})


def addressee(connection: Connection, leitweg_id: str | None) -> str | None:
    """The id of the authority a Leitweg-ID belongs to."""
    return connection.execute(_ADDRESSEE, {"of_leitweg_id": leitweg_id}).scalar_one_or_none()


def judges_otherwise(connection: Connection, authority_id: str, profile: str | None) -> bool:
    """Whether an invoice that was accepted for nobody in particular has to be judged again for this authority."""
    not_taken = profile is not None and profile not in DEFAULT_PROFILES
    return not_taken or read_authority(connection, authority_id).policy.asks


def read_authority(connection: Connection, authority_id: str) -> Authority:
    """One authority with all it asks; raises NotFound."""
    authority = _read(connection, _BY_ID, {"authority": authority_id})
    if authority is None:
        raise NotFound(f"authority {authority_id}")
    return authority


def _read(connection: Connection, query: Select[*tuple[Any, ...]], of: dict[str, str]) -> Authority | None:
    rows = connection.execute(query, of).all()
    if not rows:
        return None
    first = rows[0]
    ids = sorted({row.leitweg_id for row in rows if row.leitweg_id is not None})
    asked = sorted({(row.demand, row.action) for row in rows if row.demand is not None})
    policy = AuthorityPolicy.read(first.policy, tuple(Demand(name, PolicyAction(action)) for name, action in asked))
    return Authority(id=first.id, name=first.name, leitweg_ids=tuple(ids), policy=policy)


def _pairs(policy: AuthorityPolicy) -> list[tuple[str, str]]:
    return [(demand.policy, str(demand.action)) for demand in policy.demands]


def _write_demands(connection: Connection, authority_id: str, policy: AuthorityPolicy) -> None:
    for demand in policy.demands:
        values = {"authority_id": authority_id, "policy": demand.policy, "action": demand.action}
        connection.execute(insert(demands).values(values))


def _address(connection: Connection, vault: Vault, authority_id: str, leitweg_id: str, cause: Cause) -> None:
    text = leitweg_id.strip()
    if not text:
        raise ValueError("a Leitweg-ID can't be empty")
    lock(connection, f"leitweg:{text}")  # a worker may be deciding that nobody has it
    if connection.execute(select(leitweg_ids).where(leitweg_ids.c.leitweg_id == text)).first():
        raise AlreadyThere(f"Leitweg-ID {text}")
    connection.execute(insert(leitweg_ids).values(leitweg_id=text, authority_id=authority_id))
    subject = f"authority:{authority_id}"
    note_act(connection, at=cause.at, actor=cause.actor, action="leitweg-id-added", object=subject, leitweg_id=text)
    column = submissions.c
    waiting = (
        select(submissions)
        .where(column.hold == Hold.UNROUTABLE, column.handling == Handling.DECIDED, column.leitweg_id == text)
        .order_by(column.id)
        .with_for_update()
    )
    for row in connection.execute(waiting).mappings().all():
        _release(connection, vault, row, authority_id, cause)


def _release(connection: Connection, vault: Vault, row: RowMapping, authority_id: str, cause: Cause) -> None:
    """Hand over what waited for this authority; where it asks for more than the law, a worker looks at it first."""
    columns: dict[str, Any] = {"authority_id": authority_id}
    examination = read_examination(connection, vault, row["id"])
    vault.hand_to(connection, row["id"], authority_id)
    profile = examination.assessment.profile if examination else None
    if judges_otherwise(connection, authority_id, profile):
        anew: dict[str, Any] = {"verdict": Verdict.UNDECIDED, "handling": Handling.RECEIVED, "hold": Hold.NONE}
        columns |= {"due_at": AT_ONCE, "attempts": 0, "decided_at": None}
        change(connection, row, EventKind.RELEASED, cause, **anew, columns=columns)
        return
    hand_over(connection, row, Step(kind=EventKind.RELEASED, cause=cause, hold=Hold.NONE), columns)
