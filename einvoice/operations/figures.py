"""The picture for Prometheus. Every process of the service gives the same one: take the maximum, never the sum."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial

import structlog
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from einvoice.errors import Fault
from einvoice.model.submission import Door, Hold, Priority
from einvoice.operations.lately import Lately, NoAnswer
from einvoice.operations.situation import Situation, look
from einvoice.settings import Settings
from einvoice.store import Store

_SECONDS = 5.0  # for which a picture is good

log = structlog.get_logger()


class ServiceFigures(Collector):
    """Looks when it is asked, every few seconds at most. While the database is away it says just that."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._look = Lately(partial(look, store, settings), seconds=_SECONDS)
        self._max_backlog = settings.max_backlog

    def collect(self) -> Iterable[Metric]:
        """All there is to tell. Never raises: what this process counts is to be seen whatever else is away."""
        found = self._found()
        yield _one("database_up", "Whether the database tells how the service stands", int(found is not None))
        if found is None:
            return
        yield _one("waiting_limit", "Undecided submissions at which the doors close", self._max_backlog)
        yield from _work(found)
        yield from _held(found)
        yield from _folders(found)
        yield from _handing_over(found)
        yield from _keeping(found)

    def _found(self) -> Situation | None:
        try:
            return self._look.get()
        except (Fault, OSError, NoAnswer):
            return None
        except Exception as error:  # its message may quote what is stored
            log.error("no-picture", error=type(error).__name__)
            return None


def _work(found: Situation) -> Iterator[Metric]:
    waiting = {one.priority: one for one in found.census.waiting}
    counts = {_word(key): waiting[key].count if key in waiting else 0 for key in Priority}
    ages = {_word(key): _age(found, waiting[key].oldest) if key in waiting else 0 for key in Priority}
    yield _each("waiting", "Submissions without a decision that nobody holds", "priority", counts)
    yield _each("oldest_waiting_seconds", "Age of the one that waits longest", "priority", ages)
    yield _one("workers", "Worker processes seen within the last minute", len(found.workers))
    paused = {str(door): int(door in found.paused) for door in Door}
    yield _each("door_paused", "Whether an operator has closed the door", "door", paused)


def _held(found: Situation) -> Iterator[Metric]:
    counts, ages = ({str(hold): 0.0 for hold in Hold if hold} for _ in range(2))
    for held in found.held:
        counts[held.hold] += held.count
        ages[held.hold] = max(ages[held.hold], _age(found, held.oldest))
    yield _each("submissions_by_hold", "Submissions on hold, by reason", "hold", counts)
    yield _each("oldest_held_seconds", "Age of the one held longest, since its receipt", "hold", ages)


def _folders(found: Situation) -> Iterator[Metric]:
    unhealthy = {state.name: int(not state.healthy) for state in found.folders}
    told = "Whether a drop folder is in trouble, or looked after by nobody"
    yield _each("folder_unhealthy", told, "folder", unhealthy)
    stuck = {state.name: state.stuck_count for state in found.folders}
    yield _each("folder_stuck", "Things in a drop folder that will not be taken as they are", "folder", stuck)
    waiting = {state.name: state.waiting for state in found.folders}
    yield _each("folder_waiting", "Documents in a drop folder, complete or not", "folder", waiting)


def _handing_over(found: Situation) -> Iterator[Metric]:
    yield _one("leases_out", "Deliveries fetched and not yet acknowledged", found.census.leased)
    ages = {one.authority_id: _age(found, one.oldest) for one in found.census.unfetched}
    told = "Age of what waits longest to be fetched, of the 100 authorities where it waits longest"
    yield _each("oldest_unfetched_seconds", told, "authority", ages)


def _keeping(found: Situation) -> Iterator[Metric]:
    audit = found.census.audit
    yield _one("audit_entries", "Number of the last entry of the audit log", audit.last)
    yield _one(
        "audit_unsigned_seconds", "Age of the first entry no checkpoint speaks for", _age(found, audit.unsigned_since)
    )
    if audit.signed_at is not None:
        yield _one("audit_checkpoint_seconds", "Age of the last checkpoint", _age(found, audit.signed_at))
    yield _one("disk_free_bytes", "Room on the disk of the data folder", found.disk.free)
    yield _one("disk_size_bytes", "Size of the disk of the data folder", found.disk.size)


def _word(priority: Priority) -> str:
    return priority.name.lower()


def _age(found: Situation, since: datetime | None) -> float:
    return 0.0 if since is None else max((found.at - since).total_seconds(), 0.0)


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"einvoice_{name}", text, value=value)


def _each(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"einvoice_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
