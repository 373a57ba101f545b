"""What an answer says: one frozen type for the three messages, all of them UBL 2.1 ApplicationResponse.

Message Level Status (Peppol MLS 1.1.0), Message Level Response (Peppol BIS 36, T71), Invoice Response (Peppol BIS 63,
T111). Which of the parts each may have says `messages.tsv`, what they must hold to say `checks`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

APPLICATION_RESPONSE = "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2"
UBL_VERSION = "2.1"


class Kind(StrEnum):
    """The three messages."""

    MLS = "mls"  # between the two service providers: conforms and delivered, or not
    MLR = "mlr"  # from the receiver to the sender of the envelope: conforms, or not
    INVOICE_RESPONSE = "invoice-response"  # from the buyer to the seller: what becomes of the invoice

    @property
    def customization(self) -> str:
        """CustomizationID, exact for MLS; the two others may go on behind it."""
        return _IDS[self][0]

    @property
    def profiles(self) -> tuple[str, ...]:
        """Allowed ProfileID, also PROCESSID of the envelope; the first where nothing else is known."""
        return _IDS[self][1]

    @property
    def document_type(self) -> str:
        """DOCUMENTID of the envelope (Peppol code lists 9.7), without its scheme."""
        return f"{APPLICATION_RESPONSE}::ApplicationResponse##{self.customization}::{UBL_VERSION}"


_IDS = {
    Kind.MLS: ("urn:peppol:edec:mls:1.0", ("urn:peppol:edec:mls",)),
    Kind.MLR: ("urn:fdc:peppol.eu:poacc:trns:mlr:3", ("urn:fdc:peppol.eu:poacc:bis:mlr:3",)),
    Kind.INVOICE_RESPONSE: (
        "urn:fdc:peppol.eu:poacc:trns:invoice_response:3",
        ("urn:fdc:peppol.eu:poacc:bis:invoice_response:3", "urn:peppol:bis:billing_with_response"),
    ),
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value and the scheme it belongs to: `04011000-12345-03` of 0204."""

    value: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class ListedCode:
    """A code and the list it stands in: REF of OPStatusReason."""

    value: str
    list_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person or a desk that can be asked."""

    name: str | None = None
    telephone: str | None = None
    mail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Sender or receiver of the message. MLS and MLR know the electronic address alone."""

    endpoint: Identifier  # electronic address without its scheme, and the scheme
    id: Identifier | None = None
    name: str | None = None  # RegistrationName
    contact: Contact | None = None  # of the sender only


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The true seller or buyer, where someone else sends or receives in their stead (Invoice Response)."""

    name: str
    id: Identifier | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A term of the invoice, and what should stand there."""

    term: str  # BT-10
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """Why, or what the seller is asked to do (Invoice Response)."""

    code: ListedCode | None = None
    text: str | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing wrong at one place (MLS, MLR)."""

    text: str  # "[BR-DE-15] …", English
    reason: str  # SV, BV, BW, FD
    code: str | None = None  # AB, AP, RE; MLR only


@dataclass(frozen=True, slots=True)
class LineResponse:
    """All issues of one place."""

    place: str  # XPath, or NA
    issues: tuple[Issue, ...]


class About(StrEnum):
    """What an answer names as what it answers."""

    ENVELOPE = "envelope"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a message belongs to: the envelope by its instance identifier, or the invoice by number, date and type."""

    about: About
    id: str
    date: str | None = None  # BT-2
    type_code: str | None = None  # BT-3


NO_PLACE = "NA"
CONSTRUCTION_TYPES = frozenset({"875", "876", "877"})  # BT-3 that XRechnung knows (BR-DE-17) and T111 does not
_TRUE_TYPE = re.compile(r"BT-3: (\d{1,3})\.(?:\s|$)")


def note_of(type_code: str, note: str | None) -> str:
    """A note that begins with the invoice's true type, which the message itself can't say."""
    return f"BT-3: {type_code}." + (f" {note}" if note else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One message as it is written or was read. Dates and times as they stand there."""

    kind: Kind
    customization: str
    profile: str
    id: str
    issue_date: str  # yyyy-mm-dd
    issue_time: str | None = None  # hh:mm:ss[.fff] and time zone
    note: str | None = None
    sender: Party
    receiver: Party
    code: str  # AB, AP, RE; an Invoice Response has seven
    description: str | None = None
    effective_date: str | None = None  # since when the invoice has this status
    clarifications: tuple[Clarification, ...] = ()
    document_id: str  # instance identifier of the envelope; in an Invoice Response the invoice number
    document_date: str | None = None
    document_type: str | None = None  # UNCL 1001
    document_version: str | None = None
    issuer: Principal | None = None  # of the invoice: the seller
    recipient: Principal | None = None  # the buyer
    lines: tuple[LineResponse, ...] = ()

    @property
    def refers_to(self) -> Reference:
        """The envelope or invoice this belongs to; for a construction invoice with the type it truly has."""
        if self.kind is not Kind.INVOICE_RESPONSE:
            return Reference(about=About.ENVELOPE, id=self.document_id)
        told = _TRUE_TYPE.match(self.note or "")
        type_code = told[1] if told else self.document_type
        return Reference(about=About.INVOICE, id=self.document_id, date=self.document_date, type_code=type_code)

    @property
    def reason_codes(self) -> tuple[str, ...]:
        """Every reason and action code in it, in order, each once."""
        told = [issue.reason for line in self.lines for issue in line.issues]
        told += [clarification.code.value for clarification in self.clarifications if clarification.code]
        return tuple(dict.fromkeys(told))
