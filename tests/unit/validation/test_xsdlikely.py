"""The mistake behind a violation of the structure."""

from collections.abc import Callable
from datetime import date

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model import Basis
from einvoice.rules import ArtefactStore, Registry, load_packs
from einvoice.settings import Settings
from einvoice.validation.xsd import SchemaShelf
from einvoice.validation.xsdlikely import corrected

HEAD = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
    ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">'
    "<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>"
)
ID, DAY, DUE = (
    "<cbc:ID>1</cbc:ID>",
    "<cbc:IssueDate>2026-11-01</cbc:IssueDate>",
    "<cbc:DueDate>2026-12-01</cbc:DueDate>",
)

Likely = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def likely() -> Likely:
    settings = Settings()
    registry = Registry(load_packs(settings.schematron_dir))
    shelf = SchemaShelf(ArtefactStore(settings.rules_dir, settings.xsd_dir))

    def judged(body: str) -> dict[str, str]:
        document = extract(f"{HEAD}{body}</Invoice>".encode(), Limits())
        match = registry.matches(document, Basis(on=date(2026, 11, 1)))[0]
        return dict(shelf.check(document, match)[0].details)

    return judged


@pytest.mark.parametrize(
    ("body", "kind", "name", "value"),
    [
        (ID + DUE + DAY, "order", "late", "cbc:IssueDate"),
        (ID + DAY + "<cbc:Note>x</cbc:Note>" + DUE, "order", "order_before", "cbc:Note"),
        (ID + DUE, "gap", "gap", "cbc:IssueDate"),
        (ID + DAY + DAY, "repeated", "repeated", "cbc:IssueDate"),
        (ID + "<cbc:IssueDat>2026-11-01</cbc:IssueDat>", "misspelt", "meant", "cbc:IssueDate"),
        (ID + "<cac:IssueDate>2026-11-01</cac:IssueDate>", "namespace", "right_name", "cbc:IssueDate"),
        (ID + DAY + "<cbc:StreetName>x</cbc:StreetName>", "elsewhere", "elsewhere", "cbc:StreetName"),
        (ID + DAY + "<cbc:Wurst>x</cbc:Wurst>", "unknown", "unknown", "cbc:Wurst"),
    ],
)
def test_the_likely_mistake_is_told(likely: Likely, body: str, kind: str, name: str, value: str) -> None:
    details = likely(body)
    assert (details["likely"], details[name]) == (kind, value)


def test_one_missing_element_is_named_alone(likely: Likely) -> None:
    assert likely(ID + DAY)["missing"] == "cac:AccountingSupplierParty"


def test_a_required_element_that_is_skipped_is_told_as_missing(likely: Likely) -> None:
    assert (likely(ID + DUE)["missing"], likely(ID + DUE)["element"]) == ("cbc:IssueDate", "ubl:Invoice")


def test_what_comes_next_is_left_out_where_the_order_is_wrong(likely: Likely) -> None:
    assert likely(ID + DAY + "<cbc:Note>x</cbc:Note>" + DUE)["expected"] == ""


@pytest.mark.parametrize(
    ("value", "kind", "right"),
    [
        ("29.10.2026", "date", "2026-10-29"),
        (" 1.2.2026 ", "date", "2026-02-01"),
        ("20261029", "date", "2026-10-29"),
        ("31.2.2026", "date", ""),
        ("gestern", "date", ""),
        ("1.234,50", "decimal", "1234.50"),
        ("1234,5", "decimal", "1234.5"),
        ("1,234.50", "decimal", "1234.50"),
        ("12.00 €", "decimal", "12.00"),
        ("viel", "decimal", ""),
        ("True", "boolean", "true"),
        ("nein", "boolean", "false"),
        ("vielleicht", "boolean", ""),
        ("x", "string", ""),
        ("19%", "PercentType", "19"),
    ],
)
def test_a_value_in_another_notation_is_written_as_the_format_wants_it(value: str, kind: str, right: str) -> None:
    assert corrected(value, kind) == right
