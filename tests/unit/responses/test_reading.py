"""Answers of others: read as far as they say something, refused where nobody knows what they are about."""

import pytest

from einvoice.errors import Refusal
from einvoice.responses import Kind, read_response, write_response
from tests.unit.responses.making import message


def code(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        read_response(data)
    return caught.value.notice.code


def without(data: bytes, name: str) -> bytes:
    begin, end = data.index(f"<{name}".encode()), data.index(f"</{name}>".encode()) + len(name) + 3
    return data[:begin] + data[end:]


@pytest.mark.parametrize("name", ["cbc:IssueDate", "cbc:IssueTime", "cac:SenderParty", "cbc:ProfileID"])
def test_what_is_missing_beside_the_point_is_left_out(name: str) -> None:
    assert read_response(without(write_response(message(Kind.MLR)), name)).code == "AP"


def test_what_is_unknown_is_passed_over() -> None:
    data = write_response(message(Kind.MLS)).replace(
        b"</ApplicationResponse>", b"<x xmlns='urn:x'/></ApplicationResponse>"
    )
    assert read_response(data) == message(Kind.MLS)


@pytest.mark.parametrize("name", ["cbc:ResponseCode", "cac:DocumentReference"])
def test_without_a_code_or_what_it_is_about_it_is_incomplete(name: str) -> None:
    assert code(without(write_response(message(Kind.MLR)), name)) == "response-incomplete"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<Invoice/>", "not-a-response"),
        (write_response(message(Kind.MLS)).replace(b"urn:peppol:edec", b"urn:other"), "not-a-response"),
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b"", "empty"),
    ],
)
def test_what_is_no_answer_is_refused(data: bytes, expected: str) -> None:
    assert code(data) == expected
