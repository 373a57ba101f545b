"""The settings say which scanner is used; without one, nothing is scanned."""

import pytest

from einvoice.errors import Fault
from einvoice.scanning import open_scanner
from einvoice.scanning.clamd import Clamd
from einvoice.settings import Settings


def test_without_an_address_nothing_is_scanned_and_nothing_can_be_away() -> None:
    scanner = open_scanner(Settings())
    assert (scanner.scan(b"anything"), scanner.check()) == (None, None)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("unix:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("tcp://scanner.example:3311", ("scanner.example", 3311)),
        ("tcp://scanner.example", ("scanner.example", 3310)),
        ("tcp://[::1]:3310/", ("::1", 3310)),
    ],
)
def test_the_address_says_where_clamd_listens(url: str, address: object) -> None:
    assert open_scanner(Settings(clamd_url=url, clamd_seconds=7)) == Clamd(address, 7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "unix://",
        "unix:///",
        "unix://run/clamd.ctl",
        "tcp://",
        "tcp://:3310",
        "tcp://scanner:0",
        "tcp://scanner:99999",
        "tcp://scanner:port",
        "tcp://scanner:3310/path",
        "tcp://scanner?timeout=3",
        "tcp://somebody:secret@scanner",
        "tcp://a..b",
        "tcp://[::1",
    ],
)
def test_an_address_that_leads_nowhere_is_said_at_the_start(url: str) -> None:
    settings = Settings.model_construct(clamd_url=url, clamd_seconds=7)
    with pytest.raises(Fault) as caught:
        open_scanner(settings)
    assert "EINVOICE_CLAMD_URL" in caught.value.notice.detail
    assert "secret" not in caught.value.notice.detail
