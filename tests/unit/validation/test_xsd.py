"""XSD: libxml2 decides as Xerces does, and the violation is told in words: what, where, what was expected."""

from collections.abc import Callable
from datetime import date

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model import Basis, Finding
from einvoice.rules import ArtefactStore, Registry, load_packs
from einvoice.settings import Settings
from einvoice.validation.xsd import SchemaShelf

HEAD = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
    ' xmlns:c="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
    ' xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
PARTY = "<a:Party/>"
GOOD = (
    "<c:CustomizationID>urn:cen.eu:en16931:2017</c:CustomizationID>\n<c:ID>1</c:ID>\n<c:IssueDate>2026-11-01</c:IssueDate>\n"
    f"<a:AccountingSupplierParty>{PARTY}</a:AccountingSupplierParty>\n"
    f"<a:AccountingCustomerParty>{PARTY}</a:AccountingCustomerParty>\n"
    '<a:LegalMonetaryTotal><c:PayableAmount currencyID="EUR">1.00</c:PayableAmount></a:LegalMonetaryTotal>\n'
    '<a:InvoiceLine><c:ID>1</c:ID><c:LineExtensionAmount currencyID="EUR">1.00</c:LineExtensionAmount>'
    "<a:Item><c:Name>x</c:Name></a:Item></a:InvoiceLine>\n</Invoice>"
)
ATTACHED = (
    "</c:IssueDate><a:AdditionalDocumentReference><c:ID>1</c:ID><a:Attachment>"
    '<c:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">{}</c:EmbeddedDocumentBinaryObject>'
    "</a:Attachment></a:AdditionalDocumentReference>"
)


@pytest.fixture(scope="module")
def check() -> Callable[[str], list[Finding]]:
    settings = Settings()
    registry = Registry(load_packs(settings.schematron_dir))
    shelf = SchemaShelf(ArtefactStore(settings.rules_dir, settings.xsd_dir))

    def judge(body: str) -> list[Finding]:
        document = extract((HEAD + body).encode(), Limits())
        (match,) = registry.matches(document, Basis(on=date(2026, 11, 1)))
        return shelf.check(document, match)

    return judge


def _told(findings: list[Finding]) -> list[tuple[str, str, int | None]]:
    return [(finding.rule, finding.xpath, finding.line) for finding in findings]


def test_a_valid_document_has_no_findings(check: Callable[[str], list[Finding]]) -> None:
    assert check(GOOD) == []


# What KoSIT's Xerces accepts and libxml2 alone would not, and the other way round.
@pytest.mark.parametrize(
    ("old", "new", "valid"),
    [
        ("2026-11-01", " 2026-11-01\n", True),
        ("2026-11-01", "2026-11-01Z", True),
        ("2026-11-01", "2026-11-<!-- x -->01", True),
        ("2026-11-01", "2026-02-30", False),
        ("2026-11-01", "01.11.2026", False),
        ("2026-11-01", "2147483648-01-01", False),
        ("</c:IssueDate>", ATTACHED.format("QUJD"), True),
        ("</c:IssueDate>", ATTACHED.format("QU\nJD"), True),
        ("</c:IssueDate>", ATTACHED.format("QUJD!"), False),
        (">1.00<", "> 1.00 <", True),
        (">1.00<", ">" + "9" * 40 + "<", True),
        (">1.00<", ">1,00<", False),
        (">1.00<", ">1e3<", False),
        (">1.00<", "><", False),
    ],
)
def test_values_are_read_as_xerces_reads_them(
    check: Callable[[str], list[Finding]], old: str, new: str, valid: bool
) -> None:
    assert (check(GOOD.replace(old, new, 1)) == []) is valid


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<c:ID>1</c:ID>\n", "<c:Id>1</c:Id>\n", ("xsd-unexpected-element", "/ubl:Invoice/cbc:Id", 2)),
        ("<c:ID>1</c:ID>\n", "\n", ("xsd-missing-element", "/ubl:Invoice/cbc:IssueDate", 3)),
        (PARTY, "<a:Party><a:PostalAddress><a:Country>x</a:Country></a:PostalAddress></a:Party>",
         ("xsd-unexpected-text", "/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country",
          4)),
        ("<a:Item><c:Name>x</c:Name></a:Item>", "", ("xsd-missing-element", "/ubl:Invoice/cac:InvoiceLine", 7)),
        ("2026-11-01", "gestern", ("xsd-wrong-value", "/ubl:Invoice/cbc:IssueDate", 3)),
        (' currencyID="EUR"', "",
         ("xsd-missing-attribute", "/ubl:Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount", 6)),
        (' currencyID="EUR"', ' currencyID="EUR" x="1"',
         ("xsd-unexpected-attribute", "/ubl:Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount", 6)),
    ],
)  # fmt: skip
def test_a_violation_is_told_by_kind_place_and_line(
    check: Callable[[str], list[Finding]], old: str, new: str, told: tuple[str, str, int]
) -> None:
    assert old in GOOD
    assert _told(check(GOOD.replace(old, new, 1))) == [told]


def test_the_sentence_names_what_was_expected(check: Callable[[str], list[Finding]]) -> None:
    finding = check(GOOD.replace("<c:ID>1</c:ID>\n", "\n", 1))[0]
    assert dict(finding.details)["missing"] == "cbc:ID"
    assert "cbc:ID" in dict(finding.details)["expected"]
    assert "cbc:ID" in finding.message


def test_a_wrong_value_carries_its_business_term(check: Callable[[str], list[Finding]]) -> None:
    finding = check(GOOD.replace("2026-11-01", "gestern", 1))[0]
    assert (finding.terms, finding.found) == (("BT-2",), "gestern")


def test_what_is_missing_carries_its_own_term(check: Callable[[str], list[Finding]]) -> None:
    number = check(GOOD.replace("<c:ID>1</c:ID>\n", "\n", 1))[0]
    assert (number.terms, number.place, number.found) == (("BT-1",), (("BT-1", None),), None)
    mime = check(GOOD.replace("</c:IssueDate>", ATTACHED.format("QQ==").replace('mimeCode="application/pdf" ', ""), 1))[
        0
    ]
    assert mime.terms == ("BT-125-1",)


def test_a_comment_inside_a_value_is_not_told_beside_a_real_violation(check: Callable[[str], list[Finding]]) -> None:
    body = GOOD.replace(">1.00<", ">1.<!-- x -->00<").replace("2026-11-01", "gestern")
    assert [finding.rule for finding in check(body)] == ["xsd-wrong-value"]


def test_what_the_wording_library_stumbles_over_is_told_in_libxml2s_words(
    check: Callable[[str], list[Finding]],
) -> None:
    findings = check(GOOD.replace("<c:IssueDate>", '<c:IssueDate xsi:type="nonsense">'))
    assert [finding.rule for finding in findings] == ["xsd-other"]
    assert findings[0].line == 3


def test_a_very_large_document_is_told_in_libxml2s_words_at_once(check: Callable[[str], list[Finding]]) -> None:
    findings = check(GOOD.replace("</Invoice>", "<x/>" * 800_000 + "</Invoice>"))
    assert {finding.rule for finding in findings} == {"xsd-other"}


def test_a_check_that_libxml2_could_not_finish_is_a_fault_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    class Exhausted:
        error_log = ()

        def validate(self, tree: object) -> bool:
            return False

    settings = Settings()
    shelf = SchemaShelf(ArtefactStore(settings.rules_dir, settings.xsd_dir))
    monkeypatch.setattr(shelf, "compiled", lambda schema: Exhausted())
    document = extract((HEAD + GOOD).encode(), Limits())
    (match,) = Registry(load_packs(settings.schematron_dir)).matches(document, Basis(on=date(2026, 11, 1)))
    with pytest.raises(Fault):
        shelf.check(document, match)


def test_a_mangled_document_does_not_flood_the_report(check: Callable[[str], list[Finding]]) -> None:
    assert len(check(GOOD.replace("</Invoice>", "<x/>text" * 500 + "</Invoice>"))) <= 50


def test_our_own_schemas_are_the_ones_the_packs_list() -> None:
    settings = Settings()
    store = ArtefactStore(settings.rules_dir, settings.xsd_dir)
    own = [file for pack in load_packs(settings.schematron_dir) for file in pack.files() if file.wheel is None]
    assert own
    assert [file.path for file in own if not store.holds(file)] == []
