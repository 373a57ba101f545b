"""Check digits agree with python-stdnum, which is no part of the product."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import iban
from stdnum.de import vat

from einvoice.model.checkdigits import IBAN_LENGTHS, is_german_vat_id, is_iban, is_leitweg_id

DIGITS = st.text("0123456789", min_size=18, max_size=18)


@settings(deadline=None)
@given(account=DIGITS, check=st.integers(0, 98))
@example(account="370400440532013000", check=89)
def test_a_german_iban_is_one_exactly_if_stdnum_says_so(account: str, check: int) -> None:
    text = f"DE{check:02}{account}"
    assert is_iban(text) == iban.is_valid(text, check_country=False)


def test_known_ibans_of_several_countries_are_recognised() -> None:
    for text in ("DE89370400440532013000", "AT611904300234573201", "FR1420041010050500013M02606", "NO9386011117947"):
        assert is_iban(text)
        assert iban.is_valid(text)


def test_an_iban_of_the_wrong_length_or_of_no_country_is_none() -> None:
    assert not is_iban("DE8937040044053201300")
    assert not is_iban("XX89370400440532013000")
    assert not is_iban("")
    assert not is_iban("DE٨٩370400440532013000")


def test_every_length_fits_the_form() -> None:
    assert all(15 <= length <= 33 for length in IBAN_LENGTHS.values())


@settings(deadline=None)
@given(st.from_regex(r"[1-9][0-9]{8}", fullmatch=True))
def test_a_german_vat_id_is_one_exactly_if_stdnum_says_so(digits: str) -> None:
    assert is_german_vat_id(f"DE{digits}") == vat.is_valid(digits)


def test_a_leitweg_id_has_its_check_digits() -> None:
    assert is_leitweg_id("04011000-12345-03")
    assert not is_leitweg_id("04011000-12345-04")
    assert not is_leitweg_id("0401100012345-0")
