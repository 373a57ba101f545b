"""Rejected invoices of many kinds, read as HTML: the first sentence names the cause."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import html

from einvoice.errors import Refusal
from einvoice.explain import Lang
from einvoice.extraction import Limits, extract
from einvoice.model import Assessment, Basis, Verdict
from einvoice.model.examination import DocumentFacts, Examination
from einvoice.reports import html_report
from einvoice.rules import ArtefactStore, Registry
from einvoice.semantics import read_invoice
from einvoice.validation import Judge
from einvoice.validation.saxon import SaxonEngine

SAMPLES = Path(__file__).parents[2] / "inbox" / "samples"
EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"

Examine = Callable[[bytes], Examination]


@dataclass(frozen=True)
class Broken:
    """A sample invoice with one thing changed, and what the first sentence must say about it, in both languages."""

    kind: str
    sample: str
    what: str  # regular expression of what is changed
    by: str
    de: str
    en: str

    def data(self) -> bytes:
        (path,) = SAMPLES.glob(f"{self.sample}-*")
        changed, count = re.subn(self.what.encode(), self.by.encode(), path.read_bytes(), flags=re.DOTALL)
        assert count, f"nothing to change in {path.name}"
        return changed


UBL, CREDIT_NOTE, CII, PDF = "01", "02", "03", "06"
DATE = "<cbc:IssueDate>[^<]*</cbc:IssueDate>"
SELLER = "<ram:SellerTradeParty>.*</ram:SellerTradeParty>"
ACCOUNT = "<cac:PayeeFinancialAccount>.*?</cac:PayeeFinancialAccount>"
NAME = r"<ram:Name>[^<]*</ram:Name>(?=\s*</ram:SpecifiedTradeProduct>)"
SUBTOTAL = "<cac:TaxSubtotal>.*?<cbc:TaxAmount[^>]*>"
CATEGORY = r"(<cac:ClassifiedTaxCategory>\s*<cbc:ID>)[A-Z]+"
TERMS = r"(<cac:PaymentTerms>\s*<cbc:Note>)[^<]*"
BROKEN = (
    # what a rule asks for is missing
    Broken("Leitweg-ID", UBL, "<cbc:BuyerReference>.*?</cbc:BuyerReference>", "", "Leitweg-ID fehlt", "Leitweg-ID"),
    Broken("Leitweg-ID, CII", CII, "<ram:BuyerReference>.*?</ram:BuyerReference>", "", "Leitweg-ID", "Leitweg-ID"),
    Broken("telephone", CREDIT_NOTE, "<cbc:Telephone>.*?</cbc:Telephone>", "", "Telefonnummer", "telephone"),
    Broken("VAT identifier", UBL, "<cac:PartyTaxScheme>.*?</cac:PartyTaxScheme>", "", "Steuer", "tax"),
    Broken("payment", UBL, "<cac:PaymentMeans>.*</cac:PaymentMeans>", "", "Zahlung", "[Pp]ayment"),
    Broken("account", UBL, ACCOUNT, "", "IBAN", "IBAN"),
    Broken("whole seller", CII, SELLER, "<ram:SellerTradeParty/>", "Verkäufer", "Seller"),
    Broken("breakdown", UBL, "<cac:TaxSubtotal>.*</cac:TaxSubtotal>", "", "aufschlüsselung", "VAT breakdown"),
    Broken("item name", CII, NAME, "", "Artikel", "[Ii]tem"),
    # a figure is wrong
    Broken("payable amount", UBL, r"(<cbc:PayableAmount[^>]*>)11766\.72", r"\g<1>17166.72", "Zahl|Fällig", "due"),
    Broken("line total", CII, r"<ram:LineTotalAmount>2570\.00", "<ram:LineTotalAmount>2750.00", "Summe", "[Ss]um"),
    Broken("tax amount", UBL, f"({SUBTOTAL}.*?)1878", r"\g<1>1387", "Steuer", "VAT"),
    Broken("decimals", UBL, r">9888\.00</cbc:TaxEx", ">9888.001</cbc:TaxEx", "Nachkommastellen", "decimals"),
    # a code or a form is wrong
    Broken("currency", UBL, "EUR</cbc:Doc", "EURO</cbc:Doc", "Währung", "[Cc]urrency"),
    Broken("country", CII, "(<ram:SellerTradeParty>.*?<ram:CountryID>)DE", r"\g<1>Deutschland", "Land", "[Cc]ountry"),
    Broken("VAT category", CREDIT_NOTE, CATEGORY, r"\g<1>XX", "Steuerkategorie", "VAT category"),
    Broken("discount", UBL, TERMS, "\\g<1>#SKONTO#TAGE=14#PROZENT=2#\n", "Skonto", "discount"),
    # the structure is wrong
    Broken("order", "11", "^", "", "Reihenfolge", "order"),
    Broken("misspelt", CII, "ram:SellerTradeParty", "ram:SelerTradeParty", "SellerTradeParty", "SellerTradeParty"),
    Broken("namespace", UBL, DATE, "<cac:IssueDate>2026-10-29</cac:IssueDate>", "Namensraum", "namespace"),
    Broken("date", UBL, DATE, "<cbc:IssueDate>29.10.2026</cbc:IssueDate>", "29.10.2026", "29.10.2026"),
    Broken("required element", UBL, DATE, "", "(datum|IssueDate.*) fehlt", "(date|IssueDate.*) missing"),
    # it can't be an invoice
    Broken("outdated", "12", "^", "", "überholten Version", "outdated version"),
    Broken("unknown rules", CII, XRECHNUNG, "urn:example:own", "Regelwerk", "set of rules"),
    Broken("MINIMUM", CII, XRECHNUNG, "urn:factur-x.eu:1p0:minimum", "Buchungshilfe", "booking|accounting"),
    Broken("DTD", UBL, "<ubl:Invoice|<Invoice", "<!DOCTYPE Invoice []>\\g<0>", "DOCTYPE", "DOCTYPE"),
    Broken("cut off", UBL, "</cac:AccountingSupplierParty>.*", "", "beschädigt", "damaged"),
    Broken("no invoice", UBL, "^.*$", "<html><body>Rechnung</body></html>", "keine Rechnung", "no invoice"),
    Broken("empty", UBL, "^.*$", "", "leer", "empty"),
    Broken("plain PDF", PDF, "/EF", "/EE", "PDF", "PDF"),
)  # fmt: skip


@pytest.fixture(scope="session")
def examine(registry: Registry, artefacts: ArtefactStore, engine: SaxonEngine, today: date) -> Examine:
    judge = Judge(registry, artefacts, engine)

    def examined(data: bytes) -> Examination:
        document = None
        try:
            document = extract(data, Limits())
            assessment = judge.assess(document, Basis(on=today))
        except Refusal as refusal:
            assessment = Assessment.refused(refusal.notice)
        return Examination(
            name="rechnung.xml",
            sha256="a" * 64,
            size=len(data),
            examined_at=datetime(2026, 11, 22, 12, 30, tzinfo=UTC),
            document=DocumentFacts.of(document) if document else None,
            invoice=read_invoice(document) if document else None,
            assessment=assessment,
        )

    return examined


def first_sentence(examination: Examination, lang: Lang) -> str:
    """What stands beside the verdict's icon: the page's first sentence after its title."""
    page = html.document_fromstring(html_report(examination, lang))
    return str(page.xpath("string(//section[contains(@class, 'verdict')]//h2)"))


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.kind)
def test_the_first_sentence_names_the_cause(broken: Broken, examine: Examine) -> None:
    examination = examine(broken.data())
    assert examination.verdict is Verdict.REJECTED
    for lang, verdict, cause in (("de", "Abgelehnt: ", broken.de), ("en", "Rejected: ", broken.en)):
        said = first_sentence(examination, lang)
        assert said.startswith(verdict)
        assert re.search(cause, said), said
