"""What each edition of ZUGFeRD and Factur-X asks of the PDF around the invoice, as data.

Sources: ZUGFeRD 1.0 (2014), 2.0.1 (2019), 2.1 to 2.5 = Factur-X 1.0.05 to 1.09 (2020 to 2026), technical supplements:
embedding, XMP extension schema, relationship by profile. The rules got their names, BR-HYBRID-*, with 2.3.2; what an
older edition asked for differently is right in a file of that edition.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from einvoice.model.document import InvoiceDocument, Syntax
from einvoice.model.enclosed import HybridFacts

MINIMUM, BASIC_WL, BASIC, EN_16931 = "MINIMUM", "BASIC WL", "BASIC", "EN 16931"
COMFORT, EXTENDED, XRECHNUNG = "COMFORT", "EXTENDED", "XRECHNUNG"
WITHOUT_LINES = (MINIMUM, BASIC_WL)  # no invoice in the sense of German VAT law, therefore data only

_ZUGFERD_2 = "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One generation of the format. Sets are what may stand there, the first of each what should."""

    name: str
    namespaces: tuple[str, ...]  # of the XMP properties
    prefixes: tuple[str, ...]  # of that namespace
    file_names: tuple[str, ...]  # of the embedded XML
    versions: tuple[str, ...]  # property Version
    levels: tuple[str, ...]  # property ConformanceLevel
    relationships: Mapping[str, tuple[str, ...]]  # AFRelationship by conformance level
    relationships_else: tuple[str, ...]
    relationships_german: tuple[str, ...]  # the same, where seller and buyer are German
    pdfa: tuple[tuple[str, str], ...]  # pdfaid:part and the conformances it may have
    settled: bool = True  # False: what its metadata were to be was still open

    def relationships_of(self, level: str | None, *, german: bool) -> tuple[str, ...]:
        """How the XML may be related to the PDF; `level` None: not known."""
        otherwise = self.relationships_german if german else self.relationships_else
        return self.relationships.get(level or "", otherwise)


_DATA_ONLY = MappingProxyType(dict.fromkeys(WITHOUT_LINES, ("Data",)))
_PDFA_3 = ("3", "ABU")

ZUGFERD_1 = Edition(
    name="ZUGFeRD 1.0",
    namespaces=("urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#",),
    prefixes=("zf",),
    file_names=("ZUGFeRD-invoice.xml",),
    versions=("1.0", "1p0"),
    levels=(BASIC, COMFORT, EXTENDED),
    relationships=MappingProxyType({}),
    relationships_else=("Alternative",),
    relationships_german=("Alternative",),
    pdfa=(_PDFA_3,),
)
ZUGFERD_CANDIDATE = replace(ZUGFERD_1, name="ZUGFeRD 1.0 release candidate", settled=False)
ZUGFERD_2 = Edition(
    name="ZUGFeRD 2.0",
    namespaces=(_ZUGFERD_2,),
    prefixes=("fx", "zf"),
    file_names=("zugferd-invoice.xml",),
    versions=("2p0", "1.0", "1p0", "2.0"),  # the examples published with it have 1.0
    levels=(EN_16931, MINIMUM, BASIC_WL, BASIC, EXTENDED),
    relationships=_DATA_ONLY,
    relationships_else=("Alternative", "Source"),
    relationships_german=("Alternative", "Source"),
    pdfa=(_PDFA_3,),
)
FACTUR_X = Edition(
    name="Factur-X / ZUGFeRD 2.1+",
    namespaces=(
        "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
        _ZUGFERD_2,  # the alternative of 2.1
        "urn:zugferd:pdfa:CrossIndustryDocument:invoice:1p0#",  # the alternative of 2.2 and later
        "urn:factur-x:pdfa:CrossIndustryDocument:1p0#",  # as the text of BR-HYBRID-04 has it
    ),
    prefixes=("fx", "zf"),
    file_names=("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml"),
    versions=("1.0", "1p0", "2p0", "2p1", "2p2", "2.1"),  # 2.1: the example of the profile XRECHNUNG in 2.2
    levels=(EN_16931, MINIMUM, BASIC_WL, BASIC, EXTENDED, XRECHNUNG),
    relationships=_DATA_ONLY,
    relationships_else=("Alternative", "Source", "Data"),
    relationships_german=("Alternative",),
    pdfa=(_PDFA_3, ("4", "F")),  # PDF/A-4f since 2.2
)

_PROFILES = (  # what BT-24 ends in or contains, and the conformance level that says the same
    (re.compile(r"[:_#]xrechnung[_:]"), XRECHNUNG),
    (re.compile(r":minimum$"), MINIMUM),
    (re.compile(r":basicwl$"), BASIC_WL),
    (re.compile(r":basic$"), BASIC),
    (re.compile(r":comfort$"), COMFORT),
    (re.compile(r":extended$"), EXTENDED),
    (re.compile(r"^urn:cen\.eu:en16931:2017$"), EN_16931),
)


def edition_of(document: InvoiceDocument, facts: HybridFacts) -> Edition:
    """Which edition the file is of: its XML says so; where BT-24 is that of several, the namespace of the metadata."""
    profile = document.customization or ""
    if document.syntax is Syntax.ZUGFERD_1:
        return ZUGFERD_CANDIDATE if ":invoice:rc" in profile else ZUGFERD_1
    if "zugferd.de:2p0" in profile:
        return ZUGFERD_2
    shared = profile.strip() == "urn:cen.eu:en16931:2017"
    return ZUGFERD_2 if shared and facts.xmp.namespace == _ZUGFERD_2 else FACTUR_X


def level_of(document: InvoiceDocument) -> str | None:
    """The conformance level that BT-24 of the invoice stands for; None: it belongs to none (Peppol)."""
    profile = (document.customization or "").strip()
    return next((level for pattern, level in _PROFILES if pattern.search(profile)), None)


def same_level(one: str, other: str) -> bool:
    """Whether two names of a conformance level mean the same."""
    return _plain(one) == _plain(other)


def _plain(level: str) -> str:
    name = "".join(sign for sign in level.upper() if sign.isalnum())
    return "EN16931" if name in ("COMFORT", "EN16931COMFORT") else name
