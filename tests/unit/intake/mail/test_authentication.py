"""Whether it is proven who sent a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einvoice.intake.mail.authentication import is_from, results

ME = "mx.stadt.example"
FROM = "rechnung@lieferant.example"


def proves(*headers: str, address: str = FROM) -> bool:
    return is_from(address, results(headers, ME))


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=pass header.from=lieferant.example",
        "dmarc=pass (p=reject dis=none) header.from=Lieferant.Example",
        "spf=fail smtp.mailfrom=x@other.example; dmarc=pass header.from=lieferant.example",
        "spf=pass smtp.mailfrom=bounce@lieferant.example",
        "spf=pass smtp.mailfrom=lieferant.example",
        'dkim=pass header.d=lieferant.example header.s="a;b"',
        "dkim=pass header.i=@lieferant.example",
        "dkim=fail header.d=lieferant.example; dkim=pass header.d=lieferant.example",
    ],
)
def test_a_pass_for_the_domain_in_from_proves_it(said: str) -> None:
    assert proves(f"{ME}; {said}")
    assert proves(f"{ME} 1; {said}")


@pytest.mark.parametrize(
    "said",
    [
        "none",
        "dmarc=fail header.from=lieferant.example",
        "dmarc=pass header.from=evil.example",
        "dmarc=pass",
        "spf=pass smtp.mailfrom=x@evil.example",
        "spf=softfail smtp.mailfrom=x@lieferant.example",
        "spf=pass smtp.helo=lieferant.example",
        "dkim=pass header.d=evil.example",
        "dkim=pass header.d=example",
        "dkim=pass header.d=mail.lieferant.example",
        "dkim=pass header.d=evil.example (header.d=lieferant.example)",
        'dkim=pass reason="dmarc=pass header.from=lieferant.example; dmarc=pass" header.d=evil.example',
        "dkim=fail (; dmarc=pass header.from=lieferant.example)",
        "x-dmarc=pass header.from=lieferant.example",
    ],
)
def test_nothing_else_does(said: str) -> None:
    assert not proves(f"{ME}; {said}")


def test_a_domain_above_that_in_from_speaks_for_it() -> None:
    assert proves(f"{ME}; dkim=pass header.d=lieferant.example", address="x@rechnung.lieferant.example")


def test_only_the_server_that_was_named_is_believed() -> None:
    assert not proves("evil.example; dmarc=pass header.from=lieferant.example")
    assert not is_from(FROM, results([f"{ME}; dmarc=pass header.from=lieferant.example"], ""))


def test_only_the_topmost_header_of_that_server_counts() -> None:
    forged = f"{ME}; dmarc=pass header.from=lieferant.example"
    assert not proves(f"{ME}; dmarc=fail header.from=lieferant.example", forged)
    assert proves("hop.example; none", forged)


@given(st.text(max_size=200))
def test_any_header_can_be_read(text: str) -> None:
    results([text, f"{ME}; {text}"], ME)
