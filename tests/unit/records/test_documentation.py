"""What the documentation tells others to do works."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from einvoice.records.checkpoints import sign_head
from einvoice.records.export import Exporter, export_lines, write_export
from einvoice.records.signing import PublicKeys, Signer
from einvoice.store.evidence import StoredEvidence

DOCUMENT = Path(__file__).parents[3] / "docs" / "audit.md"


@pytest.mark.parametrize(
    ("old", "new", "intact"),
    [("", "", True), ('"actor":"worker"', '"actor":"nobody"', False), ('"signature":"', '"signature":"AAAA', False)],
)
def test_an_export_is_verified_without_our_software(
    bench: Any, signer: Signer, keys: PublicKeys, tmp_path: Path, old: str, new: str, intact: bool
) -> None:
    bench.decided("Größe".encode(), name="Größe.xml")
    bench.clock.advance(0.000001)
    bench.store.people.send_back(bench.decided(b"2").id, actor="account:Jürgen", reason="falsch")
    sign_head(bench.store, signer)
    exporter = Exporter(issuer=signer.issuer, keys=keys, at=bench.clock())
    write_export(tmp_path / "log", export_lines(bench.store.audit, StoredEvidence.of(bench.store), exporter))
    (tmp_path / "log").write_text((tmp_path / "log").read_text().replace(old, new, 1))
    (tmp_path / "key.pem").write_text(signer.public_key_pem())
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-I", "-c", program, tmp_path / "log", tmp_path / "key.pem"], check=False)
    assert (done.returncode == 0) is intact
