"""Messages: what we signed comes back, and nothing else does."""

import hashlib
import hmac
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.worker.messages import WakeUp, _signature, signed, verified
from tests.unit.worker.helping import SECRET

WAKE_UP = WakeUp("01j0abcdefghjkmnpqrstvwxyz", 1)
MESSAGE = signed(WAKE_UP, SECRET)


@given(st.builds(WakeUp, st.text(), st.integers(0, 9)), st.binary())
def test_a_signed_wake_up_comes_back(wake_up: WakeUp, secret: bytes) -> None:
    assert verified(signed(wake_up, secret), secret) == wake_up


def test_a_message_is_a_signature_and_json_with_id_and_priority() -> None:
    signature, _, content = MESSAGE.partition(b" ")
    assert len(bytes.fromhex(signature.decode())) == 32
    assert json.loads(content) == {"id": WAKE_UP.id, "priority": 1}


@given(st.integers(0, len(MESSAGE) - 1), st.integers(1, 255))
def test_a_message_changed_in_one_byte_is_none_of_ours(place: int, difference: int) -> None:
    changed = bytearray(MESSAGE)
    changed[place] ^= difference
    assert verified(bytes(changed), SECRET) is None


def test_a_message_of_another_service_is_none_of_ours() -> None:
    assert verified(MESSAGE, b"another secret") is None


def test_what_the_same_key_signed_for_something_else_is_none_of_ours() -> None:
    content = MESSAGE.partition(b" ")[2]
    signature = hmac.new(SECRET, content, hashlib.sha256).hexdigest()
    assert verified(signature.encode() + b" " + content, SECRET) is None


@given(st.binary())
def test_garbage_is_none_of_ours(garbage: bytes) -> None:
    assert verified(garbage, SECRET) is None


@pytest.mark.parametrize("message", [None, 7, "text", MESSAGE.decode(), pickle.dumps(WAKE_UP), b"", b" "])
def test_what_is_no_message_at_all_is_none_of_ours(message: object) -> None:
    assert verified(message, SECRET) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b'"id"', b'{"id":"1"}', b'{"id":"1","priority":"soon"}'])
def test_a_signed_message_of_another_form_is_no_wake_up(content: bytes) -> None:
    assert verified(_signature(content, SECRET) + b" " + content, SECRET) is None
