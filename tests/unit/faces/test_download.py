"""Files to save."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from einvoice.faces.download import disposition


def test_a_name_with_umlauts_arrives_whole_and_has_a_plain_form() -> None:
    assert disposition("büro.xml") == "attachment; filename=\"b_ro.xml\"; filename*=UTF-8''b%C3%BCro.xml"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_name_breaks_out_of_the_header(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert unquote(header.rpartition("''")[2]) == name
