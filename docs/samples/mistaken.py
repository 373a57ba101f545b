"""Five invoices with one typical mistake each."""

from decimal import Decimal

from . import parties as p
from .model import Invoice, Line, Mistake, Sample

MISTAKEN = (
    Sample(
        file="08-fehler-leitweg-id-fehlt.xml",
        syntax="ubl",
        mistake=Mistake(r"  <cbc:BuyerReference>.*</cbc:BuyerReference>\n", ""),
        invoice=Invoice(
            number="41/2026",
            issued="2026-10-20",
            delivered="2026-10-16",
            due="2026-11-03",
            terms="Zahlbar innerhalb von 14 Tagen.",
            seller=p.SCHÄFER,
            buyer=p.MUSTERSTADT,
            leitweg_id=p.MUSTERSTADT_ID,
            exemption="Kein Ausweis von Umsatzsteuer, da Kleinunternehmer gemäß § 19 UStG.",
            lines=(
                Line(
                    name="Flur im Bürgerhaus streichen", quantity=Decimal(64), unit="MTK", price=Decimal("9.80"), vat=0
                ),
            ),
        ),
    ),
    Sample(
        file="09-fehler-gesamtbetrag-falsch.xml",
        syntax="ubl",
        # The right amount is 1,088.85: two digits changed places.
        mistake=Mistake(r">1088\.85<", ">1088.58<"),
        invoice=Invoice(
            number="DU-26-771",
            issued="2026-10-30",
            delivered="2026-10-28",
            due="2026-11-29",
            terms="Zahlbar innerhalb von 30 Tagen.",
            order="ÖA-2026-31",
            seller=p.DRUCKEREI,
            buyer=p.BEISPIEL,
            leitweg_id=p.BEISPIEL_ID,
            lines=(
                Line(name="Faltblatt »Jubiläum 75 Jahre Landkreis«", quantity=Decimal(5000), price=Decimal("0.165")),
                Line(name="Satz und Gestaltung", quantity=Decimal("1.5"), unit="HUR", price=Decimal("60.00")),
            ),
        ),
    ),
    Sample(
        file="10-fehler-telefonnummer-fehlt.xml",
        syntax="cii",
        mistake=Mistake(r" *<ram:TelephoneUniversalCommunication>\s*.*\s*</ram:TelephoneUniversalCommunication>\n", ""),
        invoice=Invoice(
            number="W-2026-0007",
            issued="2026-11-16",
            delivered="2026-11-13",
            due="2026-12-16",
            terms="Zahlbar innerhalb von 30 Tagen.",
            seller=p.WINTERDIENST,
            buyer=p.BEISPIEL,
            leitweg_id=p.BEISPIEL_ID,
            lines=(
                Line(
                    name="Räumen und Streuen, Kreisstraßen", quantity=Decimal("9.5"), unit="HUR", price=Decimal("92.00")
                ),
                Line(name="Streusalz", quantity=Decimal("3.2"), unit="TNE", price=Decimal("128.50")),
            ),
        ),
    ),
    Sample(
        file="11-fehler-reihenfolge-der-elemente.xml",
        syntax="ubl",
        # The currency belongs behind the type code.
        mistake=Mistake(r"( *<cbc:InvoiceTypeCode>.*\n)( *<cbc:DocumentCurrencyCode>.*\n)", r"\2\1"),
        invoice=Invoice(
            number="RE-100482",
            issued="2026-11-09",
            delivered="2026-11-06",
            due="2026-12-09",
            terms="Zahlbar innerhalb von 30 Tagen.",
            order="B-2026-0902",
            seller=p.BÜROBEDARF,
            buyer=p.MUSTERSTADT,
            leitweg_id=p.MUSTERSTADT_ID,
            lines=(
                Line(name="Kopierpapier A4, 500 Blatt", quantity=Decimal(80), price=Decimal("4.29")),
                Line(name="Aktenordner, grün", quantity=Decimal(50), price=Decimal("2.15")),
            ),
        ),
    ),
    Sample(
        file="12-fehler-veraltete-xrechnung-1.2.xml",
        syntax="ubl",
        mistake=Mistake(r"urn:xeinkauf\.de:kosit:xrechnung_3\.0", "urn:xoev-de:kosit:standard:xrechnung_1.2"),
        invoice=Invoice(
            number="AH-5521",
            issued="2026-11-11",
            delivered="2026-11-04",
            due="2026-12-11",
            terms="Zahlbar innerhalb von 30 Tagen.",
            contract="WV-AUFZUG-2019",
            seller=p.AUFZUG,
            buyer=p.MUSTERSTADT,
            leitweg_id=p.MUSTERSTADT_ID,
            lines=(Line(name="Wartung Aufzug Stadthalle, 4. Quartal", unit="LS", price=Decimal("389.00")),),
        ),
    ),
)
