"""Invoices with as many lines, notes and findings as the limits of size let through."""

from tests.security.hostile.base import ACCEPTED, HELD, REJECTED, UBL, Hostile, noted, put

_EMPTY = "<cac:InvoiceLine/>"
_SMALL = (
    "<cac:InvoiceLine><cbc:ID>{}</cbc:ID><cbc:LineExtensionAmount currencyID='EUR'>0</cbc:LineExtensionAmount>"
    "<cac:Item/></cac:InvoiceLine>"
)
_FREE = (
    '<cac:InvoiceLine><cbc:ID>{}</cbc:ID><cbc:InvoicedQuantity unitCode="H87">1</cbc:InvoicedQuantity>'
    '<cbc:LineExtensionAmount currencyID="EUR">0.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>x</cbc:Name>'
    "<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
    '</cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount currencyID="EUR">0.00'
    "</cbc:PriceAmount></cac:Price></cac:InvoiceLine>"
)


def lines(count: int, line: str) -> bytes:
    """The invoice with so many lines more."""
    return put("</Invoice>", "".join(line.format(number) for number in range(10, 10 + count)) + "</Invoice>")


ROWS = (
    Hostile("20,000 empty invoice lines", REJECTED, lambda: lines(20_000, _EMPTY)),
    Hostile("20,000 invoice lines with a dozen faults each", HELD, lambda: lines(20_000, _SMALL), endless=True),
    Hostile("3,000 invoice lines without a fault", ACCEPTED, lambda: lines(3_000, _FREE)),
    Hostile("30,000 notes", ACCEPTED, lambda: put("<cbc:Note>", "<cbc:Note>x</cbc:Note>" * 30_000 + "<cbc:Note>")),
    Hostile("two million empty lines of text", ACCEPTED, lambda: noted("x" + "\n" * 2_000_000 + "x")),
    Hostile("2,000 tax subtotals", REJECTED, lambda: put(
        "<cac:TaxSubtotal>", subtotal() * 2_000 + "<cac:TaxSubtotal>")),
    Hostile("2,000 allowances", REJECTED, lambda: put("<cac:TaxTotal>", allowance() * 2_000 + "<cac:TaxTotal>")),
)  # fmt: skip


def subtotal() -> str:
    """One more row of BG-23."""
    return "<cac:TaxSubtotal>" + UBL.partition("<cac:TaxSubtotal>")[2].partition("</cac:TaxTotal>")[0]


def allowance() -> str:
    """One more document level allowance (BG-20)."""
    return "<cac:AllowanceCharge>" + UBL.partition("<cac:AllowanceCharge>")[2].partition("<cac:AllowanceCharge>")[0]
