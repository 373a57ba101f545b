"""Prefixes and namespaces without end, redeclared, taken back, and names that only look right."""

from tests.security.hostile.base import ACCEPTED, CII, HELD, REJECTED, UBL, Hostile, extended, on_root, put, put_text

_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"


def flood(count: int) -> str:
    """So many declarations."""
    return " ".join(f'xmlns:a{n}="urn:a{n}"' for n in range(count))


ROWS = (
    Hostile("300 prefixes nobody uses", ACCEPTED, lambda: on_root(flood(300))),
    Hostile("20,000 prefixes nobody uses", "too-many-names", lambda: on_root(flood(20_000))),
    Hostile("2,000 prefixes, all in use", HELD, lambda: extended(
        f"<x xmlns='urn:x' {flood(2_000)}>{''.join(f'<a{n}:x/>' for n in range(2_000))}</x>")),
    Hostile("the prefix redeclared in each of 100,000 elements", "too-many-names", lambda: extended(
        "<x xmlns='urn:x'>" + "".join(f"<a:x xmlns:a='urn:{n}'/>" for n in range(100_000)) + "</x>")),
    Hostile("a new prefix at each of 90 levels", ACCEPTED, lambda: extended(
        "".join(f"<a{n}:x xmlns:a{n}='urn:{n}'>" for n in range(90))
        + "x" + "".join(f"</a{n}:x>" for n in reversed(range(90))))),
    Hostile("a namespace name of 5 MB", "name-too-long", lambda: extended(f"<x xmlns='urn:{'x' * 5_000_000}'/>")),
    Hostile("a prefix of 40 KB", "name-too-long", lambda:
        extended(f"<{'p' * 40_000}:x xmlns:{'p' * 40_000}='urn:p'/>")),
    Hostile("a prefix nobody declared", "malformed", lambda: put("<cbc:ID>", "<abc:ID>", UBL)),
    Hostile("an empty namespace name for a prefix", "malformed", lambda: extended("<a:x xmlns:a=''/>")),
    Hostile("the prefix xmlns declared", "malformed", lambda: on_root('xmlns:xmlns="urn:x"')),
    Hostile("the prefix xml bound to something else", "malformed", lambda: on_root('xmlns:xml="urn:x"')),
    Hostile("the namespace of xml under another prefix", "malformed", lambda: on_root(
        'xmlns:x="http://www.w3.org/XML/1998/namespace"')),
    Hostile("cbc and cac exchanged by their prefixes", ACCEPTED, lambda: (
        UBL.replace("cbc", "@@").replace("cac", "cbc").replace("@@", "cac").encode())),
    Hostile("cbc redeclared as something else for one value", REJECTED, lambda: put(
        "<cbc:ID>2026", '<cbc:ID xmlns:cbc="urn:other">2026').replace(b"-10437</cbc:ID>", b"-10437</cbc:ID>")),
    Hostile("the namespace with a capital letter", "wrong-root", lambda: put("xsd:Invoice-2", "xsd:invoice-2")),
    Hostile("the namespace with a blank behind it", "malformed", lambda: put("xsd:Invoice-2", "xsd:Invoice-2 ")),
    Hostile("no namespace at all", "wrong-root", lambda: b"<Invoice><ID>1</ID></Invoice>"),
    Hostile("a root with a Cyrillic letter", "wrong-root", lambda: UBL.replace("Invoice ", "Inv\u043eice ").replace(
        "</Invoice>", "</Inv\u043eice>").encode()),
    Hostile("a second number under a Cyrillic name", REJECTED, lambda: put(
        "<cbc:ID>", "<cbc:\u0406D>1</cbc:\u0406D><cbc:ID>")),
    Hostile("an amount under a name with a zero-width joiner", REJECTED, lambda: put_text(
        "<cbc:PayableAmount", "<cbc:Payable\u200dAmount", put_text(
            "</cbc:PayableAmount", "</cbc:Payable\u200dAmount")).encode()),
    Hostile("a Greek number in a CII name", REJECTED, lambda: put_text("<ram:ID>KR", "<ram:\u0399D>KR", put_text(
        "3307</ram:ID>", "3307</ram:\u0399D>", CII)).encode()),
    Hostile("two invoices in one, by two namespaces", REJECTED, lambda: put(
        "</Invoice>", f'<x:Invoice xmlns:x="urn:x"><x:ID xmlns:x="{_CBC}">9</x:ID></x:Invoice></Invoice>')),
)  # fmt: skip
