"""A key: its secret stays where it is."""

import pickle

import pytest
import structlog
from pydantic import SecretBytes

from einvoice.sealing import Key, new_key

SECRET = b"SECRET-of-exactly-thirty-two-byt"


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{0!r:>20}".format, lambda key: f"{key.material}"])
def test_no_way_of_printing_a_key_shows_its_secret(show: object) -> None:
    assert callable(show)
    assert "SECRET" not in show(Key("k1", SecretBytes(SECRET)))


def test_a_log_line_with_a_key_shows_its_name_alone() -> None:
    line = structlog.processors.JSONRenderer()(None, "info", {"event": "x", "key": Key("k1", SecretBytes(SECRET))})
    assert "k1" in line
    assert "SECRET" not in line


def test_a_key_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not handed to other processes"):
        pickle.dumps(new_key("k1"))


def test_two_new_keys_are_different() -> None:
    assert new_key("k1") != new_key("k1")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Key("k1", SecretBytes(bytes(length)))


@pytest.mark.parametrize("name", ["", "x" * 256, "schlüssel", "a\nb"])
def test_a_key_has_a_name_that_can_be_written_down(name: str) -> None:
    with pytest.raises(ValueError, match="name of a key"):
        new_key(name)
