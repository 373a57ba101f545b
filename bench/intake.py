"""Cost of taking invoices in, end to end: HTTP in, kept, judged, decided; beside `check` on the same files.

Three parts, each a table: (1) sustained submissions a second and CPU milliseconds by stage, as a ratio to `check` in
the same run on the same cores; (2) a backlog of bulk submissions: memory, and how long an interactive upload takes
meanwhile; (3) how lists, leases, sweeps and receiving grow from few to many stored submissions.

`make bench-intake` runs it whole; `--short` in a minute.
"""

import argparse
import tempfile
from pathlib import Path

from growth import growth
from intakeload import backlog, sustained
from rich.console import Console


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=12_000, help="submissions of the first part (default 12000)")
    parser.add_argument("--queued", type=int, default=20_000, help="submissions queued in the second (default 20000)")
    parser.add_argument("--stored", type=int, default=100_000, help="most submissions stored in the third")
    parser.add_argument("--database", default="", help="EINVOICE_DATABASE_URL; none: SQLite")
    parser.add_argument("--part", choices=("sustained", "backlog", "growth"), action="append", help="only this one")
    parser.add_argument("--short", action="store_true", help="everything small")
    options = parser.parse_args()
    if options.short:
        options.documents, options.queued, options.stored = 60, 100, 2000
    console = Console(width=118)
    with tempfile.TemporaryDirectory(prefix="einvoice-bench-") as folder:
        parts = {
            "sustained": lambda at: sustained(at, options.documents, options.database),
            "backlog": lambda at: backlog(at, options.queued, options.database),
            "growth": lambda at: growth(at, options.stored, options.database),
        }
        for name, part in parts.items():
            if not options.part or name in options.part:
                at = Path(folder) / name
                at.mkdir()
                console.print(part(at))


if __name__ == "__main__":
    main()
