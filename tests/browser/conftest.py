"""One headless Chromium for all browser tests, pages in it, and axe-core to judge their accessibility."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}  # 1280 px at 400 %: WCAG 2.2, 1.4.10 Reflow

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]

OpenPage = Callable[..., Page]
Judge = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser: EINVOICE_CHROMIUM, or the one on the path. `make test` installs it; in CI it must be there.

    For a module, not for the session: Playwright keeps an event loop running, in which no test may start its own.
    """
    path = os.environ.get("EINVOICE_CHROMIUM") or shutil.which("chromium")
    if path is None:
        absent = "no Chromium: install it (apt install chromium) or name it in EINVOICE_CHROMIUM"
        pytest.fail(absent) if os.environ.get("CI") else pytest.skip(absent)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """A new page with options of its own: `open_page(viewport=PHONE, color_scheme="dark")`; closed with the test."""
    with ExitStack() as stack:

        def opened(**options: Any) -> Page:
            context = chromium.new_context(**{"viewport": DESKTOP, "locale": "de-DE", **options})
            stack.callback(context.close)
            return context.new_page()

        yield opened


@pytest.fixture
def browser_page(open_page: OpenPage) -> Page:
    """A page on a desktop, light scheme, German."""
    return open_page()


@pytest.fixture(scope="session")
def phone() -> dict[str, int]:
    """The narrowest screen that must work without scrolling sideways."""
    return PHONE


@pytest.fixture(scope="session")
def violations() -> Judge:
    """What axe-core finds wrong with a page (WCAG 2.1 A and AA, best practice), one line each; empty is good."""

    def judged(page: Page) -> list[str]:
        result = Axe().run(page, options={"runOnly": _RULES})
        return [
            f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:120]}"
            for one in result["violations"]
            for node in one["nodes"]
        ]

    return judged


@pytest.fixture(scope="session")
def too_small() -> Judge:
    """Links, buttons and summaries below 24 × 24 px that are no part of a sentence (WCAG 2.2, 2.5.8)."""

    def measured(page: Page) -> list[str]:
        return page.eval_on_selector_all(  # type: ignore[no-any-return]
            "a[href], button, summary, input:not([type=hidden]), select, textarea",
            """nodes => nodes
                .filter(node => node.checkVisibility() && !node.closest("p"))
                .filter(node => { const box = node.getBoundingClientRect();
                                  return box.height > 1 && (box.height < 24 || box.width < 24); })
                .map(node => node.outerHTML.slice(0, 120))""",
        )

    return measured
