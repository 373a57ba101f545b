"""Small documents written for one trait each, and the content of an invoice as plain lines to compare."""

from collections.abc import Callable

import pytest

from einvoice.model.document import Container, InvoiceDocument, Syntax
from einvoice.model.invoice import Group, Invoice
from einvoice.model.namespaces import PREFIXES
from einvoice.xmlparse import reparse

Written = Callable[..., InvoiceDocument]
Content = Callable[[Invoice | Group], list[str]]

_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())


def _document(syntax: Syntax, xml: str) -> InvoiceDocument:
    data = xml.encode()
    return InvoiceDocument(
        syntax=syntax,
        xml=data,
        sha256="",
        customizations=(),
        container=Container.XML,
        attachment=None,
        root=reparse(data),
    )


@pytest.fixture(scope="session")
def ubl() -> Written:
    """A UBL invoice with what is given in it."""
    return lambda content: _document(Syntax.UBL_INVOICE, f"<ubl:Invoice {_DECLARED}>{content}</ubl:Invoice>")


@pytest.fixture(scope="session")
def creditnote() -> Written:
    """A UBL credit note with what is given in it."""
    return lambda content: _document(Syntax.UBL_CREDITNOTE, f"<cn:CreditNote {_DECLARED}>{content}</cn:CreditNote>")


@pytest.fixture(scope="session")
def cii() -> Written:
    """A CII invoice with what is given for its parts."""

    def written(*, document: str = "", lines: str = "", agreement: str = "", delivery: str = "", settlement: str = ""):
        return _document(
            Syntax.CII,
            f"<rsm:CrossIndustryInvoice {_DECLARED}>{document}<rsm:SupplyChainTradeTransaction>{lines}"
            f"<ram:ApplicableHeaderTradeAgreement>{agreement}</ram:ApplicableHeaderTradeAgreement>"
            f"<ram:ApplicableHeaderTradeDelivery>{delivery}</ram:ApplicableHeaderTradeDelivery>"
            f"<ram:ApplicableHeaderTradeSettlement>{settlement}</ram:ApplicableHeaderTradeSettlement>"
            "</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>",
        )

    return written


@pytest.fixture(scope="session")
def other() -> Written:
    """A document that is no invoice."""
    return lambda xml: _document(Syntax.OTHER, xml)


@pytest.fixture(scope="session")
def content() -> Content:
    """Everything an invoice or group says, one line a term: `BG-25 2/BG-29/BT-146 = 12.50`."""

    def lines(part: Invoice | Group, prefix: str = "") -> list[str]:
        group = part.root if isinstance(part, Invoice) else part
        said = []
        for term in group.terms:
            said.append(f"{prefix}{term.id} = {term.value}")
            said += [f"{prefix}{term.id}/{component.id} = {component.value}" for component in term.components]
        count: dict[str, int] = {}
        for inner in group.groups:
            count[inner.id] = count.get(inner.id, 0) + 1
            number = f" {count[inner.id]}" if count[inner.id] > 1 else ""
            said += lines(inner, f"{prefix}{inner.id}{number}/")
        return said

    return lines
