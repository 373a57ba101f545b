"""Hybrid invoices as they are after extraction, without a PDF: the invoice in terms, and what was found in its PDF."""

from dataclasses import replace
from typing import Any

from lxml import etree

from einvoice.inspection import inspect
from einvoice.model.document import Container, Customization, InvoiceDocument, Syntax
from einvoice.model.enclosed import Compared, Enclosure, HybridFacts, Inspection, InvoiceFile, Xmp, XmpState
from einvoice.model.invoice import Group, Invoice, Term

EN_16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"

_GROUPS = {
    "BT-31": ("BG-4",), "BT-32": ("BG-4",), "BT-40": ("BG-4", "BG-5"), "BT-48": ("BG-7",), "BT-55": ("BG-7", "BG-8"),
    "BT-84": ("BG-16", "BG-17"), "BT-112": ("BG-22",), "BT-115": ("BG-22",),
}  # fmt: skip

SOUND = HybridFacts(
    version="1.7",
    pages=1,
    xmp=Xmp(
        state=XmpState.READ,
        pdfa_part="3",
        pdfa_conformance="B",
        namespace=FACTUR_X,
        prefix="fx",
        document_type="INVOICE",
        document_file_name="factur-x.xml",
        version="1.0",
        conformance_level="EN 16931",
        extension_schema=True,
    ),
    invoice=InvoiceFile(
        name="factur-x.xml",
        unicode_name="factur-x.xml",
        plain_name="factur-x.xml",
        relationship="Alternative",
        mime="text/xml",
        in_names=True,
        in_associated=True,
        in_annotation=False,
        modified=True,
    ),
    text="",
)


def facts(*, xmp: dict[str, Any] | None = None, invoice: dict[str, Any] | None = None, **more: Any) -> HybridFacts:
    """A sound Factur-X file but for what is said."""
    return replace(
        SOUND, xmp=replace(SOUND.xmp, **(xmp or {})), invoice=replace(SOUND.invoice, **(invoice or {})), **more
    )


def invoice_of(terms: dict[str, str]) -> Invoice:
    """An invoice with these terms, each in its group."""
    root = Group("", tuple(Term(key, value, line=7) for key, value in terms.items() if key not in _GROUPS))
    for key, value in terms.items():
        for place in [_GROUPS.get(key)]:
            if place:
                group = Group(place[-1], (Term(key, value, line=7),))
                for outer in reversed(place[:-1]):
                    group = Group(outer, (), (group,))
                root = root._replace(groups=(*root.groups, group))
    return Invoice(Syntax.CII, root)


def document_of(
    terms: dict[str, str],
    hybrid: HybridFacts | None = None,
    *,
    profile: str = EN_16931,
    syntax: Syntax = Syntax.CII,
    enclosures: tuple[Enclosure, ...] = (),
) -> InvoiceDocument:
    """Its document; the XML holds each value in an element of no name in particular."""
    root = etree.Element("invoice")
    for value in terms.values():
        etree.SubElement(root, "value").text = value
    return InvoiceDocument(
        syntax=syntax,
        xml=b"",
        sha256="",
        customizations=(Customization(profile, (profile,)),),
        container=Container.PDF if hybrid else Container.XML,
        attachment=None,
        root=root,
        hybrid=hybrid,
        enclosures=enclosures,
    )


def inspected(terms: dict[str, str], hybrid: HybridFacts | None = None, **more: Any) -> Inspection:
    """What the inspection says of it."""
    return inspect(b"", document_of(terms, hybrid, **more), invoice_of(terms))


def compared(terms: dict[str, str], text: str) -> dict[str, Compared]:
    """What the comparison of a page with these terms says, by term."""
    return {one.term: one for one in inspected(terms, facts(text=text)).compared}
