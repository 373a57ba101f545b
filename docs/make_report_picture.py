"""Makes `docs/report.png`: the top of the real report on one of our faulty sample invoices, as a browser shows it.

Run `python docs/make_report_picture.py` after the report's look has changed. Needs the rule packs and Chromium
(`chromium` on the path, or named in EINVOICE_CHROMIUM).
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from einvoice.app import open_stages
from einvoice.model.examination import Examination
from einvoice.pipeline import examine
from einvoice.reports import html_report
from einvoice.settings import Settings
from einvoice.validation import ValidatorPool

DOCS = Path(__file__).parent
SAMPLE = DOCS.parent / "inbox" / "samples" / "09-fehler-gesamtbetrag-falsch.xml"
PICTURE = DOCS / "report.png"
WIDTH = 1040  # px
MARGIN = 24  # px below the first problem


def main() -> None:
    """Examine the sample, open its report, photograph it down to the end of the first problem."""
    page = html_report(_examination(), "de")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"])
        view = browser.new_page(viewport={"width": WIDTH, "height": 800}, device_scale_factor=1.5)
        view.set_content(page)
        end = view.locator("article").first.bounding_box()
        assert end is not None, "the sample has no finding any more"
        height = end["y"] + end["height"] + MARGIN
        view.screenshot(path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})
        browser.close()


def _examination() -> Examination:
    settings = Settings(workers=1)
    with ValidatorPool(settings, preload=False) as pool:
        return examine(SAMPLE.read_bytes(), SAMPLE.name, open_stages(settings, pool))


def _chromium() -> str:
    path = os.environ.get("EINVOICE_CHROMIUM") or shutil.which("chromium")
    return path or sys.exit("no Chromium: install it (apt install chromium) or name it in EINVOICE_CHROMIUM")


if __name__ == "__main__":
    main()
