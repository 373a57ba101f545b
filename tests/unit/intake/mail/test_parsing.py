"""Reading what anybody may send: bounded, and never with an error of another kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.intake.mail.attachments import sort_parts
from einvoice.intake.mail.authentication import is_from, results
from einvoice.intake.mail.parsing import Limits, Unusable, header, headers, read_message
from einvoice.intake.mail.sender import sender_of, why_quiet
from tests.support.mails import XML, mail


def reason(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Unusable) as caught:
        read_message(data, limits)
    return caught.value.reason


def nested(depth: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)) + b"\nx\n"


def test_parts_are_counted() -> None:
    parts, end = b"--b\n\nx\n", b"--b--\n"
    head = b"Content-Type: multipart/mixed; boundary=b\n\n"
    read_message(head + parts * 5 + end, Limits(parts=10))
    assert reason(head + parts * 20 + end, Limits(parts=10)) == "parts"


def test_parts_within_parts_are_bounded() -> None:
    read_message(nested(15))
    assert reason(nested(100)) == "parts"


def test_messages_within_messages_are_bounded() -> None:
    assert reason(b"Content-Type: message/rfc822\n\n" * 500 + b"\nx") == "parts"


def test_a_header_field_is_bounded() -> None:
    assert reason(b"Subject: " + b"x" * 70_000 + b"\n\n") == "headers"
    assert reason(b"Subject: x\n" + b" x\n" * 40_000 + b"\n") == "headers"


def test_a_field_with_parameters_is_bounded_more_tightly() -> None:
    assert reason(b"Content-Type: text/plain; " + b"x=y; " * 1000 + b"\n\n") == "headers"


def test_many_lines_may_not_lie_deep() -> None:
    read_message(nested(5) + b"x\n" * 1000, Limits(work=6000))
    assert reason(nested(10) + b"x\n" * 1000, Limits(work=6000)) == "parts"


def test_comments_within_comments_name_no_sender() -> None:
    assert sender_of(read_message(b"From: " + b"(" * 900 + b"\n\n")) == ""
    assert sender_of(read_message(b"From: " + b"(" * 60_000 + b"\n\n")) == ""


def test_header_fields_are_counted() -> None:
    assert reason(b"X: y\n" * 6000 + b"\n") == "headers"


def test_lines_are_counted() -> None:
    assert reason(b"\n" * 5, Limits(lines=2)) == "lines"


def test_an_attachment_survives_byte_by_byte() -> None:
    data = bytes(range(256)) + XML
    [part] = [one for one in read_message(mail(("r.xml", b"<" + data)).as_bytes()).walk() if one.get_filename()]
    assert part.get_payload(decode=True) == b"<" + data


def test_encoded_headers_are_read() -> None:
    message = read_message(b"Subject: =?utf-8?q?B=C3=BCro?=\nX-A: 1\nx-a: 2\n\n")
    assert header(message, "subject") == "Büro"
    assert headers(message, "X-A") == ["1", "2"]
    assert header(message, "X-B") == ""


_FIELDS = ("From", "Subject", "Date", "Message-ID", "Content-Type", "Content-Disposition", "Authentication-Results",
           "Content-Transfer-Encoding", "Auto-Submitted", "Return-Path")  # fmt: skip
_VALUES = st.one_of(
    st.binary(max_size=60),
    st.text("<>@()[]\";:=?,.\\ \tabq*'%/-", max_size=60).map(str.encode),
    st.sampled_from([b"=?utf-8?q?=FF?= <a@b>", b"a@b, c@d", b"multipart/mixed; boundary=b", b"x; filename*=utf-8''%f"]),
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(_FIELDS), _VALUES), max_size=8), st.binary(max_size=200))
def test_whatever_the_headers_are_reading_them_ends_well(fields: list[tuple[str, bytes]], body: bytes) -> None:
    data = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields) + b"\r\n--b\r\n\r\n" + body
    try:
        message = read_message(data)
    except Unusable:
        return
    for name in _FIELDS:
        assert "\n" not in header(message, name)
    sender = sender_of(message)
    assert sender == "" or "@" in sender
    assert isinstance(why_quiet(message, sender, "us@stadt.example"), str)
    assert not is_from("a@b.example", results(headers(message, "Authentication-Results"), "mx.example"))
    sort_parts(message, 1000)
