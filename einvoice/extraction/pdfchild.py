"""The child that opens PDFs: PDF on stdin, one JSON line and then the one file taken out of it on stdout.

Run as `python -I pdfchild.py LIMITS NAME…`; the names, in lower case, are those the file may have. Knows nothing of the
product.
"""

import hashlib
import io
import json
import logging
import resource
import sys
from collections.abc import Iterator
from typing import Any


def main() -> None:
    """Answer for the PDF on stdin."""
    limits, names = json.loads(sys.argv[1]), frozenset(sys.argv[2:])
    _confine(limits)
    head, content = _answer(sys.stdin.buffer.read(), limits, names)
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)


def _confine(limits: dict[str, int]) -> None:
    for kind, value in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    seconds = limits["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # the first is told by SIGXCPU, the second kills


def _answer(data: bytes, limits: dict[str, int], names: frozenset[str]) -> tuple[dict[str, Any], bytes]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PdfReadError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            return _refusal("pdf-encrypted"), b""
        if len(reader.xref_objStm) + sum(map(len, reader.xref.values())) > limits["objects"]:
            return _refusal("pdf-limits", limit=f"{limits['objects']} objects"), b""
        return _chosen(dict(_candidates(reader, names, limits["unpacked_bytes"])))
    except (FileNotDecryptedError, DependencyError):
        return _refusal("pdf-encrypted"), b""
    except LimitReachedError:
        return _refusal("pdf-limits", limit=f"{limits['unpacked_bytes'] // 1_000_000} MB"), b""
    except MemoryError:
        return _refusal("pdf-limits", limit=f"{limits['memory_bytes'] // 1_000_000} MB"), b""
    except RecursionError:
        return _refusal("pdf-broken", reason="RecursionError"), b""
    except (PyPdfError, PdfReadError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError) as error:
        return _refusal("pdf-broken", reason=type(error).__name__), b""


def _candidates(reader: Any, names: frozenset[str], unpacked: int) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """(hash, (name, bytes)) of every attachment with one of the names; identical bytes count once."""
    from pypdf.errors import LimitReachedError

    total = 0
    for attachment in reader.attachment_list:
        name = attachment.alternative_name or attachment.name or ""
        if not {name.lower(), (attachment.name or "").lower()} & names:
            continue
        content = attachment.content
        total += len(content)
        if total > unpacked:
            raise LimitReachedError
        yield hashlib.sha256(content).hexdigest(), (name, content)


def _chosen(found: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    if not found:
        return _refusal("pdf-no-xml"), b""
    if len(found) > 1:
        return _refusal("pdf-several-invoices", names=", ".join(name for name, _ in found.values())), b""
    name, content = next(iter(found.values()))
    return {"name": name}, content


def _refusal(code: str, **details: str) -> dict[str, Any]:
    return {"refusal": code, "details": details}


if __name__ == "__main__":
    main()
