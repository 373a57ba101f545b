"""The limits of a document: refused while it is looked at, before a tree is built of it."""

import pytest
from lxml import etree

from einvoice import xmlparse
from einvoice.errors import Refusal
from einvoice.xmlparse import XmlLimits, parse


def code(data: bytes, **limits: int) -> str:
    with pytest.raises(Refusal) as caught:
        parse(data, XmlLimits(**limits))
    return caught.value.notice.code


def names(count: int) -> bytes:
    return b"<r>" + b"".join(b"<n%d/>" % number for number in range(count)) + b"</r>"


def test_as_many_names_as_are_allowed_are_read() -> None:
    assert len(parse(names(99), XmlLimits(names=100))) == 99


@pytest.mark.parametrize(
    "data",
    [
        names(100),
        b"<r %b/>" % b" ".join(b"n%d=''" % number for number in range(100)),
        b"<r>" + b"".join(b"<a:r xmlns:a='urn:%d'/>" % number for number in range(100)) + b"</r>",
        b"<r>" + b"".join(b"<?n%d?>" % number for number in range(101)) + b"</r>",
    ],
    ids=["elements", "attributes", "namespaces", "instructions"],
)
def test_more_names_than_allowed_are_refused(data: bytes) -> None:
    assert code(data, names=100) == "too-many-names"


@pytest.mark.parametrize(
    "data",
    [b"<%b/>", b"<r %b=''/>", b"<r xmlns:a='%b'/>", b"<r><?%b x?></r>", b"<r><a:x xmlns:a='%b'/></r>"],
    ids=["element", "attribute", "namespace", "instruction", "namespace in use"],
)
def test_a_name_longer_than_allowed_is_refused(data: bytes) -> None:
    assert code(data % (b"n" * 1001)) == "name-too-long"
    assert parse(data % (b"n" * 1000), XmlLimits()).tag


def test_a_long_text_is_no_long_name() -> None:
    assert len(parse(b"<r a='%b'>%b</r>" % (b"x" * 5000, b"y" * 5000), XmlLimits()).text or "") == 5000


@pytest.mark.parametrize("node", [b"<n/>", b"<!---->", b"<?x?>"], ids=["elements", "comments", "instructions"])
def test_every_kind_of_node_is_counted(node: bytes) -> None:
    limits = {"nodes": 500, "names": 100}
    assert parse(b"<r>" + node * 499 + b"</r>", XmlLimits(**limits)).tag == "r"
    assert code(b"<r>" + node * 500 + b"</r>", **limits) == "too-many-nodes"


def test_brackets_in_a_text_are_no_nodes() -> None:
    text = parse(b"<r><![CDATA[" + b"<" * 5000 + b"]]></r>", XmlLimits(nodes=500)).text
    assert text == "<" * 5000


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<a>" * 1000, "too-deep"),
        (names(1000).removesuffix(b"</r>"), "too-many-names"),
        (b"<r>" + b"<n/>" * 5000 + b"<", "too-many-nodes"),
    ],
)
def test_a_limit_is_told_before_any_tree_is_built(monkeypatch: pytest.MonkeyPatch, data: bytes, expected: str) -> None:
    def build(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(etree, "fromstring", build)
    monkeypatch.setattr(xmlparse.etree, "fromstring", build)
    assert code(data, names=100, nodes=500) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_tag_with_very_many_attributes_is_refused_before_expat_sees_it(
    monkeypatch: pytest.MonkeyPatch, encoding: str, quote: str
) -> None:
    monkeypatch.setattr(xmlparse.expat, "ParserCreate", None)
    tag = "<r " + " ".join(f"a{number}={quote}{quote}" for number in range(30_000)) + "/>"
    assert code(tag.encode(encoding), names=10_000) == "too-many-names"


def test_many_attributes_of_many_tags_are_not_those_of_one() -> None:
    many = b"<a " + b" ".join(b'n%d=""' % number for number in range(40)) + b"/>"
    assert parse(b"<r>" + many * 5000 + b"</r>", XmlLimits(names=100)).tag == "r"


@pytest.mark.parametrize(
    "wrong",
    [
        b'<a:b><c xml:space="no"/></a:b>',
        b'<b x:y="1"><c xml:space="no"/></b>',
        b'<b xmlns:p="u" xmlns:q="u" p:a="1" q:a="2"><c xml:space="no"/></b>',
    ],
    ids=["prefix of an element", "prefix of an attribute", "one attribute twice"],
)
def test_what_is_wrong_in_namespaces_is_malformed_though_only_a_warning_comes_last(wrong: bytes) -> None:
    assert code(wrong) == "malformed"


def test_what_is_malformed_behind_the_prolog_is_told_by_libxml2() -> None:
    assert code(b"<r>" + b"<n/>" * 200 + b"</x>", names=100) == "malformed"
