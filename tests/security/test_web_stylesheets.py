"""An imported stylesheet is a stranger's code: refused where it reaches out, and it would reach nothing anyway."""

from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.extraction import Limits, extract
from einvoice.rules.archive import ReleaseRefused
from einvoice.rules.resources import check_stylesheet
from einvoice.validation.engine import UncompilableSheet
from einvoice.xmlparse import XmlLimits
from tests.support.policies import CII, changed, engine

SHEET = """<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:saxon="http://saxon.sf.net/" xmlns:exsl="http://exslt.org/common"
 xmlns:system="java:java.lang.System" xmlns:file="http://expath.org/ns/file"
 xmlns:f="http://www.w3.org/2005/xpath-functions" xmlns:own="urn:own" extension-element-prefixes="exsl">{top}
 <xsl:template match="/"><svrl:schematron-output><svrl:active-pattern/><svrl:failed-assert id="X"><svrl:text>[{inner}]
 </svrl:text></svrl:failed-assert></svrl:schematron-output></xsl:template></xsl:stylesheet>"""
INVOICE = extract(changed(CII), Limits())
SECRET = "root:x:0:0"
PASSWD = "file:///etc/passwd"

# What is called, and what the engine makes of it: a text in the report, or the words of its complaint.
CALLS = {
    f"doc('{PASSWD}')": "prohibited",
    "doc('https://127.0.0.1:1/')": "prohibited",
    "doc('FILE:///etc/passwd')": "prohibited",
    "doc('data:text/xml,x')": "prohibited",
    "doc('jar:file:///x.jar!/a')": "prohibited",
    f"f:doc('{PASSWD}')": "prohibited",
    f"Q{{http://www.w3.org/2005/xpath-functions}}doc('{PASSWD}')": "prohibited",
    f"(doc#1)('{PASSWD}')": "prohibited",
    f"document('{PASSWD}')": "prohibited",
    "document('')": "prohibited",
    f"doc-available('{PASSWD}')": "[false]",
    f"unparsed-text('{PASSWD}')": "prohibited",
    f"unparsed-text-lines('{PASSWD}')": "prohibited",
    f"unparsed-text-available('{PASSWD}')": "[false]",
    f"stream-available('{PASSWD}')": "[false]",
    f"json-doc('{PASSWD}')": "prohibited",
    "collection('file:///etc')": "disallowed",
    "uri-collection('file:///etc')": "disallowed",
    "environment-variable('PATH')": "[]",
    "count(available-environment-variables())": "[0]",
    "transform(map{'stylesheet-location':'file:///x.xsl','source-node':/})?output": "prohibited",
}

ELEMENTS = {
    '<xsl:result-document href="{pwned}"><a/></xsl:result-document>': "disabled",
    f'<xsl:source-document href="{PASSWD}"><a/></xsl:source-document>': "prohibited",
    f"<xsl:evaluate xpath=\"'unparsed-text(&quot;{PASSWD}&quot;)'\"/>": "xsl:evaluate",
    f'<xsl:merge><xsl:merge-source for-each-source="\'{PASSWD}\'" select="*"><xsl:merge-key select="."/>'
    '</xsl:merge-source><xsl:merge-action><xsl:value-of select="."/></xsl:merge-action></xsl:merge>': "prohibited",
}

DECLARATIONS = {
    '<xsl:import href="file:///x.xsl"/>': "prohibited",
    '<xsl:include href="http://127.0.0.1:1/x.xsl"/>': "prohibited",
    '<xsl:use-package name="urn:x"/>': "package",
    '<xsl:import-schema schema-location="file:///x.xsd"/>': "Saxon-EE",
}

# Not standard: the engine knows none of them, so nothing need be looked for at import.
EXTENSIONS = {
    "<xsl:value-of select=\"system:getenv('PATH')\"/>": "External function calls",
    "<xsl:value-of select=\"saxon:evaluate('1')\"/>": "External function calls",
    "<xsl:value-of select=\"file:read-text('/etc/passwd')\"/>": "External function calls",
    '<exsl:document href="{pwned}"><a/></exsl:document>': "Unknown extension",
}


def sheet(*, top: str = "", inner: str = "", pwned: Path = Path("x")) -> str:
    return SHEET.format(top=top, inner=inner.replace("{pwned}", pwned.as_uri() if pwned.is_absolute() else "x"))


def outcome(text: str) -> str:
    """What the engine says of it: the message it makes, or why it does not."""
    try:
        [[fired]] = engine().apply(INVOICE, [("trial", engine().compile(text))])
    except UncompilableSheet as error:
        return str(error)
    except Fault as fault:
        return fault.notice.detail if fault.notice.deterministic else "to be tried again"
    return fired.message


def value_of(call: str) -> str:
    return f'<xsl:value-of select="{call}"/>'


@pytest.mark.parametrize("call", CALLS)
def test_a_function_that_reaches_out_is_refused_at_import(call: str) -> None:
    for text in (sheet(inner=value_of(call)), sheet(inner=f'<a b="{{{call}}}"/>')):
        with pytest.raises(ReleaseRefused, match="reaches out of the stylesheet"):
            check_stylesheet("rules.xsl", text.encode(), XmlLimits())


@pytest.mark.parametrize("call", CALLS)
def test_a_function_that_reaches_out_reaches_nothing_in_the_engine(call: str) -> None:
    said = outcome(sheet(inner=value_of(call)))
    assert CALLS[call] in said
    assert SECRET not in said


@pytest.mark.parametrize("part", [*ELEMENTS, *DECLARATIONS])
def test_an_element_that_reaches_out_is_refused_at_import(part: str) -> None:
    text = sheet(top=part) if part in DECLARATIONS else sheet(inner=part)
    with pytest.raises(ReleaseRefused, match="reaches out of the stylesheet"):
        check_stylesheet("rules.xsl", text.encode(), XmlLimits())


@pytest.mark.parametrize("part", [*ELEMENTS, *DECLARATIONS, *EXTENSIONS])
def test_an_element_that_reaches_out_reaches_nothing_in_the_engine(part: str, tmp_path: Path) -> None:
    pwned = tmp_path / "pwned.xml"
    said = outcome(sheet(top=part) if part in DECLARATIONS else sheet(inner=part, pwned=pwned))
    assert (DECLARATIONS | ELEMENTS | EXTENSIONS)[part] in said
    assert SECRET not in said
    assert not pwned.exists()


@pytest.mark.parametrize(
    "harmless",
    [
        value_of("document-uri(/)"),
        value_of("contains(., 'doc(1)')"),
        value_of("own:doc(1)"),
        value_of("base:document (1)").replace("base:", "own:"),
        value_of("$doc"),
        "doc('only text')",
        '<xsl:apply-templates select="document($schxslt.validate.initial-document-uri)"/>',
    ],
)
def test_what_only_looks_like_it_is_taken(harmless: str) -> None:
    check_stylesheet("rules.xsl", sheet(inner=harmless).encode(), XmlLimits())


def test_a_document_that_the_compilers_own_parameter_names_is_not_opened() -> None:
    top = f'<xsl:param name="schxslt.validate.initial-document-uri" select="\'{PASSWD}\'"/>'
    said = outcome(sheet(top=top, inner=value_of("document($schxslt.validate.initial-document-uri)")))
    assert "prohibited" in said
    assert SECRET not in said
