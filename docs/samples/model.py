"""An invoice as the samples describe it: what a person would say; every sum is worked out here, never typed in.

Amounts are EUR. Names follow EN 16931; the term's number stands beside each field.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
EXTENSION = f"{XRECHNUNG}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
CVD = f"{XRECHNUNG}#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
EN16931 = "urn:cen.eu:en16931:2017"


def cents(amount: Decimal) -> Decimal:
    """The amount rounded to cents, half up, as German commercial practice does."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A seller (BG-4) or a buyer (BG-7)."""

    name: str  # BT-27, BT-44
    street: str  # BT-35, BT-50
    postcode: str  # BT-38, BT-53
    city: str  # BT-37, BT-52
    address: str  # BT-34, BT-49: electronic address
    scheme: str = "EM"  # BT-34-1, BT-49-1: EM e-mail, 0204 Leitweg-ID
    number: str = ""  # BT-29: the number under which the buyer knows the seller
    register: str = ""  # BT-30: legal registration
    vat_id: str = ""  # BT-31
    tax_number: str = ""  # BT-32
    person: str = ""  # BT-41, BT-56
    phone: str = ""  # BT-42
    mail: str = ""  # BT-43
    iban: str = ""  # BT-84


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An invoice line (BG-25); with sub lines (BG-DEX-01) in the XRechnung extension, then its net is their sum."""

    name: str  # BT-153
    text: str = ""  # BT-154
    quantity: Decimal = Decimal(1)  # BT-129
    unit: str = "H87"  # BT-130, UN/ECE Recommendation 20: H87 piece, HUR hour, LS lump sum, MON month, MTK m², TNE t
    price: Decimal = Decimal(0)  # BT-146, net of one unit
    vat: int = 19  # BT-152, per cent; 0 = exempt
    period: tuple[str, str] | None = None  # BG-26
    classified: tuple[str, str] | None = None  # BT-158-1 scheme, BT-158
    attributes: tuple[tuple[str, str], ...] = ()  # BG-32: name, value
    parts: tuple["Line", ...] = ()

    @property
    def net(self) -> Decimal:
        """BT-131."""
        return sum((part.net for part in self.parts), Decimal(0)) if self.parts else cents(self.quantity * self.price)

    @property
    def unit_price(self) -> Decimal:
        """BT-146 as written: a line of parts is one unit of their sum."""
        return self.net if self.parts else self.price

    @property
    def category(self) -> str:
        """BT-151: S standard rate, E exempt."""
        return "S" if self.vat else "E"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An allowance (BG-20) or a charge (BG-21) on the whole invoice."""

    reason: str  # BT-97, BT-104
    code: str  # BT-98 (UNTDID 5189), BT-105 (UNTDID 7161)
    amount: Decimal  # BT-92, BT-99
    charge: bool = False
    vat: int = 19  # BT-96, BT-103


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A supporting document (BG-24) carried inside the invoice."""

    name: str  # BT-125-2
    mime: str  # BT-125-1
    title: str  # BT-123
    content: bytes  # BT-125


@dataclass(frozen=True, slots=True, kw_only=True)
class Vat:
    """One row of the VAT breakdown (BG-23)."""

    rate: int  # BT-119
    base: Decimal  # BT-116

    @property
    def category(self) -> str:
        """BT-118."""
        return "S" if self.rate else "E"

    @property
    def tax(self) -> Decimal:
        """BT-117."""
        return cents(self.base * self.rate / 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice or credit note."""

    number: str  # BT-1
    issued: str  # BT-2
    delivered: str  # BT-72
    seller: Party
    buyer: Party
    leitweg_id: str  # BT-10
    lines: tuple[Line, ...]
    kind: str = "380"  # BT-3: 380 invoice, 381 credit note, 877 final construction invoice
    customization: str = XRECHNUNG  # BT-24
    due: str = ""  # BT-9
    terms: str = ""  # BT-20
    note: str = ""  # BT-22
    order: str = ""  # BT-13
    contract: str = ""  # BT-12
    tender: str = ""  # BT-17
    period: tuple[str, str] | None = None  # BG-14
    preceding: tuple[str, str] | None = None  # BG-3: number, date
    adjustments: tuple[Adjustment, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    exemption: str = ""  # BT-120, where a line is exempt
    prepaid: Decimal = Decimal(0)  # BT-113

    @property
    def lines_total(self) -> Decimal:
        """BT-106."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def allowances_total(self) -> Decimal:
        """BT-107."""
        return sum((each.amount for each in self.adjustments if not each.charge), Decimal(0))

    @property
    def charges_total(self) -> Decimal:
        """BT-108."""
        return sum((each.amount for each in self.adjustments if each.charge), Decimal(0))

    @property
    def net(self) -> Decimal:
        """BT-109."""
        return self.lines_total - self.allowances_total + self.charges_total

    @property
    def breakdown(self) -> list[Vat]:
        """BG-23, highest rate first."""
        bases: dict[int, Decimal] = {}
        for line in self.lines:
            bases[line.vat] = bases.get(line.vat, Decimal(0)) + line.net
        for each in self.adjustments:
            bases[each.vat] = bases.get(each.vat, Decimal(0)) + (each.amount if each.charge else -each.amount)
        return [Vat(rate=rate, base=bases[rate]) for rate in sorted(bases, reverse=True)]

    @property
    def tax(self) -> Decimal:
        """BT-110."""
        return sum((row.tax for row in self.breakdown), Decimal(0))

    @property
    def gross(self) -> Decimal:
        """BT-112."""
        return self.net + self.tax

    @property
    def payable(self) -> Decimal:
        """BT-115."""
        return self.gross - self.prepaid

    @property
    def payment_code(self) -> str:
        """BT-81: 58 SEPA credit transfer; a credit note is set off against later invoices (97)."""
        return "97" if self.kind == "381" else "58"

    @property
    def iban(self) -> str:
        """BT-84: where a credit transfer goes; empty for a credit note."""
        return "" if self.kind == "381" else self.seller.iban


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake, made in the finished XML so that everything else stays right: every match of a pattern replaced."""

    pattern: str  # regular expression
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One file of inbox/samples/."""

    file: str
    invoice: Invoice
    syntax: str  # ubl or cii
    profile: str = ""  # of a hybrid PDF: its Factur-X conformance level; empty: the file is the bare XML
    mistake: Mistake | None = None
