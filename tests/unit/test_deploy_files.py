"""The files operators start from: image, compose files, units. What they say has to be true of this program."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from deploy.imagecheck.context import Ignore
from einvoice.cli.main import app as commands
from einvoice.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SPREAD = DEPLOY / "compose.yaml"
COMPOSE_FILES = (ROOT / "compose.yaml", SPREAD)
UNITS = tuple(sorted((DEPLOY / "systemd").glob("*.service")))
OUR_FILES = (
    ROOT / "Dockerfile",
    ROOT / "compose.yaml",
    *(path for path in sorted(DEPLOY.rglob("*")) if path.is_file() and "__pycache__" not in path.parts),
)
REQUEST_SECONDS = 30  # what a request under way gets at the end, see einvoice/cli/serve.py

Service = Mapping[str, Any]


def services(path: Path) -> Mapping[str, Service]:
    """The services of a compose file, names in ${…} replaced by their defaults."""
    text = re.sub(r"\$\{\w+(?::-([^}]*))?\}", lambda found: found[1] or "", path.read_text("utf-8"))
    found: Mapping[str, Service] = yaml.safe_load(text)["services"]
    return found


def ours() -> Iterator[tuple[str, Service]]:
    """The services that run our image."""
    for path in COMPOSE_FILES:
        for name, service in services(path).items():
            if service["image"].startswith("einvoice:"):
                yield f"{path.parent.name}/{name}", service


EACH_OF_OURS = pytest.mark.parametrize("service", [pytest.param(service, id=name) for name, service in ours()])


def seconds(text: str) -> int:
    """`2m`, `2min` or `10s`."""
    number, unit = re.fullmatch(r"(\d+)(s|m|min)", text).groups()  # type: ignore[union-attr]
    return int(number) * (1 if unit == "s" else 60)


def accepts(words: list[str]) -> bool:
    """Whether our command line knows these words."""
    assert Path(words[0]).name == "einvoice"
    return CliRunner().invoke(commands, [*words[1:], "--help"]).exit_code == 0


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What make-secrets.sh makes."""
    folder = tmp_path_factory.mktemp("deploy")
    shutil.copy(DEPLOY / "make-secrets.sh", folder)
    subprocess.run([folder / "make-secrets.sh"], check=True, capture_output=True)
    return folder / "secrets"


def environment_file(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def settings_of(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in [name for name in os.environ if name.startswith("EINVOICE_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.mark.parametrize("path", OUR_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\bEINVOICE_([A-Z_]+[A-Z])\b", path.read_text("utf-8")))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_install_guide_names_settings_that_exist() -> None:
    named = set(re.findall(r"\bEINVOICE_([A-Z_]+[A-Z])\b", (ROOT / "docs/install.md").read_text("utf-8")))
    assert named <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("path", OUR_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_host_is_written_down_but_examples_and_the_services_themselves(path: Path) -> None:
    hosts = set(re.findall(r"\b[a-z]+://(?:[^\s/@\"']*@)?([\w.-]*\w)", path.read_text("utf-8")))
    known = {"127.0.0.1", "localhost", "einvoice", *services(SPREAD)}  # s3://einvoice is a bucket
    assert not {host for host in hosts - known if not host.endswith("example.org") and not host.isupper()}


@EACH_OF_OURS
def test_the_settings_of_a_service_can_be_used(
    service: Service, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [environment_file(secrets.parent / file) for file in service.get("env_file", [])]
    said = {key: value or "" for part in (*files, service["environment"]) for key, value in part.items()}
    found = settings_of(said, monkeypatch)
    if files:
        assert found.database_url.startswith("postgresql://")
        assert found.queue_url.startswith("redis://")
        assert found.blob_url.startswith("s3://")


def test_the_settings_of_the_units_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(environment_file(DEPLOY / "systemd/einvoice.env.example"), monkeypatch).https_only


@EACH_OF_OURS
def test_a_service_runs_a_command_we_have(service: Service) -> None:
    assert accepts(service.get("command", ["einvoice", "serve"]))


@EACH_OF_OURS
def test_a_service_is_given_the_time_to_end(service: Service) -> None:
    drain = float(service["environment"].get("EINVOICE_DRAIN_SECONDS", 0))
    document = Settings.model_fields["document_seconds"].default
    assert seconds(service["stop_grace_period"]) > drain + max(REQUEST_SECONDS, document)


def test_the_proxy_notices_who_is_about_to_end_before_it_ends() -> None:
    caddy = (DEPLOY / "Caddyfile").read_text("utf-8")
    notices = sum(seconds(found) for found in re.findall(r"health_(?:interval|timeout) (\S+)", caddy))
    assert float(services(SPREAD)["api-1"]["environment"]["EINVOICE_DRAIN_SECONDS"]) > notices > 0


def test_the_proxy_knows_all_api_processes_and_nobody_else() -> None:
    upstreams = re.search(r"reverse_proxy (api.*) \{", (DEPLOY / "Caddyfile").read_text("utf-8"))[1].split()  # type: ignore[index]
    serving = [name for name, service in services(SPREAD).items() if "serve" in service.get("command", [])]
    assert sorted(upstreams) == sorted(f"{name}:8080" for name in serving)


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=["one machine", "spread out"])
def test_every_service_is_kept_within_bounds(path: Path) -> None:
    for name, service in services(path).items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] or name == "clamd", name
        assert service["logging"]["options"]["max-size"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        assert service["restart"] == "unless-stopped", name


def test_only_the_proxy_is_published() -> None:
    assert [name for name, service in services(SPREAD).items() if "ports" in service] == ["proxy"]
    assert services(ROOT / "compose.yaml")["einvoice"]["ports"] == ["127.0.0.1:8080:8080"]


def test_database_queue_and_storage_reach_nothing_outside() -> None:
    networks = yaml.safe_load(SPREAD.read_text("utf-8"))["networks"]
    closed = {name for name, options in networks.items() if options and options.get("internal")}
    inside = {name for name, service in services(SPREAD).items() if set(service["networks"]) <= closed}
    assert inside == set(services(SPREAD)) - {"proxy", "clamd"}


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=["one machine", "spread out"])
def test_images_have_a_version_and_come_from_nowhere_special(path: Path) -> None:
    for name, service in services(path).items():
        image, _, tag = service["image"].partition(":")
        assert tag not in ("", "latest"), name
        assert "." not in image.split("/")[0], name


def test_files_that_are_mounted_or_read_are_there_or_made_by_the_script(secrets: Path) -> None:
    compose = yaml.safe_load(SPREAD.read_text("utf-8"))
    named = [volume.split(":")[0] for one in compose["services"].values() for volume in one.get("volumes", [])]
    for name in (one for one in named if one.startswith("./") and one != "./prometheus"):
        assert (DEPLOY / name).exists(), name
    assert {name for name in named if not name.startswith("./")} == set(compose["volumes"])
    wanted = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    wanted |= {Path(file).name for one in compose["services"].values() for file in one.get("env_file", [])}
    assert wanted == {path.name for path in secrets.iterdir()}


def test_secrets_are_closed_to_others_and_made_once(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    subprocess.run([secrets.parent / "make-secrets.sh"], check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert all((secrets / name).stat().st_mode & 0o777 == 0o600 for name in ("einvoice.env", "s3.env"))


def test_secrets_that_belong_together_are_not_made_apart(secrets: Path, tmp_path: Path) -> None:
    shutil.copytree(secrets.parent, tmp_path / "deploy")
    (tmp_path / "deploy/secrets/s3.env").unlink()
    done = subprocess.run([tmp_path / "deploy/make-secrets.sh"], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "s3.env is missing" in done.stderr


def test_secrets_never_get_into_the_repository_or_the_image() -> None:
    assert {"/secrets/", "/.env"} <= set((DEPLOY / ".gitignore").read_text().splitlines())
    ignore = Ignore.read(ROOT / ".dockerignore")
    for name in ("deploy/secrets/einvoice.env", "deploy/.env", ".env", "data/einvoice.db", ".git/config"):
        assert ignore.leaves_out(name), name


def unit(path: Path) -> configparser.SectionProxy:
    """What a unit says about its service; of what it says twice, the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser["Service"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_we_have_and_is_given_the_time_to_end(path: Path) -> None:
    service = unit(path)
    assert accepts(shlex.split(service["ExecStart"]))
    assert service["KillMode"] == "mixed"
    assert seconds(service["TimeoutStopSec"]) >= 120


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_kept_within_bounds(path: Path) -> None:
    service = unit(path)
    assert service["User"] == "einvoice"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ProtectSystem"] == "strict"
    assert service["SystemCallFilter"] == "@system-service"
    for name in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "MemoryDenyWriteExecute", "RestrictNamespaces"):
        assert service[name] == "yes", name
