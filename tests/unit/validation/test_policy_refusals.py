"""What is no policy we take is refused before it is ever applied, with the line it is wrong in and the reason."""

from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.validation.policies import UNCOMPILABLE
from einvoice.validation.policyfiles import MISSING
from tests.support.policies import policies

SCHEMA = """<?xml version="1.0"?>
<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron" queryBinding="{binding}">
<sch:ns prefix="ubl" uri="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>
{head}
<sch:pattern>
<sch:rule context="{context}">
{let}
<sch:assert id="{id}" test="{test}">{message}</sch:assert>
{more}
</sch:rule>
</sch:pattern>
{tail}
</sch:schema>
"""
USUAL = {
    "binding": "xslt2",
    "head": "",
    "context": "ubl:Invoice",
    "let": "",
    "id": "POLICY-A-01",
    "test": "true()",
    "message": "Something is wrong.",
    "more": "",
    "tail": "",
}


def schema(**parts: str) -> str:
    return SCHEMA.format(**(USUAL | parts))


def complaint(folder: Path, text: str) -> tuple[str, str]:
    """Line and reason of the refusal of `a.sch`."""
    (folder / "a.sch").write_text(text, "utf-8")
    with pytest.raises(Fault) as caught:
        policies(folder).compile("a")
    assert caught.value.notice.cause == UNCOMPILABLE
    assert not caught.value.notice.deterministic  # whoever mends the file need not release every invoice
    path, line, reason = caught.value.notice.detail.split(":", 2)
    assert path == str(folder / "a.sch")
    return line, reason.strip()


@pytest.mark.parametrize("binding", ["xslt2", "xslt3", "xpath2", "xpath3", "xpath31"])
def test_a_usual_policy_compiles(tmp_path: Path, binding: str) -> None:
    (tmp_path / "a.sch").write_text(schema(binding=binding), "utf-8")
    assert len(policies(tmp_path).compile("a")) == 64


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("<sch:schema", "1", "not well-formed XML"),
        (schema().replace("</sch:rule>", ""), "11", "not well-formed XML"),
        (schema().replace("?>\n<sch", '?>\n<!DOCTYPE x [<!ENTITY e "1">]><sch'), "1", "document type"),
        ("<schema/>", "1", "the root element is {}schema"),
        (schema(binding="xslt"), "2", "queryBinding"),
        (schema().replace(' queryBinding="xslt2"', ""), "2", "has no queryBinding"),
        (schema(head='<sch:ns prefix="xsl" uri="urn:x"/>'), "4", "can't be declared"),
        (schema(head='<sch:ns prefix="ubl" uri="urn:x"/>'), "4", "declared twice"),
        (schema(head="<sch:phase id='p'/>"), "4", "sch:phase is not allowed in sch:schema"),
        (schema(head="<sch:include href='file:///etc/passwd'/>"), "4", "sch:include is not allowed"),
        (
            schema(head='<xsl:function name="f" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'),
            "4",
            "{http://www.w3.org/1999/XSL/Transform}function is not allowed in sch:schema",
        ),
        (schema(tail='<sch:pattern id="POLICY-A-01"/>'), "12", "is there twice"),
        (schema(tail="<sch:pattern/>"), "12", "has no rule"),
        (schema(tail="<sch:pattern><sch:rule context='*'/></sch:pattern>"), "12", "has no assertion"),
        (schema(tail='<sch:pattern is-a="other"/>'), "12", "no abstract pattern other"),
        (schema().replace("<sch:pattern>", '<sch:pattern abstract="true">'), "2", "there is no pattern"),
        (schema(context="ubl:Invoice["), "6", "brackets"),
        (schema(context="count(*)"), "6", "X"),
        (schema(context="cbc:ID"), "6", "Namespace prefix 'cbc' has not been declared"),
        (schema(let='<sch:let name="x" value="1 +"/>'), "7", "XPST0003"),
        (schema(let='<sch:let name="x y" value="1"/>'), "7", "can't be given"),
        (schema(let='<sch:let name="x" value="1"/><sch:let name="x" value="2"/>'), "7", "given twice"),
        (schema(test="1 +"), "8", "XPST0003"),
        (schema(test="((("), "8", "brackets"),
        (schema(test="true()) or (true()"), "8", "brackets"),
        (schema(test="$nothing = 1"), "8", "Variable $nothing has not been declared"),
        (schema(test="oops()"), "8", "oops() is no function a policy may use"),
        (schema(test="contains('a')"), "8", "XPST0017"),
        (schema(id="BR-01"), "8", "POLICY-NAME-01"),
        (schema(message="<sch:emph> </sch:emph>"), "8", "says nothing"),
        (schema(message="<sch:value-of select='abc:x'/>"), "8", "abc"),
        (schema(message="<sch:value-of/>"), "8", "has no select"),
        (schema(more="<sch:assert test='true()'>No id.</sch:assert>"), "9", "has no id"),
        (schema(more="<sch:assert id='POLICY-A-01' test='true()'>The same.</sch:assert>"), "9", "is there twice"),
        (schema(more="<sch:assert id='POLICY-A-02' test='1' icon='x'>X.</sch:assert>"), "9", "not known here: icon"),
    ],
)
def test_what_is_wrong_is_refused_with_line_and_reason(tmp_path: Path, text: str, line: str, reason: str) -> None:
    found, said = complaint(tmp_path, text)
    assert reason in said
    assert found == line


@pytest.mark.parametrize(
    "call",
    [
        "doc('file:///etc/passwd')",
        "doc-available('file:///etc/passwd')",
        "document('file:///etc/passwd')",
        "collection('/etc')",
        "uri-collection('/etc')",
        "unparsed-text('/etc/passwd')",
        "unparsed-text-lines('/etc/passwd')",
        "json-doc('/etc/passwd')",
        "environment-variable('HOME')",
        "available-environment-variables()",
        "system-property('user.dir')",
        "transform(map{})",
        "parse-xml('x')",
        "function-lookup(xs:QName('doc'), 1)",
        "current-dateTime()",
        "doc (: not a call? :) ('file:///etc/passwd')",
        "some $f in doc#1 satisfies $f('file:///etc/passwd')",
        "'file:///etc/passwd' => doc()",
        "Q{http://www.w3.org/2005/xpath-functions}doc('file:///etc/passwd')",
        "concat('doc(', \"it''s\", doc('x'))",
        "(: don't :) doc('x')",
    ],
)
def test_a_policy_can_not_look_at_anything_but_the_invoice(tmp_path: Path, call: str) -> None:
    quoted = call.replace('"', "&quot;")
    for text in (schema(test=quoted), schema(message=f'<sch:value-of select="{quoted}"/>')):
        line, reason = complaint(tmp_path, text)
        assert line == "8"
        assert "no function a policy may use" in reason or "Q{" in reason


@pytest.mark.parametrize("uri", ["http://saxon.sf.net/", "java:java.lang.Runtime", "urn:mine"])
def test_functions_of_another_vocabulary_are_refused_whatever_their_prefix(tmp_path: Path, uri: str) -> None:
    text = schema(head=f'<sch:ns prefix="fn" uri="{uri}"/>', test="fn:doc('x') or fn:count(*)")
    assert complaint(tmp_path, text) == ("8", "test: fn:doc() is no function a policy may use")


@pytest.mark.parametrize(
    "test",
    [
        "contains(., 'doc(')",  # a string
        "(: doc('x') :) true()",  # a comment
        "not(doc)",  # an element of that name
        "if (@a) then (1) else (2)",
        "every $x in (1, 2) satisfies ($x) ge (1)",
        "let $double := function($x) { $x * 2 } return $double(2) = 4",
        "xs:integer('1') eq 1",
        "exists(self::node()/child::text() | self::element(ubl:Invoice)) or true()",
    ],
)
def test_what_only_looks_like_a_forbidden_call_is_taken(tmp_path: Path, test: str) -> None:
    (tmp_path / "a.sch").write_text(schema(test=test), "utf-8")
    policies(tmp_path).compile("a")


@pytest.mark.parametrize("name", ["missing", "../order-number", "/etc/passwd", "A", ""])
def test_a_policy_that_is_not_there_is_a_fault_that_names_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(Fault) as caught:
        policies(tmp_path).compile(name)
    assert caught.value.notice.cause == MISSING
    assert name in caught.value.notice.detail
