"""How what is done again and again grows with what is stored: lists, counts, leases, sweeps, receiving, deciding."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from documents import small
from rich.progress import track
from rich.table import Table
from sqlalchemy import RowMapping, insert, select, update

from einvoice.extraction import Limits, extract
from einvoice.intake import Spool
from einvoice.model import Assessment, Verdict
from einvoice.model.decision import Decision
from einvoice.model.examination import DocumentFacts, Examination
from einvoice.model.routing import Authority, Routing
from einvoice.model.submission import Door, Handling
from einvoice.semantics import read_invoice
from einvoice.settings import Settings
from einvoice.store import Store, SubmissionFilter, open_store
from einvoice.store.tables import authorities, deliveries, events, examinations, rule_hits, submissions

FEW = 1000
COPIED = (submissions, examinations, rule_hits, deliveries, events)
COUNTED = 1001  # as far as the portal counts
_DECIDED: tuple[dict[str, Any], ...] = (  # what an operator or a supplier is told
    {"held": True}, {"verdict": Verdict.REJECTED}, {"verdict": Verdict.ACCEPTED, "declined": False},
    {"declined": True}, {"at_work": True},
)  # fmt: skip
_FETCHED: tuple[dict[str, Any], ...] = (  # what an authority is told
    {"handling": Handling.AVAILABLE}, {"handling": Handling.LEASED}, {"handling": Handling.ACKNOWLEDGED},
    {"declined": True},
)  # fmt: skip
RUNS = 15  # of each act; the median counts
AUTHORITIES = 10
WAITING = 30  # rounds over all authorities whose invoices nobody has fetched yet: more than RUNS will fetch


def growth(folder: Path, most: int, database: str) -> Table:
    """Milliseconds of each act with few and with many stored submissions."""
    settings = Settings(data_dir=folder / "data", database_url=database)
    store = open_store(settings)
    try:
        bench = _Bench(store, Spool(settings.data_dir / "spool", settings.max_upload_bytes))
        bench.fill()
        few = bench.measured()
        bench.multiply(most)
        many = bench.measured()
    finally:
        store.close()
    table = Table("act", f"{FEW:,} stored", f"{most:,} stored", "grows", title="cost as more is stored")
    for name, before in few.items():
        table.add_row(name, f"{before:.2f} ms", f"{many[name]:.2f} ms", f"{many[name] / before:.1f} x")
    return table


class _Bench:
    """A store that is filled by its own ways: every row, event and audit entry is there."""

    def __init__(self, store: Store, spool: Spool) -> None:
        self._store, self._spool = store, spool
        ids = [f"04011000-{number:05}-00" for number in range(AUTHORITIES)]
        self._authorities = [store.authorities.create(f"Authority {one}", [one]) for one in ids]
        document = extract(next(iter(small().values())), Limits())
        self._invoice = read_invoice(document)
        self._facts = DocumentFacts.of(document)

    def fill(self) -> None:
        """Take in FEW: most of them fetched and booked, some rejected, some waiting."""
        for count in track(range(FEW), f"storing {FEW:,}"):
            authority = self._authorities[count % AUTHORITIES]
            self._decided(count, authority, Verdict.REJECTED if count % 7 == 0 else Verdict.ACCEPTED)
            if count % AUTHORITIES == AUTHORITIES - 1 and count < FEW - WAITING * AUTHORITIES:
                for each in self._authorities:
                    self._fetch(each)

    def multiply(self, most: int) -> None:
        """Copy the rows that are there until there are `most`: quicker than taking them in, and the same to read."""
        with self._store.database.read() as connection:
            rows = {table: connection.execute(select(table)).mappings().all() for table in COPIED}
            last = dict(connection.execute(select(authorities.c.id, authorities.c.last_event)).all())
        for copy in track(range(1, most // FEW), f"storing {most:,}"):
            with self._store.database.write() as connection:
                for table, originals in rows.items():
                    if originals:
                        connection.execute(insert(table), [_copied(row, copy, last) for row in originals])
        with self._store.database.write() as connection:
            for authority_id, count in last.items():
                row_of = authorities.c.id == authority_id
                connection.execute(update(authorities).where(row_of).values(last_event=count * (most // FEW)))
            connection.exec_driver_sql("ANALYZE")

    def measured(self) -> dict[str, float]:
        """Median milliseconds of each act."""
        authority = self._authorities[0]
        own, everything = SubmissionFilter(authority_id=authority.id), SubmissionFilter()
        sent, held = SubmissionFilter(sender="s"), SubmissionFilter(held=True)
        acts: dict[str, Callable[[], object]] = {
            "list page (operator)": lambda: self._store.submissions.find(everything),
            "list page (authority)": lambda: self._store.submissions.find(own),
            "list page (supplier)": lambda: self._store.submissions.find(sent),
            "list page of what is held": lambda: self._store.submissions.find(held),
            "counts beside the list (operator)": lambda: _counts(self._store, everything),
            "counts beside the list (authority)": lambda: _counts(self._store, own),
            "counts beside the list (supplier)": lambda: _counts(self._store, sent),
            "sweep: what is due": lambda: self._store.claims.due(100),
            "sweep: leases run out": self._store.deliveries.release_expired,
            "backlog": lambda: self._store.claims.backlog(50_000),
            "lease and acknowledge": lambda: self._fetch(authority),
            "receive, claim, decide": lambda: self._decided(time.time_ns(), authority, Verdict.ACCEPTED),
            "events feed": lambda: self._store.events.of_authority(authority.id, after=10),
        }
        return {name: _median(act) for name, act in acts.items()}

    def _decided(self, number: int, authority: Authority, verdict: Verdict) -> None:
        spooled = self._spool.write([f"<Invoice n='{number}'/>".encode()])
        receipt = self._store.receiving.receive(spooled, door=Door.API, sender="s", actor="a", name=f"{number}.xml")
        claim = self._store.claims.claim(receipt.submission.id)
        assert claim is not None
        examination = Examination(
            name=f"{number}.xml", sha256=spooled.sha256, size=spooled.size, examined_at=datetime.now(UTC),
            document=self._facts, invoice=self._invoice, assessment=Assessment(verdict=verdict),
        )  # fmt: skip
        routing = Routing(leitweg_id=authority.leitweg_ids[0], authority=authority)
        self._store.claims.decide(claim, Decision.of(replace(examination), routing))

    def _fetch(self, authority: Authority) -> None:
        for lease in self._store.deliveries.lease(authority.id, count=1, seconds=60, actor="token:bench"):
            self._store.deliveries.acknowledge(authority.id, lease.delivery_id, lease.token, actor="token:bench")


def _counts(store: Store, mine: SubmissionFilter) -> None:
    """What the portal's list asks beside its rows."""
    for state in _FETCHED if mine.authority_id else _DECIDED:
        store.submissions.count(replace(mine, **state), COUNTED)
    if mine == SubmissionFilter():
        store.submissions.frequent_rules(mine)


def _copied(row: RowMapping, copy: int, last: dict[str, int]) -> dict[str, object]:
    """A row of another submission: its ids end otherwise, its events are numbered on."""
    values = {name: value for name, value in row.items() if name != "number"}
    for name in ("id", "submission_id", "blob"):
        if values.get(name):
            values[name] = f"{str(values[name])[:-6]}{copy:06}"
    if values.get("sha256"):
        values["sha256"] = f"{copy:06}{str(values['sha256'])[6:]}"
    if values.get("invoice_number"):
        values["invoice_number"] = f"{values['invoice_number']}-{copy}"
    if values.get("sequence"):
        values["sequence"] = cast("int", values["sequence"]) + copy * last[str(values["authority_id"])]
    return values


def _median(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)
