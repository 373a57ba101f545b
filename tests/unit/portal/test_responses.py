"""What the recipient has told about an invoice, on its page."""

import re
from typing import Any

import pytest

from einvoice.answering.telling import Wish, respond
from einvoice.identity import Role
from einvoice.responses import ACTIONS, REASONS, Clarification, Condition, Contact, InvoiceStatus, ListedCode
from tests.support.web import Web, invoice

QUERY = Wish(
    status=InvoiceStatus.UNDER_QUERY,
    why=(
        Clarification(
            code=ListedCode("REF", REASONS), text="Bestellung <unbekannt>", conditions=(Condition("BT-13", "4711"),)
        ),
        Clarification(code=ListedCode("PIN", ACTIONS)),
    ),
    note="Bitte bald.",
    effective_date="2026-11-20",
    contact=Contact(name="Erika & Co.", mail="kasse@example.org"),
)


def answered(web: Web, *wishes: Wish) -> str:
    """The address of the page of an invoice that was answered so."""
    web.known()
    id_ = web.submitted(web.supplier(), invoice())["id"]
    for wish in wishes:
        respond(web.app.store, id_, wish, actor="admin")
        web.clock.advance(60)
    return f"/submissions/{id_}"


def section(web: Web, here: str, role: Role = Role.SUPPLIER, **options: Any) -> str:
    named = {"supplier": "Muster GmbH"} if role is Role.SUPPLIER else {}
    page = web.signed_in(role, **named).get(here, **options).text
    return page.partition('aria-labelledby="responses"')[2].partition("</section>")[0]


def test_a_supplier_reads_in_plain_words_what_is_asked(web: Web) -> None:
    told = section(web, answered(web, QUERY))
    assert "Der Empfänger hat eine Rückfrage." in told
    assert "seit 20.11.2026" in told
    assert "Grund: Bezüge falsch oder fehlen. <q>Bestellung &lt;unbekannt&gt;</q>" in told
    assert re.search("Bestellnummer \\(BT-13\\)</bdi>: richtig wäre <q>4711</q>", told)
    assert "Was Sie tun sollen: Angaben nachreichen, keine neue Rechnung" in told
    assert "Bitte bald." in told
    assert "Erika &amp; Co." in told
    assert "Ausgang" not in told


def test_in_english_too(web: Web) -> None:
    told = section(web, answered(web, QUERY), headers={"Accept-Language": "en"})
    assert "The recipient has a question." in told
    assert "Purchase order reference (BT-13)" in told
    assert "What you are asked to do: Give information, no new invoice" in told


def test_the_latest_comes_first(web: Web) -> None:
    partly = Clarification(code=ListedCode("PPD", REASONS), text="die Hälfte")
    wishes = (
        Wish(status=InvoiceStatus.RECEIVED),
        Wish(status=InvoiceStatus.APPROVED),
        Wish(status=InvoiceStatus.PAID, why=(partly,)),
        Wish(status=InvoiceStatus.PAID),
    )
    told = re.findall("<strong>(.*?)</strong>", section(web, answered(web, *wishes)))
    assert told == [
        "Der Empfänger hat die Zahlung veranlasst.",
        "Der Empfänger hat eine Teilzahlung veranlasst.",
        "Der Empfänger hat die Rechnung zur Zahlung freigegeben.",
        "Der Empfänger hat die Rechnung erhalten.",
    ]


@pytest.mark.parametrize("role", [Role.AUTHORITY, Role.OPERATOR])
def test_who_sends_it_reads_whether_it_goes_out(web: Web, role: Role) -> None:
    assert "Nicht über Peppol versandt" in section(web, answered(web, QUERY), role)


def test_without_any_there_is_no_such_part(web: Web) -> None:
    assert section(web, answered(web)) == ""
