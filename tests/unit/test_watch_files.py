"""Dashboard, alerts and handbook: they speak of figures there are, and of one another."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from einvoice.records.checkpoints import sign_head
from tests.support.figures import named_figures
from tests.support.folders import tell
from tests.support.web import LOOPBACK, Web, open_web, web

__all__ = ["open_web", "web"]

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HANDBOOK = (ROOT / "docs/operations.md").read_text("utf-8")
PROMETHEUS: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text("utf-8"))
RULES = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))
ALERTS: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DEPLOY / "grafana/einvoice.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EACH_ALERT = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])


@pytest.fixture
def told(web: Web) -> str:
    """Everything /metrics can tell: of a service that has received, decided, handed over and signed something."""
    web.known()
    web.submitted(web.supplier())
    sign_head(web.app.store, web.app.signer)
    tell(web.app.store)
    return web.client(address=LOOPBACK).get("/metrics").text


def samples(told: str) -> set[str]:
    """The names of all series."""
    return {re.split(r"[{ ]", line)[0] for line in told.splitlines() if not line.startswith("#")}


def test_each_figure_the_dashboard_shows_exists(told: str) -> None:
    named = named_figures(" ".join(target["expr"] for panel in PANELS for target in panel["targets"]))
    assert len(named) > 20
    assert named <= samples(told)


def test_each_figure_the_alerts_look_at_exists(told: str) -> None:
    named = named_figures(" ".join(alert["expr"] for alert in ALERTS))
    assert len(named) > 10
    assert named <= samples(told)


def test_the_handbook_has_every_figure_and_no_other(told: str) -> None:
    ours = {line.split(" ")[2] for line in told.splitlines() if line.startswith("# TYPE einvoice_")}
    ours -= {name for name in ours if name.endswith("_created")}
    listed = {name for name in named_figures(HANDBOOK) if name.startswith("einvoice_")}
    assert listed == ours


def test_each_value_an_alert_waits_for_can_be_told(told: str) -> None:
    for label, value in re.findall(r'(\w+)="([\w-]+)"', " ".join(alert["expr"] for alert in ALERTS)):
        assert f'{label}="{value}"' in told, (label, value)


def test_every_label_the_dashboard_names_is_one_of_its_figure(told: str) -> None:
    labels = set(re.findall(r'[{,](\w+)="', told)) | {"instance", "version"}
    for panel in PANELS:
        for target in panel["targets"]:
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= labels, panel["title"]


@EACH_ALERT
def test_an_alert_says_what_why_and_what_to_do_in_german_and_english(alert: dict[str, Any]) -> None:
    said = alert["annotations"]
    assert set(said) == {"summary", "description", "summary_en", "description_en", "runbook"}
    assert alert["labels"]["severity"] in {"critical", "warning", "info"}
    for key in ("description", "description_en"):
        assert said[key].count(".") >= 2, key  # why, and what to do
    used = set(re.findall(r"\$labels\.(\w+)", " ".join(said.values())))
    by = set(re.findall(r"\bby \(([^)]*)\)", alert["expr"]))
    assert used <= ({word.strip() for one in by for word in one.split(",")} or {"instance"})


@EACH_ALERT
def test_an_alert_has_its_place_in_the_handbook(alert: dict[str, Any]) -> None:
    file, _, anchor = alert["annotations"]["runbook"].partition("#")
    assert (ROOT / file).is_file()
    headings = {heading.strip().lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", HANDBOOK, re.M)}
    assert anchor in headings
    assert f"*{alert['labels']['severity']}.*" in HANDBOOK.partition(f"#### {alert['alert']}\n")[2][:40]


def test_the_handbook_has_no_alert_that_is_gone() -> None:
    assert set(re.findall(r"^#### (\w+)$", HANDBOOK, re.M)) == {alert["alert"] for alert in ALERTS}


def test_the_service_is_looked_at_by_what_all_say_alike() -> None:
    """Figures of the whole service come from every process: added up, they would count each invoice many times."""
    shared = re.compile(
        r"sum(?: by \([^)]*\))? ?\((?:einvoice_)(?:waiting|oldest|submissions|workers|door|leases|audit|disk)"
    )
    for expression in [alert["expr"] for alert in ALERTS] + [
        one["expr"] for panel in PANELS for one in panel["targets"]
    ]:
        assert not shared.search(expression), expression


def test_prometheus_asks_the_services_there_are() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    jobs = {job["job_name"]: job for job in PROMETHEUS["scrape_configs"]}
    targets = jobs["einvoice-api"]["static_configs"][0]["targets"]
    serving = [name for name, one in compose["services"].items() if "serve" in one.get("command", [])]
    assert sorted(targets) == sorted(f"{name}:8080" for name in serving)
    [workers] = jobs["einvoice-worker"]["dns_sd_configs"]
    assert workers["names"] == ["worker"]
    assert str(workers["port"]) == compose["services"]["worker"]["environment"]["EINVOICE_METRICS_PORT"]
    token = Path(jobs["einvoice-api"]["authorization"]["credentials_file"])
    assert token.parent == Path("/run/secrets")
    assert token.name in compose["services"]["prometheus"]["secrets"]
    assert all((DEPLOY / "prometheus" / name).is_file() for name in PROMETHEUS["rule_files"])


def test_the_dashboard_is_one_grafana_can_load() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    assert DASHBOARD["schemaVersion"] >= 39  # Grafana 11
    assert DASHBOARD["uid"]
    [source] = DASHBOARD["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == ("datasource", "datasource", "prometheus")
    for panel in PANELS:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]
        assert panel["title"].count(" · ") == 1, "German and English"


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24, panel["title"]
        assert taken.isdisjoint(cells), panel["title"]
        taken |= cells
