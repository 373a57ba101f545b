"""Payment, allowances, VAT and totals, written in UBL and in CII, read the same."""

from einvoice.semantics import read_invoice

TAX = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def test_several_accounts_are_one_payment_instruction(ubl, cii, content):
    written_in_ubl = ubl(
        "".join(
            f"<cac:PaymentMeans><cbc:PaymentMeansCode name='SEPA'>58</cbc:PaymentMeansCode><cbc:PaymentID>R-7"
            f"</cbc:PaymentID><cac:PayeeFinancialAccount><cbc:ID>{account}</cbc:ID></cac:PayeeFinancialAccount>"
            "</cac:PaymentMeans>"
            for account in ("DE01", "DE02")
        )
    )
    written_in_cii = cii(
        settlement="<ram:PaymentReference>R-7</ram:PaymentReference>"
        + "".join(
            "<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode><ram:Information>SEPA"
            f"</ram:Information><ram:PayeePartyCreditorFinancialAccount><ram:IBANID>{account}</ram:IBANID>"
            "</ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>"
            for account in ("DE01", "DE02")
        )
    )
    expected = [
        "BG-16/BT-81 = 58",
        "BG-16/BT-82 = SEPA",
        "BG-16/BT-83 = R-7",
        "BG-16/BG-17/BT-84 = DE01",
        "BG-16/BG-17 2/BT-84 = DE02",
    ]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_payment_instructions_that_contradict_one_another_stay_apart(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:AccountingSupplierParty><cac:Party><cac:PartyIdentification><cbc:ID schemeID='SEPA'>DE98</cbc:ID>"
        "</cac:PartyIdentification></cac:Party></cac:AccountingSupplierParty>"
        "<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode></cac:PaymentMeans>"
        "<cac:PaymentMeans><cbc:PaymentMeansCode>59</cbc:PaymentMeansCode><cac:PaymentMandate><cbc:ID>M1</cbc:ID>"
        "<cac:PayerFinancialAccount><cbc:ID>DE77</cbc:ID></cac:PayerFinancialAccount></cac:PaymentMandate>"
        "</cac:PaymentMeans>"
    )
    written_in_cii = cii(
        settlement="<ram:CreditorReferenceID>DE98</ram:CreditorReferenceID><ram:SpecifiedTradeSettlementPaymentMeans>"
        "<ram:TypeCode>58</ram:TypeCode></ram:SpecifiedTradeSettlementPaymentMeans>"
        "<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>59</ram:TypeCode>"
        "<ram:PayerPartyDebtorFinancialAccount><ram:IBANID>DE77</ram:IBANID></ram:PayerPartyDebtorFinancialAccount>"
        "</ram:SpecifiedTradeSettlementPaymentMeans><ram:SpecifiedTradePaymentTerms>"
        "<ram:DirectDebitMandateID>M1</ram:DirectDebitMandateID></ram:SpecifiedTradePaymentTerms>"
    )
    expected = [
        "BG-16/BT-81 = 58",
        "BG-16 2/BT-81 = 59",
        "BG-16 2/BG-19/BT-89 = M1",
        "BG-16 2/BG-19/BT-90 = DE98",
        "BG-16 2/BG-19/BT-91 = DE77",
    ]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_a_creditor_identifier_alone_is_a_direct_debit(ubl, cii, content):
    party = "<cac:PartyIdentification><cbc:ID schemeID='SEPA'>DE98</cbc:ID></cac:PartyIdentification>"
    written_in_cii = cii(settlement="<ram:CreditorReferenceID>DE98</ram:CreditorReferenceID>")
    assert content(read_invoice(ubl(f"<cac:PayeeParty>{party}</cac:PayeeParty>"))) == ["BG-16/BG-19/BT-90 = DE98"]
    assert content(read_invoice(written_in_cii)) == ["BG-16/BG-19/BT-90 = DE98"]


def test_payment_by_card(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:PaymentMeans><cac:CardAccount><cbc:PrimaryAccountNumberID>1234</cbc:PrimaryAccountNumberID>"
        "<cbc:HolderName>A. Muster</cbc:HolderName></cac:CardAccount></cac:PaymentMeans>"
    )
    written_in_cii = cii(
        settlement="<ram:SpecifiedTradeSettlementPaymentMeans><ram:ApplicableTradeSettlementFinancialCard>"
        "<ram:ID>1234</ram:ID><ram:CardholderName>A. Muster</ram:CardholderName>"
        "</ram:ApplicableTradeSettlementFinancialCard></ram:SpecifiedTradeSettlementPaymentMeans>"
    )
    expected = ["BG-16/BG-18/BT-87 = 1234", "BG-16/BG-18/BT-88 = A. Muster"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_skonto_lines_keep_their_line_ends(ubl, cii):
    skonto = "#SKONTO#TAGE=14#PROZENT=2.00#\n#SKONTO#TAGE=30#PROZENT=1.00#\n"
    in_ubl = f"<cac:PaymentTerms><cbc:Note>{skonto}</cbc:Note></cac:PaymentTerms>"
    in_cii = (
        f"<ram:SpecifiedTradePaymentTerms><ram:Description>{skonto}</ram:Description></ram:SpecifiedTradePaymentTerms>"
    )
    assert read_invoice(ubl(in_ubl)).text("BT-20") == skonto
    assert read_invoice(cii(settlement=in_cii)).text("BT-20") == skonto


def test_document_level_allowances_and_charges(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:Amount>5</cbc:Amount>"
        f"<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>{TAX}</cac:TaxCategory></cac:AllowanceCharge>"
        "<cac:AllowanceCharge><cbc:ChargeIndicator>0</cbc:ChargeIndicator>"
        "<cbc:AllowanceChargeReasonCode>95</cbc:AllowanceChargeReasonCode><cbc:Amount>7</cbc:Amount></cac:AllowanceCharge>"
    )
    written_in_cii = cii(
        settlement="<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false</udt:Indicator>"
        "</ram:ChargeIndicator><ram:ActualAmount>7</ram:ActualAmount><ram:ReasonCode>95</ram:ReasonCode>"
        "</ram:SpecifiedTradeAllowanceCharge><ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator>"
        "<udt:Indicator>1</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>5</ram:ActualAmount>"
        "<ram:CategoryTradeTax><ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19"
        "</ram:RateApplicablePercent></ram:CategoryTradeTax></ram:SpecifiedTradeAllowanceCharge>"
    )
    expected = ["BG-20/BT-92 = 7", "BG-20/BT-98 = 95", "BG-21/BT-99 = 5", "BG-21/BT-102 = S", "BG-21/BT-103 = 19"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_vat_totals_in_two_currencies(ubl, cii, content):
    written_in_ubl = ubl(
        "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>"
        "<cac:TaxTotal><cbc:TaxAmount currencyID='SEK'>209</cbc:TaxAmount></cac:TaxTotal>"
        "<cac:TaxTotal><cbc:TaxAmount currencyID='EUR'>19</cbc:TaxAmount></cac:TaxTotal>"
        "<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID='EUR'>119</cbc:PayableAmount></cac:LegalMonetaryTotal>"
    )
    written_in_cii = cii(
        settlement="<ram:TaxCurrencyCode>SEK</ram:TaxCurrencyCode><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>"
        "<ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
        "<ram:TaxTotalAmount currencyID='EUR'>19</ram:TaxTotalAmount>"
        "<ram:TaxTotalAmount currencyID='SEK'>209</ram:TaxTotalAmount><ram:DuePayableAmount>119</ram:DuePayableAmount>"
        "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    )
    expected = ["BT-5 = EUR", "BT-6 = SEK", "BG-22/BT-110 = 19", "BG-22/BT-111 = 209", "BG-22/BT-115 = 119"]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected


def test_a_vat_total_in_no_known_currency_is_still_the_vat_total(ubl):
    invoice = read_invoice(ubl("<cac:TaxTotal><cbc:TaxAmount currencyID='USD'>19</cbc:TaxAmount></cac:TaxTotal>"))
    assert invoice.text("BT-110") == "19"
    assert invoice.text("BT-111") is None


def test_the_vat_breakdown(ubl, cii, content):
    written_in_ubl = ubl(
        "<cac:TaxTotal><cac:TaxSubtotal><cbc:TaxableAmount>100</cbc:TaxableAmount><cbc:TaxAmount>0</cbc:TaxAmount>"
        "<cac:TaxCategory><cbc:ID>E</cbc:ID><cbc:Percent>0</cbc:Percent>"
        "<cbc:TaxExemptionReasonCode>VATEX-EU-132</cbc:TaxExemptionReasonCode>"
        f"<cbc:TaxExemptionReason>Schule</cbc:TaxExemptionReason>{TAX}</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>"
    )
    written_in_cii = cii(
        settlement="<ram:ApplicableTradeTax><ram:CalculatedAmount>0</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>"
        "<ram:ExemptionReason>Schule</ram:ExemptionReason><ram:BasisAmount>100</ram:BasisAmount>"
        "<ram:CategoryCode>E</ram:CategoryCode><ram:ExemptionReasonCode>VATEX-EU-132</ram:ExemptionReasonCode>"
        "<ram:RateApplicablePercent>0</ram:RateApplicablePercent></ram:ApplicableTradeTax>"
    )
    expected = [
        "BG-23/BT-116 = 100",
        "BG-23/BT-117 = 0",
        "BG-23/BT-118 = E",
        "BG-23/BT-119 = 0",
        "BG-23/BT-120 = Schule",
        "BG-23/BT-121 = VATEX-EU-132",
    ]
    assert content(read_invoice(written_in_ubl)) == expected
    assert content(read_invoice(written_in_cii)) == expected
