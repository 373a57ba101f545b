"""Document, parties, delivery and references, written in UBL and in CII, reads the same."""

from einvoice.semantics import read_invoice

TAX = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def test_number_type_dates_and_currencies(ubl, cii, content):
    written_in_ubl = ubl(
        "<cbc:ID>R-7</cbc:ID><cbc:IssueDate>2024-02-29</cbc:IssueDate><cbc:DueDate>2024-03-31</cbc:DueDate>"
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:TaxPointDate>2024-02-01</cbc:TaxPointDate>"
        "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>"
        "<cbc:BuyerReference>04011000-12345-35</cbc:BuyerReference>"
    )
    written_in_cii = cii(
        document="<rsm:ExchangedDocument><ram:ID>R-7</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>"
        '<udt:DateTimeString format="102">20240229</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>',
        agreement="<ram:BuyerReference>04011000-12345-35</ram:BuyerReference>",
        settlement="<ram:TaxCurrencyCode>SEK</ram:TaxCurrencyCode><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>"
        '<ram:ApplicableTradeTax><ram:TaxPointDate><udt:DateString format="102">20240201</udt:DateString>'
        "</ram:TaxPointDate></ram:ApplicableTradeTax><ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>"
        '<udt:DateTimeString format="102">20240331</udt:DateTimeString></ram:DueDateDateTime>'
        "</ram:SpecifiedTradePaymentTerms>",
    )
    expected = [
        "BT-1 = R-7",
        "BT-2 = 2024-02-29",
        "BT-3 = 380",
        "BT-5 = EUR",
        "BT-6 = SEK",
        "BT-7 = 2024-02-01",
        "BT-9 = 2024-03-31",
        "BT-10 = 04011000-12345-35",
    ]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_the_tax_point_code_is_one_code_list(ubl, cii, content):
    for in_ubl, in_cii in (("3", "5"), ("35", "29"), ("432", "72"), ("99", "99")):
        period = f"<cac:InvoicePeriod><cbc:DescriptionCode>{in_ubl}</cbc:DescriptionCode></cac:InvoicePeriod>"
        tax = f"<ram:ApplicableTradeTax><ram:DueDateTypeCode>{in_cii}</ram:DueDateTypeCode></ram:ApplicableTradeTax>"
        assert content(read_invoice(ubl(period))) == [f"BT-8 = {in_ubl}"]
        assert content(read_invoice(cii(settlement=tax))) == [f"BT-8 = {in_ubl}"]


def test_a_tax_point_said_in_each_tax_row_is_said_once(cii):
    row = "<ram:ApplicableTradeTax><ram:DueDateTypeCode>{}</ram:DueDateTypeCode></ram:ApplicableTradeTax>"
    same = read_invoice(cii(settlement=row.format("5") * 3))
    different = read_invoice(cii(settlement=row.format("5") + row.format("29")))
    assert [term.value for term in same.every("BT-8")] == ["3"]
    assert [term.value for term in different.every("BT-8")] == ["3", "35"]
    assert len(same.groups("BG-23")) == 3


def test_notes_with_and_without_subject(ubl, cii, content):
    written_in_ubl = ubl("<cbc:Note>#AAI#Bitte #vor# Ort melden</cbc:Note><cbc:Note>Danke #1#</cbc:Note>")
    written_in_cii = cii(
        document="<rsm:ExchangedDocument><ram:IncludedNote><ram:Content>Bitte #vor# Ort melden</ram:Content>"
        "<ram:SubjectCode>AAI</ram:SubjectCode></ram:IncludedNote><ram:IncludedNote><ram:Content>Danke #1#"
        "</ram:Content></ram:IncludedNote></rsm:ExchangedDocument>"
    )
    expected = ["BG-1/BT-21 = AAI", "BG-1/BT-22 = Bitte #vor# Ort melden", "BG-1 2/BT-22 = Danke #1#"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_process_control(ubl, cii, content):
    written_in_ubl = ubl("<cbc:CustomizationID>urn:x</cbc:CustomizationID><cbc:ProfileID>p</cbc:ProfileID>")
    written_in_cii = cii(
        document="<rsm:ExchangedDocumentContext><ram:BusinessProcessSpecifiedDocumentContextParameter><ram:ID>p"
        "</ram:ID></ram:BusinessProcessSpecifiedDocumentContextParameter>"
        "<ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:x</ram:ID>"
        "</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>"
    )
    expected = ["BG-2/BT-23 = p", "BG-2/BT-24 = urn:x"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_preceding_invoices(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>V-1</cbc:ID>"
        "<cbc:IssueDate>2023-12-31</cbc:IssueDate></cac:InvoiceDocumentReference></cac:BillingReference>"
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>V-2</cbc:ID></cac:InvoiceDocumentReference>"
        "</cac:BillingReference>"
    )
    written_in_cii = cii(
        settlement="<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>V-1</ram:IssuerAssignedID>"
        '<ram:FormattedIssueDateTime><qdt:DateTimeString format="102">20231231</qdt:DateTimeString>'
        "</ram:FormattedIssueDateTime></ram:InvoiceReferencedDocument>"
        "<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>V-2</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>"
    )
    expected = ["BG-3/BT-25 = V-1", "BG-3/BT-26 = 2023-12-31", "BG-3 2/BT-25 = V-2"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_the_seller_with_vat_identifier_and_tax_number(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID='EM'>re@bau.example</cbc:EndpointID>"
        "<cac:PartyIdentification><cbc:ID schemeID='0088'>4000001000005</cbc:ID></cac:PartyIdentification>"
        "<cac:PartyIdentification><cbc:ID>K-3</cbc:ID></cac:PartyIdentification>"
        "<cac:PostalAddress><cbc:CityName>Köln</cbc:CityName><cac:Country>"
        "<cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>DE123</cbc:CompanyID>{TAX.replace('VAT', ' vat ')}</cac:PartyTaxScheme>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>215/1</cbc:CompanyID>{TAX.replace('VAT', 'FC')}</cac:PartyTaxScheme>"
        "<cac:PartyLegalEntity><cbc:RegistrationName>Bau GmbH</cbc:RegistrationName>"
        "<cbc:CompanyID schemeID='0198'>HRB 1</cbc:CompanyID></cac:PartyLegalEntity>"
        "</cac:Party></cac:AccountingSupplierParty>"
    )
    written_in_cii = cii(
        agreement="<ram:SellerTradeParty><ram:GlobalID schemeID='0088'>4000001000005</ram:GlobalID><ram:ID>K-3</ram:ID>"
        "<ram:Name>Bau GmbH</ram:Name><ram:SpecifiedLegalOrganization><ram:ID schemeID='0198'>HRB 1</ram:ID>"
        "</ram:SpecifiedLegalOrganization><ram:PostalTradeAddress><ram:CityName>Köln</ram:CityName>"
        "<ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress><ram:URIUniversalCommunication>"
        "<ram:URIID schemeID='EM'>re@bau.example</ram:URIID></ram:URIUniversalCommunication>"
        "<ram:SpecifiedTaxRegistration><ram:ID schemeID='FC'>215/1</ram:ID></ram:SpecifiedTaxRegistration>"
        "<ram:SpecifiedTaxRegistration><ram:ID schemeID='VA'>DE123</ram:ID></ram:SpecifiedTaxRegistration>"
        "</ram:SellerTradeParty>"
    )
    expected = {
        "BG-4/BT-27 = Bau GmbH",
        "BG-4/BT-29 = 4000001000005",
        "BG-4/BT-29/BT-29-1 = 0088",
        "BG-4/BT-29 = K-3",
        "BG-4/BT-30 = HRB 1",
        "BG-4/BT-30/BT-30-1 = 0198",
        "BG-4/BT-31 = DE123",
        "BG-4/BT-32 = 215/1",
        "BG-4/BT-34 = re@bau.example",
        "BG-4/BT-34/BT-34-1 = EM",
        "BG-4/BG-5/BT-37 = Köln",
        "BG-4/BG-5/BT-40 = DE",
    }
    assert set(content(read_invoice(written_in_ubl))) == expected
    assert set(content(read_invoice(written_in_cii))) == expected


def test_the_tax_representative(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:TaxRepresentativeParty><cac:PartyName><cbc:Name>Steuer AG</cbc:Name></cac:PartyName>"
        "<cac:PostalAddress><cac:AddressLine><cbc:Line>Hof 3</cbc:Line></cac:AddressLine></cac:PostalAddress>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>DE9</cbc:CompanyID>{TAX}</cac:PartyTaxScheme></cac:TaxRepresentativeParty>"
    )
    written_in_cii = cii(
        agreement="<ram:SellerTaxRepresentativeTradeParty><ram:Name>Steuer AG</ram:Name><ram:PostalTradeAddress>"
        "<ram:LineThree>Hof 3</ram:LineThree></ram:PostalTradeAddress><ram:SpecifiedTaxRegistration>"
        "<ram:ID schemeID='VA'>DE9</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTaxRepresentativeTradeParty>"
    )
    expected = ["BG-11/BT-62 = Steuer AG", "BG-11/BT-63 = DE9", "BG-11/BG-12/BT-164 = Hof 3"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_the_invoicing_period_belongs_to_the_delivery(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:InvoicePeriod><cbc:StartDate>2024-01-01</cbc:StartDate></cac:InvoicePeriod>"
        "<cac:Delivery><cbc:ActualDeliveryDate>2024-01-15</cbc:ActualDeliveryDate></cac:Delivery>"
    )
    written_in_cii = cii(
        delivery="<ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>"
        '<udt:DateTimeString format="102">20240115</udt:DateTimeString></ram:OccurrenceDateTime>'
        "</ram:ActualDeliverySupplyChainEvent>",
        settlement="<ram:BillingSpecifiedPeriod><ram:StartDateTime>"
        '<udt:DateTimeString format="102">20240101</udt:DateTimeString></ram:StartDateTime>'
        "</ram:BillingSpecifiedPeriod>",
    )
    expected = ["BG-13/BT-72 = 2024-01-15", "BG-13/BG-14/BT-73 = 2024-01-01"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_an_empty_delivery_is_no_group(cii, content):
    assert read_invoice(cii()).groups("BG-13") == ()


def test_tender_invoiced_object_and_attachments_are_told_apart(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:OriginatorDocumentReference><cbc:ID>Los 4</cbc:ID></cac:OriginatorDocumentReference>"
        "<cac:AdditionalDocumentReference><cbc:ID schemeID='ABT'>Zähler 9</cbc:ID>"
        "<cbc:DocumentTypeCode>130</cbc:DocumentTypeCode></cac:AdditionalDocumentReference>"
        "<cac:AdditionalDocumentReference><cbc:ID>A1</cbc:ID><cbc:DocumentDescription>Aufmaß</cbc:DocumentDescription>"
        "<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode='text/csv' filename='a.csv'>YTtiCg=="
        "</cbc:EmbeddedDocumentBinaryObject><cac:ExternalReference><cbc:URI>https://bau.example/a</cbc:URI>"
        "</cac:ExternalReference></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    reference = (
        "<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>{}</ram:IssuerAssignedID>{}"
        "</ram:AdditionalReferencedDocument>"
    )
    written_in_cii = cii(
        agreement=reference.format("Los 4", "<ram:TypeCode>50</ram:TypeCode>")
        + reference.format(
            "Zähler 9", "<ram:TypeCode>130</ram:TypeCode><ram:ReferenceTypeCode>ABT</ram:ReferenceTypeCode>"
        )
        + reference.format(
            "A1",
            "<ram:URIID>https://bau.example/a</ram:URIID><ram:TypeCode>916</ram:TypeCode><ram:Name>Aufmaß</ram:Name>"
            "<ram:AttachmentBinaryObject mimeCode='text/csv' filename='a.csv'>YTtiCg==</ram:AttachmentBinaryObject>",
        )
    )
    expected = [
        "BT-17 = Los 4",
        "BT-18 = Zähler 9",
        "BT-18/BT-18-1 = ABT",
        "BG-24/BT-122 = A1",
        "BG-24/BT-123 = Aufmaß",
        "BG-24/BT-124 = https://bau.example/a",
        "BG-24/BT-125 = YTtiCg==",
        "BG-24/BT-125/BT-125-1 = text/csv",
        "BG-24/BT-125/BT-125-2 = a.csv",
    ]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected
