"""What packs beyond KoSIT's say about the corpus, as rows of `other_packs.tsv`.

`python -m tests.conformance.other_packs FOLDER > tests/conformance/other_packs.tsv` writes them anew. Read as they are:
the documents no scenario of KoSIT's fits. Read as another profile, by changing BT-24: ZUGFeRD 2.0 as today's BASIC and
EXTENDED; what KoSIT accepts in CII as EXTENDED, which must take in all of EN 16931, and in UBL as Peppol BIS, whose
network knows no e-mail addresses.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Basis, InvoiceDocument, Source, Syntax
from einvoice.rules import ArtefactStore, Registry, load_packs
from einvoice.settings import Settings
from einvoice.validation import Judge
from einvoice.validation.saxon import SaxonEngine
from tests.support.profiles import BASIC, EXTENDED, NAMESPACES, PEPPOL

COLUMNS = ("path", "read_as", "scenario", "verdict", "refusal", "xsd_valid", "rules")
_BT24 = "//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID | /*/cbc:CustomizationID"
_PROFILES = {"BASIC": BASIC, "EXTENDED": EXTENDED, "PEPPOL": PEPPOL}

Assess = Callable[[InvoiceDocument], Assessment]


def rows(corpus: Path, assess: Assess) -> Iterator[tuple[str, ...]]:
    """One row for each document and way to read it, in the order of the expectations."""
    for line in (corpus / "expected" / "kosit.jsonl").read_text("utf-8").splitlines():
        expected = json.loads(line)
        document = extract((corpus / expected["path"]).read_bytes(), Limits())
        for read_as in _ways(expected, document):
            shown = assess(_as(document, _PROFILES[read_as]) if read_as != "-" else document)
            yield (expected["path"], read_as, *_said(shown))


def _ways(expected: dict, document: InvoiceDocument) -> Iterator[str]:
    bt24 = document.customization or ""
    if expected["scenario"] is None:
        yield "-"
        if "zugferd.de:2p0" in bt24 and bt24.endswith((":basic", ":extended")):
            yield bt24.rpartition(":")[2].upper()
    elif expected["recommendation"] == "accept" and "#conformant#" not in bt24:  # extensions are beyond EN 16931
        yield "EXTENDED" if document.syntax is Syntax.CII else "PEPPOL"


def _as(document: InvoiceDocument, bt24: str) -> InvoiceDocument:
    root = etree.fromstring(document.xml)
    for element in root.xpath(_BT24, namespaces=NAMESPACES):
        element[:] = []
        element.text = bt24
    for element in root.xpath("//cbc:EndpointID[@schemeID = 'EM']", namespaces=NAMESPACES):
        element.set("schemeID", "9930")
    return extract(etree.tostring(root), Limits())


def _said(assessment: Assessment) -> tuple[str, ...]:
    fired = Counter(f"{f.rule}={f.level}" for f in assessment.findings if f.source is Source.SCHEMATRON)
    return (
        assessment.scenario or "-",
        str(assessment.verdict),
        assessment.refusal.code if assessment.refusal else "-",
        {True: "yes", False: "no", None: "-"}[assessment.xsd_valid],
        " ".join(f"{rule}*{n}" for rule, n in sorted(fired.items())) or "-",
    )


def main() -> None:
    settings = Settings()
    store = ArtefactStore(settings.rules_dir, settings.xsd_dir)
    judge = Judge(Registry(load_packs(settings.schematron_dir)), store, SaxonEngine(store))
    basis = Basis(on=datetime.now(UTC).date())
    print(*COLUMNS, sep="\t")
    for row in rows(Path(sys.argv[1]), lambda document: judge.assess(document, basis)):
        print(*row, sep="\t")


if __name__ == "__main__":
    main()
