"""What an access point has to hand over: invoices in envelopes, doubles of them, and broken ones of every kind."""

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from einvoice.envelope import Header, write_envelope
from einvoice.intake.simulator.manifest import BROKEN, What
from einvoice.intake.simulator.samples import Sample

BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_SENDER, _RECEIVER = "0088:4000001000005", "0204"
_MLS_TO = "0242:000456"  # a service provider, so that a folder that answers by MLS has somebody to answer
_BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)  # the time follows from the seed as well
_REMEMBERED = 200  # messages one of which may come again
_REJECTED_SHARE = 0.2  # of the invoices that are not broken
_END = b"</sh:StandardBusinessDocument>"
_ORDERING = "urn:fdc:peppol.eu:poacc:bis:order_only:3"
_ORDER_TYPE = "urn:oasis:names:specification:ubl:schema:xsd:Order-2::Order##urn:fdc:peppol.eu:poacc:trns:order:3::2.1"
_ORDER = """\
<?xml version="1.0" encoding="UTF-8"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
       xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3</cbc:CustomizationID>
  <cbc:ProfileID>{process}</cbc:ProfileID>
  <cbc:ID>{number}</cbc:ID>
  <cbc:IssueDate>2026-11-02</cbc:IssueDate>
</Order>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, ready to be put down."""

    number: int  # from 0 on
    what: What
    late: bool
    accepted: bool  # the verdict on what is in it, where it gets one
    double_of: int | None
    header: Header
    message_id: str  # of AS4
    invoice: bytes  # with its XML declaration
    content: bytes  # an envelope, or, where there are none, the invoice itself; broken, as the case may be
    payload_sha256: str | None

    @property
    def has_document(self) -> bool:
        """Whether it has one, be it empty."""
        return self.what is not What.NO_DOCUMENT

    @property
    def has_receipt(self) -> bool:
        """Whether it is completed."""
        return self.what is not What.NO_RECEIPT


class Author:
    """Writes the messages of one simulation. The same seed gives the same ones, to the byte."""

    def __init__(
        self, samples: Sequence[Sample], seed: int, *, enveloped: bool, doubles: float, broken: float, late: float
    ) -> None:
        """The shares are of all messages, from 0 to 1."""
        self._seed = seed
        self._enveloped = enveloped
        self._doubles, self._broken, self._late = doubles, broken, late
        self._chance = random.Random(f"messages {seed}")  # noqa: S311  # a play, no secret
        self._accepted = [sample for sample in samples if sample.accepted]
        self._rejected = [sample for sample in samples if not sample.accepted] or self._accepted
        self._before: deque[Message] = deque(maxlen=_REMEMBERED)
        self._kinds: list[What] = []  # of broken ones: each comes once before any comes again

    def messages(self, count: int) -> Iterator[Message]:
        """So many."""
        for number in range(count):
            roll, late = self._chance.random(), self._chance.random() < self._late
            if roll < self._doubles and self._before:
                yield self._again(number, late)
            elif roll < self._doubles + self._broken:
                yield self._break(self._new(number, late))
            else:
                message = self._new(number, late)
                if self._enveloped or message.accepted:  # rejected ones without an envelope may be sent anew
                    self._before.append(message)
                yield message

    def _new(self, number: int, late: bool) -> Message:
        rejected = self._chance.random() < _REJECTED_SHARE
        sample = self._chance.choice(self._rejected if rejected else self._accepted)
        invoice = sample.numbered(self._invoice_number(number))
        header = Header(
            sender=_SENDER,
            receiver=f"{_RECEIVER}:{sample.leitweg_id}",
            instance_id=self._uuid(),
            document_type=sample.document_type,
            process=BILLING,
            created_at=_BEGIN + timedelta(seconds=number),
            mls_to=_MLS_TO,
        )
        return self._written(
            Message(
                number=number,
                what=What.INVOICE,
                late=late,
                accepted=sample.accepted,
                double_of=None,
                header=header,
                message_id=self._message_id(),
                invoice=invoice,
                content=b"",
                payload_sha256=None,
            )
        )

    def _again(self, number: int, late: bool) -> Message:
        """One of those before, under another AS4 id; now and then its envelope was written anew."""
        first = self._chance.choice(self._before)
        header = first.header
        if self._chance.random() < 0.5:
            header = replace(header, created_at=header.created_at + timedelta(hours=1))
        again = replace(
            first,
            number=number,
            what=What.DOUBLE,
            late=late,
            double_of=first.number,
            header=header,
            message_id=self._message_id(),
        )
        return self._written(again)

    def _written(self, message: Message) -> Message:
        content = write_envelope(message.header, message.invoice) if self._enveloped else message.invoice
        payload = _root_of(message.invoice) if self._enveloped else message.invoice
        return replace(message, content=content, payload_sha256=sha256(payload).hexdigest())

    def _break(self, message: Message) -> Message:
        if not self._kinds:
            self._kinds = self._chance.sample(BROKEN, len(BROKEN))
        what = self._kinds.pop()
        message = replace(message, what=what)
        if what is What.ORDER:
            return self._ordering(message)
        content = _BREAKING[what](message.content, self._invoice_number(message.number).encode())
        whole = content == message.content
        return replace(message, content=content, payload_sha256=message.payload_sha256 if whole else None)

    def _ordering(self, message: Message) -> Message:
        order = _ORDER.format(process=_ORDERING, number=self._invoice_number(message.number)).encode()
        header = replace(message.header, document_type=_ORDER_TYPE, process=_ORDERING)
        return self._written(replace(message, invoice=order, header=header, accepted=False))

    def _invoice_number(self, number: int) -> str:
        return f"SIM-{self._seed}-{number}"

    def _message_id(self) -> str:
        return f"{self._uuid()}@ap.example.org"

    def _uuid(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))


def _root_of(invoice: bytes) -> bytes:
    """The root element, as it is found without any parser: samples have nothing but a declaration before it."""
    return invoice[invoice.index(b"?>") + 2 :].strip()


def _twice(content: bytes, _: bytes) -> bytes:
    """Two payloads in one envelope, or two invoices in one file."""
    if content.rstrip().endswith(_END):
        start = content.index(b"</sh:StandardBusinessDocumentHeader>") + len(b"</sh:StandardBusinessDocumentHeader>")
        payload = content[start : content.rindex(_END)]
        return content[:start] + payload + payload + _END
    return content + _root_of(content)


# By what is broken: how, given the content and the number of the invoice in it.
_BREAKING: dict[What, Callable[[bytes, bytes], bytes]] = {
    What.TRUNCATED: lambda content, _: content[: len(content) * 2 // 3],
    What.EMPTY: lambda _content, _: b"",
    What.NO_DOCUMENT: lambda content, _: content,
    What.NO_RECEIPT: lambda content, _: content,
    What.NOT_XML: lambda _, number: b"Die Rechnung " + number + b" liegt bei.\r\n",
    What.ENCODING: lambda content, number: content.replace(number, number + b"\xfc", 1),  # u umlaut in ISO 8859-1
    What.TWO_PAYLOADS: _twice,
}
