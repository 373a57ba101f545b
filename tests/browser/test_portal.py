"""The portal in a real browser, on the real program: what people do there, and whether everyone can."""

import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FileChooser, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from tests.support.service import EINVOICE, SAMPLES, Service

pytestmark = pytest.mark.xdist_group("portal")

PASSWORD = "richtig-lang-und-geheim"
GOOD = SAMPLES / "01-ubl-rechnung-büromöbel.xml"
HYBRID = SAMPLES / "06-pdf-xrechnung-gebäudereinigung.pdf"
BAD = SAMPLES / "08-fehler-leitweg-id-fehlt.xml"
LEITWEG_ID = "04011000-1234512345-06"

OpenPage = Callable[..., Page]
Judge = Callable[[Page], list[str]]


@dataclass(frozen=True)
class Portal:
    """A running portal with one account of each role."""

    service: Service
    accounts: dict[str, str]  # role -> login

    def sign_in(self, page: Page, role: str) -> None:
        """As a person does."""
        page.goto(f"{self.service.url}/sign-in")
        page.get_by_label("Anmeldename").or_(page.get_by_label("User name")).fill(self.accounts[role])
        page.locator("#password").fill(PASSWORD)
        page.locator("main button").click()
        page.wait_for_url(re.compile(r"/(upload|submissions)$"))


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    service = Service(tmp_path_factory.mktemp("portal"))
    service.start()
    authority_id = service.admin("create-authority", "--name", "Stadt Musterstadt", "--leitweg-id", LEITWEG_ID)
    options = {"supplier": ["--supplier", "Muster GmbH"], "authority": ["--authority", authority_id], "operator": []}
    for role, more in options.items():
        command = [EINVOICE, "admin", "create-user", "--login", role, "--name", "Jörg Süß", "--role", role, *more]
        subprocess.run(command, input=f"{PASSWORD}\n", env=service.environment(), text=True, check=True)
    supplier = service.supplier()
    for sample in sorted(SAMPLES.glob("*-*.*")):
        supplier.post("/api/v1/submissions", params={"filename": sample.name, "wait": 60}, content=sample.read_bytes())
    yield Portal(service, {role: role for role in options})
    service.stop()


@pytest.fixture(scope="module")
def states(portal: Portal, chromium: Any) -> dict[str, Any]:
    """A signed-in browser state for each role."""
    found = {}
    for role in portal.accounts:
        context = chromium.new_context(locale="de-DE")
        page = context.new_page()
        portal.sign_in(page, role)
        found[role] = context.storage_state()
        context.close()
    return found


def entry(page: Page, name: str) -> Any:
    """The entry of a file in the list of the upload page; the newest."""
    return page.locator("#entries > li", has_text=name).first


def test_a_supplier_signs_in_chooses_a_file_and_reads_the_verdict(portal: Portal, browser_page: Page) -> None:
    portal.sign_in(browser_page, "supplier")
    browser_page.goto(f"{portal.service.url}/upload")
    with browser_page.expect_file_chooser() as chooser:
        browser_page.get_by_text("Dateien auswählen").click()
    chooser.value.set_files(BAD)
    rejected = entry(browser_page, BAD.name)
    expect(rejected.locator(".badge")).to_have_text("Abgelehnt", timeout=30_000)
    rejected.get_by_role("link", name="Prüfbericht ansehen").click()
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("41/2026")
    expect(browser_page.locator("main")).to_contain_text("BR-DE-15")


def test_several_files_are_dropped_at_once_and_followed(portal: Portal, states: Any, open_page: OpenPage) -> None:
    page = open_page(storage_state=states["operator"])
    page.goto(f"{portal.service.url}/upload")
    files = [(path.name, path.read_bytes().hex()) for path in (GOOD, HYBRID, BAD)]
    page.evaluate(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, hex] of files) {
                const bytes = Uint8Array.from(hex.match(/../g), pair => parseInt(pair, 16));
                transfer.items.add(new File([bytes], name));
            }
            const zone = document.getElementById("upload");
            zone.dispatchEvent(new DragEvent("dragenter", { bubbles: true, dataTransfer: transfer }));
            zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
        }""",
        files,
    )
    for path, verdict in ((GOOD, "Angenommen"), (HYBRID, "Angenommen"), (BAD, "Abgelehnt")):
        expect(entry(page, path.name).locator(".badge")).to_have_text(verdict, timeout=30_000)
    expect(page.locator("#announcement")).not_to_be_empty()


def test_a_file_too_large_is_told_before_it_travels(portal: Portal, states: Any, open_page: OpenPage) -> None:
    page = open_page(storage_state=states["supplier"])
    page.goto(f"{portal.service.url}/upload")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.set_input_files("#files", {"name": "gross.xml", "mimeType": "text/xml", "buffer": b"<" * 15_000_001})
    failed = entry(page, "gross.xml")
    expect(failed).to_contain_text("größer als 15 MB")
    expect(failed.locator(".badge")).to_have_text("Nicht eingereicht")
    assert "POST" not in sent


def test_a_broken_connection_loses_nothing_and_is_tried_again(
    portal: Portal, states: Any, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(storage_state=states["supplier"])
    page.goto(f"{portal.service.url}/upload")
    page.route("**/upload", lambda route: route.abort())
    page.set_input_files("#files", GOOD)
    broken = entry(page, GOOD.name)
    expect(broken).to_contain_text("Verbindung ist abgebrochen")
    page.unroute("**/upload")
    broken.get_by_role("button", name="Noch einmal versuchen").click()
    expect(entry(page, GOOD.name).locator(".badge")).to_have_text("Angenommen", timeout=30_000)


def test_an_ended_session_is_told_where_the_file_is(portal: Portal, states: Any, open_page: OpenPage) -> None:
    page = open_page(storage_state=states["supplier"])
    page.goto(f"{portal.service.url}/upload")
    page.context.clear_cookies()
    page.set_input_files("#files", GOOD)
    expect(entry(page, GOOD.name)).to_contain_text("Sitzung ist abgelaufen")


def test_everything_works_without_script(portal: Portal, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    portal.sign_in(page, "supplier")
    page.goto(f"{portal.service.url}/upload")
    page.get_by_label("Rechnungen (eine oder mehrere Dateien)").set_input_files(
        SAMPLES / "11-fehler-reihenfolge-der-elemente.xml"
    )
    page.get_by_role("button", name="Einreichen").click()
    page.wait_for_url(re.compile(r"/submissions/\w{26}$"))
    expect(page.locator(".strip .badge")).to_have_text("Abgelehnt", timeout=30_000)  # the page looks again by itself
    page.get_by_role("link", name="Alle Einlieferungen").click()
    expect(page.locator("tbody tr").first).to_contain_text("11-fehler-reihenfolge")
    page.get_by_label("Ergebnis").select_option("accepted")
    page.get_by_role("button", name="Anwenden").click()
    expect(page.locator("tbody")).not_to_contain_text("11-fehler-reihenfolge")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your submissions")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_everything_works_by_keyboard(portal: Portal, states: Any, open_page: OpenPage) -> None:
    page = open_page(storage_state=states["supplier"])
    page.goto(f"{portal.service.url}/upload")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#files")).to_be_focused()
    chooser_by_keyboard(page).set_files(GOOD)
    expect(entry(page, GOOD.name).locator(".badge")).to_have_text("Angenommen", timeout=30_000)


def chooser_by_keyboard(page: Page) -> FileChooser:
    """Opened from the field in focus; pressed again as a person would, for a machine under load may lose a key."""
    for _ in range(3):
        try:
            with page.expect_file_chooser(timeout=10_000) as chooser:
                page.keyboard.press("Space")
        except NotInTime:
            continue
        return chooser.value
    pytest.fail("the space bar opens no file chooser")


def test_a_page_of_one_at_work_shows_the_result_by_itself(portal: Portal, states: Any, open_page: OpenPage) -> None:
    page = open_page(storage_state=states["supplier"])
    looks: list[str] = []

    def unsettled_first(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        looks.append(route.request.url)
        route.fulfill(response=answer, json=body | {"settled": len(looks) > 1})

    page.route("**/state", unsettled_first)
    page.goto(f"{portal.service.url}/submissions")
    address = page.locator("tbody th a").first.get_attribute("href")
    page.route(
        f"**{address}", lambda route: route.fulfill(response=(r := route.fetch()), body=as_unsettled(r.text())), times=1
    )
    page.goto(f"{portal.service.url}{address}")
    expect(page.locator(".strip[data-state]")).to_have_count(0, timeout=15_000)
    assert len(looks) == 2


def as_unsettled(page: str) -> str:
    """The page as it looks while the check runs: it follows the state by script."""
    submission = re.findall(r'href="(/submissions/\w{26})/original"', page)[0]
    script = re.findall(r'href="(/static/portal\.css\?v=\w+)"', page)[0].replace("portal.css", "watch.js")
    page = page.replace('<section class="strip', f'<section data-state="{submission}/state" class="strip', 1)
    return page.replace("</head>", f'<script type="module" src="{script}"></script></head>', 1)


def test_an_operator_narrows_the_list_by_verdict_and_rule(portal: Portal, states: Any, open_page: OpenPage) -> None:
    page = open_page(storage_state=states["operator"])
    page.goto(f"{portal.service.url}/submissions")
    page.locator(".tile.rejected a").click()
    expect(page.locator("tbody .badge.accepted")).to_have_count(0)
    page.get_by_role("link", name=re.compile("^BR-DE-15: in ")).click()
    expect(page.locator("tbody tr").first).to_contain_text("41/2026")
    page.get_by_role("link", name="Alle Filter entfernen").click()
    expect(page.locator("tbody .badge.accepted").first).to_be_visible()


@pytest.fixture
def held(portal: Portal) -> str:
    """The address of an invoice that belongs to no authority here."""
    mark = uuid.uuid4().hex[:8]
    data = GOOD.read_bytes().replace(LEITWEG_ID.encode(), f"99-{mark}-00".encode())
    data = data.replace(b"2026-10437", f"H-{mark}".encode())
    answer = portal.service.supplier().post("/api/v1/submissions?wait=60", content=data)
    assert answer.json()["hold"] == "unroutable"
    return f"{portal.service.url}/submissions/{answer.json()['id']}"


def test_an_operator_sends_back_and_the_sender_reads_why(
    held: str, states: Any, open_page: OpenPage, violations: Judge
) -> None:
    page = open_page(storage_state=states["operator"])
    page.goto(held)
    page.get_by_text("An den Absender zurückgeben").click()
    way = page.locator("details[open]")
    expect(way).to_contain_text("Diese Worte liest der Absender")
    way.get_by_label("Begründung").fill("Bitte mit der richtigen Leitweg-ID neu senden.")
    way.get_by_role("button", name="Jetzt zurückgeben").click()
    expect(page.locator(".strip .badge")).to_have_text("Zurückgegeben")
    expect(page.get_by_role("region", name="Von Hand entschieden")).to_contain_text("Jörg Süß")
    sender = open_page(storage_state=states["supplier"])
    sender.goto(held)
    expect(sender.locator("main")).to_contain_text("Bitte mit der richtigen Leitweg-ID neu senden.")
    assert [*violations(page), *violations(sender)] == []


@pytest.fixture
def answered(portal: Portal) -> str:
    """The address of an invoice about which its authority has said a good deal."""
    mark = uuid.uuid4().hex[:8]
    data = GOOD.read_bytes().replace(b"2026-10437", f"A-{mark}".encode())
    id_ = portal.service.supplier().post("/api/v1/submissions?wait=60", content=data).json()["id"]
    contact = {"name": "Kreditorenbuchhaltung", "telephone": "+49 30 1234567", "mail": "rechnung@musterstadt.example"}
    why = {"code": "REF", "text": "Die Bestellnummer gehört zu einem anderen Lieferanten."}
    said: list[dict[str, Any]] = [
        {"status": "AB"},
        {
            "status": "UQ",
            "reasons": [why | {"conditions": [{"term": "BT-13", "value": "4500017"}]}],
            "actions": [{"code": "PIN", "text": "Bitte nennen Sie die richtige Bestellnummer."}],
            "contact": contact,
        },
        {"status": "AP", "effective_date": "2026-11-23"},
        {"status": "PD", "reasons": [{"code": "PPD", "text": "1.000,00 EUR"}], "note": "Rest folgt im Januar."},
    ]
    for wish in said:
        answer = portal.service.operator().post(f"/api/v1/submissions/{id_}/responses", json=wish)
        assert answer.status_code == 201, answer.text
    return f"{portal.service.url}/submissions/{id_}"


def test_a_supplier_reads_what_the_recipient_has_told(
    answered: str, states: Any, open_page: OpenPage, violations: Judge, phone: dict[str, int]
) -> None:
    for viewport, scheme in (({"width": 1280, "height": 900}, "light"), (phone, "dark")):
        page = open_page(storage_state=states["supplier"], viewport=viewport, color_scheme=scheme)
        page.goto(answered)
        told = page.get_by_role("region", name="Rückmeldungen zur Rechnung")
        expect(told.get_by_role("listitem").first).to_contain_text("Der Empfänger hat eine Teilzahlung veranlasst.")
        expect(told).to_contain_text("Bestellnummer (BT-13): richtig wäre 4500017")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []


def test_an_operator_sends_on_by_keyboard_without_script(
    portal: Portal, held: str, states: Any, open_page: OpenPage
) -> None:
    page = open_page(storage_state=states["operator"], java_script_enabled=False)
    page.goto(held)
    page.locator("summary", has_text="An eine Behörde weiterleiten").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Behörde")).to_be_focused()
    page.keyboard.type("Stadt Musterstadt")
    page.keyboard.press("Tab")
    page.keyboard.type("Leitweg-ID vertippt, gehört hierher.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".strip .badge")).to_have_text("Angenommen")
    authority = open_page(storage_state=states["authority"])
    authority.goto(held)
    expect(authority.locator("main")).to_contain_text("Leitweg-ID vertippt, gehört hierher.")


def test_what_is_missing_in_a_form_is_told_there(
    held: str, states: Any, open_page: OpenPage, violations: Judge
) -> None:
    page = open_page(storage_state=states["operator"])
    page.goto(held)
    page.get_by_text("An den Absender zurückgeben").click()
    page.locator("#reason-send-back").fill("   ")
    page.get_by_role("button", name="Jetzt zurückgeben").click()
    expect(page.get_by_role("alert")).to_contain_text("Begründung fehlt")
    expect(page.locator("#reason-send-back")).to_be_visible()
    expect(page.locator("#reason-send-back")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []


def test_a_closed_door_is_told_before_a_file_is_chosen_and_after(
    portal: Portal, states: Any, open_page: OpenPage, violations: Judge
) -> None:
    operator, supplier = (open_page(storage_state=states[role]) for role in ("operator", "supplier"))
    supplier.goto(f"{portal.service.url}/upload")
    operator.goto(f"{portal.service.url}/doors")
    door = operator.get_by_role("region", name="Portal")
    door.locator("summary").click()
    door.get_by_label("Begründung").fill("Umzug")
    door.get_by_role("button", name="Eingang schließen").click()
    expect(door.locator(".badge")).to_have_text("Geschlossen")
    supplier.wait_for_timeout(1100)  # the service asks about its doors once a second
    supplier.set_input_files("#files", GOOD)
    expect(entry(supplier, GOOD.name)).to_contain_text("zurzeit keine Rechnungen angenommen")
    supplier.reload()
    expect(supplier.get_by_role("alert")).to_contain_text("Eingang vorübergehend geschlossen")
    assert [*violations(operator), *violations(supplier)] == []
    door.get_by_role("button", name="Eingang wieder öffnen").click()
    expect(door.locator(".badge")).to_have_text("Offen")
    supplier.wait_for_timeout(1100)
    supplier.reload()
    expect(supplier.get_by_role("alert")).to_have_count(0)


def test_an_authority_finds_its_invoices(portal: Portal, states: Any, open_page: OpenPage) -> None:
    page = open_page(storage_state=states["authority"])
    page.goto(portal.service.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Rechnungen")
    expect(page.get_by_text("Rechnung einreichen")).to_have_count(0)
    page.get_by_role("link", name="2026-10437").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Original herunterladen").click()
    assert Path(download.value.path()).read_bytes() == GOOD.read_bytes()


PAGES = {
    "sign in": ("", "/sign-in"),
    "sign in by link": ("", "/sign-in/link/x"),
    "upload": ("supplier", "/upload"),
    "list of a supplier": ("supplier", "/submissions"),
    "list of an operator": ("operator", "/submissions"),
    "list of an authority": ("authority", "/submissions"),
    "nothing found": ("operator", "/submissions?text=nirgends"),
    "accepted": ("operator", "/submissions?verdict=accepted"),
    "rejected": ("supplier", "/submissions?verdict=rejected"),
    "held": ("operator", "/submissions?hold=any"),
    "doors": ("operator", "/doors"),
    "drop folders": ("operator", "/folders"),
    "not found": ("operator", "/submissions/nothing"),
}
OPENED = {"accepted", "rejected", "held"}  # of these lists the first submission is looked at
SCREENS = {"desktop": 1280, "phone": 320}


@pytest.mark.parametrize(
    ("screen", "lang", "scheme"),
    [("desktop", "de", "light"), ("desktop", "en", "dark"), ("phone", "en", "light"), ("phone", "de", "dark")],
)
def test_every_page_is_accessible(
    portal: Portal, states: Any, open_page: OpenPage, violations: Judge, too_small: Judge,
    screen: str, lang: str, scheme: str,
) -> None:  # fmt: skip
    found: list[str] = []
    pages = {
        role: open_page(
            viewport={"width": SCREENS[screen], "height": 800}, locale="de-DE" if lang == "de" else "en-GB",
            color_scheme=scheme, storage_state=states.get(role),
        )
        for role in ("", *portal.accounts)
    }  # fmt: skip
    for name, (role, address) in PAGES.items():
        page = pages[role]
        page.goto(portal.service.url + address)
        if name in OPENED:
            page.goto(portal.service.url + str(page.locator("tbody th a").first.get_attribute("href")))
        page.eval_on_selector_all("details.way", "all => all.forEach(one => one.open = true)")
        assert page.locator("html").get_attribute("lang") == lang
        found += [f"{name}: {one}" for one in [*violations(page), *too_small(page)]]
        if page.evaluate("document.documentElement.scrollWidth") > SCREENS[screen]:
            found.append(f"{name}: scrolls sideways")
        if page.locator("h1").count() != 1:
            found.append(f"{name}: needs one h1")
    assert found == []


def test_an_upload_in_every_state_is_accessible(
    portal: Portal, states: Any, open_page: OpenPage, violations: Judge
) -> None:
    page = open_page(storage_state=states["supplier"])
    page.goto(f"{portal.service.url}/upload")
    page.route("**/upload", lambda route: None)  # never answered: it stays on its way
    page.set_input_files("#files", [GOOD, HYBRID, BAD])
    expect(page.locator("progress")).to_have_count(3)
    assert violations(page) == []
    page.unroute("**/upload")
    page.reload()
    page.set_input_files("#files", {"name": "gross.xml", "mimeType": "text/xml", "buffer": b"<" * 15_000_001})
    assert violations(page) == []


def test_a_failed_sign_in_is_told_and_accessible(portal: Portal, browser_page: Page, violations: Judge) -> None:
    browser_page.goto(f"{portal.service.url}/sign-in")
    browser_page.get_by_label("Anmeldename").fill("supplier")
    browser_page.locator("#password").fill("falsch")
    browser_page.locator("main button").click()
    expect(browser_page.get_by_role("alert")).to_contain_text("Anmeldename oder Passwort ist nicht richtig")
    expect(browser_page.get_by_label("Anmeldename")).to_have_value("supplier")
    assert violations(browser_page) == []


def test_no_page_asks_for_anything_from_elsewhere_or_breaks_its_policy(
    portal: Portal, states: Any, open_page: OpenPage
) -> None:
    page = open_page(storage_state=states["operator"])
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for address in ("/upload", "/submissions", "/submissions?hold=any"):
        page.goto(portal.service.url + address)
        page.wait_for_load_state("networkidle")
    page.locator("tbody th a").first.click()
    assert [url for url in asked if not url.startswith(portal.service.url)] == []
    assert complaints == []
