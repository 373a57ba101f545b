"""Markup in every text of an invoice and in its file name, looked at in a real browser: nothing of it runs or loads."""

import re
import subprocess
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.security.hostile.markup import SCRIPTS, everywhere
from tests.support.service import EINVOICE, Service

pytestmark = pytest.mark.xdist_group("portal")

PASSWORD = "richtig-lang-und-geheim"
ALL_AT_ONCE = " ".join(SCRIPTS)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    started = Service(tmp_path_factory.mktemp("scripts"))
    started.start()
    command = [EINVOICE, "admin", "create-user", "--login", "operator", "--name", ALL_AT_ONCE, "--role", "operator"]
    subprocess.run(command, input=f"{PASSWORD}\n", env=started.environment(), text=True, check=True)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def submission(service: Service) -> str:
    """One with every script in every text, under such a name, from such a supplier."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(SCRIPTS[1], safe='')}"}
    with service.supplier(ALL_AT_ONCE) as supplier:
        answer = supplier.post("/api/v1/submissions?wait=60", content=everywhere(ALL_AT_ONCE), headers=headers)
    return str(answer.json()["id"])


def test_nothing_runs_and_nothing_is_loaded_from_elsewhere(
    service: Service, submission: str, open_page: OpenPage
) -> None:
    page = open_page()
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: ran.append(f"error: {error}"))
    page.on("request", lambda request: None if request.url.startswith(service.url) else ran.append(request.url))
    page.on("console", lambda told: ran.append(told.text) if "Content Security Policy" in told.text else None)
    page.goto(f"{service.url}/sign-in")
    page.locator("#login").fill("operator")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(re.compile(r"/(upload|submissions)$"))
    for path in ("/submissions", f"/submissions/{submission}"):
        page.goto(f"{service.url}{path}")
        look_at(page)
    report = page.request.get(f"{service.url}/submissions/{submission}/report.html")  # to be saved, opened from a disk
    page.goto("about:blank")
    page.set_content(report.text())  # with no policy of the server to protect it
    look_at(page)
    assert [one for one in ran if not one.startswith(("data:", "about:"))] == []


def look_at(page: Page) -> None:
    """It is shown as text, and whatever can get the focus has had it."""
    page.wait_for_load_state("networkidle")
    for element in page.locator("main summary, main a").all()[:40]:
        element.focus()
    assert "<script>" in page.locator("body").inner_text()
    assert page.evaluate("document.querySelectorAll('iframe, [onfocus], [onerror], [onload]').length") == 0
