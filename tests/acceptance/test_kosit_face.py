"""A client written for the KoSIT validator's daemon is switched to `einvoice serve` by changing its URL alone.

The client here knows nothing of this product: it posts raw XML to a file name, takes the status for the verdict, and
reads scenario and messages out of KoSIT's report.
"""

import base64
import hashlib
import http.client
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from einvoice.extraction import Limits, extract
from tests.conformance.kosit_reports import digest as kosit
from tests.conformance.kosit_reports.inputs import inputs
from tests.support.service import EINVOICE, Service

VARL = "{http://www.xoev.de/de/validator/varl/1}"
SCENARIOS = "{http://www.xoev.de/de/validator/framework/1/scenarios}"
XML = {"Content-Type": "application/xml"}

# Where our status is another than KoSIT's; docs/kosit.md says why.
OTHERWISE = {
    "different: EBCDIC": 422,
    "different: GB18030": 422,
    "different: Shift_JIS": 422,
    "different: Macintosh": 200,
    "different: XML 1.1 with a next-line character between elements": 406,
    "different: namespace name that is no URI": 422,
}
ANSWERS = {line["name"]: line["http"] for line in kosit.read(kosit.INPUTS)}


class Client:
    """One connection, kept open as long as the other side likes."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=120)
        self._base = parts.path

    def post(self, body: Any, path: str = "/document.xml", headers: dict[str, str] = XML) -> tuple[int, bytes]:
        return self.ask("POST", path, body, headers)

    def ask(self, method: str, path: str = "", body: Any = None, headers: dict[str, str] = {}) -> tuple[int, bytes]:  # noqa: B006
        self._connection.request(method, f"{self._base}{path}", body=body, headers=headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


@pytest.fixture(scope="module")
def client(service: Service) -> Client:
    """The one thing that is changed: the URL."""
    return Client(f"{service.url}/kosit")


def read(report: bytes) -> tuple[str | None, bool | None, Counter[tuple[str | None, str | None]]]:
    """Scenario, whether the schema is kept, and the rules with their effective levels."""
    root = ElementTree.fromstring(report)
    scenario = root.find(f"{VARL}scenarioMatched/{SCENARIOS}scenario")
    custom: dict[str, str | None] = {}
    for level in root.iter(f"{SCENARIOS}customLevel"):
        custom |= dict.fromkeys((level.text or "").split(), level.get("level"))
    valid, rules = None, Counter[tuple[str | None, str | None]]()
    for step in root.iter(f"{VARL}validationStepResult"):
        if step.get("id") == "val-xsd":
            valid = step.get("valid") == "true"
        elif step.get("id", "").startswith("val-sch"):
            for message in step.findall(f"{VARL}message"):
                code = message.get("code")
                rules[code, custom.get(code or "", message.get("level"))] += 1
    return None if scenario is None else scenario.findtext(f"{SCENARIOS}name"), valid, rules


def test_every_document_of_the_corpus_gets_the_status_and_the_rules_kosit_gave(client: Client, corpus: Path) -> None:
    lines = [json.loads(line) for line in (corpus / "expected" / "kosit.jsonl").read_text("utf-8").splitlines()]
    deviations = {}
    for line in lines:
        status, report = client.post(extract((corpus / line["path"]).read_bytes(), Limits()).xml)
        rules = Counter({(rule, level): n for level, found in line["rules"].items() for rule, n in found.items()})
        expected = line["http"], line["scenario"], line["xsd_valid"], rules
        if (found := (status, *read(report))) != expected:
            deviations[line["path"]] = found, expected
    assert deviations == {}
    assert len(lines) == 241


@pytest.mark.parametrize("name", inputs())
def test_every_input_gets_the_status_kosit_gave(client: Client, name: str) -> None:
    assert client.post(inputs()[name])[0] == OTHERWISE.get(name, ANSWERS[name])


def test_more_than_forty_bad_inputs_are_among_them_and_few_differ() -> None:
    bad = [name for name, status in ANSWERS.items() if status != 200 and name not in OTHERWISE]
    assert len(bad) > 80
    assert {name for name, status in OTHERWISE.items() if ANSWERS[name] == status} == set()


def test_a_pdf_is_no_document_for_it(client: Client, samples: Path) -> None:
    for path in samples.glob("*.pdf"):
        assert client.post(path.read_bytes())[0] == 422


def test_where_the_engine_breaks_off_no_verdict_can_be_read_out_of_the_answer(client: Client) -> None:
    for name in (name for name in inputs() if name.startswith("abort: ")):
        status, report = client.post(inputs()[name])
        root = ElementTree.fromstring(report)
        assert (status, root.find(f"{VARL}assessment")) == (422, None)
        assert b"accept" not in report


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_only_post_judges(client: Client, method: str) -> None:
    body = inputs()["good: UBL invoice"] if method in ("PUT", "PATCH") else None
    assert client.ask(method, "/document.xml", body, XML)[0] == 405


@pytest.mark.parametrize("headers", [XML, {}, {"Content-Type": "application/octet-stream"}])
def test_no_content_is_a_bad_request(client: Client, headers: dict[str, str]) -> None:
    assert client.post(b"", headers=headers)[0] == 400


def test_chunks_are_put_together(client: Client) -> None:
    data = inputs()["good: UBL invoice"]
    assert client.post(iter([data[:100], data[100:3000], data[3000:]]))[0] == 200


def test_a_packed_body_is_taken_as_it_is(client: Client) -> None:
    assert client.post(inputs()["unreadable: gzip"], headers=XML | {"Content-Encoding": "gzip"})[0] == 422


@pytest.mark.parametrize("path", ["", "/", "/a.xml", "/2026/11/a.xml", "/a.xml?source=mail", "/%C3%A4%20b.xml"])
def test_any_path_below_takes_documents(client: Client, path: str) -> None:
    assert client.post(inputs()["good: CII"], path)[0] == 200


def _curl(url: str, data: bytes, folder: Path, *options: str) -> tuple[str, bytes]:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    (folder / "in.xml").write_bytes(data)
    command = [program, "-s", "-o", folder / "out.xml", "-w", "%{http_code}", *options, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout, (folder / "out.xml").read_bytes()


@pytest.mark.parametrize("name", ["good: CII", "rules: no Leitweg-ID", "unknown: Peppol BIS", "unreadable: text"])
def test_curl_gets_the_same(service: Service, tmp_path: Path, name: str) -> None:
    url, sent = f"{service.url}/kosit/rechnung.xml", f"@{tmp_path}/in.xml"
    plain = _curl(url, inputs()[name], tmp_path, "--data-binary", sent)
    waiting = _curl(url, inputs()[name], tmp_path, "--data-binary", sent, "-H", "Expect: 100-continue")
    assert (plain[0], waiting[0]) == (str(ANSWERS[name]), str(ANSWERS[name]))
    assert kosit.digest(plain[1]) == kosit.digest(waiting[1])


def test_a_form_of_curl_is_a_bad_request(service: Service, tmp_path: Path) -> None:
    url = f"{service.url}/kosit/rechnung.xml"
    assert _curl(url, inputs()["good: CII"], tmp_path, "-F", f"file=@{tmp_path}/in.xml")[0] == "400"


def test_the_command_line_writes_the_same_report_and_ends_with_the_verdict(service: Service, tmp_path: Path) -> None:
    for name, code in (("good: CII", 0), ("rules: wrong sum", 1), ("abort: item named twice in CII", 3)):
        path = tmp_path / "document.xml"
        path.write_bytes(inputs()[name])
        done = subprocess.run([EINVOICE, "check", "--format", "kosit", path], capture_output=True, check=False)
        assert done.returncode == code
        _, report = Client(f"{service.url}/kosit").post(inputs()[name])
        assert kosit.digest(done.stdout) == kosit.digest(report)


def _check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([EINVOICE, "check", *arguments], capture_output=True, text=True, check=False)


def test_several_reports_need_a_folder_and_are_files_of_xml(tmp_path: Path) -> None:
    for number, name in enumerate(("good: CII", "rules: wrong sum")):
        (tmp_path / f"{number}.xml").write_bytes(inputs()[name])
    assert _check("--format", "kosit", tmp_path).returncode == 2
    assert _check("--format", "kosit", "--output", tmp_path / "reports", tmp_path).returncode == 1
    written = sorted((tmp_path / "reports").iterdir())
    assert [path.name for path in written] == ["0.xml.report.xml", "1.xml.report.xml"]
    assert kosit.digest(written[0].read_bytes())["assessment"] == ["accept"]


def test_kosits_scenarios_can_be_asked_alone_in_every_format(tmp_path: Path) -> None:
    path = tmp_path / "document.xml"
    path.write_bytes(inputs()["unknown: Peppol BIS"])
    alone = json.loads(_check("--format", "jsonl", "--scenarios", "kosit", path).stdout)
    everyone = json.loads(_check("--format", "jsonl", path).stdout)
    assert (alone["verdict"], alone["scenario"], alone["refusal"]["code"]) == ("rejected", None, "no-scenario")
    assert everyone["scenario"] is not None


def test_a_pdf_on_the_command_line_is_reported_by_the_xml_inside(samples: Path) -> None:
    path = next(samples.glob("06-*.pdf"))
    xml = extract(path.read_bytes(), Limits()).xml
    report = _check("--format", "kosit", path).stdout.encode()
    assert kosit.document_hash(report) == base64.b64encode(hashlib.sha256(xml).digest()).decode()
    assert kosit.digest(report)["assessment"] == ["accept"]


def test_the_api_gives_the_report_as_well(service: Service) -> None:
    data = inputs()["rules: no Leitweg-ID"]
    asked = {"Accept": "application/xml", "Content-Type": "application/xml"}
    supplier = service.supplier("KoSIT")
    checked = supplier.post("/api/v1/checks", content=data, headers=asked)
    kept = supplier.post("/api/v1/submissions?wait=30", content=data).json()
    stored = supplier.get(f"/api/v1/submissions/{kept['id']}/report", headers=asked)
    assert checked.headers["content-type"] == stored.headers["content-type"] == "application/xml"
    assert kosit.digest(checked.content) == kosit.digest(stored.content)
    assert kosit.digest(stored.content)["assessment"] == ["reject"]


def test_what_a_pack_of_ours_accepts_is_rejected_in_kosits_report(service: Service) -> None:
    data = inputs()["unknown: Peppol BIS"]
    supplier = service.supplier("KoSIT")
    ours = supplier.post("/api/v1/checks", content=data).json()
    report = supplier.post("/api/v1/checks", content=data, headers={"Accept": "application/xml"}).content
    assert ours["scenario"] is not None
    assert kosit.digest(report) == {
        "valid": "false",
        "scenario": None,
        "steps": [["val-xml", "true"]],
        "assessment": ["reject"],
    }


def test_a_submission_the_engine_breaks_off_on_is_held_and_its_report_has_no_verdict(service: Service) -> None:
    supplier = service.supplier("KoSIT")
    data = inputs()["abort: two legal entities of the seller"]
    kept = supplier.post("/api/v1/submissions?wait=30", content=data).json()
    assert (kept["verdict"], kept["hold"]) == ("undecided", "engine")
    report = supplier.get(f"/api/v1/submissions/{kept['id']}/report", headers={"Accept": "application/xml"}).content
    assert kosit.digest(report)["assessment"] == []
    assert b"engine-abort in en16931-ubl" in report


def test_a_forwarded_address_opens_nothing(new_service: Callable[..., Service]) -> None:
    behind_proxy = new_service(PUBLIC_URL="https://rechnung.example", KOSIT_NETWORKS="10.1.0.0/16", WORKERS="1")
    behind_proxy.start()
    client = Client(f"{behind_proxy.url}/kosit")
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert client.post(b"<a/>", headers=XML | {header: "10.1.2.3"})[0] == 401
