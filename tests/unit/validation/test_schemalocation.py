"""Schema locations are URIs. What KoSIT 1.6.3 says of each value, asked once, of a list of URIs and of one alone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model import Basis, Finding
from einvoice.rules import ArtefactStore, Registry, load_packs
from einvoice.settings import Settings
from einvoice.validation.xsd import SchemaShelf

SAMPLES = Path(__file__).parents[3] / "inbox" / "samples"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@pytest.fixture(scope="module")
def check() -> Callable[[str, str], list[Finding]]:
    settings = Settings()
    registry = Registry(load_packs(settings.schematron_dir))
    shelf = SchemaShelf(ArtefactStore(settings.rules_dir, settings.xsd_dir))
    sample = next(SAMPLES.glob("01-*.xml")).read_text("utf-8")
    end = sample.index(">", sample.index("<Invoice") if "<Invoice" in sample else sample.index("Invoice "))

    def judge(attribute: str, value: str) -> list[Finding]:
        text = f'{sample[:end]} xmlns:xsi="{XSI}" xsi:{attribute}="{value}"{sample[end:]}'
        document = extract(text.encode(), Limits())
        (match,) = registry.matches(document, Basis(on=date(2026, 11, 1)))
        return shelf.check(document, match)

    return judge


@pytest.mark.parametrize(
    "value", ["urn:a b.xsd", "foo", "", "   ", "a b c d", r"http://a b\c", "a ü", "a {b}", "a ?", "a #"]
)
@pytest.mark.parametrize("attribute", ["schemaLocation", "noNamespaceSchemaLocation"])
def test_what_is_a_uri_may_stand_there(check: Callable[[str, str], list[Finding]], attribute: str, value: str) -> None:
    assert check(attribute, value) == []


@pytest.mark.parametrize("value", ["a b%zz", "%", "a http://[x", "a :", "a b:", "1:a b", "a b#c#d"])
@pytest.mark.parametrize("attribute", ["schemaLocation", "noNamespaceSchemaLocation"])
def test_what_is_none_violates_the_schema(
    check: Callable[[str, str], list[Finding]], attribute: str, value: str
) -> None:
    (finding,) = check(attribute, value)
    assert (finding.rule, finding.found, finding.line) == ("xsd-wrong-value", value, 2)


def test_a_list_is_looked_at_item_by_item(check: Callable[[str, str], list[Finding]]) -> None:
    value = "a http://host:port/x"
    assert (len(check("schemaLocation", value)), len(check("noNamespaceSchemaLocation", value))) == (0, 1)
