"""A hybrid invoice: a PDF/A-3 page made by typst, with the CII embedded by factur-x."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import facturx.facturx
import typst

from .model import Invoice, Sample

PAGE = Path(__file__).with_name("page.typ")
UNITS = {"H87": "Stück", "HUR": "Std.", "MON": "Monat", "MTK": "m²"}
FILES = {"XRECHNUNG": "xrechnung.xml", "EN 16931": "factur-x.xml"}  # by conformance level, ZUGFeRD 2.3


def hybrid(sample: Sample, xml: bytes) -> bytes:
    """The PDF of a sample with its XML inside.

    factur-x stamps the present time and knows neither the level XRECHNUNG nor its file name; both are set from here.
    """
    invoice, file = sample.invoice, FILES[sample.profile]
    made = datetime.fromisoformat(invoice.issued).replace(hour=8, tzinfo=UTC)
    pdf = BytesIO(page(invoice, file))
    with patch.multiple(
        facturx.facturx,
        FACTURX_FILENAME=file,
        FACTURX_LEVEL2xmp={"en16931": sample.profile},
        _get_pdf_timestamp=lambda: made.strftime("D:%Y%m%d%H%M%S+00'00'"),
        _get_metadata_timestamp=made.isoformat,
    ):
        facturx.facturx.generate_from_file(
            pdf,
            xml,
            flavor="factur-x",
            level="en16931",
            lang="de-DE",
            afrelationship="alternative",
            pdf_metadata={
                "title": f"Rechnung {invoice.number}",
                "author": invoice.seller.name,
                "subject": f"Rechnung {invoice.number} an {invoice.buyer.name}",
                "keywords": "Rechnung, ZUGFeRD",
            },
        )
    return pdf.getvalue()


def page(invoice: Invoice, attachment: str) -> bytes:
    """The visible page alone, as PDF/A-3b."""
    return typst.compile(
        PAGE.read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"invoice": json.dumps(shown(invoice, attachment), ensure_ascii=False)},
        pdf_standards=["a-3b"],
    )


def shown(invoice: Invoice, attachment: str) -> dict[str, object]:
    """What the page shows, in German notation."""
    start, end = invoice.period or ("", "")
    facts = {
        "Rechnungsnummer": invoice.number,
        "Rechnungsdatum": german(invoice.issued),
        "Leistungszeitraum": f"{german(start)} – {german(end)}" if start else "",
        "Leistungsdatum": "" if start else german(invoice.delivered),
        "Leitweg-ID": invoice.leitweg_id,
        "Bestellung": invoice.order,
        "Vertrag": invoice.contract,
        "Fällig am": german(invoice.due),
    }
    sums = {
        "Summe der Positionen": f"{euro(invoice.lines_total)} €",
        **{each.reason: f"{'+' if each.charge else '−'} {euro(each.amount)} €" for each in invoice.adjustments},
        "Nettobetrag": f"{euro(invoice.net)} €",
        **{f"Umsatzsteuer {row.rate} % auf {euro(row.base)} €": f"{euro(row.tax)} €" for row in invoice.breakdown},
    }
    return {
        "title": f"Rechnung {invoice.number}, {invoice.seller.name}",
        "heading": f"Rechnung {invoice.number}",
        "issued_parts": invoice.issued.split("-"),
        "seller": asdict(invoice.seller),
        "buyer": asdict(invoice.buyer),
        "iban": " ".join(invoice.iban[at : at + 4] for at in range(0, len(invoice.iban), 4)),
        "facts": [pair for pair in facts.items() if pair[1]],
        "lines": [
            {
                "number": str(n),
                "name": line.name,
                "text": line.text,
                "quantity": f"{line.quantity} {UNITS[line.unit]}".replace(".", ",", 1),
                "price": euro(line.price),
                "vat": f"{line.vat} %",
                "net": euro(line.net),
            }
            for n, line in enumerate(invoice.lines, 1)
        ],
        "sums": list(sums.items()),
        "payable": euro(invoice.payable),
        "terms": invoice.terms,
        "attachment": attachment,
    }


def german(iso: str) -> str:
    """2026-11-03 as 03.11.2026."""
    return ".".join(reversed(iso.split("-")))


def euro(amount: Decimal) -> str:
    """1234.5 as 1.234,50."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
