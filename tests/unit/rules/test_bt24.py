"""The match of a scenario is understood exactly, or not at all."""

import pytest

from einvoice.model import Syntax
from einvoice.rules.bt24 import Matching, read_match
from einvoice.rules.manifest import MatchBy

NAMESPACES = {
    "i": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "n": "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    "c": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
}
GUIDELINE = "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"


@pytest.mark.parametrize(
    ("expression", "syntax", "match"),
    [
        ("exists(/i:Invoice/c:CustomizationID[ . = 'urn:x#y'])", Syntax.UBL_INVOICE, MatchBy.STRING_VALUE),
        (" exists( /i:Invoice / c:CustomizationID [.='urn:x#y'] ) ", Syntax.UBL_INVOICE, MatchBy.STRING_VALUE),
        ('/i:Invoice[c:CustomizationID = "urn:x#y"]', Syntax.UBL_INVOICE, MatchBy.STRING_VALUE),
        ("/i:Invoice[c:CustomizationID[. = 'urn:x#y']]", Syntax.UBL_INVOICE, MatchBy.STRING_VALUE),
        ("exists(/i:Invoice[ c:CustomizationID/text() = 'urn:x#y' ])", Syntax.UBL_INVOICE, MatchBy.TEXT_NODE),
        ("/i:Invoice/c:CustomizationID[text() = 'urn:x#y']", Syntax.UBL_INVOICE, MatchBy.TEXT_NODE),
        ("exists(/n:CreditNote[c:CustomizationID/text() = 'urn:x#y'])", Syntax.UBL_CREDITNOTE, MatchBy.TEXT_NODE),
        (f"exists(/rsm:CrossIndustryInvoice[{GUIDELINE}/text() = 'urn:x#y'])", Syntax.CII, MatchBy.TEXT_NODE),
        (f"exists(/rsm:CrossIndustryInvoice/{GUIDELINE}[. = 'urn:x#y'])", Syntax.CII, MatchBy.STRING_VALUE),
    ],
)
def test_the_forms_in_use_are_understood(expression: str, syntax: Syntax, match: MatchBy) -> None:
    assert read_match(expression, NAMESPACES) == Matching(syntax, "urn:x#y", match)


def test_blanks_inside_the_identifier_count() -> None:
    found = read_match("/i:Invoice[c:CustomizationID = ' urn:x  y ']", NAMESPACES)
    assert found is not None
    assert found.customization == " urn:x  y "


@pytest.mark.parametrize(
    "expression",
    [
        "true()",
        "exists(/i:Invoice)",
        "exists(/i:Invoice/c:ProfileID[. = 'urn:x#y'])",
        "exists(/c:Invoice/c:CustomizationID[. = 'urn:x#y'])",
        "exists(/unbound:Invoice/c:CustomizationID[. = 'urn:x#y'])",
        "exists(/Invoice/CustomizationID[. = 'urn:x#y'])",
        "exists(//i:Invoice/c:CustomizationID[. = 'urn:x#y'])",
        "not(exists(/i:Invoice/c:CustomizationID[. = 'urn:x#y']))",
        "exists(/i:Invoice/c:CustomizationID[. != 'urn:x#y'])",
        "exists(/i:Invoice/c:CustomizationID[starts-with(., 'urn:x#y')])",
        "exists(/i:Invoice/c:CustomizationID[normalize-space(.) = 'urn:x#y'])",
        "exists(/i:Invoice/c:CustomizationID[. = 'urn:x#y' or . = 'urn:z'])",
        "exists(/i:Invoice/c:CustomizationID[. = 'urn:x#y'][c:X])",
        "exists(/i:Invoice/c:CustomizationID[. = ('urn:x#y', 'urn:z')])",
        "exists(/i:Invoice/c:CustomizationID[. = 'urn:x#y']) and exists(/i:Invoice/c:ID)",
        f"exists(/rsm:CrossIndustryInvoice[{GUIDELINE}/text() = 'urn:x#y' and true()])",
        "",
    ],
)
def test_anything_else_is_not_guessed_at(expression: str) -> None:
    assert read_match(expression, NAMESPACES) is None
