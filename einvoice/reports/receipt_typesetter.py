"""The child that sets receipts: the same as `typesetter.py`, with another template.

Run as `python -I receipt_typesetter.py`.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_HERE = Path(__file__).parent


def main() -> int:
    """Carry out the order on stdin, as `typesetter.main` does."""
    import typst

    spec = spec_from_file_location("typesetter", _HERE / "typesetter.py")
    assert spec is not None
    assert spec.loader is not None
    typesetter = module_from_spec(spec)
    spec.loader.exec_module(typesetter)
    compile_it = typst.compile
    template = str(_HERE / "templates" / "receipt.typ")
    vars(typst)["compile"] = lambda _report, **order: compile_it(template, **order)
    code: int = typesetter.main()
    return code


if __name__ == "__main__":
    sys.exit(main())
