"""The policies that come with the service, each on a right and a wrong invoice in UBL and in CII."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban
from stdnum.iso7064 import mod_97_10

from einvoice.explain.wording import entries
from einvoice.model import Level
from einvoice.validation.policyfiles import policy_names, read_policy
from einvoice.validation.policyreading import read_schema
from tests.support.policies import CII, CREDIT_NOTE, SHIPPED, UBL, Changes, changed, findings, policies, spoke

AGREEMENT = "//ram:ApplicableHeaderTradeAgreement"
SETTLEMENT = "//ram:ApplicableHeaderTradeSettlement"
UBL_NUMBER, CII_NUMBER = "/ubl:Invoice/cbc:ID", "//rsm:ExchangedDocument/ram:ID"
UBL_ACCOUNT = "//cac:PayeeFinancialAccount/cbc:ID"
CII_ACCOUNT = "//ram:PayeePartyCreditorFinancialAccount/ram:IBANID"
NAMES = policy_names([SHIPPED])

# policy, sample, what is changed in it, which rules speak
WRONG: list[tuple[str, str, Changes, list[str]]] = [
    ("order-number", UBL, {"//cac:OrderReference": None}, ["POLICY-ORDER-01"]),
    ("order-number", UBL, {"//cac:OrderReference/cbc:ID": " "}, ["POLICY-ORDER-01"]),
    ("order-number", UBL, {"//cac:OrderReference/cbc:ID": "n/a"}, ["POLICY-ORDER-01"]),
    ("order-number", CREDIT_NOTE, {}, ["POLICY-ORDER-01"]),
    ("order-number", CII, {"//ram:BuyerOrderReferencedDocument": None}, ["POLICY-ORDER-01"]),
    ("nrw-erechnungsverordnung", UBL, {"/ubl:Invoice/cbc:BuyerReference": None}, ["POLICY-NRW-01"]),
    ("nrw-erechnungsverordnung", UBL, {"//cac:PayeeFinancialAccount": None}, ["POLICY-NRW-02"]),
    ("nrw-erechnungsverordnung", UBL, {"//cac:PaymentTerms": None, "//cbc:DueDate": None}, ["POLICY-NRW-03"]),
    (
        "nrw-erechnungsverordnung",
        UBL,
        {"//cbc:ElectronicMail": "keine", "//cac:AccountingSupplierParty//cbc:EndpointID": "keine"},
        ["POLICY-NRW-04"],
    ),
    ("nrw-erechnungsverordnung", CII, {f"{AGREEMENT}/ram:BuyerReference": None}, ["POLICY-NRW-01"]),
    ("nrw-erechnungsverordnung", CII, {"//ram:PayeePartyCreditorFinancialAccount": None}, ["POLICY-NRW-02"]),
    ("nrw-erechnungsverordnung", CII, {f"{SETTLEMENT}/ram:SpecifiedTradePaymentTerms": None}, ["POLICY-NRW-03"]),
    ("nrw-erechnungsverordnung", CII, {"//ram:SellerTradeParty//ram:URIID": "keine"}, ["POLICY-NRW-04"]),
    ("bank-details", UBL, {"//cac:PayeeFinancialAccount": None}, ["POLICY-BANK-01"]),
    ("bank-details", UBL, {UBL_ACCOUNT: "1234567"}, ["POLICY-BANK-02"]),
    ("bank-details", UBL, {"//cac:PaymentMeans": None}, ["POLICY-BANK-03"]),
    ("bank-details", CII, {"//ram:PayeePartyCreditorFinancialAccount": None}, ["POLICY-BANK-01"]),
    ("bank-details", CII, {CII_ACCOUNT: "1234567"}, ["POLICY-BANK-02"]),
    ("bank-details", CII, {"//ram:SpecifiedTradeSettlementPaymentMeans": None}, ["POLICY-BANK-03"]),
    ("iban-check", UBL, {UBL_ACCOUNT: "DE97999999990000001111"}, ["POLICY-IBAN-02"]),
    ("iban-check", UBL, {UBL_ACCOUNT: "1234567"}, ["POLICY-IBAN-01"]),
    ("iban-check", UBL, {UBL_ACCOUNT: "DE029999999900000011119"}, ["POLICY-IBAN-02", "POLICY-IBAN-03"]),
    ("iban-check", CII, {CII_ACCOUNT: "DE84999999990000003333"}, ["POLICY-IBAN-02"]),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "Rechnung"}, ["POLICY-NUMBER-01"]),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "1"}, ["POLICY-NUMBER-02"]),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "0017"}, ["POLICY-NUMBER-02"]),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "Rechnung Nr. 12"}, ["POLICY-NUMBER-02"]),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "29.10.2026"}, ["POLICY-NUMBER-03"]),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "RE 2026-10-03"}, ["POLICY-NUMBER-03"]),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "20261029"}, ["POLICY-NUMBER-03"]),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "2026"}, ["POLICY-NUMBER-03"]),
    ("duplicate-prone-numbers", CREDIT_NOTE, {"/cn:CreditNote/cbc:ID": "Gutschrift"}, ["POLICY-NUMBER-01"]),
    ("duplicate-prone-numbers", CII, {CII_NUMBER: "02112026"}, ["POLICY-NUMBER-03"]),
    ("duplicate-prone-numbers", CII, {CII_NUMBER: "7"}, ["POLICY-NUMBER-02"]),
]
RIGHT: list[tuple[str, str, Changes]] = [
    *((name, sample, {}) for name in NAMES for sample in (UBL, CII)),
    *((name, CREDIT_NOTE, {}) for name in NAMES if name != "order-number"),
    ("nrw-erechnungsverordnung", UBL, {"//cac:PaymentTerms": None}),  # the due date is enough
    ("nrw-erechnungsverordnung", UBL, {"//cbc:ElectronicMail": None}),  # so is the electronic address, if it is e-mail
    ("nrw-erechnungsverordnung", UBL, {"//cbc:PaymentMeansCode": "59", "//cac:PayeeFinancialAccount": None}),
    ("bank-details", UBL, {"//cbc:PaymentMeansCode": "59", "//cac:PayeeFinancialAccount": None}),
    ("bank-details", UBL, {"//cac:PaymentMeans": None, "//cbc:PayableAmount": "0.00"}),
    ("bank-details", CREDIT_NOTE, {"//cac:PaymentMeans": None}),
    ("iban-check", UBL, {UBL_ACCOUNT: "DE96 9999 9999 0000 0011 11"}),
    ("iban-check", UBL, {UBL_ACCOUNT: "de96999999990000001111"}),
    ("iban-check", UBL, {"//cbc:PaymentMeansCode": "30", UBL_ACCOUNT: "1234567"}),  # no IBAN, and none is meant
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "2026-001"}),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "RE-2026-17"}),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "Rechnung 4711"}),
    ("duplicate-prone-numbers", UBL, {UBL_NUMBER: "20261099"}),  # eight digits, but no day
]


@pytest.mark.parametrize(("policy", "sample", "changes", "rules"), WRONG)
def test_a_wrong_invoice_is_found_out(policy: str, sample: str, changes: Changes, rules: list[str]) -> None:
    assert spoke(changed(sample, changes), policy) == rules


@pytest.mark.parametrize(("policy", "sample", "changes"), RIGHT)
def test_a_right_invoice_passes(policy: str, sample: str, changes: Changes) -> None:
    assert spoke(changed(sample, changes), policy) == []


def attached(sample: str, mime: str, filename: str, content: str, customization: str | None = None) -> bytes:
    """A sample whose attachment (CII has one) is another one; the credit note stands for UBL and gets one."""
    xml = changed(sample).decode()
    if customization:
        xml = xml.replace("xrechnung_3.0<", f"xrechnung_3.0{customization}<")
    attributes = f'mimeCode="{mime}" filename="{filename}"'
    if sample == CII:
        start, end = xml.index("<ram:AttachmentBinaryObject"), xml.index("</ram:AttachmentBinaryObject>")
        return f"{xml[:start]}<ram:AttachmentBinaryObject {attributes}>{content}{xml[end:]}".encode()
    reference = (
        "<cac:AdditionalDocumentReference><cbc:ID>A1</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject "
        f"{attributes}>{content}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    return xml.replace("<cac:AccountingSupplierParty>", f"{reference}<cac:AccountingSupplierParty>", 1).encode()


@pytest.mark.parametrize("sample", [UBL, CII])
@pytest.mark.parametrize(
    ("mime", "filename", "rules"),
    [
        ("application/pdf", "Beleg.PDF", []),
        ("image/jpeg", "foto.jpeg", []),
        ("application/vnd.oasis.opendocument.spreadsheet", "aufmaß.ods", []),
        ("application/zip", "alles.pdf", ["POLICY-ATTACHMENT-01"]),
        ("application/pdf", "beleg.pdf.exe", ["POLICY-ATTACHMENT-02"]),
        ("application/vnd.ms-excel.sheet.macroEnabled.12", "a.xlsm", ["POLICY-ATTACHMENT-01", "POLICY-ATTACHMENT-02"]),
        ("application/xml", "daten.xml", ["POLICY-ATTACHMENT-01"]),
    ],
)
def test_attachments_are_of_the_types_taken(sample: str, mime: str, filename: str, rules: list[str]) -> None:
    assert spoke(attached(sample, mime, filename, "AAAA"), "attachment-types") == rules


@pytest.mark.parametrize("sample", [UBL, CII])
def test_xml_may_be_attached_under_the_extension_alone(sample: str) -> None:
    extension = "#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
    xml = attached(sample, "application/xml", "daten.xml", "AAAA", extension)
    assert spoke(xml, "attachment-types") == []


@pytest.mark.parametrize("sample", [UBL, CII])
def test_attachments_may_have_ten_megabytes_together_and_not_a_byte_more(sample: str) -> None:
    just = "AAAA" * 3_333_333 + "AA=="  # 9,999,999 bytes, and one more
    assert spoke(attached(sample, "application/pdf", "a.pdf", just), "attachment-size") == []
    more = "AAAA" * 3_333_333 + "\n AAA="
    [found] = findings(attached(sample, "application/pdf", "a.pdf", more), "attachment-size")
    assert (found.rule, found.terms) == ("POLICY-SIZE-01", ("BT-125",))


def test_what_the_invoice_alone_does_not_show_is_a_note_even_where_the_policy_rejects() -> None:
    xml = changed(UBL, {"//cac:OrderReference": None})
    [note] = findings(xml, "nrw-erechnungsverordnung")
    assert (note.rule, note.level) == ("POLICY-NRW-05", Level.INFORMATION)
    assert note.terms == ("BT-29", "BT-13", "BT-19", "BT-133")


def test_a_finding_names_place_and_value() -> None:
    [found] = findings(changed(CII, {CII_ACCOUNT: "DE84999999990000003333"}), "iban-check")
    assert (found.found, found.terms) == ("DE84999999990000003333", ("BT-84", "BT-91"))
    assert found.xpath.endswith("/ram:PayeePartyCreditorFinancialAccount/ram:IBANID")
    assert found.place is not None
    assert found.place[-1] == ("BT-84", None)


def test_every_policy_compiles_and_says_what_it_asks() -> None:
    assert len(NAMES) == 7
    for name in NAMES:
        policies().compile(name)
        schema = read_schema(read_policy([SHIPPED], name).data)
        assert schema.title
        assert schema.about.endswith(".")


def test_every_assertion_is_explained_in_plain_words() -> None:
    for name in NAMES:
        schema = read_schema(read_policy([SHIPPED], name).data)
        ids = {one.id for pattern in schema.patterns for rule in pattern.rules for one in rule.assertions}
        assert ids <= set(entries()), name


def german(bban: int, check: str) -> str:
    return f"DE{check}{bban:018}"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**18 - 1), st.integers(2, 98))
def test_german_check_digits_are_judged_as_python_stdnum_does(bban: int, check: int) -> None:
    number = german(bban, f"{check:02}")
    assert (spoke(changed(UBL, {UBL_ACCOUNT: number}), "iban-check") == []) is iban.is_valid(
        number, check_country=False
    )


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["NO", "MT", "GB", "XK"]), st.text("0123456789ABCXYZ", min_size=11, max_size=30), st.booleans())
def test_check_digits_of_any_country_are_judged_by_iso_7064(country: str, bban: str, right: bool) -> None:
    check = mod_97_10.calc_check_digits(bban + country)
    number = country + (check if right else f"{(int(check) + 1) % 100:02}") + bban
    expected = [] if mod_97_10.is_valid(bban + number[:4]) else ["POLICY-IBAN-02"]
    assert spoke(changed(CII, {CII_ACCOUNT: number}), "iban-check") == expected
