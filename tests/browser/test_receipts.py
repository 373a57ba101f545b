"""Receipts in a real browser: a supplier takes one away, an auditor without an account has it checked."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.service import EINVOICE, SAMPLES, Service

pytestmark = pytest.mark.xdist_group("portal")

PASSWORD = "richtig-lang-und-geheim"
INVOICE = SAMPLES / "01-ubl-rechnung-büromöbel.xml"
OTHER = SAMPLES / "08-fehler-leitweg-id-fehlt.xml"
SCREENS = {"desktop": 1280, "phone": 320}

OpenPage = Callable[..., Page]
Judge = Callable[[Page], list[str]]


@dataclass(frozen=True)
class Receipts:
    """A running service with one accepted invoice of a supplier, and what its sender may show."""

    service: Service
    submission: str
    pdf: Path
    forged: Path  # JSON
    foreign: Path  # by a key nobody knows

    @property
    def page(self) -> str:
        return f"{self.service.url}/receipts"


@pytest.fixture(scope="module")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receipts]:
    folder = tmp_path_factory.mktemp("receipts")
    service = Service(folder)
    service.start()
    service.admin("create-authority", "--name", "Stadt Musterstadt", "--leitweg-id", "04011000-1234512345-06")
    account = ["--login", "supplier", "--name", "Jörg Süß", "--role", "supplier", "--supplier", "Muster GmbH"]
    command = [EINVOICE, "admin", "create-user", *account]
    subprocess.run(command, input=f"{PASSWORD}\n", env=service.environment(), text=True, check=True)
    supplier = service.supplier()
    submission = supplier.post("/api/v1/submissions?wait=60", content=INVOICE.read_bytes()).json()["id"]
    here = f"/api/v1/submissions/{submission}/receipt"
    said = supplier.get(here).json()
    paths = {name: folder / name for name in ("receipt.pdf", "forged.json", "foreign.json")}
    paths["receipt.pdf"].write_bytes(supplier.get(here, headers={"Accept": "application/pdf"}).content)
    paths["forged.json"].write_text(json.dumps(said | {"verdict": "rejected"}))
    paths["foreign.json"].write_text(json.dumps(said | {"key_id": "0123456789abcdef"}))
    yield Receipts(service, submission, *paths.values())
    service.stop()


def checked(page: Page, receipts: Receipts, shown: Path, original: Path | None = None) -> None:
    """Choose the files and press the button."""
    page.goto(receipts.page)
    page.set_input_files("#receipt", shown)
    if original is not None:
        page.set_input_files("#original", original)
    page.locator("main button").click()
    expect(page.locator("#found")).to_be_visible()


def test_a_supplier_takes_the_receipt_away_and_an_auditor_has_it_checked_without_script(
    receipts: Receipts, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{receipts.service.url}/sign-in")
    page.get_by_label("Anmeldename").fill("supplier")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    page.goto(f"{receipts.service.url}/submissions/{receipts.submission}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Empfangsbestätigung (PDF)").click()
    taken = tmp_path / download.value.suggested_filename
    download.value.save_as(taken)
    assert taken.name == f"empfangsbestaetigung-{receipts.submission}.pdf"

    stranger = open_page(java_script_enabled=False)
    stranger.goto(f"{receipts.service.url}/sign-in")
    stranger.get_by_role("link", name="Empfangsbestätigung prüfen").click()
    stranger.get_by_label("Empfangsbestätigung", exact=True).set_input_files(taken)
    stranger.get_by_label("Die Rechnungsdatei dazu").set_input_files(INVOICE)
    stranger.get_by_role("button", name="Prüfen").click()
    expect(stranger.get_by_role("region", name="Echt")).to_contain_text("ist die, die eingegangen ist")
    expect(stranger.get_by_role("region", name="Was sie bestätigt")).to_contain_text(receipts.submission)
    expect(stranger).to_have_title(re.compile("^Echt: "))


def test_the_key_can_be_taken_home(receipts: Receipts, browser_page: Page, tmp_path: Path) -> None:
    browser_page.goto(receipts.page)
    with browser_page.expect_download() as download:
        browser_page.get_by_role("link", name="Schlüssel herunterladen").click()
    key = tmp_path / download.value.suggested_filename
    download.value.save_as(key)
    command = [EINVOICE, "receipt", "verify", str(receipts.pdf), "--public-key", str(key), "--original", str(INVOICE)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("screen", "lang", "scheme"),
    [("desktop", "de", "light"), ("desktop", "en", "dark"), ("phone", "en", "light"), ("phone", "de", "dark")],
)
def test_the_page_is_accessible_whatever_it_says(
    receipts: Receipts, open_page: OpenPage, violations: Judge, too_small: Judge, screen: str, lang: str, scheme: str
) -> None:
    locale = "de-DE" if lang == "de" else "en-GB"
    page: Any = open_page(viewport={"width": SCREENS[screen], "height": 800}, locale=locale, color_scheme=scheme)
    page.goto(receipts.page)
    found: list[str] = _troubles(page, screen, violations, too_small)
    for shown, original in (
        (receipts.pdf, INVOICE),
        (receipts.pdf, OTHER),
        (receipts.forged, None),
        (receipts.foreign, None),
        (OTHER, None),
    ):
        checked(page, receipts, shown, original)
        found += [f"{shown.name}: {one}" for one in _troubles(page, screen, violations, too_small)]
    page.goto(receipts.page)
    page.evaluate("document.getElementById('receipt').required = false")
    page.locator("main button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += [f"no file: {one}" for one in _troubles(page, screen, violations, too_small)]
    assert found == []


def _troubles(page: Page, screen: str, violations: Judge, too_small: Judge) -> list[str]:
    sideways = page.evaluate("document.documentElement.scrollWidth") > SCREENS[screen]
    headings = [] if page.locator("h1").count() == 1 else ["needs one h1"]
    return [*violations(page), *too_small(page), *(["scrolls sideways"] if sideways else []), *headings]
