"""Receipts: made from row and log, checked by anybody who has the public key."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from sqlalchemy import update

from einvoice.errors import Fault
from einvoice.model.assessment import Verdict
from einvoice.model.audit import canonical, moment, sha256_hex
from einvoice.records.receiptcheck import NoReceipt, ReceiptCheck, verify_receipt
from einvoice.records.receipts import receipt_json, sign_receipt
from einvoice.records.signing import PublicKeys, Signature, Signer
from einvoice.reports.receipt import receipt_pdf
from einvoice.store import NotFound
from einvoice.store.tables import audit_entries, submissions

from .conftest import ISSUER, on_both


@pytest.fixture
def receipt(signer: Signer) -> bytes:
    """Of a rejected submission of the byte "1"."""
    content = {
        "format": "einvoice-receipt/1",
        "issuer": ISSUER,
        "key_id": signer.key_id,
        "submission": "1ktq0h3v9c8m7d6f5g4h3j2k1p",
        "received_at": "2026-03-01T12:00:00.000000+00:00",
        "door": "upload",
        "original": {"sha256": sha256_hex("1"), "size": 1},
        "verdict": "rejected",
        "policy_outcome": None,
        "human_decision": None,
        "handling": "decided",
        "decided_at": "2026-03-01T12:00:02.000000+00:00",
        "scenario": "EN16931 (CII)",
        "pack": "en16931-1.3.16+2026-08-31",
        "report_sha256": sha256_hex("report"),
        "entries": {name: {"number": 7, "hash": sha256_hex(name)} for name in ("received", "decided")},
    }
    return sign_receipt(content, signer)


def changed(receipt: bytes, **values: Any) -> bytes:
    return json.dumps(json.loads(receipt) | values).encode()


@on_both
def test_it_says_what_came_in_and_what_was_decided(bench: Any, signer: Signer) -> None:
    authority = bench.authority()
    submission = bench.decided(b"<Invoice/>", authority=authority)
    said = json.loads(receipt_json(bench.store, signer, submission.id))
    entries = {one.action: one for one in bench.store.audit.of(f"submission:{submission.id}")}
    signature = said.pop("signature")
    assert signature == signer.sign(canonical(said))
    assert said == {
        "format": "einvoice-receipt/1",
        "issuer": ISSUER,
        "key_id": signer.key_id,
        "submission": submission.id,
        "received_at": moment(submission.received_at),
        "door": "api",
        "original": {"sha256": submission.sha256, "size": 10},
        "verdict": "accepted",
        "policy_outcome": None,
        "human_decision": None,
        "handling": "available",
        "decided_at": moment(entries["decided"].at),
        "scenario": "EN16931 (CII)",
        "pack": None,
        "report_sha256": entries["decided"].hashes["report"],
        "entries": {
            kind: {"number": entries[kind].number, "hash": entries[kind].hash} for kind in ("received", "decided")
        },
    }


def test_it_names_no_person_and_no_file(bench: Any, signer: Signer) -> None:
    submission = bench.decided(b"1", name="Rechnung Erika Musterfrau.xml")
    assert b"Erika" not in receipt_json(bench.store, signer, submission.id)
    assert b"token:1" not in receipt_json(bench.store, signer, submission.id)


def test_it_is_the_same_as_long_as_the_submission_is(bench: Any, signer: Signer) -> None:
    submission = bench.decided(b"1", Verdict.REJECTED)
    first = receipt_json(bench.store, signer, submission.id)
    bench.clock.advance(1000)
    bench.decided(b"2")
    assert receipt_json(bench.store, signer, submission.id) == first


def test_before_a_decision_it_confirms_the_reception_alone(bench: Any, signer: Signer) -> None:
    said = json.loads(receipt_json(bench.store, signer, bench.receive(b"1").submission.id))
    assert (said["verdict"], said["decided_at"], said["entries"]["decided"]) == (None, None, None)
    assert said["entries"]["received"]["number"] == 1


def test_it_names_the_decision_that_holds(bench: Any, signer: Signer) -> None:
    submission = bench.decided(b"1")  # unroutable, for nobody here
    number = json.loads(receipt_json(bench.store, signer, submission.id))["entries"]["decided"]["number"]
    bench.clock.advance(60)
    bench.authority()  # now its authority has come, and it goes out
    said = json.loads(receipt_json(bench.store, signer, submission.id))
    assert (said["handling"], said["entries"]["decided"]["number"]) == ("available", number)


def test_what_nobody_knows_has_none(bench: Any, signer: Signer) -> None:
    with pytest.raises(NotFound):
        receipt_json(bench.store, signer, "0" * 26)


@pytest.mark.parametrize(
    "values",
    [
        {"verdict": "accepted"},
        {"sha256": "0" * 64},
        {"report_sha256": "0" * 64},
        {"received_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"pack": "other"},
        {"policy_outcome": "rejected"},
    ],
)
def test_nothing_is_signed_that_contradicts_the_log(bench: Any, signer: Signer, values: dict[str, Any]) -> None:
    submission = bench.decided(b"1", Verdict.REJECTED)
    with bench.store.database.write() as connection:
        connection.execute(update(submissions).values(values))
    with pytest.raises(Fault, match="audit log"):
        receipt_json(bench.store, signer, submission.id)


def test_nothing_is_signed_that_rests_on_a_changed_entry(bench: Any, signer: Signer) -> None:
    submission = bench.decided(b"1", Verdict.REJECTED)
    with bench.store.database.write() as connection:
        connection.execute(update(audit_entries).where(audit_entries.c.number == 1).values(actor="x"))
    with pytest.raises(Fault, match="audit log"):
        receipt_json(bench.store, signer, submission.id)


# Checking one


def test_what_the_service_makes_is_good(bench: Any, signer: Signer, keys: PublicKeys) -> None:
    for made in (bench.receive(b"1").submission, bench.decided(b"2", Verdict.REJECTED), bench.decided(b"3")):
        assert verify_receipt(receipt_json(bench.store, signer, made.id), keys).good


def test_a_genuine_receipt_is_good(receipt: bytes, keys: PublicKeys) -> None:
    check = verify_receipt(receipt, keys)
    assert (check.signature, check.original, check.good) == (Signature.GOOD, None, True)
    assert "echt" in check.sentences("de")[0]
    assert check.headline("en") == "Received and rejected"


def test_how_it_is_written_does_not_matter(receipt: bytes, keys: PublicKeys) -> None:
    said = json.loads(receipt)
    shuffled = dict(reversed(said.items()))
    assert verify_receipt(json.dumps(shuffled, indent=4).encode(), keys).good


@pytest.mark.parametrize(
    "values",
    [
        {"verdict": "accepted"},
        {"received_at": "2020-01-01T00:00:00+00:00"},
        {"original": {"sha256": "0" * 64, "size": 1}},
        {"issuer": "https://else.example"},
        {"signature": "AAAA"},
        {"signature": ""},
    ],
)
def test_a_changed_one_is_bad_and_nothing_it_says_is_told(
    receipt: bytes, keys: PublicKeys, values: dict[str, Any]
) -> None:
    check = verify_receipt(changed(receipt, **values), keys)
    assert (check.signature, check.good, check.facts("de"), check.headline("de")) == (Signature.BAD, False, (), "")


def test_one_of_an_unknown_key_is_neither_good_nor_bad(receipt: bytes, other_signer: Signer) -> None:
    other = PublicKeys.read([other_signer.public_key_pem().encode()])
    check = verify_receipt(receipt, other)
    assert (check.signature, check.good) == (Signature.UNKNOWN_KEY, False)
    assert ISSUER in check.sentences("en")[0]


def test_a_signed_statement_of_another_kind_is_no_receipt(signer: Signer, keys: PublicKeys) -> None:
    other = sign_receipt({"format": "einvoice-checkpoint/1", "number": 1, "key_id": signer.key_id}, signer)
    assert verify_receipt(other, keys).trouble is NoReceipt.OTHER_FORMAT


@pytest.mark.parametrize(("data", "matches"), [(b"1", True), (b"2", False), (b"", False)])
def test_the_original_is_compared(receipt: bytes, keys: PublicKeys, data: bytes, matches: bool) -> None:
    check = verify_receipt(receipt, keys, data)
    assert (check.original, check.good) == (matches, matches)


def test_a_forged_one_does_not_vouch_for_the_file_beside_it(receipt: bytes, keys: PublicKeys) -> None:
    forged = changed(receipt, original={"sha256": sha256_hex("2"), "size": 1})
    check = verify_receipt(forged, keys, b"2")
    assert (check.signature, len(check.sentences("de"))) == (Signature.BAD, 1)
    assert len(verify_receipt(forged, PublicKeys(), b"2").sentences("de")) == 1
    assert len(verify_receipt(forged, PublicKeys(), b"1").sentences("de")) == 2


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+23:00", "2026-03-01T12:00:00"])
def test_a_time_that_is_none_anywhere_is_no_receipt(receipt: bytes, keys: PublicKeys, time: str) -> None:
    for name in ("received_at", "decided_at"):
        assert verify_receipt(changed(receipt, **{name: time}), keys).trouble is NoReceipt.OTHER_FORMAT


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"", NoReceipt.UNREADABLE),
        (b"hello", NoReceipt.UNREADABLE),
        (b"\xff\xfe", NoReceipt.UNREADABLE),
        (b"[" * 50_000, NoReceipt.UNREADABLE),
        (b'"' + b"x" * 200_000 + b'"', NoReceipt.UNREADABLE),
        (b"{}", NoReceipt.OTHER_FORMAT),
        (b"[]", NoReceipt.OTHER_FORMAT),
        (b"17", NoReceipt.OTHER_FORMAT),
        (b'{"format": "einvoice-receipt/1"}', NoReceipt.OTHER_FORMAT),
        (b'{"format": NaN}', NoReceipt.UNREADABLE),
        (b"%PDF-1.7 hello", NoReceipt.PDF_BROKEN),
    ],
)
def test_what_is_none_is_told_as_such(data: bytes, trouble: NoReceipt, keys: PublicKeys) -> None:
    check = verify_receipt(data, keys)
    assert (check.trouble, check.signature, check.good) == (trouble, None, False)
    assert all(check.sentences(lang) for lang in ("de", "en"))


def test_what_is_said_twice_is_not_believed(receipt: bytes, keys: PublicKeys) -> None:
    doubled = receipt.replace(b'"verdict":"rejected"', b'"verdict":"accepted","verdict":"rejected"')
    assert verify_receipt(doubled, keys).trouble is NoReceipt.UNREADABLE


@pytest.mark.parametrize("name", ["verdict", "original", "entries", "key_id", "size", "received_at"])
@pytest.mark.parametrize("value", [17, [], {}, {"number": "x"}, "\u202eevil", True])
def test_a_value_of_another_kind_is_no_receipt(receipt: bytes, keys: PublicKeys, name: str, value: object) -> None:
    assert verify_receipt(changed(receipt, **{name: value}), keys).trouble is NoReceipt.OTHER_FORMAT


@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    if b"%PDF-" not in data:
        assert verify_receipt(data, PublicKeys()).trouble is not None


# Inside a PDF


@pytest.fixture
def pdf(receipt: bytes) -> bytes:
    return receipt_pdf(receipt, "de")


def with_attachments(*contents: bytes, name: str = "einvoice-receipt.json", password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for content in contents:
        writer.add_attachment(name, content)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_receipt_in_its_pdf_is_good(pdf: bytes, receipt: bytes, keys: PublicKeys) -> None:
    check = verify_receipt(pdf, keys, b"1")
    assert (check.signature, check.original, check.from_pdf) == (Signature.GOOD, True, True)
    assert check.receipt == json.loads(receipt)
    assert any("sichtbare Seite" in sentence for sentence in check.sentences("de"))


def test_a_pdf_carries_the_signed_bytes_themselves(pdf: bytes, receipt: bytes) -> None:
    (attachment,) = PdfReader(io.BytesIO(pdf)).attachment_list
    assert attachment.content == receipt


def test_a_pdf_with_a_changed_receipt_is_bad(receipt: bytes, keys: PublicKeys) -> None:
    assert verify_receipt(with_attachments(changed(receipt, verdict="accepted")), keys).signature is Signature.BAD


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (with_attachments(), NoReceipt.NOT_IN_PDF),
        (with_attachments(b"{}", name="xrechnung.xml"), NoReceipt.NOT_IN_PDF),
        (with_attachments(b"{}", b"[]"), NoReceipt.SEVERAL_IN_PDF),
        (with_attachments(b"hello"), NoReceipt.UNREADABLE),
        (with_attachments(b"{}", password="x"), NoReceipt.PDF_BROKEN),
        (with_attachments(bytes(3_000_000)), NoReceipt.PDF_BROKEN),
        (b"%PDF-1.7\n" + bytes(6_000_000), NoReceipt.PDF_BROKEN),
    ],
)
def test_a_pdf_without_one_is_told_as_such(data: bytes, trouble: NoReceipt, keys: PublicKeys) -> None:
    assert verify_receipt(data, keys).trouble is trouble


def test_a_pdf_that_never_ends_is_given_up(keys: PublicKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    from einvoice.extraction.pdf import PdfLimits
    from einvoice.records import attachment

    monkeypatch.setattr(attachment, "_LIMITS", PdfLimits(10_000, 1_000_000, 500_000_000, 1))
    chain = b"".join(
        b"%d 0 obj\n<</Kids [%d 0 R] /Type /Pages>>\nendobj\n" % (n, n % 9_000 + 1) for n in range(1, 9_001)
    )
    check = verify_receipt(b"%PDF-1.7\n" + chain + b"trailer <</Root 1 0 R>>", keys)
    assert check.trouble in (NoReceipt.PDF_BROKEN, NoReceipt.NOT_IN_PDF)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=30))
def test_a_spoiled_pdf_gets_an_answer(pdf: bytes, keys: PublicKeys, places: list[tuple[float, int]]) -> None:
    spoiled = bytearray(pdf)
    for place, value in places:
        spoiled[int(place * len(spoiled))] = value
    check: ReceiptCheck = verify_receipt(bytes(spoiled), keys)
    assert (check.signature is None) == (check.trouble is not None)
