"""Settings: from the environment, documented, and none that silently does nothing."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from einvoice.model.enclosed import Danger
from einvoice.settings import Settings

HANDBOOK = Path(__file__).parents[2] / "docs" / "operator.md"


def test_every_setting_is_in_the_operators_handbook() -> None:
    text = HANDBOOK.read_text("utf-8")
    assert [name for name in Settings.model_fields if f"| `EINVOICE_{name.upper()}` |" not in text] == []


def test_the_handbook_names_no_setting_that_does_not_exist() -> None:
    rows = [line.split("`")[1] for line in HANDBOOK.read_text("utf-8").splitlines() if line.startswith("| `EINVOICE_")]
    assert {row.removeprefix("EINVOICE_").lower() for row in rows} == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EINVOICE_BLOB_URL", "gs://bucket"),
        ("EINVOICE_QUEUE_URL", "amqp://localhost"),
        ("EINVOICE_DATABASE_URL", "mysql://localhost/x"),
        ("EINVOICE_CLAMD_URL", "http://localhost"),
        ("EINVOICE_OTLP_ENDPOINT", "localhost:4318"),
        ("EINVOICE_WORKERS", "-1"),
        ("EINVOICE_PORT", "http"),
        ("EINVOICE_KOSIT_NETWORKS", "10.0.0.0/33"),
        ("EINVOICE_KOSIT_NETWORKS", "10.0.0.1/8"),
        ("EINVOICE_KOSIT_NETWORKS", "intranet"),
        ("EINVOICE_REFUSED_ENCLOSURES", "executable, makros"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


def test_the_database_lies_under_the_data_folder(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).resolved_database_url == f"sqlite:///{tmp_path / 'einvoice.db'}"


def test_networks_are_read_from_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EINVOICE_KOSIT_NETWORKS", " 10.1.0.0/16,2001:db8::/32 , 192.0.2.7")
    assert [str(network) for network in Settings().kosit_neighbours] == ["10.1.0.0/16", "2001:db8::/32", "192.0.2.7/32"]
    assert Settings(kosit_networks="").kosit_neighbours == ()


def test_enclosed_files_are_refused_by_the_words_for_their_dangers() -> None:
    assert Settings(refused_enclosures=" Macros, archive,").refused_dangers == {Danger.MACROS, Danger.ARCHIVE}
    assert Settings().refused_dangers == frozenset()
