"""Inputs with a scenario and something wrong: with the schema, with a rule, for the engine, or only for one of us."""

from .parts import CII, CREDIT_NOTE, UBL, WITH_CVD, XRECHNUNG, Made, changed, doubled, plain, without


def schema() -> Made:
    yield "unknown element", changed(UBL, ("<cbc:DueDate>", "<cbc:Fällig>x</cbc:Fällig><cbc:DueDate>"))
    yield "unknown namespace", changed(UBL, ("<cbc:DueDate>", '<x:Y xmlns:x="urn:x">1</x:Y><cbc:DueDate>'))
    yield "unknown element at the end", changed(UBL, ("</cac:InvoiceLine>", "<cbc:Zusatz/></cac:InvoiceLine>"))
    yield (
        "elements in wrong order",
        changed(
            UBL,
            ("<cbc:DueDate>2026-11-28</cbc:DueDate>", ""),
            ("<cbc:BuyerReference>", "<cbc:DueDate>2026-11-28</cbc:DueDate><cbc:BuyerReference>"),
        ),
    )
    yield "element twice", doubled(UBL, "cbc:IssueDate")
    yield (
        "element after the last that may stand there",
        changed(UBL, ("</cac:Country>", f"{'<cbc:Name>x</cbc:Name>' * 2}</cac:Country>")),
    )
    yield (
        "xml:id twice",
        changed(UBL, ("<cbc:IssueDate>", '<cbc:IssueDate xml:id="a">'), ("<cbc:DueDate>", '<cbc:DueDate xml:id="a">')),
    )
    yield (
        "schema location that is no URI",
        changed(
            UBL,
            (
                "<Invoice ",
                '<Invoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a %%% :" ',
            ),
        ),
    )
    yield "number missing", changed(UBL, ("<cbc:ID>2026-10437</cbc:ID>", ""))
    yield "total missing", without(UBL, "cbc:PayableAmount")
    yield "no lines", UBL[: UBL.index("<cac:InvoiceLine>")] + "</Invoice>"
    yield "empty group", changed(UBL, ("<cac:Delivery>", "<cac:TaxTotal/><cac:Delivery>"))
    yield "currency missing", changed(UBL, (' currencyID="EUR"', ""))
    yield "unknown attribute", changed(UBL, ('schemeID="EM"', 'schemeID="EM" art="x"'))
    yield "text between elements", changed(UBL, ("<cac:Delivery>", "<cac:Delivery>am Montag"))
    yield "no date", changed(UBL, (">2026-10-29<", ">29.10.2026<"))
    yield "impossible date", changed(UBL, (">2026-10-29<", ">2026-02-30<"))
    yield "empty date", changed(UBL, (">2026-10-29<", "><"))
    yield "comma in an amount", changed(UBL, (">10053.00<", ">10053,00<"))
    yield "empty quantity", changed(UBL, ('unitCode="H87">12<', 'unitCode="H87"><'))
    yield "no truth value", changed(UBL, ("<cbc:ChargeIndicator>false<", "<cbc:ChargeIndicator>nein<"))
    yield "element inside a value", changed(UBL, (">2026-10437<", "><b>2026-10437</b><"))
    yield (
        "no base64",
        changed(
            UBL,
            (
                "<cac:AccountingSupplierParty>",
                "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
                '<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">%PDF-1.7'
                "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
                "<cac:AccountingSupplierParty>",
            ),
        ),
    )
    yield (
        "several at once",
        changed(
            UBL,
            (">2026-10-29<", ">x<"),
            (' currencyID="EUR"', ""),
            ("</cac:InvoiceLine>", "<cbc:Zusatz/></cac:InvoiceLine>"),
        ),
    )
    yield "credit note with invoice lines", CREDIT_NOTE.replace("CreditNoteLine", "InvoiceLine")
    yield "CII: unknown element", changed(CII, ("<ram:TypeCode>380", "<ram:Art>x</ram:Art><ram:TypeCode>380"))
    yield "CII: empty quantity", changed(CII, ('unitCode="MON">1<', 'unitCode="MON"><'))
    yield "CII: comma in an amount", changed(CII, (">1850.00<", ">1850,00<"))
    yield "CII: unknown attribute", changed(CII, ('unitCode="MON"', 'unitCode="MON" art="x"'))
    yield (
        "CII: elements in wrong order",
        changed(
            CII, ("<ram:ID>KR-26-3307</ram:ID>", ""), ("</ram:TypeCode>", "</ram:TypeCode><ram:ID>KR-26-3307</ram:ID>")
        ),
    )
    yield "CII: settlement missing", without(CII, "ram:ApplicableHeaderTradeSettlement")


def rules() -> Made:
    yield "clean vehicles in a credit note", changed(CREDIT_NOTE, (XRECHNUNG, f"{XRECHNUNG}{WITH_CVD}"))
    yield "clean vehicles in CII", changed(CII, (XRECHNUNG, f"{XRECHNUNG}{WITH_CVD}"))
    yield "no Leitweg-ID", without(UBL, "cbc:BuyerReference")
    yield "wrong sum", changed(UBL, (">11766.72<", ">11766.27<"))
    yield "unknown unit, lowered to a warning", UBL.replace('unitCode="H87"', 'unitCode="KISTE"')
    yield "unknown country", changed(UBL, (">DE</cbc:IdentificationCode>", ">XX</cbc:IdentificationCode>"))
    yield "fields nobody reads", changed(UBL, ("<cbc:IssueDate>", "<cbc:UUID>1</cbc:UUID><cbc:IssueDate>"))
    yield "no contact", without(UBL, "cac:Contact")
    yield "empty element in the second line", changed(UBL, (">Bürodrehstuhl<", "><"))
    yield (
        "empty element of a foreign namespace",
        changed(
            UBL,
            (
                "<cbc:CustomizationID>",
                '<e:UBLExtensions xmlns:e="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">'
                '<e:UBLExtension><e:ExtensionContent><x:A xmlns:x="urn:x/y"><b/><b/></x:A></e:ExtensionContent>'
                "</e:UBLExtension></e:UBLExtensions><cbc:CustomizationID>",
            ),
        ),
    )
    yield "date without its format in CII", changed(CII, (' format="102"', ""))
    yield "Skonto without its line end", changed(UBL, ("#PROZENT=2.00#\n", "#PROZENT=2.00#"))
    yield "unknown codes in CII", changed(CII, ("<ram:TypeCode>380<", "<ram:TypeCode>999<"), (">DE<", ">XX<"))
    yield (
        "no VAT breakdown in EN 16931",
        changed(
            UBL,
            (XRECHNUNG, "urn:cen.eu:en16931:2017"),
            ("<cbc:Percent>19</cbc:Percent>", "<cbc:Percent>7</cbc:Percent>"),
        ),
    )
    yield (
        "nothing but a shell",
        (
            '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
            'xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
            'xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:'
            f'CommonBasicComponents-2"><b:CustomizationID>{XRECHNUNG}</b:CustomizationID><b:ID>1</b:ID>'
            "<b:IssueDate>2026-01-01</b:IssueDate><a:AccountingSupplierParty/><a:AccountingCustomerParty/>"
            '<a:LegalMonetaryTotal><b:PayableAmount currencyID="EUR">0</b:PayableAmount></a:LegalMonetaryTotal>'
            '<a:InvoiceLine><b:ID>1</b:ID><b:LineExtensionAmount currencyID="EUR">0</b:LineExtensionAmount><a:Item/>'
            "</a:InvoiceLine></Invoice>"
        ),
    )


def abort() -> Made:
    yield "two legal entities of the seller", doubled(UBL, "cac:PartyLegalEntity")
    yield "two legal entities in a credit note", doubled(CREDIT_NOTE, "cac:PartyLegalEntity")
    yield "payment terms twice, in the second step", doubled(UBL, "cac:PaymentTerms")
    yield "item named twice in CII", doubled(CII, "ram:Name")
    yield "net price twice in CII, in the second step", doubled(CII, "ram:ChargeAmount")
    yield "due amount twice in CII", doubled(CII, "ram:DuePayableAmount")


def different() -> Made:
    """What docs/kosit.md lists as judged otherwise here."""
    yield "EBCDIC", plain(UBL).replace("UTF-8", "IBM037").encode("cp037")
    yield "GB18030", UBL.replace("UTF-8", "GB18030").encode("gb18030")
    yield "Shift_JIS", plain(UBL).replace("UTF-8", "Shift_JIS").encode("shift_jis")
    yield "Macintosh", plain(UBL).replace("UTF-8", "macintosh").encode("mac-roman")
    yield (
        "XML 1.1 with a next-line character between elements",
        changed(UBL, ("version='1.0'", "version='1.1'"), ("<cbc:IssueDate>", "\x85<cbc:IssueDate>")),
    )
    yield "namespace name that is no URI", changed(UBL, ("<Invoice ", '<Invoice xmlns:x="\\\\ : %" '))
