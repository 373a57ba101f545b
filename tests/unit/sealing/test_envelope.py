"""Sealed objects and wrapped keys: they open in their own place, unchanged, or not at all."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretBytes

from einvoice.errors import Fault
from einvoice.sealing import Key, new_key, seal, unseal, unwrap, wrap, wrapped_by

SUBMISSION = "01hzzzzzzzzzzzzzzzzzzzzzzz"
OWNER = "7"
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=255)
KEYS = st.builds(Key, NAMES, st.binary(min_size=32, max_size=32).map(SecretBytes))

# Written by the first version of the format; what is stored so must open for ever.
OLD_KEY = Key("k", SecretBytes(bytes(range(32))))
OLD_SEALED = bytes.fromhex("4549534f0191aa0ee9bd960c39028ca12b7c3c216d7cb9b904514266a45220e0b0b9286f4c8360edaa49b0")
OLD_WRAPPED = bytes.fromhex(
    "4549574b01016b65af933d0c4c196beabb5ee8a7fba48bc502a68a46f205265cfbbbcf1f6b731e157ed740eb684fee1944e1"
    "4253eaa0e5cdceae7d8f99c630110b2e90"
)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def damaged(fault: Fault) -> bool:
    return fault.notice.cause == "sealed-damaged" and fault.notice.deterministic and not fault.notice.elsewhere


@given(st.binary(), KEYS, NAMES)
def test_what_was_sealed_is_unsealed_unchanged(data: bytes, key: Key, context: str) -> None:
    assert unseal(seal(data, key, context), key, context) == data


@given(KEYS, KEYS, NAMES)
def test_what_was_wrapped_is_unwrapped_unchanged(key: Key, by: Key, owner: str) -> None:
    wrapped = wrap(key, by, owner)
    assert unwrap(wrapped, by, key.name, owner) == key
    assert wrapped_by(wrapped) == by.name


def test_a_sealed_object_shows_nothing_of_what_it_holds_and_is_33_bytes_longer() -> None:
    data = b"<Invoice/>" * 10
    sealed = seal(data, new_key(SUBMISSION), "original")
    assert b"Invoice" not in sealed
    assert len(sealed) == len(data) + 33


def test_the_same_bytes_are_sealed_differently_each_time() -> None:
    key = new_key(SUBMISSION)
    assert seal(b"x", key, "original") != seal(b"x", key, "original")


def test_every_flipped_bit_of_a_sealed_object_is_noticed() -> None:
    key = new_key(SUBMISSION)
    sealed = seal(b"<Invoice/>", key, "original")
    for bit in range(8 * len(sealed)):
        with pytest.raises(Fault) as caught:
            unseal(flipped(sealed, bit), key, "original")
        assert damaged(caught.value), bit


def test_every_flipped_bit_of_a_wrapped_key_is_noticed() -> None:
    by = new_key("k1")
    wrapped = wrap(new_key(SUBMISSION), by, OWNER)
    for bit in range(8 * len(wrapped)):
        with pytest.raises(Fault) as caught:
            unwrap(flipped(wrapped, bit), by, SUBMISSION, OWNER)
        assert damaged(caught.value), bit


def test_a_sealed_object_cut_off_anywhere_or_longer_is_noticed() -> None:
    key = new_key(SUBMISSION)
    sealed = seal(b"<Invoice/>", key, "original")
    for other in [*(sealed[:end] for end in range(len(sealed))), sealed + b"\0"]:
        with pytest.raises(Fault) as caught:
            unseal(other, key, "original")
        assert damaged(caught.value), len(other)


def test_a_wrapped_key_cut_off_anywhere_or_longer_is_noticed() -> None:
    by = new_key("k1")
    wrapped = wrap(new_key(SUBMISSION), by, OWNER)
    for other in [*(wrapped[:end] for end in range(len(wrapped))), wrapped + b"\0"]:
        with pytest.raises(Fault) as caught:
            unwrap(other, by, SUBMISSION, OWNER)
        assert damaged(caught.value), len(other)


@pytest.mark.parametrize(
    ("name", "context"),
    [
        pytest.param("02hzzzzzzzzzzzzzzzzzzzzzzz", "original", id="another-submission"),
        pytest.param(SUBMISSION, "report", id="another-object-of-it"),
        pytest.param(SUBMISSION + "o", "riginal", id="border-between-the-two-moved"),
        pytest.param("original", SUBMISSION, id="the-two-swapped"),
    ],
)
def test_a_sealed_object_does_not_open_as_another_one(name: str, context: str) -> None:
    key = new_key(SUBMISSION)
    with pytest.raises(Fault) as caught:
        unseal(seal(b"<Invoice/>", key, "original"), Key(name, key.material), context)
    assert damaged(caught.value)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        pytest.param("02hzzzzzzzzzzzzzzzzzzzzzzz", OWNER, id="another-submission"),
        pytest.param(SUBMISSION, "8", id="another-tenant"),
        pytest.param(SUBMISSION, "intake", id="before-routing"),
        pytest.param(SUBMISSION[:-1], SUBMISSION[-1] + OWNER, id="border-between-the-two-moved"),
        pytest.param(OWNER, SUBMISSION, id="the-two-swapped"),
    ],
)
def test_a_wrapped_key_does_not_open_in_another_place(name: str, owner: str) -> None:
    by = new_key("k1")
    wrapped = wrap(new_key(SUBMISSION), by, OWNER)
    with pytest.raises(Fault) as caught:
        unwrap(wrapped, by, name, owner)
    assert damaged(caught.value)


@given(KEYS, KEYS)
def test_only_the_key_that_wrapped_unwraps(by: Key, other: Key) -> None:
    wrapped = wrap(new_key(SUBMISSION), by, OWNER)
    for wrong in (Key(by.name, other.material), Key(other.name, by.material)):
        if wrong != by:
            with pytest.raises(Fault) as caught:
                unwrap(wrapped, wrong, SUBMISSION, OWNER)
            assert damaged(caught.value)


def test_a_wrapped_key_is_no_sealed_object_and_the_other_way_round() -> None:
    key = new_key("k1")
    with pytest.raises(Fault) as caught:
        unseal(wrap(key, key, OWNER), key, "original")
    assert damaged(caught.value)
    with pytest.raises(Fault) as caught:
        unwrap(seal(bytes(32), key, "original"), key, key.name, OWNER)
    assert damaged(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"EIWK\x01", b"EIWK\x01\x00", b"EIWK\x01\x02\xc3\xbc", b"EIWK\x02\x01k", b"<In/>"]
)
def test_what_is_no_wrapped_key_names_none(data: bytes) -> None:
    with pytest.raises(Fault) as caught:
        wrapped_by(data)
    assert damaged(caught.value)


def test_a_fault_tells_which_object_is_damaged_and_nothing_secret() -> None:
    key = new_key(SUBMISSION)
    with pytest.raises(Fault) as caught:
        unseal(flipped(seal(b"<Invoice/>", key, "original"), 200), key, "original")
    assert caught.value.notice.detail.startswith(f"{SUBMISSION} (original)")
    assert "<Invoice/>" not in str(caught.value)


def test_the_format_of_sealed_objects_is_as_documented() -> None:
    key = new_key("o")
    nonce = bytes(range(12))
    body = AESGCM(key.material.get_secret_value()).encrypt(nonce, b"<Invoice/>", b"EISO\x01" + b"\x01o" + b"\x06report")
    assert unseal(b"EISO\x01" + nonce + body, key, "report") == b"<Invoice/>"


def test_the_format_of_wrapped_keys_is_as_documented() -> None:
    by = new_key("k1")
    nonce, secret, head = bytes(range(12)), bytes(range(32)), b"EIWK\x01" + b"\x02k1"
    body = AESGCM(by.material.get_secret_value()).encrypt(nonce, secret, head + b"\x01o" + b"\x06intake")
    assert unwrap(head + nonce + body, by, "o", "intake") == Key("o", SecretBytes(secret))


def test_what_the_first_version_wrote_opens() -> None:
    key = unwrap(OLD_WRAPPED, OLD_KEY, SUBMISSION, "intake")
    assert unseal(OLD_SEALED, key, "report") == b"<Invoice/>"
