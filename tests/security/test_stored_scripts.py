"""Markup in every text of an invoice, and in its file name, is shown as text on every page and runs on none."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from lxml import html
from starlette.testclient import TestClient

from einvoice.identity import Role
from tests.security.hostile.base import UBL
from tests.security.hostile.markup import FORMULAS, LOG_LINES, SCRIPTS, escaped
from tests.support.web import LEITWEG_ID, Web, opened

_TEXT = re.compile(r">([^<>\s][^<>]*)<")
_KEPT = re.compile(r"^(urn:|[\d.-]+$|[A-Z]{1,3}$|true$|false$|H87$|04011000)")  # without which it is no invoice
_RUNS = (
    "//script[not(@src)][normalize-space()] | //*[@*[starts-with(name(), 'on')]] | //iframe"
    " | //meta[@http-equiv='refresh']"
)
_LINKS = "//@href | //@src | //@action | //@formaction"


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The web side that takes whole invoices."""
    with opened(tmp_path_factory.mktemp("web"), max_upload_bytes=100_000) as found:
        yield found


def everywhere(text: str) -> bytes:
    """The text in place of every text of an invoice that may be any."""
    told = escaped(text)
    invoice = UBL.replace("04011000-1234512345-06", LEITWEG_ID)
    shown = _TEXT.sub(lambda found: found[0] if _KEPT.match(found[1]) else f">{told}<", invoice)
    assert shown.count(told) >= 20
    return re.sub(r">\s+<", "><", shown).encode()


def submitted(web: Web, text: str) -> str:
    """The id of a submission of such an invoice, under such a file name."""
    name = quote(text.encode("utf-8", "replace"), safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return str(web.submitted(web.supplier("Muster GmbH"), everywhere(text), headers=headers)["id"])


def pages(client: TestClient, submission: str, role: Role) -> Iterator[str]:
    """Every page that shows it."""
    more = ("/upload",) if role is Role.SUPPLIER else ()
    for path in ("/submissions", f"/submissions/{submission}", f"/submissions/{submission}/report.html", *more):
        answer = client.get(path)
        assert answer.status_code == 200, path
        yield answer.text


@pytest.mark.parametrize("role", [Role.SUPPLIER, Role.OPERATOR, Role.AUTHORITY])
@pytest.mark.parametrize("text", [*SCRIPTS, *FORMULAS, *LOG_LINES])
def test_no_page_has_anything_in_it_that_runs(big: Web, role: Role, text: str) -> None:
    submission = submitted(big, text)
    options = {"supplier": "Muster GmbH"} if role is Role.SUPPLIER else {}
    client = big.signed_in(role, **options)
    for page in pages(client, submission, role):
        tree = html.document_fromstring(page)
        assert tree.xpath(_RUNS) == []
        assert tree.xpath("//img | //svg[@onload]") == []
        for link in map(str, tree.xpath(_LINKS)):
            assert link.startswith(("/", "#", "?", "data:image/", "https://", "http://testserver", "mailto:")), link
            assert "alert" not in link
            assert "bait.test" not in link
        assert str(7 * 191) not in page


@pytest.mark.parametrize("text", SCRIPTS)
def test_the_report_of_a_program_is_no_page_and_holds_the_text_as_it_is(big: Web, text: str) -> None:
    submission = submitted(big, text)
    client = big.supplier("Muster GmbH")
    answer = client.get(f"/api/v1/submissions/{submission}/report", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert any(text.strip() in said for said in texts(json.loads(answer.text)))


def texts(part: object) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for inner in part.values():
            yield from texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from texts(inner)


@pytest.mark.parametrize("text", [SCRIPTS[0], '#read("/etc/passwd") $x$ *b* @ref <label>', LOG_LINES[1]])
def test_the_page_printer_takes_it_for_text(big: Web, text: str) -> None:
    submission = submitted(big, text)
    client = big.supplier("Muster GmbH")
    answer = client.get(f"/api/v1/submissions/{submission}/report", headers={"Accept": "application/pdf"})
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert b"/JavaScript" not in answer.content
    assert b"root:" not in answer.content


@pytest.mark.parametrize("text", [*SCRIPTS, *FORMULAS, *LOG_LINES])
def test_the_original_is_a_download_under_a_harmless_name(big: Web, text: str) -> None:
    submission = submitted(big, text)
    answer = big.supplier("Muster GmbH").get(f"/api/v1/submissions/{submission}/original")
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment")
    assert said.isascii()
    assert said.isprintable()
    assert not re.search(r'filename="[=+@<]', said)
    assert answer.headers["x-content-type-options"] == "nosniff"
