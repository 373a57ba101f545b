"""Ask a KoSIT validator about the corpus and about our inputs, once, and write the data beside this file.

usage: python -m tests.conformance.kosit_reports.ask http://localhost:PORT CORPUS     (from the project's root)

The address is that of a KoSIT validator in daemon mode with its official configuration for XRechnung:

    java -jar validator-standalone.jar -D -P PORT -s scenarios.xml -r CONFIGURATION

Of a PDF in the corpus the validator gets the invoice XML inside. Nothing is written when an answer is missing.
"""

import hashlib
import http.client
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from einvoice.extraction import Limits, extract

from .digest import CORPUS, INPUTS, LEVELS, digest, levels, write
from .inputs import inputs


def main(address: str, corpus: Path) -> int:
    """Ask about everything, then write it down."""
    known: dict[str, dict[str, Any]] = {}
    judged = [{"path": path, **_asked(address, data, known)} for path, data in _corpus(corpus)]
    answers = [
        {"name": name, "sha256": hashlib.sha256(data).hexdigest(), **_asked(address, data, known)}
        for name, data in inputs().items()
    ]
    write(CORPUS, judged)
    write(INPUTS, answers)
    write(LEVELS, ({"scenario": name, "levels": found} for name, found in sorted(known.items())))
    print(len(judged), "documents of the corpus and", len(answers), "inputs of ours,", len(known), "scenarios")
    return 0


def _asked(address: str, data: bytes, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Status and digest of the report; the scenario's levels are noted among the known ones."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=600)
    connection.request("POST", "/document.xml", body=data, headers={"Content-Type": "application/xml"})
    answer = connection.getresponse()
    report = answer.read()
    found = digest(report)
    if found["scenario"]:
        known[found["scenario"]] = levels(report)
    return {"http": answer.status, **found}


def _corpus(corpus: Path) -> Iterator[tuple[str, bytes]]:
    for line in (corpus / "expected" / "kosit.jsonl").read_text("utf-8").splitlines():
        path = json.loads(line)["path"]
        yield path, extract((corpus / path).read_bytes(), Limits()).xml


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) == 3 else __doc__)
