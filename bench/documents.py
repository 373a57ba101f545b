"""The documents that are measured: two samples, and the UBL one with any number of lines, its sums still right."""

import copy
from pathlib import Path

from lxml import etree

from einvoice.model.namespaces import CAC, CBC

SAMPLES = Path(__file__).parent.parent / "inbox" / "samples"
UBL, CII = SAMPLES / "01-ubl-rechnung-büromöbel.xml", SAMPLES / "03-cii-rechnung-it-wartung.xml"
LINE, AMOUNT, PRICE = f"{{{CAC}}}InvoiceLine", f"{{{CBC}}}LineExtensionAmount", f"{{{CAC}}}Price/{{{CBC}}}PriceAmount"


def small() -> dict[str, bytes]:
    """One invoice of each syntax."""
    return {"small UBL": UBL.read_bytes(), "small CII": CII.read_bytes()}


def mixed() -> list[bytes]:
    """Sizes as they come: 7 to 45 KB. Together as costly to check as the public XRechnung samples and test suite."""
    return [*small().values(), with_lines(10), with_lines(30), with_lines(60)]


def with_lines(lines: int) -> bytes:
    """The UBL sample with more lines like its own, free of charge."""
    root = etree.fromstring(UBL.read_bytes())
    own = root.findall(LINE)
    for number in range(len(own), lines):
        line = copy.deepcopy(own[number % len(own)])
        for allowance in line.findall(f"{{{CAC}}}AllowanceCharge"):
            line.remove(allowance)
        for price_allowance in line.findall(f"{{{CAC}}}Price/{{{CAC}}}AllowanceCharge"):
            line.find(f"{{{CAC}}}Price").remove(price_allowance)
        line[0].text = str(number + 1)
        line.find(AMOUNT).text = line.find(PRICE).text = "0.00"
        root.append(line)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
