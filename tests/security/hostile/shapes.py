"""Deep, wide and long: what costs by its size or its form alone."""

from tests.security.hostile.base import (
    ACCEPTED,
    HELD,
    REJECTED,
    UBL,
    Hostile,
    attached,
    before_root,
    extended,
    noted,
    numbered,
    on_root,
    put,
)

_AROUND = 4  # levels around the content of an extension: root, UBLExtensions, UBLExtension, ExtensionContent


def nested(levels: int) -> bytes:
    """An invoice of so many levels; the surplus stands in an extension."""
    inner = levels - _AROUND
    return extended("<a:x xmlns:a='urn:a'>" + "<a:x>" * (inner - 1) + "x" + "</a:x>" * inner)


def bare(levels: int, *, closed: bool = True) -> bytes:
    """Nothing but levels."""
    return b"<a>" * levels + (b"</a>" * levels if closed else b"")


def sub_lines(levels: int) -> bytes:
    """Invoice lines within one another (BG-DEX-01)."""
    opening = "<cac:SubInvoiceLine><cbc:ID>1</cbc:ID>" * levels
    return put("</cac:InvoiceLine>", f"{opening}{'</cac:SubInvoiceLine>' * levels}</cac:InvoiceLine>")


def many(count: int, element: str = "<a:x/>") -> bytes:
    """So many elements in an extension."""
    return extended(f"<a:y xmlns:a='urn:a'>{element * count}</a:y>")


def attributes(count: int) -> str:
    """So many attributes, each with a name of its own."""
    return " ".join(f'a{number}=""' for number in range(count))


def attachments(count: int) -> bytes:
    """So many documents that belong to the invoice."""
    one = (
        "<cac:AdditionalDocumentReference>"
        + attached("QUJD")
        .decode()
        .partition("<cac:AdditionalDocumentReference>")[2]
        .partition("<cac:AccountingSupplierParty>")[0]
    )
    return put("<cac:AccountingSupplierParty>", one * count + "<cac:AccountingSupplierParty>")


ROWS = (
    Hostile("100 levels, as many as are taken", ACCEPTED, lambda: nested(100)),
    Hostile("101 levels", "too-deep", lambda: nested(101)),
    Hostile("50,000 levels", "too-deep", lambda: nested(50_000)),
    Hostile("a million levels of nothing", "too-deep", lambda: bare(1_000_000)),
    Hostile("two million levels, none closed", "too-deep", lambda: bare(2_000_000, closed=False)),
    Hostile("90 invoice lines within one another", REJECTED, lambda: sub_lines(90)),
    Hostile("50,000 invoice lines within one another", "too-deep", lambda: sub_lines(50_000)),
    Hostile("a million attributes in one element", "too-many-names", lambda: on_root(attributes(1_000_000))),
    Hostile("a hundred thousand attributes in an extension", "too-many-names", lambda: extended(
        f"<a:x xmlns:a='urn:a' {attributes(100_000)}/>")),
    Hostile("the same attribute twice", "malformed", lambda: on_root('a="1" a="2"')),
    Hostile("the same attribute by two prefixes", "malformed", lambda: on_root(
        'xmlns:a="urn:a" xmlns:b="urn:a" a:x="1" b:x="2"')),
    Hostile("a note of 14 MB", ACCEPTED, lambda: noted("x" * 14_000_000)),
    Hostile("a note of 14 MB of blanks", REJECTED, lambda: noted(" " * 14_000_000)),
    Hostile("a note of five million line ends", ACCEPTED, lambda: noted("x\n" * 5_000_000)),
    Hostile("an invoice number of 10 MB", ACCEPTED, lambda: numbered("7" * 10_000_000)),
    Hostile("an attribute of 10 MB", REJECTED, lambda:
        put("<cbc:Note>", f'<cbc:Note languageID="{"x" * 10_000_000}">')),
    Hostile("an element name of 10 MB", "name-too-long", lambda: extended(f"<a:{'x' * 10_000_000} xmlns:a='urn:a'/>")),
    Hostile("a comment of 14 MB", ACCEPTED, lambda: noted(f"x<!--{'-x' * 7_000_000}-->")),
    Hostile("an instruction of 10 MB", ACCEPTED, lambda: before_root(f"<?x {'y' * 10_000_000}?>")),
    Hostile("a CDATA section of 10 MB", ACCEPTED, lambda: noted(f"<![CDATA[{'<' * 10_000_000}]]>")),
    Hostile("half a million CDATA sections in one value", ACCEPTED, lambda: noted("<![CDATA[x]]>" * 500_000)),
    Hostile("a million comments in one value", "too-many-nodes", lambda: noted("x<!---->" * 1_000_000)),
    Hostile("a million comments before the root", "too-many-nodes", lambda: before_root("<!---->" * 1_000_000)),
    Hostile("a million instructions behind the root", "too-many-nodes", lambda:
        put("</Invoice>", "</Invoice>" + "<?x?>" * 1_000_000)),
    Hostile("two million elements of an extension", "too-many-nodes", lambda: many(2_000_000)),
    Hostile("900,000 elements of an extension, each a finding", HELD, lambda: many(900_000), endless=True),
    Hostile("2,000 elements of an extension, each a finding", REJECTED, lambda: many(2_000)),
    Hostile("15 million brackets", "malformed", lambda: b"<a>" + b"<" * 14_990_000),
    Hostile("an invoice never finished", "malformed", lambda: UBL.encode()[:-200]),
    Hostile("14 MB of closing tags", "malformed", lambda: put("</Invoice>", "</x>" * 3_500_000)),
    Hostile("14 MB of blanks behind the root", ACCEPTED, lambda: UBL.encode() + b" " * 14_000_000),
    Hostile("14 MB of text behind the root", "malformed", lambda: UBL.encode() + b"x" * 14_000_000),
    Hostile("14 MB of zeros", "empty", lambda: bytes(14_000_000)),
    Hostile("14 MB of one bracket", "not-xml", lambda: b"<" + b" " * 14_000_000),
    Hostile("200 documents in one file", "malformed", lambda: UBL.encode() * 200),
    Hostile("a hundred thousand wrong elements", REJECTED, lambda: put("<cbc:ID>", "<x/>" * 100_000 + "<cbc:ID>")),
    Hostile("an attachment of 14 MB (BT-125)", ACCEPTED, lambda: attached("QUJD" * 3_500_000)),
    Hostile("an attachment of 14 MB that is no Base64", REJECTED, lambda: attached("QUJD" * 3_500_000 + "?")),
    Hostile("300 attachments", "too-many-enclosures", lambda: attachments(300)),
)  # fmt: skip
