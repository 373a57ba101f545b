"""Policies applied to sample invoices that were changed at one place: the rules that speak, without a service."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from lxml import etree

from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Basis, Finding, PolicyOutcome, Verdict
from einvoice.model.namespaces import PREFIXES
from einvoice.model.policy import Demand, PolicyAction
from einvoice.rules import ArtefactStore
from einvoice.validation.policies import Policies
from einvoice.validation.saxon import SaxonEngine

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "schematron" / "policy"
SAMPLES = ROOT / "inbox" / "samples"
UBL = "01-ubl-rechnung-büromöbel.xml"
CREDIT_NOTE = "02-ubl-gutschrift-schulbücher.xml"
CII = "03-cii-rechnung-it-wartung.xml"

ACCEPTED = Assessment(verdict=Verdict.ACCEPTED, profile="xrechnung")
DAY = date(2026, 11, 2)
AUTHORITY = "Stadt Musterstadt"

Changes = Mapping[str, str | None]  # XPath of the place, and the text to stand there (None: nothing, it is taken out)


@cache
def engine() -> SaxonEngine:
    """One for all tests of a process."""
    return SaxonEngine(ArtefactStore(ROOT, ROOT))


def policies(*folders: Path) -> Policies:
    """Those in the given folders, or those that come with the service."""
    return Policies(folders or (SHIPPED,), engine())


def changed(sample: str, changes: Changes | None = None) -> bytes:
    """A sample invoice with changes. Each place must be there."""
    root = etree.parse(SAMPLES / sample).getroot()
    for xpath, text in (changes or {}).items():
        found = root.xpath(xpath, namespaces=PREFIXES)
        assert isinstance(found, list), xpath
        assert found, f"{xpath} is not in {sample}"
        for element in found:
            assert isinstance(element, etree._Element), xpath
            if text is None:
                parent = element.getparent()
                assert parent is not None
                parent.remove(element)
            else:
                element.text = text
    return etree.tostring(root)


def basis(*demands: Demand, profiles: Sequence[str] | None = None) -> Basis:
    """What an authority that asks this has its invoices judged by."""
    taken = None if profiles is None else tuple(profiles)
    return Basis(on=DAY, authority=AUTHORITY, demands=demands, profiles=taken)


def outcome(xml: bytes, *names: str, action: PolicyAction = PolicyAction.REJECT) -> PolicyOutcome:
    """What comes of the named policies that come with the service."""
    asked = basis(*(Demand(name, action) for name in names))
    found = policies().outcome(extract(xml, Limits()), ACCEPTED, asked)
    assert found is not None
    return found


def findings(xml: bytes, name: str) -> tuple[Finding, ...]:
    """What one policy says."""
    return outcome(xml, name).findings


def spoke(xml: bytes, name: str) -> list[str]:
    """The rules that spoke, but for notes; each once."""
    return list(dict.fromkeys(one.rule for one in findings(xml, name) if one.level != "information"))
