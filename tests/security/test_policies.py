"""Policies are code of an administrator; they reach nothing but the invoice, even past the check of their functions."""

from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.model.policy import Demand, PolicyAction
from einvoice.validation.policyfiles import policy_names, read_policy
from tests.support.policies import ACCEPTED, CII, SHIPPED, basis, changed, engine, policies

SHEET = """<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:svrl="http://purl.oclc.org/dsdl/svrl"><xsl:template match="/"><svrl:schematron-output><svrl:active-pattern/>
 <svrl:failed-assert id="X"><svrl:text>[<xsl:value-of select="{}"/>]</svrl:text></svrl:failed-assert>
 </svrl:schematron-output></xsl:template></xsl:stylesheet>"""
INVOICE = extract(changed(CII), Limits())


@pytest.mark.parametrize(
    "call",
    [
        "doc('file:///etc/passwd')",
        "doc('http://127.0.0.1:1/')",
        "unparsed-text('/etc/passwd')",
        "json-doc('/etc/passwd')",
        "collection('/etc')",
        "parse-xml('&lt;!DOCTYPE a [&lt;!ENTITY e SYSTEM &quot;file:///etc/passwd&quot;&gt;]&gt;&lt;a&gt;&amp;e;&lt;/a&gt;')",
    ],
)
def test_the_engine_opens_nothing_whatever_it_is_asked(call: str) -> None:
    sheet = engine().compile(SHEET.format(call))
    with pytest.raises(Fault) as caught:
        engine().apply(INVOICE, [("trial", sheet)])
    assert "root:" not in caught.value.notice.detail


@pytest.mark.parametrize(
    "call",
    ["environment-variable('PATH')", "available-environment-variables()", "system-property('user.dir')"],
)
def test_the_engine_tells_nothing_of_the_machine(call: str) -> None:
    [[fired]] = engine().apply(INVOICE, [("trial", engine().compile(SHEET.format(call)))])
    assert fired.message == "[]"


def test_a_policy_of_ones_own_does_not_take_the_place_of_one_of_ours(tmp_path: Path) -> None:
    (tmp_path / "order-number.sch").write_text("not even XML", "utf-8")
    (tmp_path / "own.sch").write_text("nor this", "utf-8")
    folders = (SHIPPED, tmp_path)
    assert read_policy(folders, "order-number").path.parent == SHIPPED
    assert set(policy_names(folders)) == {*policy_names([SHIPPED]), "own"}


def test_values_of_an_invoice_stay_text_in_a_message(tmp_path: Path) -> None:
    hostile = '</svrl:text><svrl:failed-assert id="POLICY-FORGED"/>'
    xml = changed(CII, {"//rsm:ExchangedDocument/ram:ID": hostile})
    (tmp_path / "own.sch").write_text(
        """<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt3">
        <sch:pattern><sch:rule context="/*"><sch:assert id="POLICY-OWN-01" test="false()">It says
        <sch:value-of select="*:ExchangedDocument/*:ID"/></sch:assert></sch:rule></sch:pattern></sch:schema>""",
        "utf-8",
    )
    asked = basis(Demand("own", PolicyAction.REJECT))
    found = policies(tmp_path).outcome(extract(xml, Limits()), ACCEPTED, asked)
    assert found is not None
    assert [(one.rule, one.message) for one in found.findings] == [("POLICY-OWN-01", f"It says {hostile}")]
