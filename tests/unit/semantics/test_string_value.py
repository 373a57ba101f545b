"""What is read of a value is what Saxon, and so every rule, takes for its text, whatever stands inside it."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saxonche import PySaxonProcessor

from einvoice.extraction import Limits, extract
from einvoice.semantics import read_invoice
from tests.security.hostile.base import CII, NUMBER, UBL

Valued = Callable[[str, str], str]
_CII_NUMBER = "KR-26-3307"
_LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="<&>"), max_size=4)
_PARTS = st.one_of(
    _LETTERS,
    st.sampled_from(["<!-- 9 -->", "<!---->", "<?x 9?>", "<![CDATA[<&]]>", "<![CDATA[]]>", "&#9;", "&#13;", "&#10;"]),
    st.sampled_from(["&lt;", "&amp;", "&#38;", "&#x1F600;", "\u00a0", "\u0085", "\u2028", " ", "\n", "\r\n", "\ufeff"]),
)


@pytest.fixture(scope="module")
def valued() -> Iterator[Valued]:
    """The string value of the first place a path leads to, as Saxon has it."""
    with PySaxonProcessor(license=False) as processor:
        builder, query = processor.new_document_builder(), processor.new_xpath_processor()

        def value(xml: str, path: str) -> str:
            query.set_context(xdm_item=builder.parse_xml(xml_text=xml))
            return str(query.evaluate_single(f"string(({path})[1])").string_value)

        yield value


def written(sample: str, number: str, text: str) -> str:
    return sample.replace(f">{number}<", f">{text}<", 1).partition("?>")[2].strip()


@pytest.mark.parametrize(
    ("sample", "number", "path"),
    [(UBL, NUMBER, "/*/*:ID"), (CII, _CII_NUMBER, "/*/*:ExchangedDocument/*:ID")],
    ids=["UBL", "CII"],
)
@given(text=st.lists(_PARTS, max_size=6).map("".join))
@settings(deadline=None, max_examples=150)
def test_the_number_read_is_the_number_the_rules_see(
    valued: Valued, sample: str, number: str, path: str, text: str
) -> None:
    xml = written(sample, number, text)
    seen = valued(xml, path).strip(" \t\r\n")
    invoice = read_invoice(extract(xml.encode(), Limits()))
    assert (invoice.number or "") == seen


@pytest.mark.parametrize("sample", [UBL, CII], ids=["UBL", "CII"])
@given(text=st.lists(_PARTS, max_size=6).map("".join))
@settings(deadline=None, max_examples=150)
def test_the_identifier_that_chooses_the_scenario_is_the_one_the_rules_see(
    valued: Valued, sample: str, text: str
) -> None:
    xml = sample.replace("#compliant#", f"#{text}#", 1).partition("?>")[2].strip()
    [found] = extract(xml.encode(), Limits()).customizations
    path = "/*/*:CustomizationID | /*/*/*:GuidelineSpecifiedDocumentContextParameter/*:ID"
    assert found.value == valued(xml, path)
    assert "".join(found.texts) == found.value
