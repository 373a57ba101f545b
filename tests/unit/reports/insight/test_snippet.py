"""XML for what is missing; `tests/conformance/test_snippets.py` puts it in and asks the rules."""

from collections.abc import Callable

from einvoice.model.document import Syntax
from einvoice.model.finding import Finding, Source
from einvoice.model.invoice import Group, Invoice, Term
from einvoice.reports.insight import Snippet, Snippets

Found = Callable[..., Finding]

HEAD = (Term("BT-1", "R-17"), Term("BT-2", "2026-11-01"), Term("BT-5", "EUR"))


def invoice(*groups: Group, syntax: Syntax = Syntax.UBL_INVOICE) -> Invoice:
    return Invoice(syntax, Group("", HEAD, groups))


def snippet(finding: Finding, of: Invoice) -> Snippet:
    made = Snippets(of, [finding]).of(finding)
    assert made is not None
    return made


def test_a_missing_term_is_put_after_what_stands_before_it(found: Found) -> None:
    made = snippet(found("BR-DE-15"), invoice())
    assert made.xml.startswith("<cbc:BuyerReference>")
    assert (made.into, made.after) == ("/ubl:Invoice", "cbc:DocumentCurrencyCode")


def test_it_speaks_the_syntax_of_the_invoice(found: Found) -> None:
    made = snippet(found("BR-DE-15", ruleset="xrechnung-cii"), invoice(syntax=Syntax.CII))
    assert "ram:BuyerReference" in made.xml
    assert made.into == "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction"


def test_a_missing_group_comes_with_all_it_must_have(found: Found) -> None:
    seller = Group("BG-4", (Term("BT-27", "A"),))
    made = snippet(found("BR-08"), invoice(seller))
    for name in ("cbc:CityName", "cbc:PostalZone", "cac:Country"):
        assert f"<{name}>" in made.xml
    assert made.into == "/ubl:Invoice/cac:AccountingSupplierParty/cac:Party"


def test_amounts_have_the_currency_of_the_invoice(found: Found) -> None:
    made = snippet(found("BR-12", place=(("BG-22", None),)), invoice(Group("BG-22", (Term("BT-115", "1"),))))
    assert 'currencyID="EUR"' in made.xml


def test_a_line_is_named_by_its_number(found: Found) -> None:
    lines = (Group("BG-25", (Term("BT-126", "1"),)), Group("BG-25", (Term("BT-126", "2"),)))
    at = {"place": (("BG-25", 2),), "xpath": "/ubl:Invoice/cac:InvoiceLine[2]"}
    made = snippet(found("BR-22", **at), invoice(*lines))
    assert made.into == "/ubl:Invoice/cac:InvoiceLine[2]"
    assert made.after == "cbc:ID"
    assert 'unitCode="C62"' in made.xml


def test_an_attribute_is_a_snippet_too(found: Found) -> None:
    seller = Group("BG-4", (Term("BT-34", "a@b.example"),))
    made = snippet(found("BR-62"), invoice(seller))
    assert made.attribute
    assert made.xml == 'schemeID="EM"'
    assert made.into.endswith("/cbc:EndpointID")


def test_an_empty_element_is_replaced(found: Found) -> None:
    empty = found("PEPPOL-EN16931-R008", xpath="/ubl:Invoice/cbc:BuyerReference")
    missing = found("BR-DE-15")
    made = Snippets(invoice(), [missing, empty]).of(missing)
    assert made is not None
    assert made.replaces


def test_a_rule_that_asks_for_nothing_has_none(found: Found) -> None:
    for finding in (found("BR-CO-10"), found("BR-CL-14"), found("BR-DE-15", source=Source.XSD), found("BR-02")):
        assert Snippets(invoice(), [finding]).of(finding) is None


def test_a_document_of_another_kind_has_none(found: Found) -> None:
    finding = found("BR-DE-15")
    assert Snippets(None, [finding]).of(finding) is None
    assert Snippets(invoice(syntax=Syntax.OTHER), [finding]).of(finding) is None
