"""Drop folders: how soon a document is decided, and what very many files cost.

Parts, each a table: (1) latency: from the moment a document is complete until it is decided, for every layout, with the
hints of the system and without; (2) looks: one look at a folder as it fills up, by processor time, and its memory;
(3) many: a folder in which very many wait, what comes out of it, what another folder feels, and putting documents away
where very many lie; (4) shared: two workers over one folder beside one.

Ratios are of the same run. `make bench-inbox` runs it whole; `--short` in half a minute; `--strict` ends with 1 where a
bound is broken, which tells something on a machine that does nothing else.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from inboxlook import looks, pickups, placing
from inboxrows import Row, table
from inboxrun import Inbox, beside, latency, shared
from rich.console import Console


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--many", type=int, default=100_000, help="documents in one folder, at most (default 100000)")
    parser.add_argument("--seconds", type=float, default=45.0, help="for each measurement of the workers (default 45)")
    parser.add_argument("--sweep", type=float, default=3.0, help="EINVOICE_SWEEP_SECONDS (default 3)")
    parser.add_argument("--database", default="", help="EINVOICE_DATABASE_URL; none: SQLite")
    parser.add_argument("--part", choices=("latency", "looks", "many", "shared"), action="append", help="only this one")
    parser.add_argument("--short", action="store_true", help="everything small")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a bound is broken")
    options = parser.parse_args()
    if options.short:
        options.many, options.seconds, options.sweep = 300, 2.0, 0.5
    few, many, seconds = options.many // 100, options.many, options.seconds
    validators = 1 if options.short else os.cpu_count() or 2

    def inbox(at: Path) -> Inbox:
        at.mkdir(exist_ok=True)
        return Inbox(at, options.sweep, options.database, validators)

    parts: dict[str, Callable[[Path], Iterator[Row]]] = {
        "latency": lambda at: latency(inbox(at), seconds),
        "looks": lambda at: looks(at, (few, many // 10, many)),
        "many": lambda at: chain(
            beside(inbox(at / "beside"), few, many, seconds / 2),
            pickups(at, few, many, min(2 * few, many)),
            placing(at, few, many, 200),
        ),
        "shared": lambda at: shared({one: inbox(at / str(one)) for one in (1, 2)}, min(2 * few, 400)),
    }
    console, broken = Console(width=150), []
    for name, part in parts.items():
        if not options.part or name in options.part:
            with tempfile.TemporaryDirectory(prefix="einvoice-bench-") as folder:
                shown, above = table(name, part(Path(folder)))
            console.print(shown)
            broken += above
    for row in broken:
        console.print(f"above its bound: {row.what}: {row.figure:.2f} {row.unit}, must be below {row.bound:g}")
    if broken and options.strict:
        sys.exit(1)


if __name__ == "__main__":
    main()
