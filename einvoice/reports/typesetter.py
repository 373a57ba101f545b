"""The child that sets PDFs: one JSON order on stdin, the PDF on stdout; what went wrong in one line on stderr.

Run as `python -I typesetter.py`; knows nothing of the product but the templates that lie beside it. It has fonts of its
own (those in the typst package), reads nothing of the machine but the templates, and ends with its one order, so that
whatever memory a report took is given back.
"""

import json
import resource
import sys
from pathlib import Path

_TEMPLATES = Path(__file__).with_name("templates")


def main() -> int:
    """Carry out the order: limits {memory_bytes, cpu_seconds}, template, content, standards, tags, timestamp."""
    order = json.load(sys.stdin.buffer)
    _confine(order["limits"])
    import typst

    try:
        pdf = typst.compile(
            str(_TEMPLATES / order["template"]),
            root=str(_TEMPLATES),
            font_paths=typst.Fonts(include_system_fonts=False),
            sys_inputs={"report": json.dumps(order["content"], ensure_ascii=False)},
            pdf_standards=order["standards"],
            pdf_tags=order["tags"],
            timestamp=order["timestamp"],
        )
    except typst.TypstError as error:
        sys.stderr.write(error.message)
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


def _confine(limits: dict[str, int]) -> None:
    for kind, value in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
    ):
        resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    sys.exit(main())
