"""Seven right invoices that show what there is: each syntax, the XRechnung extension, CVD and two hybrid PDFs."""

from decimal import Decimal

from . import parties as p
from .model import CVD, EN16931, EXTENSION, Adjustment, Attachment, Invoice, Line, Sample

TIMESHEET = """Datum;Tätigkeit;Stunden
2026-10-06;Sicherheitsaktualisierungen Fachverfahren;3,50
2026-10-14;Störung Netzlaufwerk Bürgeramt behoben;2,25
2026-10-27;Wiederherstellung aus der Datensicherung geprüft;1,75
""".encode()

CORRECT = (
    Sample(
        file="01-ubl-rechnung-büromöbel.xml",
        syntax="ubl",
        invoice=Invoice(
            number="2026-10437",
            issued="2026-10-29",
            delivered="2026-10-26",
            due="2026-11-28",
            terms="#SKONTO#TAGE=10#PROZENT=2.00#\nZahlbar innerhalb von 30 Tagen ohne Abzug.\n",
            note="Lieferung und Aufbau im Bürgerbüro, 2. Obergeschoss.",
            order="B-2026-0815",
            contract="RV-MÖBEL-2025",
            seller=p.GRÜNWALD,
            buyer=p.MUSTERSTADT,
            leitweg_id=p.MUSTERSTADT_ID,
            lines=(
                Line(
                    name="Schreibtisch, höhenverstellbar",
                    text="160 × 80 cm, Platte Buche",
                    quantity=Decimal(12),
                    price=Decimal("489.00"),
                ),
                Line(
                    name="Bürodrehstuhl",
                    text="Bezug grün, mit Armlehnen",
                    quantity=Decimal(12),
                    price=Decimal("312.50"),
                ),
                Line(
                    name="Aufbau und Entsorgung der Verpackung",
                    quantity=Decimal("7.5"),
                    unit="HUR",
                    price=Decimal("58.00"),
                ),
            ),
            adjustments=(
                Adjustment(reason="Rabatt aus Rahmenvertrag", code="95", amount=Decimal("250.00")),
                Adjustment(
                    reason="Anlieferung frei Verwendungsstelle", code="FC", amount=Decimal("85.00"), charge=True
                ),
            ),
        ),
    ),
    Sample(
        file="02-ubl-gutschrift-schulbücher.xml",
        syntax="ubl",
        invoice=Invoice(
            kind="381",
            number="G-2026-0093",
            issued="2026-10-12",
            delivered="2026-10-08",
            preceding=("R-2026-2218", "2026-09-03"),
            note="Gutschrift für zurückgegebene Schulbücher der Gesamtschule Beispielhausen.",
            terms="Wird mit der nächsten Rechnung verrechnet.",
            seller=p.LÖWENZAHN,
            buyer=p.BEISPIEL,
            leitweg_id=p.BEISPIEL_ID,
            lines=(
                Line(name="Mathematik verstehen, Klasse 7", quantity=Decimal(14), price=Decimal("23.32"), vat=7),
                Line(name="Lesebuch »Brücken«, Klasse 6", quantity=Decimal(5), price=Decimal("19.58"), vat=7),
                Line(name="Übungssoftware Englisch, Einzelplatz", quantity=Decimal(3), price=Decimal("16.80"), vat=19),
            ),
        ),
    ),
    Sample(
        file="03-cii-rechnung-it-wartung.xml",
        syntax="cii",
        invoice=Invoice(
            number="KR-26-3307",
            issued="2026-11-02",
            delivered="2026-10-31",
            due="2026-12-02",
            terms="Zahlbar innerhalb von 30 Tagen nach Rechnungseingang.",
            order="IT-2026-044",
            contract="WV-2024-17",
            period=("2026-10-01", "2026-10-31"),
            seller=p.KÜSTENRECHNER,
            buyer=p.MUSTERSTADT,
            leitweg_id=p.MUSTERSTADT_ID,
            lines=(
                Line(
                    name="Wartung der Fachverfahren, Monatspauschale",
                    unit="MON",
                    price=Decimal("1850.00"),
                    period=("2026-10-01", "2026-10-31"),
                ),
                Line(
                    name="Unterstützung nach Aufwand",
                    text="siehe Stundennachweis",
                    quantity=Decimal("7.5"),
                    unit="HUR",
                    price=Decimal("96.00"),
                ),
            ),
            attachments=(
                Attachment(
                    name="stundennachweis-2026-10.csv",
                    mime="text/csv",
                    title="Stundennachweis Oktober 2026",
                    content=TIMESHEET,
                ),
            ),
        ),
    ),
    Sample(
        file="04-ubl-extension-straßensanierung.xml",
        syntax="ubl",
        invoice=Invoice(
            kind="877",
            customization=EXTENSION,
            number="SR-2026-12",
            issued="2026-11-06",
            delivered="2026-10-23",
            due="2026-12-06",
            terms="Zahlbar innerhalb von 30 Tagen.",
            note="Schlussrechnung, K 17 zwischen Kleinbeispiel und Großbeispiel.",
            order="TB-2026-009",
            seller=p.MÜLLER,
            buyer=p.BEISPIEL,
            leitweg_id=p.BEISPIEL_ID,
            lines=(
                Line(name="Titel 01: Baustelleneinrichtung", unit="LS", price=Decimal("4800.00")),
                Line(
                    name="Titel 02: Fahrbahndecke",
                    unit="LS",
                    parts=(
                        Line(name="Asphalt fräsen, 4 cm", quantity=Decimal(1240), unit="MTK", price=Decimal("4.35")),
                        Line(
                            name="Asphaltdeckschicht AC 11 D S",
                            quantity=Decimal("121.5"),
                            unit="TNE",
                            price=Decimal("148.00"),
                        ),
                        Line(name="Fugen vergießen", quantity=Decimal(310), unit="MTR", price=Decimal("6.20")),
                    ),
                ),
                Line(
                    name="Titel 03: Entwässerung",
                    unit="LS",
                    parts=(
                        Line(name="Straßenablauf setzen", quantity=Decimal(6), price=Decimal("385.00")),
                        Line(
                            name="Anschlussleitung DN 150", quantity=Decimal("42.5"), unit="MTR", price=Decimal("61.40")
                        ),
                    ),
                ),
            ),
            prepaid=Decimal("20000.00"),
        ),
    ),
    Sample(
        file="05-ubl-cvd-elektrobus.xml",
        syntax="ubl",
        invoice=Invoice(
            customization=CVD,
            number="NN-88021",
            issued="2026-09-18",
            delivered="2026-09-15",
            due="2026-10-18",
            terms="Zahlbar innerhalb von 30 Tagen.",
            order="VB-2026-003",
            contract="KV-2026-EBUS",
            tender="VgV-2025-118, Los 2",
            seller=p.NORDLICHT,
            buyer=p.MUSTERSTADT,
            leitweg_id=p.MUSTERSTADT_ID,
            lines=(
                Line(
                    name="Elektrobus 12 m, Niederflur",
                    text="Batterie 420 kWh, 32 Sitzplätze",
                    quantity=Decimal(2),
                    price=Decimal("548000.00"),
                    classified=("CVD", "M3"),
                    attributes=(("cva", "zero-emission"),),
                ),
                Line(name="Einweisung des Fahrpersonals", quantity=Decimal(8), unit="HUR", price=Decimal("110.00")),
            ),
        ),
    ),
    Sample(
        file="06-pdf-xrechnung-gebäudereinigung.pdf",
        syntax="cii",
        profile="XRECHNUNG",
        invoice=Invoice(
            number="BB-2026-1071",
            issued="2026-11-03",
            delivered="2026-10-31",
            due="2026-11-17",
            terms="Zahlbar innerhalb von 14 Tagen.",
            order="GM-2026-120",
            contract="RV-REINIGUNG-2026",
            period=("2026-10-01", "2026-10-31"),
            seller=p.BLITZBLANK,
            buyer=p.MUSTERSTADT,
            leitweg_id=p.MUSTERSTADT_ID,
            lines=(
                Line(name="Unterhaltsreinigung Rathaus", unit="MON", price=Decimal("3120.00")),
                Line(name="Unterhaltsreinigung Stadtbücherei", unit="MON", price=Decimal("1475.00")),
                Line(name="Glasreinigung Foyer", quantity=Decimal("186.4"), unit="MTK", price=Decimal("1.85")),
            ),
            adjustments=(
                Adjustment(reason="Minderung, Mängelanzeige vom 14.10.2026", code="95", amount=Decimal("62.40")),
            ),
        ),
    ),
    Sample(
        file="07-pdf-en16931-grünpflege.pdf",
        syntax="cii",
        profile="EN 16931",
        invoice=Invoice(
            customization=EN16931,
            number="2026/512",
            issued="2026-11-10",
            delivered="2026-11-05",
            due="2026-12-10",
            terms="Zahlbar innerhalb von 30 Tagen.",
            seller=p.BLÜTENMEER,
            buyer=p.BEISPIEL,
            leitweg_id=p.BEISPIEL_ID,
            lines=(
                Line(
                    name="Stiefmütterchen, gemischt",
                    text="für die Beete am Kreishaus",
                    quantity=Decimal(480),
                    price=Decimal("0.79"),
                    vat=7,
                ),
                Line(
                    name="Bepflanzung der Beete", quantity=Decimal("11.25"), unit="HUR", price=Decimal("52.00"), vat=19
                ),
            ),
        ),
    ),
)
