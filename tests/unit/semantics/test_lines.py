"""Invoice lines with all that may stand in them, sub invoice lines, and what credit notes write differently."""

from einvoice.semantics import read_invoice

TAX = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def test_a_line(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:Note>n</cbc:Note>"
        "<cbc:InvoicedQuantity unitCode='HUR'>8</cbc:InvoicedQuantity>"
        "<cbc:LineExtensionAmount currencyID='EUR'>640.00</cbc:LineExtensionAmount>"
        "<cbc:AccountingCost>4711</cbc:AccountingCost><cac:InvoicePeriod><cbc:StartDate>2024-01-01</cbc:StartDate></cac:InvoicePeriod>"
        "<cac:OrderLineReference><cbc:LineID>10</cbc:LineID></cac:OrderLineReference><cac:DocumentReference>"
        "<cbc:ID schemeID='ABT'>Z9</cbc:ID><cbc:DocumentTypeCode>130</cbc:DocumentTypeCode></cac:DocumentReference>"
        "<cac:Item><cbc:Name>Meisterstunde</cbc:Name>"
        f"<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>{TAX}</cac:ClassifiedTaxCategory>"
        "</cac:Item><cac:Price><cbc:PriceAmount>80</cbc:PriceAmount></cac:Price></cac:InvoiceLine>"
    )
    written_in_cii = cii(
        lines="<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID>"
        "<ram:IncludedNote><ram:Content>n</ram:Content></ram:IncludedNote></ram:AssociatedDocumentLineDocument>"
        "<ram:SpecifiedTradeProduct><ram:Name>Meisterstunde</ram:Name></ram:SpecifiedTradeProduct>"
        "<ram:SpecifiedLineTradeAgreement><ram:BuyerOrderReferencedDocument><ram:LineID>10</ram:LineID>"
        "</ram:BuyerOrderReferencedDocument><ram:NetPriceProductTradePrice><ram:ChargeAmount>80</ram:ChargeAmount>"
        "</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery>"
        "<ram:BilledQuantity unitCode='HUR'>8</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>"
        "<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>"
        "<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent>"
        "</ram:ApplicableTradeTax><ram:BillingSpecifiedPeriod><ram:StartDateTime>"
        '<udt:DateTimeString format="102">20240101</udt:DateTimeString></ram:StartDateTime>'
        "</ram:BillingSpecifiedPeriod>"
        "<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>640.00</ram:LineTotalAmount>"
        "</ram:SpecifiedTradeSettlementLineMonetarySummation><ram:AdditionalReferencedDocument>"
        "<ram:IssuerAssignedID>Z9</ram:IssuerAssignedID><ram:TypeCode>130</ram:TypeCode>"
        "<ram:ReferenceTypeCode>ABT</ram:ReferenceTypeCode></ram:AdditionalReferencedDocument>"
        "<ram:ReceivableSpecifiedTradeAccountingAccount><ram:ID>4711</ram:ID>"
        "</ram:ReceivableSpecifiedTradeAccountingAccount></ram:SpecifiedLineTradeSettlement>"
        "</ram:IncludedSupplyChainTradeLineItem>"
    )
    expected = [
        "BG-25/BT-126 = 1",
        "BG-25/BT-127 = n",
        "BG-25/BT-128 = Z9",
        "BG-25/BT-128/BT-128-1 = ABT",
        "BG-25/BT-129 = 8",
        "BG-25/BT-130 = HUR",
        "BG-25/BT-131 = 640.00",
        "BG-25/BT-132 = 10",
        "BG-25/BT-133 = 4711",
        "BG-25/BG-26/BT-134 = 2024-01-01",
        "BG-25/BG-29/BT-146 = 80",
        "BG-25/BG-30/BT-151 = S",
        "BG-25/BG-30/BT-152 = 19",
        "BG-25/BG-31/BT-153 = Meisterstunde",
    ]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_line_allowances_and_charges(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:InvoiceLine><cac:AllowanceCharge><cbc:ChargeIndicator>1</cbc:ChargeIndicator><cbc:Amount>3</cbc:Amount>"
        "</cac:AllowanceCharge><cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>"
        "<cbc:MultiplierFactorNumeric>10</cbc:MultiplierFactorNumeric><cbc:Amount>4</cbc:Amount></cac:AllowanceCharge>"
        "</cac:InvoiceLine>"
    )
    allowance = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>{}</udt:Indicator></ram:ChargeIndicator>"
        "{}<ram:ActualAmount>{}</ram:ActualAmount></ram:SpecifiedTradeAllowanceCharge>"
    )
    written_in_cii = cii(
        lines="<ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedLineTradeSettlement>"
        + allowance.format("true", "", "3")
        + allowance.format("0", "<ram:CalculationPercent>10</ram:CalculationPercent>", "4")
        + "</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"
    )
    expected = ["BG-25/BG-27/BT-136 = 4", "BG-25/BG-27/BT-138 = 10", "BG-25/BG-28/BT-141 = 3"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_a_price_with_discount(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:InvoiceLine><cac:Price><cbc:PriceAmount>9</cbc:PriceAmount><cbc:BaseQuantity unitCode='C62'>100"
        "</cbc:BaseQuantity><cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>1"
        "</cbc:Amount><cbc:BaseAmount>10</cbc:BaseAmount></cac:AllowanceCharge></cac:Price></cac:InvoiceLine>"
    )
    quantity = "<ram:BasisQuantity unitCode='C62'>100</ram:BasisQuantity>"
    written_in_cii = cii(
        lines="<ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedLineTradeAgreement><ram:GrossPriceProductTradePrice>"
        f"<ram:ChargeAmount>10</ram:ChargeAmount>{quantity}<ram:AppliedTradeAllowanceCharge><ram:ChargeIndicator>"
        "<udt:Indicator>false</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>1</ram:ActualAmount>"
        "</ram:AppliedTradeAllowanceCharge></ram:GrossPriceProductTradePrice><ram:NetPriceProductTradePrice>"
        f"<ram:ChargeAmount>9</ram:ChargeAmount>{quantity}</ram:NetPriceProductTradePrice>"
        "</ram:SpecifiedLineTradeAgreement></ram:IncludedSupplyChainTradeLineItem>"
    )
    expected = [
        f"BG-25/BG-29/{said}" for said in ("BT-146 = 9", "BT-147 = 1", "BT-148 = 10", "BT-149 = 100", "BT-150 = C62")
    ]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_the_base_quantity_of_the_net_price_comes_before_that_of_the_gross_price(cii):
    price = "<ram:{0}PriceProductTradePrice><ram:BasisQuantity>{1}</ram:BasisQuantity></ram:{0}PriceProductTradePrice>"
    invoice = read_invoice(
        cii(
            lines="<ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedLineTradeAgreement>"
            f"{price.format('Gross', 100)}{price.format('Net', 1)}"
            "</ram:SpecifiedLineTradeAgreement></ram:IncludedSupplyChainTradeLineItem>"
        )
    )
    assert [term.value for term in invoice.every("BT-149")] == ["1", "100"]


def test_item_attributes_classification_and_identifiers(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:InvoiceLine><cac:Item><cac:StandardItemIdentification><cbc:ID schemeID='0160'>4000001</cbc:ID>"
        "</cac:StandardItemIdentification><cac:OriginCountry><cbc:IdentificationCode>FR</cbc:IdentificationCode>"
        "</cac:OriginCountry><cac:CommodityClassification><cbc:ItemClassificationCode listID='STI' listVersionID='2'>"
        "3010</cbc:ItemClassificationCode></cac:CommodityClassification><cac:CommodityClassification>"
        "<cbc:ItemClassificationCode listID='CV'>7</cbc:ItemClassificationCode></cac:CommodityClassification>"
        "<cac:AdditionalItemProperty><cbc:Name>Farbe</cbc:Name><cbc:Value>blau</cbc:Value></cac:AdditionalItemProperty>"
        "<cac:AdditionalItemProperty><cbc:Name>Maß</cbc:Name><cbc:Value>3 m</cbc:Value></cac:AdditionalItemProperty>"
        "</cac:Item></cac:InvoiceLine>"
    )
    classified = (
        "<ram:DesignatedProductClassification><ram:ClassCode {}</ram:ClassCode></ram:DesignatedProductClassification>"
    )
    described = (
        "<ram:ApplicableProductCharacteristic><ram:Description>{}</ram:Description><ram:Value>{}</ram:Value>"
        "</ram:ApplicableProductCharacteristic>"
    )
    written_in_cii = cii(
        lines="<ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedTradeProduct>"
        "<ram:GlobalID schemeID='0160'>4000001</ram:GlobalID>"
        + described.format("Farbe", "blau")
        + described.format("Maß", "3 m")
        + classified.format("listID='STI' listVersionID='2'>3010")
        + classified.format("listID='CV'>7")
        + "<ram:OriginTradeCountry><ram:ID>FR</ram:ID></ram:OriginTradeCountry>"
        "</ram:SpecifiedTradeProduct></ram:IncludedSupplyChainTradeLineItem>"
    )
    expected = [
        "BG-25/BG-31/BT-157 = 4000001",
        "BG-25/BG-31/BT-157/BT-157-1 = 0160",
        "BG-25/BG-31/BT-158 = 3010",
        "BG-25/BG-31/BT-158/BT-158-1 = STI",
        "BG-25/BG-31/BT-158/BT-158-2 = 2",
        "BG-25/BG-31/BT-158 = 7",
        "BG-25/BG-31/BT-158/BT-158-1 = CV",
        "BG-25/BG-31/BT-159 = FR",
        "BG-25/BG-31/BG-32/BT-160 = Farbe",
        "BG-25/BG-31/BG-32/BT-161 = blau",
        "BG-25/BG-31/BG-32 2/BT-160 = Maß",
        "BG-25/BG-31/BG-32 2/BT-161 = 3 m",
    ]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_what_a_credit_note_writes_differently(creditnote, content):
    written = creditnote(
        "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode><cac:AdditionalDocumentReference><cbc:ID>P-5</cbc:ID>"
        "<cbc:DocumentTypeCode>50</cbc:DocumentTypeCode></cac:AdditionalDocumentReference><cac:PaymentMeans>"
        "<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentDueDate>2024-03-31</cbc:PaymentDueDate>"
        "</cac:PaymentMeans><cac:CreditNoteLine><cbc:ID>1</cbc:ID>"
        "<cbc:CreditedQuantity unitCode='C62'>2</cbc:CreditedQuantity></cac:CreditNoteLine>"
    )
    assert content(read_invoice(written)) == [
        "BT-3 = 381",
        "BT-9 = 2024-03-31",
        "BT-11 = P-5",
        "BG-16/BT-81 = 30",
        "BG-25/BT-126 = 1",
        "BG-25/BT-129 = 2",
        "BG-25/BT-130 = C62",
    ]


SUB_LINE = (
    "<cac:SubInvoiceLine><cbc:ID>{}</cbc:ID><cac:InvoicePeriod><cbc:EndDate>2024-01-31</cbc:EndDate></cac:InvoicePeriod>"
    "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>1</cbc:Amount></cac:AllowanceCharge>"
    "<cac:Item><cbc:Name>Teil</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID></cac:ClassifiedTaxCategory>"
    "<cac:AdditionalItemProperty><cbc:Name>a</cbc:Name></cac:AdditionalItemProperty></cac:Item>"
    "<cac:Price><cbc:PriceAmount>5</cbc:PriceAmount></cac:Price>{}</cac:SubInvoiceLine>"
)


def test_sub_invoice_lines_are_like_lines(ubl, content):
    invoice = read_invoice(ubl(f"<cac:InvoiceLine>{SUB_LINE.format('1.1', '')}</cac:InvoiceLine>"))
    assert content(invoice) == [
        "BG-25/BG-DEX-01/BT-126 = 1.1",
        "BG-25/BG-DEX-01/BG-DEX-05/BT-135 = 2024-01-31",
        "BG-25/BG-DEX-01/BG-DEX-03/BT-136 = 1",
        "BG-25/BG-DEX-01/BG-DEX-07/BT-146 = 5",
        "BG-25/BG-DEX-01/BG-DEX-06/BT-151 = S",
        "BG-25/BG-DEX-01/BG-DEX-02/BT-153 = Teil",
        "BG-25/BG-DEX-01/BG-DEX-02/BG-DEX-08/BT-160 = a",
    ]


def test_sub_invoice_lines_nest(ubl):
    nested = SUB_LINE.format("1.1.1", SUB_LINE.format("1.1.1.1", "")) + SUB_LINE.format("1.1.2", "")
    invoice = read_invoice(ubl(f"<cac:InvoiceLine>{SUB_LINE.format('1.1', nested)}</cac:InvoiceLine>"))
    (line,) = invoice.groups("BG-25")
    (first,) = line.within("BG-DEX-01")
    assert [sub.text("BT-126") for sub in first.within("BG-DEX-01")] == ["1.1.1", "1.1.2"]
    assert first.within("BG-DEX-01")[0].within("BG-DEX-01")[0].text("BT-146") == "5"


def test_sub_credit_note_lines(creditnote, content):
    sub = SUB_LINE.format("1.1", "").replace("SubInvoiceLine", "SubCreditNoteLine")
    invoice = read_invoice(creditnote(f"<cac:CreditNoteLine>{sub}</cac:CreditNoteLine>"))
    assert "BG-25/BG-DEX-01/BG-DEX-07/BT-146 = 5" in content(invoice)


def test_third_party_payments(ubl, content):
    written = ubl(
        "<cac:PrepaidPayment><cbc:ID>Pfand</cbc:ID><cbc:PaidAmount currencyID='EUR'>8.00</cbc:PaidAmount>"
        "<cbc:InstructionID>Flaschen</cbc:InstructionID></cac:PrepaidPayment>"
    )
    assert content(read_invoice(written)) == [
        "BG-DEX-09/BT-DEX-001 = Pfand",
        "BG-DEX-09/BT-DEX-002 = 8.00",
        "BG-DEX-09/BT-DEX-003 = Flaschen",
    ]
