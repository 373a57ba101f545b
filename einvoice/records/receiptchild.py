"""The child that takes a receipt out of a PDF: the one that takes invoices out of PDFs, told another file name.

Run as `python -I receiptchild.py LIMITS`.
"""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_NAMES = {"einvoice-receipt.json"}


def main() -> None:
    """Answer for the PDF on stdin, as `pdfchild.main` does."""
    spec = spec_from_file_location("pdfchild", Path(__file__).parents[1] / "extraction" / "pdfchild.py")
    assert spec is not None
    assert spec.loader is not None
    child = module_from_spec(spec)
    spec.loader.exec_module(child)
    vars(child)["_NAMES"] = _NAMES
    child.main()


if __name__ == "__main__":
    main()
