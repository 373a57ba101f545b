"""A policy compiled: the XSLT 3.0 stylesheet that applies it and answers with an SVRL report.

As the XSLT query bindings of ISO Schematron want it (annexes C, H, J): a mode for each pattern, a template for each
rule, the first rule that matches a node wins. One line holds one element, and for each line it is known which line of
the policy it came from, so that the engine's complaints can be traced back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from einvoice.validation.policyschema import Assertion, Expression, Let, Pattern, Rule, Schema
from einvoice.validation.policyxpath import with_values

_XSL = "http://www.w3.org/1999/XSL/Transform"
_SVRL = "http://purl.oclc.org/dsdl/svrl"


@dataclass(slots=True)
class Sheet:
    """The lines of a stylesheet, and the line of the policy each one came from (0: none)."""

    lines: list[str] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)

    def add(self, text: str, origin: int = 0) -> None:
        """One line more."""
        self.lines.append(text)
        self.origins.append(origin)

    @property
    def text(self) -> str:
        """The whole stylesheet."""
        return "\n".join(self.lines)

    def origin(self, line: int) -> int:
        """The line of the policy that a line of the stylesheet (from 1) came from; 1 if it came from none."""
        return (self.origins[line - 1] if 0 < line <= len(self.origins) else 0) or 1


def stylesheet(schema: Schema) -> Sheet:
    """The stylesheet of a policy."""
    sheet = Sheet()
    names = {"xsl": _XSL, "svrl": _SVRL, **schema.namespaces}
    declared = " ".join(f"xmlns:{prefix}={_quoted(uri)}" for prefix, uri in names.items())
    sheet.add(f'<xsl:stylesheet version="3.0" {declared} exclude-result-prefixes="#all">')
    _add_lets(sheet, schema.lets, {})
    sheet.add('<xsl:template match="/"><svrl:schematron-output>')
    for number in range(1, len(schema.patterns) + 1):
        sheet.add(f'<svrl:active-pattern/><xsl:apply-templates select="/" mode="svrl:p{number}"/>')
    sheet.add("</svrl:schematron-output></xsl:template>")
    for number, pattern in enumerate(schema.patterns, 1):
        _add_pattern(sheet, pattern, number)
    sheet.add("</xsl:stylesheet>")
    return sheet


def _add_pattern(sheet: Sheet, pattern: Pattern, number: int) -> None:
    """Names given in a pattern hold in it alone; as rule contexts may use them, they are global under another name."""
    own = {let.name: f"p{number}.{let.name}" for let in pattern.lets}
    renamed = {name: f"${new}" for name, new in own.items()}
    sheet.add(f'<xsl:mode name="svrl:p{number}" on-no-match="shallow-skip"/>')
    _add_lets(sheet, pattern.lets, own)
    for index, rule in enumerate(pattern.rules):
        _add_rule(sheet, rule, f"svrl:p{number}", len(pattern.rules) - index, own, renamed)


def _add_rule(
    sheet: Sheet, rule: Rule, mode: str, priority: int, own: Mapping[str, str], renamed: Mapping[str, str]
) -> None:
    context = _attribute(rule.context, renamed)
    sheet.add(f'<xsl:template match={context} mode="{mode}" priority="{priority}">', rule.context.line)
    _add_lets(sheet, rule.lets, own)
    for assertion in rule.assertions:
        _add_assertion(sheet, assertion, renamed)
    sheet.add('<xsl:apply-templates select="@*, node()" mode="#current"/></xsl:template>')


def _add_assertion(sheet: Sheet, assertion: Assertion, renamed: Mapping[str, str]) -> None:
    element = "svrl:successful-report" if assertion.fires_if_true else "svrl:failed-assert"
    test = _attribute(assertion.test, renamed)
    sheet.add(f"<xsl:choose><xsl:when test={test}>", assertion.test.line)
    if not assertion.fires_if_true:
        sheet.add("</xsl:when><xsl:otherwise>")
    sheet.add(f"<{element}>")
    marks = {"id": assertion.id, "flag": assertion.flag, "role": assertion.role, "test": assertion.test.text}
    for name, value in marks.items():
        sheet.add(f'<xsl:attribute name="{name}"><xsl:text>{_escaped(value)}</xsl:text></xsl:attribute>')
    sheet.add('<xsl:attribute name="location" select="path()"/><svrl:text>')
    for part in assertion.message:
        if isinstance(part, Expression):
            sheet.add(f"<xsl:value-of select={_attribute(part, renamed)}/>", part.line)
        elif part:
            sheet.add(f"<xsl:text>{_escaped(part)}</xsl:text>")
    end = "when" if assertion.fires_if_true else "otherwise"
    sheet.add(f"</svrl:text></{element}></xsl:{end}></xsl:choose>")


def _add_lets(sheet: Sheet, lets: Iterable[Let], own: Mapping[str, str]) -> None:
    renamed = {name: f"${new}" for name, new in own.items()}
    for let in lets:
        name = own.get(let.name, let.name)
        sheet.add(f"<xsl:variable name={_quoted(name)} select={_attribute(let.value, renamed)}/>", let.value.line)


def _attribute(expression: Expression, renamed: Mapping[str, str]) -> str:
    return _quoted(with_values(expression.text, renamed))


def _quoted(text: str) -> str:
    """An attribute's value in quotes, on one line."""
    return quoteattr(text)


def _escaped(text: str) -> str:
    """Character data on one line."""
    return escape(text, {"\n": " ", "\r": " "})
