"""Opening an envelope: the payload to the byte, and what can't be opened."""

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.envelope import is_envelope, open_envelope
from einvoice.errors import Refusal
from einvoice.model.envelope import PayloadKind
from einvoice.xmlparse import XmlLimits, parse
from tests.unit.envelope.envelopes import CII, PEPPOL, SAMPLES, UBL, around, envelope

NAMES = st.from_regex(re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", re.ASCII), fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&>"), max_size=20)
PIECES = st.one_of(
    TEXTS,
    st.builds("<!-- {} -->".format, NAMES),
    st.builds("<?{} x?>".format, st.from_regex(re.compile("[a-w][a-w]{2,5}"), fullmatch=True)),
    st.builds("<![CDATA[{}]]>".format, TEXTS),
    st.builds("<{0} a='{1}'></{0}>".format, NAMES, st.just("ü>")),
    st.builds("<{} xmlns='urn:other'/>".format, NAMES),
)
PAYLOADS = st.builds(
    lambda name, pieces: f"<{name} xmlns='urn:x'>{''.join(pieces)}</{name}>", NAMES, st.lists(PIECES, max_size=6)
)


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        open_envelope(data)
    return caught.value.notice.code


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.stem[:2])
def test_a_sample_comes_out_as_it_went_in(sample) -> None:  # type: ignore[no-untyped-def]
    whole = sample.read_bytes()
    opened = open_envelope(envelope(whole))
    assert whole.endswith(opened.payload + whole[whole.rindex(b">") + 1 :])
    assert opened.payload.startswith(b"<")
    assert opened.standalone == opened.payload


@given(
    PAYLOADS, st.sampled_from(["", " ", "\n", "<!-- x -->", "<?x y?>"]), st.sampled_from(["", "\n", "<!-- </a> -->"])
)
def test_whatever_is_wrapped_comes_out_to_the_byte(payload: str, before: str, behind: str) -> None:
    opened = open_envelope(around(before + payload + behind).encode())
    assert opened.payload == payload.encode()
    assert opened.envelope.payload_sha256 == hashlib.sha256(payload.encode()).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_the_encoding_of_the_envelope_is_that_of_the_cut(encoding: str) -> None:
    payload = "<a>Büromöbel</a>"
    declared = {"utf-16-be": "UTF-16", "utf-8-sig": "UTF-8"}.get(encoding, encoding)
    text = around(payload, prolog=f'<?xml version="1.0" encoding="{declared}"?>')
    data = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be" else text.encode(encoding)
    opened = open_envelope(data)
    raw = encoding.removesuffix("-sig").replace("utf-16", "utf-16-le") if encoding == "utf-16" else encoding
    assert opened.payload.decode(raw.removesuffix("-sig")) == payload
    assert parse(opened.standalone, XmlLimits()).text == "Büromöbel"


def test_namespaces_declared_round_it_are_in_what_a_parser_gets_and_not_in_the_cut() -> None:
    opened = open_envelope(
        around("<p:a><b/></p:a>", attributes=' xmlns:p="urn:p" xmlns="urn:d" xmlns:q="urn:q"').encode()
    )
    root = parse(opened.standalone, XmlLimits())
    assert opened.payload == b"<p:a><b/></p:a>"
    assert (root.tag, root[0].tag) == ("{urn:p}a", "{urn:d}b")
    assert b"urn:q" not in opened.standalone


def test_a_payload_may_declare_the_prefix_of_the_envelope_anew() -> None:
    opened = open_envelope(around('<s:a xmlns:s="urn:own"><s:b/></s:a>').encode())
    assert parse(opened.standalone, XmlLimits())[0].tag == "{urn:own}b"


@pytest.mark.parametrize(
    ("element", "content"), [("BinaryContent", base64.b64encode(CII).decode()), ("TextContent", "")]
)
def test_a_file_that_is_no_element_is_decoded(element: str, content: str) -> None:
    inside = content or CII.decode().replace("&", "&amp;").replace("<", "&lt;")
    opened = open_envelope(
        around(f'<c:{element} xmlns:c="{PEPPOL}" mimeType="text/xml">{inside}</c:{element}>').encode()
    )
    assert opened.payload == CII
    assert opened.envelope.payload_kind is (PayloadKind.BINARY if content else PayloadKind.TEXT)
    assert parse(opened.standalone, XmlLimits()).tag == parse(CII, XmlLimits()).tag


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (envelope().replace(b"StandardBusinessDocumentHeader>", b"Head>"), "sbdh-no-header"),
        (around("<s:StandardBusinessDocumentHeader/><a/>").encode(), "sbdh-two-headers"),
        (around("").encode(), "sbdh-no-payload"),
        (around(f'<c:BinaryContent xmlns:c="{PEPPOL}"> </c:BinaryContent>').encode(), "sbdh-no-payload"),
        (around("<a/><b/>").encode(), "sbdh-two-payloads"),
        (around(around("<a/>")).encode(), "sbdh-nested"),
        (around(f'<c:BinaryContent xmlns:c="{PEPPOL}">%</c:BinaryContent>').encode(), "sbdh-content"),
        (around(f'<c:TextContent xmlns:c="{PEPPOL}">a<b/></c:TextContent>').encode(), "sbdh-content"),
        (around("<a/>")[:-5].encode(), "malformed"),
        (around("<a/>", prolog="<!DOCTYPE x>").encode(), "doctype"),
        (around("<a>" * 200 + "</a>" * 200).encode(), "too-deep"),
        (envelope(instance_id="x" * 501), "sbdh-value-too-long"),
        (envelope(instance_id="x" * 200_000), "sbdh-header-too-large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_opened_is_refused_with_its_code(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize("data", [UBL, b"", b"%PDF-1.7", b"<a", b"\xff\xfe", b"<!DOCTYPE a><a/>"])
def test_what_is_no_envelope_is_not_taken_for_one(data: bytes) -> None:
    assert not is_envelope(data)


@given(st.binary(max_size=60))
def test_looking_at_anything_never_fails(data: bytes) -> None:
    assert not is_envelope(data)
