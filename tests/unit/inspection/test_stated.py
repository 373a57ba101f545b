"""What the XML says anywhere."""

from datetime import date
from decimal import Decimal

from lxml import etree

from einvoice.inspection.stated import Stated, code, day_of

ROOT = etree.fromstring(
    "<a id=' R-1 '><b>20251231</b><!-- 5 --><c>-12.5</c><d>2025-11-30</d><e>long " + "x" * 200 + "</e><f>12,50</f></a>"
)


def test_numbers_days_and_codes_are_found_in_elements_and_attributes() -> None:
    stated = Stated(ROOT)
    assert Decimal("12.50") in stated.amounts
    assert {date(2025, 12, 31), date(2025, 11, 30)} <= stated.dates
    assert {"R1", "20251231"} <= stated.codes
    assert Decimal("5.00") not in stated.amounts
    assert all(len(text) <= 100 for text in stated.texts)


def test_what_differs_in_signs_alone_is_the_same_code() -> None:
    assert code("re-2025/001") == code("RE 2025 001") == "RE2025001"


def test_a_day_that_does_not_exist_is_none() -> None:
    assert day_of("2025", "02", "30") is None
    assert day_of("0000", "1", "1") is None
