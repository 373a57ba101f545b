"""The drop folders, as the workers that look after them tell: the same picture on every host, reachable or not.

A folder may be looked after by several processes. Whatever one of them has trouble with is told; what lies there, as
the one saw it that looked last.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from einvoice.intake.pickup import FailedFile, FailedSight, Health, StuckFile, Trouble
from einvoice.store import Store
from einvoice.store.folders import FolderCounts, FolderTold

SEEN = timedelta(seconds=60)  # who has said nothing for so long looks after nothing any more
SILENT = timedelta(minutes=3)  # without a look: something in the folder does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """A process that looks after a folder, or did."""

    host: str
    process: str
    looked_at: datetime | None  # None: not yet
    trouble: Trouble | None
    since: datetime | None  # of the trouble
    last: Trouble | None  # the last one there was, over or not
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """How a folder is."""

    name: str
    layout: str
    path: str
    answer: str
    lookers: tuple[Looker, ...]  # the one that looked last first; where nobody does any more, who did
    watched: bool  # whether anybody does
    waiting: int  # documents in the folder, complete or not
    oldest: datetime | None  # since when the oldest of them lies there
    in_work: int  # taken and not put away yet
    stuck: tuple[StuckFile, ...]  # oldest first, the first few
    stuck_count: int
    failed: tuple[FailedFile, ...]  # newest first, the first few
    failed_count: int
    not_taken: int  # put into failed/ today without having been handed in

    @property
    def healthy(self) -> bool:
        """Whether it is looked after without trouble."""
        return self.watched and not any(one.trouble for one in self.lookers)


def folder_states(store: Store) -> tuple[FolderState, ...]:
    """All folders that are or lately were looked after; what needs somebody first. Raises Fault."""
    now, told = store.clock(), store.folders.told()
    busy = {one.host for one in told if now - one.at <= SEEN}
    by_name: dict[str, list[FolderTold]] = {}
    for one in told:
        by_name.setdefault(one.folder, []).append(one)
    states = (_state(name, ours, now, busy) for name, ours in by_name.items())
    return tuple(sorted(filter(None, states), key=lambda state: (_urgency(state), state.name)))


def counts_of_today(store: Store) -> Mapping[str, FolderCounts]:
    """What came in by each folder since midnight where we are, and what became of it. Raises Fault."""
    midnight = store.clock().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return store.folders.counts(midnight)


def _urgency(state: FolderState) -> int:
    return 0 if not state.healthy else 1 if state.stuck_count else 2


def _state(name: str, told: Sequence[FolderTold], now: datetime, busy: Iterable[str]) -> FolderState | None:
    """`told`: newest first. None: its host works and looks after it no more, so it was taken out of the settings."""
    alive = [one for one in told if now - one.at <= SEEN]
    left = [one for one in told if one.host not in busy]
    if not alive and not left:
        return None
    healths = [(one, _health(one)) for one in alive or left[:1]]
    healths.sort(key=lambda pair: pair[1].looked_at.timestamp() if pair[1] else 0.0, reverse=True)
    newest, seen = healths[0]
    failed = FailedSight.from_json(newest.said["failed"])
    return FolderState(
        name=name,
        layout=newest.said["layout"],
        path=newest.said["path"],
        answer=newest.said["answer"],
        lookers=tuple(_looker(one, health) for one, health in healths),
        watched=bool(alive),
        waiting=seen.waiting if seen else 0,
        oldest=seen.oldest if seen else None,
        in_work=sum(health.in_work for _, health in healths if health),
        stuck=seen.stuck if seen else (),
        stuck_count=seen.stuck_count if seen else 0,
        failed=failed.newest,
        failed_count=failed.count,
        not_taken=failed.not_taken,
    )


def _health(one: FolderTold) -> Health | None:
    said: dict[str, Any] | None = one.said["health"]
    return Health.from_json(said) if said else None


def _looker(one: FolderTold, health: Health | None) -> Looker:
    looked_at = health.looked_at if health else None
    trouble, since = (health.trouble, health.since) if health else (None, None)
    alive_at = looked_at or datetime.fromisoformat(one.said["began"])
    if trouble is None and one.at - alive_at > SILENT:
        trouble, since = Trouble(code="silent", path=one.said["path"], detail=""), alive_at
    last = one.said["last"]
    return Looker(
        host=one.host,
        process=one.process,
        looked_at=looked_at,
        trouble=trouble,
        since=since,
        last=trouble or (Trouble(**last["trouble"]) if last else None),
        last_at=alive_at if trouble else (datetime.fromisoformat(last["at"]) if last else None),
    )


def troubles(state: FolderState) -> Iterator[tuple[Looker, Trouble]]:
    """The processes that can't look after it, and why; where several have the same trouble, one of them."""
    told: set[tuple[str, str]] = set()
    for one in state.lookers:
        if one.trouble and (one.trouble.code, one.trouble.path) not in told:
            told.add((one.trouble.code, one.trouble.path))
            yield one, one.trouble


def last_trouble(state: FolderState) -> tuple[Trouble, datetime] | None:
    """The last there was within the life of those who look after it, where there is none now."""
    found = [(one.last, one.last_at) for one in state.lookers if one.last and one.last_at]
    return None if not state.healthy or not found else max(found, key=lambda pair: pair[1])
