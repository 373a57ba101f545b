"""Values with something inside them: what is shown must be what the rules saw."""

from tests.security.hostile.base import (
    ACCEPTED,
    CII,
    HELD,
    REJECTED,
    SELLER,
    XRECHNUNG,
    Hostile,
    noted,
    numbered,
    on_root,
    put,
    put_text,
)

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_LEITWEG = "<cbc:BuyerReference>04011000-1234512345-06"

ROWS = (
    Hostile("a comment in the invoice number", ACCEPTED, lambda: numbered("12<!-- 9 -->3")),
    Hostile("an instruction in the invoice number", ACCEPTED, lambda: numbered("12<?x 9?>3")),
    Hostile("a number that is a comment alone", REJECTED, lambda: numbered("<!-- 123 -->")),
    Hostile("CDATA in the invoice number", ACCEPTED, lambda: numbered("1<![CDATA[2]]>3")),
    Hostile("CDATA that ends and begins again", ACCEPTED, lambda: numbered("1<![CDATA[]]]]><![CDATA[>]]>3")),
    Hostile("a comment in the gross total", ACCEPTED, lambda: put_text(
        ">11766.72</cbc:TaxInclusiveAmount", ">117<!-- 9 -->66.72</cbc:TaxInclusiveAmount").encode()),
    Hostile("a comment in the account (BT-84)", ACCEPTED, lambda: put("DE9699999", "DE96<!-- DE00 -->99999")),
    Hostile("a comment in the Leitweg-ID", ACCEPTED, lambda:
        put(_LEITWEG, _LEITWEG.replace("04011", "04<!-- 9 -->011"))),
    Hostile("a comment in the date", HELD, lambda: put("2026-10-29", "2026<!-- 9 -->-10-29")),
    Hostile("a comment in the currency", ACCEPTED, lambda: put(">EUR<", ">E<!-- 9 -->UR<")),
    Hostile("a comment in the specification identifier (UBL)", ACCEPTED, lambda: put(
        XRECHNUNG, XRECHNUNG.replace("xrechnung", "x<!-- -->rechnung"))),
    Hostile("a comment in the specification identifier (CII)", "no-scenario", lambda: put(
        XRECHNUNG, XRECHNUNG.replace("xrechnung", "x<!-- -->rechnung"), CII)),
    Hostile("the real identifier behind another and a comment", ACCEPTED, lambda: put(
        XRECHNUNG, f"urn:other<!-- -->{XRECHNUNG}", CII)),
    Hostile("blanks around the specification identifier", "no-scenario", lambda: put(XRECHNUNG, f" {XRECHNUNG}\n")),
    Hostile("a no-break space in the specification identifier", "no-scenario", lambda:
        put(XRECHNUNG, f"{XRECHNUNG}\u00a0")),
    Hostile("two specification identifiers", REJECTED, lambda: put(
        "<cbc:CustomizationID>", f"<cbc:CustomizationID>{XRECHNUNG}</cbc:CustomizationID><cbc:CustomizationID>")),
    Hostile("an element in the invoice number", REJECTED, lambda: numbered("12<b>9</b>3")),
    Hostile("two invoice numbers", REJECTED, lambda: put("<cbc:ID>", "<cbc:ID>1</cbc:ID><cbc:ID>")),
    Hostile("two gross totals", REJECTED, lambda: put(
        "<cbc:PayableAmount", '<cbc:PayableAmount currencyID="EUR">1.00</cbc:PayableAmount><cbc:PayableAmount')),
    Hostile("xsi:type of another type", REJECTED, lambda: put(
        "<cbc:ID>", f'<cbc:ID {_XSI} xsi:type="cac:PartyType">')),
    Hostile("xsi:type of a type nobody knows", REJECTED, lambda: put("<cbc:ID>", f'<cbc:ID {_XSI} xsi:type="x:y">')),
    Hostile("xsi:type of the same type", ACCEPTED, lambda: put("<cbc:ID>", f'<cbc:ID {_XSI} xsi:type="cbc:IDType">')),
    Hostile("xsi:nil on the gross total", REJECTED, lambda: put(
        '<cbc:PayableAmount currencyID="EUR">11766.72', f'<cbc:PayableAmount {_XSI} xsi:nil="true" currencyID="EUR">')),
    Hostile("xsi:nil on the invoice", REJECTED, lambda: on_root(f'{_XSI} xsi:nil="true"')),
    Hostile("xsi:nil that says false", REJECTED, lambda: put("<cbc:ID>", f'<cbc:ID {_XSI} xsi:nil="false">')),
    Hostile("an attribute of XSI nobody knows", REJECTED, lambda: on_root(f'{_XSI} xsi:evil="true"')),
    Hostile("xml:space and xml:lang on the root", REJECTED, lambda: on_root('xml:space="preserve" xml:lang="de"')),
    Hostile("text between the elements", REJECTED, lambda: put("<cbc:ID>", "Gutschrift <cbc:ID>")),
    Hostile("carriage returns in values and attributes", ACCEPTED, lambda: put(
        'unitCode="H87"', 'unitCode="H87" unitCodeListID="a&#13;&#10;b"', noted("a&#13;b&#13;&#10;c\r\nd").decode())),
    Hostile("writing from right to left", ACCEPTED, lambda: noted("\u202e00.1 RUE\u202c \u2066x\u2069 \u200f")),
    Hostile("an account turned round by a control character", ACCEPTED, lambda: put(
        "DE96999999990000001111", "\u202e1111000009999999969ED")),
    Hostile("zero-width characters in the number", ACCEPTED, lambda: numbered("20\u200b26\u200d-\u2060104\ufeff37")),
    Hostile("combining marks without end", ACCEPTED, lambda: noted("Z" + "\u0335\u0489" * 50_000)),
    Hostile("a seller that looks like another", ACCEPTED, lambda:
        put(SELLER, "M\u00f6belwerk Gr\u00fcnw\u0430ld GmbH")),
    Hostile("digits of another script in an amount", REJECTED, lambda: put(
        ">11766.72</cbc:PayableAmount", ">\u0661\u0661\u0667\u0666\u0666.72</cbc:PayableAmount")),
    Hostile("digits of another script in a date", REJECTED, lambda: put("2026-10-29", "\uff12026-10-29")),
)  # fmt: skip
