"""The processes of the service among themselves: what they all must know, and who of them works."""

import os
import secrets as chance
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from einvoice.store.database import Database, lock
from einvoice.store.ids import new_id
from einvoice.store.tables import secrets, workers

_FORGOTTEN = timedelta(days=1)  # after which a worker that says nothing is no longer listed


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSeen:
    """A process that works, or worked not long ago."""

    id: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime


class Processes:
    """Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def secret(self, name: str) -> bytes:
        """32 random bytes under a name, the same for every process that uses this database; made when first asked."""
        query = select(secrets.c.value).where(secrets.c.name == name)
        with self._database.read() as connection:
            found = connection.execute(query).scalar_one_or_none()
        if found is not None:
            return bytes(found)
        with self._database.write() as connection:
            lock(connection, f"secret:{name}")
            found = connection.execute(query).scalar_one_or_none()
            if found is None:
                found = chance.token_bytes(32)
                connection.execute(insert(secrets).values(name=name, value=found))
            return bytes(found)

    def announce(self, worker_id: str | None, version: str) -> str:
        """Say that this process works, first without an id, then with the one that was returned."""
        now = self._clock()
        with self._database.write() as connection:
            said = update(workers).where(workers.c.id == worker_id).values(seen_at=now)
            if worker_id is not None and connection.execute(said).rowcount:
                return worker_id
            worker_id = worker_id or new_id()
            row = {"id": worker_id, "host": socket.gethostname(), "pid": os.getpid(), "version": version}
            connection.execute(insert(workers).values(row | {"started_at": now, "seen_at": now}))
            connection.execute(delete(workers).where(workers.c.seen_at < now - _FORGOTTEN))
            return worker_id

    def sign_off(self, worker_id: str) -> None:
        """This process works no more."""
        with self._database.write() as connection:
            connection.execute(delete(workers).where(workers.c.id == worker_id))

    def working(self, within: timedelta) -> tuple[WorkerSeen, ...]:
        """Those that said so lately."""
        query = select(workers).where(workers.c.seen_at >= self._clock() - within).order_by(workers.c.host)
        with self._database.read() as connection:
            return tuple(WorkerSeen(**row) for row in connection.execute(query).mappings())
