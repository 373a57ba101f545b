"""Writes the sample invoices: `python docs/make_samples.py [FOLDER]` (default inbox/samples).

Needs the development dependencies. The same run gives the same bytes, so a changed sample shows in the diff.
"""

import argparse
from pathlib import Path

from samples import SAMPLES
from samples.render import render

DEFAULT = Path(__file__).resolve().parent.parent / "inbox" / "samples"


def main() -> None:
    """Write every sample into the folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        (folder / sample.file).write_bytes(render(sample))


if __name__ == "__main__":
    main()
