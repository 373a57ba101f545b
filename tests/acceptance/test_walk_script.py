"""The script in docs/ that walks an invoice from the supplier to the accounting system with curl."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import SAMPLES, Service

SCRIPT = Path(__file__).parents[2] / "docs" / "walk.sh"
LEITWEG_ID = "04011000-1234512345-06"


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    service = Service(tmp_path_factory.mktemp("walk"))
    service.start()
    authority = service.admin("create-authority", "--name", "Stadt Musterstadt", "--leitweg-id", LEITWEG_ID)
    yield {
        "URL": service.url,
        "SUPPLIER": service.admin("create-token", "--role", "supplier", "--supplier", "Muster GmbH"),
        "AUTHORITY": service.admin("create-token", "--role", "authority", "--authority", authority),
    }
    service.stop()


def _walk(name: str, tokens: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(SCRIPT), str(SAMPLES / name)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **tokens}, timeout=120)


@pytest.mark.parametrize("name", ["01-ubl-rechnung-büromöbel.xml", "06-pdf-xrechnung-gebäudereinigung.pdf"])
def test_an_invoice_goes_from_upload_to_acknowledgement_with_curl_alone(name: str, tokens: dict[str, str]) -> None:
    done = _walk(name, tokens)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines()[-4:]] == [
        "decided",
        "available",
        "leased",
        "acknowledged",
    ]


def test_a_rejected_invoice_ends_with_its_report(tokens: dict[str, str]) -> None:
    done = _walk("08-fehler-leitweg-id-fehlt.xml", tokens)
    assert done.returncode == 1
    assert "Abgelehnt" in done.stdout
