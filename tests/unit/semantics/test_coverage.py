"""What no term takes up is told, and structure is not mistaken for content."""

from einvoice.semantics import unread


def test_an_element_without_a_term_is_unread(ubl):
    line = "<cac:InvoiceLine><cbc:ID>1</cbc:ID>{}</cac:InvoiceLine>"
    written = ubl(line.format("") + line.format("<cbc:FreeOfChargeIndicator>true</cbc:FreeOfChargeIndicator>"))
    assert unread(written) == [("/ubl:Invoice/cac:InvoiceLine[2]/cbc:FreeOfChargeIndicator", "true")]


def test_an_attribute_without_a_term_is_unread(ubl):
    written = ubl("<cbc:ID schemeID='X'>1</cbc:ID>")
    assert unread(written) == [("/ubl:Invoice/cbc:ID/@schemeID", "X")]


def test_a_scheme_without_an_identifier_is_unread(ubl):
    party = "<cac:Party><cbc:EndpointID schemeID='EM'/></cac:Party>"
    written = ubl(f"<cac:AccountingSupplierParty>{party}</cac:AccountingSupplierParty>")
    assert [text for _, text in unread(written)] == ["EM"]


def test_text_between_elements_is_unread(ubl):
    written = ubl("<cac:InvoiceLine>lost<cbc:ID>1</cbc:ID> and <cbc:Note>n</cbc:Note></cac:InvoiceLine>")
    assert unread(written) == [("/ubl:Invoice/cac:InvoiceLine", "lost and")]


def test_what_chooses_between_terms_is_structural(ubl):
    written = ubl(
        "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>1</cbc:Amount>"
        "<cac:TaxCategory><cbc:ID>S</cbc:ID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>"
        "</cac:AllowanceCharge>"
    )
    assert unread(written) == []


def test_an_allowance_that_says_neither_allowance_nor_charge_is_unread(ubl):
    written = ubl("<cac:AllowanceCharge><cbc:ChargeIndicator>maybe</cbc:ChargeIndicator></cac:AllowanceCharge>")
    assert unread(written) == [("/ubl:Invoice/cac:AllowanceCharge/cbc:ChargeIndicator", "maybe")]


def test_a_currency_is_structural_only_if_it_is_that_of_the_invoice(ubl):
    amount = "<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID='{}'>1</cbc:PayableAmount></cac:LegalMonetaryTotal>"
    currency = "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
    assert unread(ubl(currency + amount.format("EUR"))) == []
    assert [text for _, text in unread(ubl(currency + amount.format("USD")))] == ["USD"]


def test_a_date_format_other_than_102_is_told(cii):
    def issued(form: str, day: str) -> str:
        date = f"<udt:DateTimeString format='{form}'>{day}</udt:DateTimeString>"
        return f"<rsm:ExchangedDocument><ram:IssueDateTime>{date}</ram:IssueDateTime></rsm:ExchangedDocument>"

    assert unread(cii(document=issued("102", "20240131"))) == []
    assert [text for _, text in unread(cii(document=issued("610", "202401")))] == ["610"]


def test_comments_and_white_space_are_no_text(ubl):
    assert unread(ubl("\n <!-- remark --><?pi x?><cac:Delivery> \n </cac:Delivery>")) == []


def test_no_more_than_the_limit_is_told(ubl):
    assert len(unread(ubl("<cbc:Unknown a='1' b='2'>x</cbc:Unknown>" * 9), limit=5)) == 5


def test_a_document_that_is_no_invoice_has_nothing_to_read(other):
    assert unread(other("<order><id>1</id></order>")) == []
