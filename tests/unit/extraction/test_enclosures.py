"""The files within an invoice."""

import base64
import hashlib
import io

import pytest
from pypdf import PdfWriter

from einvoice.errors import Fault, Refusal
from einvoice.extraction import Limits, extract
from einvoice.extraction.enclosures import enclosed_content
from einvoice.extraction.takeout import enclosed_file
from einvoice.model.enclosed import Danger, Enclosure, Origin
from tests.support.files import EXE, PDF, PNG, enclosing

CII = """<r:CrossIndustryInvoice xmlns:r="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:a="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100">
 <r:SupplyChainTradeTransaction><a:ApplicableHeaderTradeAgreement><a:AdditionalReferencedDocument>
 <a:IssuerAssignedID>Beleg 1</a:IssuerAssignedID>
 <a:AttachmentBinaryObject mimeCode="image/png" filename="foto.png">%s</a:AttachmentBinaryObject>
 </a:AdditionalReferencedDocument></a:ApplicableHeaderTradeAgreement></r:SupplyChainTradeTransaction>
</r:CrossIndustryInvoice>"""


def hybrid(*files: tuple[str, bytes]) -> bytes:
    """A PDF with these embedded."""
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=99, height=99)
    for name, content in files:
        writer.add_attachment(name, content)
    writer.write(target)
    return target.getvalue()


def found(data: bytes, **limits: object) -> tuple[Enclosure, ...]:
    return extract(data, Limits(**limits)).enclosures  # type: ignore[arg-type]


def test_each_is_told_with_what_its_content_says() -> None:
    first, second = found(enclosing(("lv.pdf", "application/pdf", PDF), ("foto.pdf", "application/pdf", PNG)))
    assert first == Enclosure(
        number=1, origin=Origin.XML, name="lv.pdf", mime="application/pdf", kind="pdf", size=len(PDF),
        sha256=hashlib.sha256(PDF).hexdigest(), reference="Beleg 1",
    )  # fmt: skip
    assert (second.number, second.kind, second.dangers) == (2, "png", (Danger.DISGUISED,))


def test_cii_has_them_elsewhere() -> None:
    (only,) = found((CII % base64.b64encode(PNG).decode()).encode())
    assert (only.name, only.kind, only.reference) == ("foto.png", "png", "Beleg 1")


def test_an_invoice_without_files_has_none() -> None:
    assert found(enclosing()) == ()


@pytest.mark.parametrize(
    ("text", "content", "intact"),
    [
        (" aGFs\n bG8= ", b"hallo", True),
        ("aGFsbG8", b"hallo", False),  # padding missing
        ("aGF*sbG8=", b"hallo", False),
        ("aGFsb<!-- x -->G8=", b"hallo", True),  # rules do not see the comment
        ("aGFsbG8=aGFs", b"hallo", False),
        ("a", b"", False),
        ("", b"", False),
        ("ä", b"", False),
    ],
)
def test_broken_base64_is_told_and_read_as_far_as_it_goes(text: str, content: bytes, intact: bool) -> None:
    document = extract(enclosing(("a.txt", "text/plain", text)), Limits())
    (only,) = document.enclosures
    assert only.intact is intact
    assert enclosed_content(document.root, document.syntax, 1)[: len(content)] == content


def test_a_damaged_file_is_not_called_something_else_on_top() -> None:
    (only,) = found(enclosing(("a.pdf", "application/pdf", "")))
    assert (only.intact, only.dangers) == (False, ())


def test_too_many_are_refused_before_any_is_looked_at() -> None:
    with pytest.raises(Refusal) as refused:
        found(enclosing(*[("a.png", "image/png", PNG)] * 3), enclosures=2)
    assert refused.value.notice.code == "too-many-enclosures"
    assert refused.value.notice.details == {"limit": "2", "count": "3"}


def test_what_the_operator_does_not_want_is_refused() -> None:
    data = enclosing(("a.png", "image/png", PNG), ("b.exe", "application/pdf", EXE))
    with pytest.raises(Refusal) as refused:
        found(data, refused=frozenset({Danger.EXECUTABLE}))
    assert refused.value.notice.code == "enclosure-refused"
    assert refused.value.notice.details == {"name": "b.exe", "danger": "executable", "kind": "exe"}
    assert len(found(data, refused=frozenset({Danger.MACROS}))) == 2


def test_one_is_taken_out_of_the_original_again() -> None:
    data = enclosing(("a.png", "image/png", PNG), ("b.exe", "", EXE))
    files = found(data)
    file, content = enclosed_file(data, files, 2, Limits(refused=frozenset({Danger.EXECUTABLE})))
    assert (file.name, content) == ("b.exe", EXE)
    with pytest.raises(LookupError):
        enclosed_file(data, files, 3, Limits())


def test_those_of_the_xml_come_first_then_those_of_the_pdf_around_it() -> None:
    cii = (CII % base64.b64encode(PNG).decode()).encode()
    data = hybrid(("factur-x.xml", cii), ("prg.exe", EXE), ("lv.pdf", PDF))
    files = found(data)
    assert [(file.number, file.origin) for file in files] == [(1, Origin.XML), (2, Origin.PDF), (3, Origin.PDF)]
    taken = {file.name: enclosed_file(data, files, file.number, Limits())[1] for file in files}
    assert taken == {"foto.png": PNG, "prg.exe": EXE, "lv.pdf": PDF}


def test_both_count_together() -> None:
    data = hybrid(("factur-x.xml", (CII % "aGFs").encode()), ("lv.pdf", PDF))
    with pytest.raises(Refusal) as refused:
        found(data, enclosures=1)
    assert refused.value.notice.details == {"limit": "1", "count": "2"}


def test_another_file_than_was_found_is_a_fault() -> None:
    files = found(enclosing(("a.png", "image/png", PNG)))
    with pytest.raises(Fault):
        enclosed_file(enclosing(("a.png", "image/png", PNG + b"x")), files, 1, Limits())


def test_a_file_that_is_not_there_any_more_is_a_fault() -> None:
    files = extract(enclosing(("a.png", "image/png", PNG)), Limits()).enclosures
    with pytest.raises(Fault) as fault:
        enclosed_file(enclosing(), files, 1, Limits())
    assert (fault.value.notice.cause, fault.value.notice.deterministic) == ("enclosure", True)
