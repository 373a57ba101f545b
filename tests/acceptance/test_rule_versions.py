"""Versions of the rules side by side, as an operator handles them: real commands, and a service that follows."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.support.configuration import Release
from tests.support.service import EINVOICE, SAMPLES, Service

OLD, NEW = "xrechnung-3.0.2+2026-01-31", "xrechnung-3.0.2+2026-08-31"
UBL = next(SAMPLES.glob("01-ubl*.xml")).read_text("utf-8")
LEITWEG_ID = "04011000-1234512345-06"


def numbered(number: str) -> bytes:
    """A further invoice; its currency is one that only the older code lists know."""
    return UBL.replace("2026-10437", number).replace(">EUR<", ">ANG<").replace('"EUR"', '"ANG"').encode()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    service = Service(tmp_path)

    def run(*arguments: str | Path, of: Service = service) -> subprocess.CompletedProcess[str]:
        command = [EINVOICE, *map(str, arguments)]
        return subprocess.run(command, env=of.environment(), capture_output=True, text=True, timeout=240)

    return run


def test_the_packs_are_listed_as_they_stand(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    lines = run("rules", "list").stdout.splitlines()
    assert f"{NEW}  in force since 2026-08-31  [complete]" in lines
    assert f"{OLD}  replaced by {NEW}  [complete]" in lines


def test_diff_ends_like_diff(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    differing = run("rules", "diff", OLD, NEW)
    assert differing.returncode == 1
    assert "- BR-CO-25               error" in differing.stdout
    assert "~ BR-TMP-2               level: warning -> error" in differing.stdout
    assert run("rules", "diff", NEW, NEW).returncode == 0
    assert run("rules", "diff", "xrechnung", NEW).returncode == 2
    told = json.loads(run("rules", "diff", "--format", "json", OLD, NEW).stdout)
    assert told["sheets"][0]["gone"] == [["BR-CO-25", "error"]]


def test_replay_tells_what_another_pack_would_say(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "ang.xml").write_bytes(numbered("R-1"))
    (tmp_path / "eur.xml").write_text(UBL, "utf-8")
    done = run("replay", "--pack", OLD, "--format", "jsonl", tmp_path / "ang.xml", tmp_path / "eur.xml")
    (line,) = map(json.loads, done.stdout.splitlines())  # the other one is the same
    assert (done.returncode, line["flips"], line["invoice_number"]) == (1, True, "R-1")
    assert (line["before"]["pack"], line["before"]["verdict"]) == (NEW, "rejected")
    assert (line["after"]["pack"], line["after"]["verdict"]) == (OLD, "accepted")
    assert {rule["rule"]: rule["after"] for rule in line["rules"]} == {"BR-CL-03": {}, "BR-CL-04": {}}
    assert run("replay", "--pack", OLD, tmp_path / "eur.xml").returncode == 0
    assert run("replay", "--pack", OLD, "--from", OLD, tmp_path / "ang.xml").returncode == 0
    assert run("replay", "--pack", OLD).returncode == 2


def test_bad_zips_are_refused_and_nothing_changes(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    before = run("rules", "list").stdout
    incomplete, escaping, large = Release(), Release(), Release()
    del incomplete.files["resources/XRechnung-CII-validation.xsl"]
    escaping.files["../escaped.xsl"] = b"<a/>"
    large.files["zeros"] = b"\0" * 100_000_001
    for number, release in enumerate((incomplete, escaping, large)):
        done = run("rules", "import", release.write(tmp_path / f"{number}.zip"))
        assert done.returncode == 2, done.stderr
        assert "is not imported" in done.stderr
        assert "Nothing has changed." in done.stderr
        assert "Traceback" not in done.stderr
    assert run("rules", "import", tmp_path / "0.zip", "--sha256", "0" * 64).returncode == 2
    assert run("rules", "list").stdout == before
    assert not list(tmp_path.rglob("escaped.xsl"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of these tests alone: they change what judges in it."""
    service = Service(tmp_path_factory.mktemp("versions"))
    service.start()
    yield service
    service.stop()


def _pack(client: httpx.Client, data: bytes) -> tuple[str, str]:
    """What judges a submission, and how."""
    sent = client.post("/api/v1/submissions?wait=60", content=data, headers={"Content-Type": "application/xml"})
    report = client.get(sent.headers["Location"] + "/report", headers={"Accept": "application/json"}).json()
    return report["pack"], report["verdict"]


def test_a_running_service_follows_what_the_operator_decides(
    run: Callable[..., subprocess.CompletedProcess[str]], running: Service
) -> None:
    service, client = running, running.supplier()
    assert _pack(client, numbered("R-1")) == (NEW, "rejected")

    withdrawn = run("rules", "withdraw", NEW, "--reason", "Währung ANG fehlt", of=service)
    assert (withdrawn.returncode, f"judged is by {OLD}" in withdrawn.stdout) == (0, True)
    assert _pack(client, numbered("R-2")) == (OLD, "accepted")

    listed = run("rules", "reassess", NEW, "--format", "jsonl", of=service)
    (line,) = map(json.loads, listed.stdout.splitlines())
    assert (listed.returncode, line["invoice_number"], line["flips"]) == (1, "R-1", True)
    (kept,) = (service.folder / "data" / "rules" / "reassessed").iterdir()
    assert [json.loads(one) for one in kept.read_text("utf-8").splitlines()] == [line]
    assert _status(client, "R-1") == "rejected"  # nothing is flipped by itself

    assert run("rules", "restore", NEW, of=service).returncode == 0
    assert _pack(client, numbered("R-3")) == (NEW, "rejected")

    replayed = run("replay", "--pack", OLD, "--stored", "--since", "2026-01-01", "--format", "jsonl", of=service)
    flips = [line["invoice_number"] for line in map(json.loads, replayed.stdout.splitlines()) if line["flips"]]
    assert (replayed.returncode, flips) == (1, ["R-3", "R-1"])

    name = run("rules", "import", Release().write(service.folder / "r.zip"), of=service).stdout.split()[0]
    cii = (SAMPLES / "03-cii-rechnung-it-wartung.xml").read_bytes()
    assert _pack(client, cii) == (name, "accepted")


def _status(client: httpx.Client, number: str) -> str:
    found = client.get("/api/v1/submissions").json()["items"]
    return next(str(one["verdict"]) for one in found if one["invoice_number"] == number)


def test_an_authority_can_pin_a_pack(run: Callable[..., subprocess.CompletedProcess[str]], running: Service) -> None:
    service, client = running, running.supplier("Pinnwand GmbH")
    authority = service.admin("create-authority", "--name", "Stadt Musterstadt", "--leitweg-id", LEITWEG_ID)
    assert OLD in service.admin("pin-pack", "--authority", authority, "--pack", "xrechnung-3.0.2+2026-01")
    assert "pinned by Stadt Musterstadt" in run("rules", "list", of=service).stdout
    assert _pack(client, numbered("P-1")) == (OLD, "accepted")
    service.admin("unpin-pack", "--authority", authority, "--pack", OLD)
    assert _pack(client, numbered("P-2")) == (NEW, "rejected")
    second = run("admin", "pin-pack", "--authority", authority, "--pack", "nonsense", of=service)
    assert (second.returncode, "is no pack" in second.stderr) == (2, True)
