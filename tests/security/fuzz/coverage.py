"""Extraction under atheris, led by coverage: `python -m tests.security.fuzz.coverage xml|pdf FOLDER [libFuzzer flags]`.

Runs in a process of its own. Exceptions are kept and the search goes on; a hang, a crash of native code or too much
memory ends the process, and libFuzzer writes the input down.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["einvoice", "pypdf"]):
    from tests.security.fuzz import extraction

from tests.security.fuzz import pdf, pdfseeds, xml
from tests.security.fuzz.campaign import Crashes, place_of
from tests.security.fuzz.pdffile import written

_LARGEST = 100_000  # bytes of an input


def seeds(kind: str) -> tuple[bytes, ...]:
    """What the search starts from: generated, nothing is kept from run to run."""
    return xml.seeds() if kind == "xml" else tuple(map(written, pdfseeds.seeds()))


def mutator(kind: str) -> Callable[[bytes, int, int], bytes]:
    """libFuzzer's own changes of bytes in turn with ours of structure."""

    def change(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        try:
            return (pdf.changed(data, chance) if kind == "pdf" else xml.changed(data, chance))[:most]
        except (ValueError, LookupError):
            return bytes(atheris.Mutate(data, most))

    return change


def main() -> None:
    """Search until libFuzzer's `-max_total_time`."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    crashes = Crashes(folder)

    def one(data: bytes) -> None:
        try:
            extraction.check(data)
        except Exception as error:
            if place_of(error) not in crashes.known:
                print(f"  {kind}: {place_of(error)} -> {crashes.keep(kind, error, data)}", flush=True)

    flags = [f"-artifact_prefix={folder}/{kind}-", f"-max_len={_LARGEST}", "-print_final_stats=1", *sys.argv[3:]]
    with extraction.without_sandbox(), tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds(kind)):
            Path(corpus, str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *flags, corpus], one, custom_mutator=mutator(kind))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
