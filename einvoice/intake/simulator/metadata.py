"""The small files beside a document: receipts, JSON, AS4 metadata, as far as anybody reads them."""

import base64
from collections.abc import Sequence
from html import escape

from einvoice.intake.simulator.manifest import What
from einvoice.intake.simulator.messages import Message

_EBMS = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"
_SCHEMES = ("iso6523-actorid-upis", "busdox-docid-qns", "cenbii-procid-ubl")
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def evidence(message: Message) -> bytes:
    """A receipt as Oxalis keeps it: ETSI REM evidence, here without its signature."""
    return (
        f'{_DECLARATION}<REMEvidence xmlns="http://uri.etsi.org/02640/v2#" version="2">'
        f"<EventCode>http:uri.etsi.org/02640/Event#Acceptance</EventCode>"
        f"<EventTime>{message.header.created_at.isoformat()}</EventTime>"
        f"<MessageId>{escape(message.message_id)}</MessageId></REMEvidence>\n"
    ).encode()


def transaction(message: Message) -> dict[str, object]:
    """What phoss-ap says of a document; null values are left out."""
    header = message.header
    participants, documents, processes = _SCHEMES
    return {
        "id": str(message.number),
        "senderID": f"{participants}::{header.sender}",
        "receiverID": f"{participants}::{header.receiver}",
        "docTypeID": f"{documents}::{header.document_type}",
        "processID": f"{processes}::{header.process}",
        "as4MessageID": message.message_id,
        "sbdhInstanceID": header.instance_id,
        "c2SeatID": "POP000001",
        "c3SeatID": "POP000002",
        "status": "forwarding",
        "attemptCount": 0,
        "receivedDT": header.created_at.isoformat(),
        "isDuplicateAS4": False,
        "isDuplicateSBDH": message.what is What.DOUBLE,
    }


def mmd(message: Message, payloads: Sequence[str]) -> bytes:
    """Holodeck's own metadata. The folder it names is one of the access point's machine."""
    parts = "".join(
        f'<PartInfo containment="body" mimeType="application/xml" location="/var/holodeck/msg_in/{name}"/>'
        for name in payloads
    )
    return (
        f'{_DECLARATION}<MessageMetaData xmlns="http://holodeck-b2b.org/schemas/2014/06/mmd"><MessageInfo>'
        f"<MessageId>{escape(message.message_id)}</MessageId></MessageInfo><CollaborationInfo/>"
        f"<PayloadInfo>{parts}</PayloadInfo></MessageMetaData>\n"
    ).encode()


def ebms(message: Message, payloads: Sequence[str]) -> bytes:
    """The header of the AS4 message, with the place of each payload among its properties."""
    parts = "".join(
        f'<eb:PartInfo href="cid:{number}"><eb:PartProperties><eb:Property name="org:holodeckb2b:location">'
        f"/var/holodeck/msg_in/{name}</eb:Property></eb:PartProperties></eb:PartInfo>"
        for number, name in enumerate(payloads)
    )
    return (
        f'{_DECLARATION}<eb:Messaging xmlns:eb="{_EBMS}"><eb:UserMessage><eb:MessageInfo>'
        f"<eb:MessageId>{escape(message.message_id)}</eb:MessageId></eb:MessageInfo>"
        f"<eb:PayloadInfo>{parts}</eb:PayloadInfo></eb:UserMessage></eb:Messaging>\n"
    ).encode()


def single_xml(message: Message) -> bytes:
    """All in one file, the payload in base64."""
    inside = base64.encodebytes(message.content).decode() if message.has_document else ""
    payload = f'<Payload xml:id="payload-1">{inside}</Payload>' if message.has_document else ""
    return (
        f'{_DECLARATION}<Message xmlns="http://holodeck-b2b.org/schemas/2018/01/delivery/single_xml"><UserMessage>'
        f"<MessageInfo><MessageId>{escape(message.message_id)}</MessageId></MessageInfo></UserMessage>"
        f"<Payloads>{payload}</Payloads></Message>\n"
    ).encode()


def user_message(message: Message, count: int) -> bytes:
    """The ebMS3 header as Domibus writes it down, with so many parts."""
    parts = "".join(f'<PartInfo href="cid:message-{number}"/>' for number in range(1, count + 1))
    return (
        f'{_DECLARATION}<UserMessage xmlns="{_EBMS}"><MessageInfo><MessageId>{escape(message.message_id)}</MessageId>'
        f'</MessageInfo><MessageProperties><Property name="finalRecipient">{escape(message.header.receiver)}</Property>'
        f"</MessageProperties><PayloadInfo>{parts}</PayloadInfo></UserMessage>\n"
    ).encode()
