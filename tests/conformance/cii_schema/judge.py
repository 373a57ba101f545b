"""Ask a KoSIT validator about every mutant of the plan, once, and write `verdicts.tsv`.

usage: python -m tests.conformance.cii_schema.judge http://localhost:PORT     (from the project's root)

The address is that of a KoSIT validator in daemon mode whose configuration holds the scenarios of `scenarios.xml`
beside this file (in place of the official ones, over the official resources): they match every document, and check
nothing but the CII D16B schema, so that documents without a known BT-24 and with other roots are judged, too.

    java -jar validator-standalone.jar -D -P PORT -s scenarios.xml -r CONFIGURATION

Written only when each mutant got an answer. Mutants on which our schema says otherwise, without a reason in
`values.toml`, are printed: the test on the table will fail on them.
"""

import http.client
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from .mutants import Mutant
from .plan import mutants
from .verdicts import write

SCHEMA = Path(__file__).parents[3] / "xsd" / "cii-d16b" / "CrossIndustryInvoice.xsd"
STEP = "{http://www.xoev.de/de/validator/varl/1}validationStepResult[@id='val-xsd']"


def main(address: str) -> int:
    """Judge all mutants; the exit code is 1 when one got no answer."""
    judged = []
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for mutant, valid in _ask(address, mutants()):
        if valid is None:
            print("no answer:", mutant, file=sys.stderr)
            continue
        judged.append((mutant, valid))
        if (schema.validate(etree.fromstring(mutant.make())) != valid) != bool(mutant.deviation):
            print("KoSIT says", valid, "on", mutant)
    if len(judged) < len(mutants()):
        return 1
    write(judged)
    print(len(judged), "mutants judged,", sum(valid for _, valid in judged), "of them valid")
    return 0


def _ask(address: str, wanted: list[Mutant]) -> Iterator[tuple[Mutant, bool | None]]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    for mutant in wanted:
        connection.request("POST", "/mutant.xml", mutant.make(), {"Content-Type": "application/xml"})
        yield mutant, _xsd_valid(connection.getresponse().read())


def _xsd_valid(report: bytes) -> bool | None:
    try:
        step = etree.fromstring(report, etree.XMLParser(huge_tree=True)).find(f".//{STEP}")
    except etree.XMLSyntaxError:  # an error page: the validator did not get that far
        return None
    return None if step is None else step.get("valid") == "true"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
