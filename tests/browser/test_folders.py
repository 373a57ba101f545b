"""The page of the drop folders in a real browser: folders in all states, looked after by a real worker."""

import re
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from einvoice.operations.folders import folder_states
from tests.support.service import EINVOICE, SAMPLES, Service, wait_for

pytestmark = pytest.mark.xdist_group("portal")

PASSWORD = "richtig-lang-und-geheim"
FOLDERS = """
[folders.koeln]
layout = "oxalis"
stuck_minutes = 0.02

[folders.bonn]
layout = "phoss"
path = "/nowhere/phoss/inbound"
home = "/nowhere/phoss"
"""
SCREENS = {"desktop": 1280, "tablet": 390, "phone": 320}

OpenPage = Callable[..., Page]
Judge = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One healthy folder with something in failed/, one with something stuck, one that is away."""
    service = Service(tmp_path_factory.mktemp("folders"))
    service.inbox.mkdir()
    (service.inbox / "folders.toml").write_text(FOLDERS)
    service.start()
    for number, sample in enumerate(sorted(SAMPLES.glob("*-fehler-*"))[:3]):
        (service.inbox / "drop" / f"{number}-{sample.name}").write_bytes(sample.read_bytes())
    for sample in sorted(SAMPLES.glob("0[13]-*")):
        (service.inbox / "drop" / sample.name).write_bytes(sample.read_bytes())
    (service.inbox / "drop" / "scan.pdf").write_bytes(b"%PDF-1.7\n" + bytes(16_000_000))
    inbound = service.inbox / "koeln" / "drop" / "0204_04011000-12345-03" / "0088_4000001000005"
    inbound.mkdir(parents=True)
    (inbound / "6f1c2d3e-aaaa-4444-8888-0123456789ab_as4.example.org.doc.xml").write_text("<x/>")
    account = ["--login", "operator", "--name", "Jörg Süß", "--role", "operator"]
    command = [EINVOICE, "admin", "create-user", *account]
    subprocess.run(command, input=f"{PASSWORD}\n", env=service.environment(), text=True, check=True)
    with service.store() as store:

        def all_told() -> bool:
            found = {state.name: state for state in folder_states(store)}
            return len(found) == 3 and found["drop"].failed_count == 4 and bool(found["koeln"].stuck_count)

        wait_for(all_told, 120)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def signed_in(service: Service, chromium: Any) -> Any:
    """A browser state."""
    context = chromium.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(f"{service.url}/sign-in")
    page.get_by_label("Anmeldename").fill("operator")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(re.compile(r"/submissions$"))
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(("lang", "scheme"), [("de-DE", "light"), ("en-GB", "dark")])
def test_the_page_is_accessible(
    service: Service, signed_in: Any, open_page: OpenPage, violations: Judge, too_small: Judge,
    screen: str, lang: str, scheme: str,
) -> None:  # fmt: skip
    width = SCREENS[screen]
    page = open_page(
        viewport={"width": width, "height": 800}, locale=lang, color_scheme=scheme, storage_state=signed_in
    )
    for address in ("/folders", "/submissions"):
        page.goto(service.url + address)
        assert [*violations(page), *too_small(page)] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_an_operator_finds_what_is_wrong_and_has_a_document_taken_in_once_more(
    service: Service, signed_in: Any, open_page: OpenPage
) -> None:
    page = open_page(storage_state=signed_in, java_script_enabled=False)
    page.goto(service.url)
    notice = page.locator(".notice", has_text="2 Eingangsordner brauchen jemanden")
    notice.get_by_role("link", name="koeln").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eingangsordner")
    assert page.locator("tbody th").all_inner_texts()[0].startswith("bonn"), "the one in trouble comes first"
    expect(page.locator("#folder-bonn")).to_contain_text("gibt es nicht (mehr)")
    expect(page.locator("#folder-koeln")).to_contain_text("Dokument ohne Quittung")
    drop = page.locator("#folder-drop")
    expect(drop).to_contain_text("größer als erlaubt")
    drop.get_by_role("button", name=re.compile("aufnehmen ?: ?0-08")).click()
    expect(page.get_by_role("status")).to_contain_text("drop: Der Auftrag ist gespeichert.")
    name = f"0-{sorted(SAMPLES.glob('*-fehler-*'))[0].name}"
    operator = service.operator()

    def came_twice() -> bool:
        found = operator.get("/api/v1/submissions", params={"text": name}).json()["items"]
        return len(found) == 2

    wait_for(came_twice)
