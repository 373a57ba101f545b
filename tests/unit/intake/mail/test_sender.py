"""Who sent a message, and whether a program may answer."""

import pytest

from einvoice.intake.mail.parsing import read_message
from einvoice.intake.mail.sender import answers_us, sender_of, why_quiet
from tests.support.mails import mail

OURS = "rechnung@stadt.example"


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("a@b.example", "a@b.example"),
        ("Firma <a@b.example>", "a@b.example"),
        ('"x@evil.example" <a@b.example>', "a@b.example"),
        ("a@b.example, c@d.example", ""),
        ("Firma", ""),
        ("<>", ""),
        ("a@b.example\r\nFrom: c@d.example", ""),
        ('"a b"@b.example', ""),
        ("bü@b.example", ""),
        ("a@[127.0.0.1]", ""),
        ("a@b_c.example", ""),
    ],
)
def test_the_sender_is_the_one_plain_address_in_from(field: str, address: str) -> None:
    assert sender_of(read_message(f"From: {field}\r\n\r\n".encode())) == address


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, ""),
        ({"Auto_Submitted": "no"}, ""),
        ({"Auto_Submitted": "auto-replied"}, "auto-submitted"),
        ({"Auto_Submitted": "auto-generated; x=y"}, "auto-submitted"),
        ({"Precedence": "Bulk"}, "bulk"),
        ({"List_Id": "<list.example>"}, "bulk"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"Return_Path": "<a@b.example>"}, ""),
    ],
)
def test_what_programs_and_lists_send_is_not_answered(headers: dict[str, str], why: str) -> None:
    message = read_message(mail(**headers).as_bytes())
    assert why_quiet(message, sender_of(message), OURS) == why


@pytest.mark.parametrize(
    ("sender", "why"),
    [
        (OURS.upper(), "own"),
        ("MAILER-DAEMON@mx.example", "bounce"),
        ("no-reply@firma.example", "bounce"),
        ("a@b.example, c@d.example", "no-address"),
    ],
)
def test_nor_ourselves_nor_addresses_nobody_reads(sender: str, why: str) -> None:
    message = read_message(mail(sender=sender).as_bytes())
    assert why_quiet(message, sender_of(message), OURS) == why


def test_our_answers_are_known_by_their_message_ids() -> None:
    assert answers_us(("<1@x.example>", "<einvoice-answer.ab@stadt.example>"))
    assert not answers_us(("<x-einvoice-answer.ab@stadt.example>",))
