"""The table `verdicts.tsv`: every mutant with the word of the KoSIT validator on it."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from .mutants import Mutant

TABLE = Path(__file__).with_name("verdicts.tsv")
COLUMNS = ("document", "operation", "place", "value", "xsd_valid", "deviation")


def read() -> dict[Mutant, bool]:
    """The mutants of the table, each with KoSIT's `xsd_valid`."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            Mutant(row["document"], row["operation"], row["place"], json.loads(row["value"]), row["deviation"]): (
                row["xsd_valid"] == "true"
            )
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        }


def write(judged: Iterable[tuple[Mutant, bool]]) -> None:
    """Write the table anew. Values are JSON strings, so that no white space of theirs is lost."""
    lines = ["\t".join(COLUMNS)]
    for mutant, valid in judged:
        value, verdict = json.dumps(mutant.value), "true" if valid else "false"
        lines.append("\t".join((mutant.document, mutant.operation, mutant.place, value, verdict, mutant.deviation)))
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
