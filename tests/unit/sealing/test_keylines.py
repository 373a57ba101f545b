"""Master keys as text: read strictly, and never repeated when something is wrong with them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.errors import Fault
from einvoice.sealing import Key, new_key_line
from einvoice.sealing.keylines import parse

ONE = base64.b64encode(b"SECRET-of-exactly-thirty-two-byt").decode()
TWO = base64.b64encode(bytes(range(32))).decode()


def test_keys_are_read_in_their_order() -> None:
    keys = parse(f"new {ONE}\nold {TWO}\n".encode())
    assert [key.name for key in keys] == ["new", "old"]
    assert keys[1].material.get_secret_value() == bytes(range(32))


def test_comments_empty_lines_and_foreign_line_ends_count_for_nothing() -> None:
    text = f"\ufeff# unsere Schlüssel\r\n\r\n  new\t{ONE}  # seit März\r\n"
    assert [key.name for key in parse(text.encode())] == ["new"]


@pytest.mark.parametrize(
    ("bad", "trouble"),
    [
        (ONE, "is not an ID"),
        (f"id {ONE} more", "is not an ID"),
        (f"{ONE} id", "its ID is not"),
        (f"schlüssel {ONE}", "its ID is not"),
        (f"{'x' * 65} {ONE}", "its ID is not"),
        (f"id {ONE[:-1]}", "its key is not"),
        (f"id {ONE[:-4]}", "its key is not"),
        (f"id {ONE}{ONE}", "its key is not"),
        (f"id {ONE[:20]}!{ONE[20:]}", "its key is not"),
        (f"id {ONE[:20]}ü{ONE[20:]}", "its key is not"),
        (f"id {b'SECRET-of-exactly-thirty-two-byt'.hex()}", "its key is not"),
        (f"old {ONE}", "the key of line 2 again"),
        (f"id {TWO}", "the key of line 2 again"),
    ],
)
def test_a_malformed_line_is_named_by_its_number_and_not_repeated(bad: str, trouble: str) -> None:
    with pytest.raises(Fault) as caught:
        parse(f"# keys\nold {TWO}\n\n{bad}\n".encode())
    notice = caught.value.notice
    assert (notice.cause, notice.elsewhere) == ("keys-unusable", True)
    assert notice.detail.startswith("master keys, line 4: ")
    assert trouble in notice.detail
    assert not any(secret in str(caught.value) for secret in (ONE[:12], TWO[:12], "SECRET", "schlüssel", "xxxx"))


@pytest.mark.parametrize("data", [b"", b"\n", b"# nothing yet\n"])
def test_no_key_at_all_is_a_fault(data: bytes) -> None:
    with pytest.raises(Fault, match="no master key"):
        parse(data)


@given(st.binary(max_size=200))
def test_whatever_stands_there_is_keys_or_a_fault(data: bytes) -> None:
    keys: tuple[Key, ...] = ()
    cause = ""
    try:
        keys = parse(data)
    except Fault as fault:
        cause = fault.notice.cause
    assert bool(keys) != (cause == "keys-unusable")


def test_a_new_line_is_a_key_and_another_one_each_time() -> None:
    first, second = (parse(new_key_line().encode())[0] for _ in range(2))
    assert first.material != second.material
