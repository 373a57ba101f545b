"""Peppol envelopes through two access points: the payload byte for byte, and the answers each is owed."""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from einvoice.envelope import Header, open_envelope, write_envelope
from einvoice.model.namespaces import CBC
from einvoice.responses import Kind, Response, Step, check_transition, read_response, violations
from einvoice.store import SubmissionFilter
from tests.support.service import Service, wait_for

SCHEMA = Path(__file__).resolve().parents[2] / "xsd" / "application-response" / "ApplicationResponse.xsd"
BUYER, SELLER = "0204:04011000-1234512345-06", "0088:4000001000005"
OURS, THEIRS = "000123", "000987-AB1"
UBL, CII = "urn:oasis:names:specification:ubl:schema:xsd:", "urn:un:unece:uncefact:data:standard:"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
TYPES = {
    "Invoice": f"{UBL}Invoice-2::Invoice##{XRECHNUNG}::2.1",
    "CreditNote": f"{UBL}CreditNote-2::CreditNote##{XRECHNUNG}::2.1",
    "CrossIndustryInvoice": f"{CII}CrossIndustryInvoice:100::CrossIndustryInvoice##{XRECHNUNG}::D16B",
    "Order": f"{UBL}Order-2::Order##urn:fdc:peppol.eu:poacc:trns:order:3::2.1",
}
ORDER = (
    f'<Order xmlns="{UBL}Order-2" xmlns:cbc="{CBC}"><cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3'
    "</cbc:CustomizationID><cbc:ID>B-1</cbc:ID></Order>"
)


@dataclass(frozen=True)
class Case:
    """A payload, and what is answered: codes of the message, and of the Invoice Response besides."""

    sample: str
    verdict: str
    code: str
    reasons: frozenset[str] = frozenset()
    response: tuple[str, ...] = ()  # status, reason, action
    changes: Mapping[str, str] = field(default_factory=dict)


CASES = {
    "accepted": Case("01-ubl-rechnung-büromöbel.xml", "accepted", "AP"),
    "a credit note": Case("02-ubl-gutschrift-schulbücher.xml", "accepted", "AP"),
    "a CII invoice": Case("03-cii-rechnung-it-wartung.xml", "accepted", "AP"),
    "accepted with a warning": Case(
        "01-ubl-rechnung-büromöbel.xml",
        "accepted",
        "AP",
        frozenset({"BW"}),
        changes={r"<cbc:ID>DE\d\d": "<cbc:ID>DE00"},
    ),
    "without Leitweg-ID": Case("08-fehler-leitweg-id-fehlt.xml", "rejected", "RE", frozenset({"BV"})),
    "with a wrong total": Case("09-fehler-gesamtbetrag-falsch.xml", "rejected", "RE", frozenset({"BV"})),
    "against the schema": Case("11-fehler-reihenfolge-der-elemente.xml", "rejected", "RE", frozenset({"SV"})),
    "of an old version": Case("12-fehler-veraltete-xrechnung-1.2.xml", "rejected", "RE", frozenset({"BV"})),
    "for nobody here": Case(
        "01-ubl-rechnung-büromöbel.xml",
        "accepted",
        "AP",
        response=("UQ", "REC", "PIN"),
        changes={r"<cbc:BuyerReference>[^<]+": "<cbc:BuyerReference>992-90009-96"},
    ),
    "an order": Case("", "rejected", "RE", frozenset({"BV"})),
}


@dataclass(frozen=True)
class Sent:
    """What an access point has put down."""

    case: Case
    id: str  # of the envelope
    payload: bytes
    envelope: bytes


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[tuple[Service, dict[str, list[Sent]]]]:
    """Ten envelopes through an access point that waits for an MLS, ten through one whose senders take an MLR."""
    service = Service(tmp_path_factory.mktemp("answers"))
    service.inbox.mkdir(parents=True)
    (service.inbox / "folders.toml").write_text(
        f'[folders.waiting]\nlayout = "oxalis"\nanswer = "mls"\nspid = "{OURS}"\n'
        '[folders.answered]\nlayout = "phoss"\nanswer = "mlr"\npositive = true\n'
    )
    service.start()
    service.authority("Stadt Musterstadt", "04011000-1234512345-06")
    service.authority("Landkreis Beispiel", "03999-BEISPIEL-86")
    sent: dict[str, list[Sent]] = {"waiting": [], "answered": []}
    for number, (folder, case) in enumerate((folder, case) for folder in sent for case in CASES.values()):
        one = made(case, samples, number)
        sent[folder].append(one)
        PUT[folder](service.inbox / folder / "drop", one)
    owed = {folder: len(CASES) + 1 for folder in sent}  # the one for nobody is asked back besides
    wait_for(lambda: all(len(files(service, folder)) == count for folder, count in owed.items()), seconds=120)
    yield service, sent
    service.stop()


def made(case: Case, samples: Path, number: int) -> Sent:
    text = (samples / case.sample).read_text("utf-8") if case.sample else ORDER
    for pattern, replacement in case.changes.items():
        text, count = re.subn(pattern, replacement, text)
        assert count
    text = re.sub(r"(<(?:cbc|ram):ID>)([^<]+)", rf"\g<1>\g<2>-{number}", text, count=1)
    payload = text.partition("?>\n")[2].strip().encode() if text.startswith("<?xml") else text.encode()
    local = etree.QName(etree.fromstring(payload)).localname
    header = Header(
        sender=SELLER,
        receiver=BUYER,
        instance_id=str(uuid.uuid4()),
        document_type=TYPES[local],
        process=BILLING,
        created_at=datetime.now(UTC),
        mls_to=f"0242:{THEIRS}",
        mls_always=True,
    )
    return Sent(case, header.instance_id, payload, write_envelope(header, payload))


def put_as_oxalis(folder: Path, sent: Sent) -> None:
    place = folder / BUYER.replace(":", "_") / SELLER.replace(":", "_")
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{sent.id}.doc.xml").write_bytes(sent.envelope)
    (place / f"{sent.id}.receipt.dat").write_bytes(b"<receipt/>")


def put_as_phoss(folder: Path, sent: Sent) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{sent.id}.xml.tmp").write_bytes(sent.envelope)
    (folder / f"{sent.id}.xml.tmp").rename(folder / f"{sent.id}.xml")
    (folder / f"{sent.id}.json").write_text(json.dumps({"sbdhInstanceID": sent.id}))


PUT: dict[str, Callable[[Path, Sent], None]] = {"waiting": put_as_oxalis, "answered": put_as_phoss}


def files(service: Service, folder: str) -> list[Path]:
    return sorted((service.inbox / folder / "outbox").glob("*.xml"))


def responses(service: Service, folder: str) -> list[Response]:
    return [read_response(open_envelope(path.read_bytes()).payload) for path in files(service, folder)]


Answered = tuple[Service, dict[str, list[Sent]]]


def test_every_envelope_is_one_submission_with_the_very_payload(came: Answered) -> None:
    service, sent = came
    with service.store() as store:
        kept = {
            letter.envelope.instance_id: (one, letter)
            for folder in sent
            for one in store.submissions.find(SubmissionFilter(sender=f"folder:{folder}"), limit=100).items
            if (letter := store.envelopes.of(one.id))
        }
        assert len(kept) == 2 * len(CASES)
        for one in (one for many in sent.values() for one in many):
            submission, letter = kept[one.id]
            assert letter.envelope.payload_sha256 == hashlib.sha256(one.payload).hexdigest()
            assert submission.sha256 == hashlib.sha256(one.envelope).hexdigest()
            original = service.operator().get(f"/api/v1/submissions/{submission.id}/original").content
            assert open_envelope(original).payload == one.payload
            assert submission.verdict == one.case.verdict


@pytest.mark.parametrize(("folder", "kind"), [("waiting", Kind.MLS), ("answered", Kind.MLR)])
def test_each_gets_one_formal_answer_with_its_codes(came: Answered, folder: str, kind: Kind) -> None:
    service, sent = came
    formal = {one.document_id: one for one in responses(service, folder) if one.kind is kind}
    told = {id_: (one.code, set(one.reason_codes)) for id_, one in formal.items()}
    assert told == {one.id: (one.case.code, set(one.case.reasons)) for one in sent[folder]}


@pytest.mark.parametrize("folder", ["waiting", "answered"])
def test_whom_nobody_here_is_addressed_by_is_asked_back_in_an_invoice_response(came: Answered, folder: str) -> None:
    service, _ = came
    [asked] = [one for one in responses(service, folder) if one.kind is Kind.INVOICE_RESPONSE]
    assert (asked.code, *asked.reason_codes) == CASES["for nobody here"].response
    assert asked.clarifications[0].conditions[0].term == "BT-10"
    check_transition(None, Step.of(asked))


@pytest.mark.parametrize("folder", ["waiting", "answered"])
def test_every_answer_is_valid_and_in_the_order_of_its_specification(came: Answered, folder: str) -> None:
    service, _ = came
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for path in files(service, folder):
        message = open_envelope(path.read_bytes()).payload
        schema.assertValid(etree.fromstring(message))
        assert violations(read_response(message)) == ()


@pytest.mark.parametrize("folder", ["waiting", "answered"])
def test_answers_go_back_in_an_envelope_of_their_own(came: Answered, folder: str) -> None:
    service, sent = came
    seen = set()
    for path in files(service, folder):
        opened = open_envelope(path.read_bytes())
        envelope, response = opened.envelope, read_response(opened.payload)
        providers = response.kind is Kind.MLS
        expected = (f"0242:{OURS}", f"0242:{THEIRS}") if providers else (BUYER, SELLER)
        assert (envelope.sender.value, envelope.receiver.value) == expected
        assert (envelope.document_type, envelope.process) == (response.kind.document_type, response.profile)
        assert envelope.country == "DE"
        assert envelope.instance_id == response.id == path.stem
        assert envelope.irregularities == ()
        seen.add(envelope.instance_id)
    assert len(seen) == len(CASES) + 1
    assert not seen & {one.id for one in sent[folder]}


def test_one_that_is_sent_back_after_all_is_told_so(came: Answered) -> None:
    service, sent = came
    [asked] = [one for one in sent["waiting"] if one.case.response]
    before = {path.name for path in files(service, "waiting")}
    with service.store() as store:
        [submission_id] = store.envelopes.find(asked.id)
        store.people.send_back(submission_id, actor="account:1", reason="Gehört nicht zu uns.")
    wait_for(lambda: len(files(service, "waiting")) == len(before) + 1)
    [new] = [path for path in files(service, "waiting") if path.name not in before]
    told = read_response(open_envelope(new.read_bytes()).payload)
    assert (told.kind, told.code, told.reason_codes) == (Kind.INVOICE_RESPONSE, "RE", ("REC", "NIN"))


def test_the_same_message_again_is_answered_no_second_time(came: Answered) -> None:
    service, sent = came
    before = files(service, "answered")
    again = sent["answered"][0]
    put_as_phoss(service.inbox / "answered" / "drop", again)
    wait_for(lambda: len(list((service.inbox / "answered" / "done").glob(f"*/{again.id}*.xml"))) == 2)
    with service.store() as store:
        assert len(store.envelopes.find(again.id)) == 1
        assert not store.answers.due(("answered",), 10)
    assert files(service, "answered") == before


def test_what_comes_in_about_an_answer_is_kept_with_it_and_never_answered(came: Answered) -> None:
    service, sent = came
    [response] = [one for one in responses(service, "answered") if one.kind is Kind.INVOICE_RESPONSE]
    before = files(service, "answered")
    message = MLS_ABOUT.format(about=response.id, ours=OURS, theirs=THEIRS).encode()
    header = Header(
        sender=f"0242:{THEIRS}", receiver=f"0242:{OURS}", instance_id=str(uuid.uuid4()),
        document_type=Kind.MLS.document_type, process=Kind.MLS.profiles[0], created_at=datetime.now(UTC),
    )  # fmt: skip
    one = Sent(sent["answered"][0].case, header.instance_id, message, write_envelope(header, message))
    put_as_phoss(service.inbox / "answered" / "drop", one)
    wait_for(lambda: list((service.inbox / "answered" / "done").glob(f"*/{one.id}.xml")))
    with service.store() as store:
        reply = store.answers.get(response.id).reply
        assert reply is not None
        assert (reply.kind, reply.code, reply.reasons) == ("mls", "RE", ("BV",))
        assert not store.envelopes.find(one.id)
    assert files(service, "answered") == before


MLS_ABOUT = f"""<ApplicationResponse xmlns="{UBL}ApplicationResponse-2" xmlns:cbc="{CBC}"
 xmlns:cac="{UBL}CommonAggregateComponents-2"><cbc:CustomizationID>urn:peppol:edec:mls:1.0</cbc:CustomizationID>
<cbc:ProfileID>urn:peppol:edec:mls</cbc:ProfileID><cbc:ID>theirs-1</cbc:ID><cbc:IssueDate>2026-11-23</cbc:IssueDate>
<cbc:IssueTime>10:00:00Z</cbc:IssueTime>
<cac:SenderParty><cbc:EndpointID schemeID="0242">{{theirs}}</cbc:EndpointID></cac:SenderParty>
<cac:ReceiverParty><cbc:EndpointID schemeID="0242">{{ours}}</cbc:EndpointID></cac:ReceiverParty>
<cac:DocumentResponse><cac:Response><cbc:ResponseCode>RE</cbc:ResponseCode><cbc:Description>Not taken.</cbc:Description>
</cac:Response><cac:DocumentReference><cbc:ID>{{about}}</cbc:ID></cac:DocumentReference>
<cac:LineResponse><cac:LineReference><cbc:LineID>NA</cbc:LineID></cac:LineReference><cac:Response>
<cbc:Description>[X] wrong</cbc:Description><cac:Status><cbc:StatusReasonCode>BV</cbc:StatusReasonCode></cac:Status>
</cac:Response></cac:LineResponse></cac:DocumentResponse></ApplicationResponse>"""
