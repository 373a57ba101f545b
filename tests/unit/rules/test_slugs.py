"""What a configuration calls itself becomes a name that can be typed."""

import pytest

from einvoice.rules.archive import ReleaseRefused
from einvoice.rules.slugs import name_of, slug


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Test Configuration 1.0", "test-configuration-1.0"),
        ("Prüfregeln für Maß & Öl", "pruefregeln-fuer-mass-oel"),
        ("u\u0308ber", "ueber"),  # the letter and its dots apart
        ("Café", "cafe"),
        ("../../x", "x"),
        ("äöü", "aeoeue"),
    ],
)
def test_a_name_is_written_with_plain_letters(text: str, name: str) -> None:
    assert name_of(text) == name


@pytest.mark.parametrize("text", ["", "–", "…", "规则"])
def test_a_name_of_which_nothing_is_left_is_refused(text: str) -> None:
    assert slug(text) == ""
    with pytest.raises(ReleaseRefused, match="without Latin letters"):
        name_of(text)
