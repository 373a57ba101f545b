"""Stylesheets and scripts: ours alone, in the package, under addresses that change when they do."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from einvoice.reports import report_css

STATIC_PATH = "/static"
_FOLDER = Path(__file__).resolve().parent / "static"
_REPORT = "report.css"  # the reports' own
_YEAR = 31_536_000  # seconds


class _Statics(StaticFiles):
    """Files that browsers may keep; a new version has a new address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with its time to live."""
        if path == _REPORT:
            response = Response(report_css(), media_type="text/css")
        else:
            response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return response


def static_files() -> StaticFiles:
    """The application that serves them."""
    return _Statics(directory=_FOLDER)


@cache
def asset(name: str) -> str:
    """The address of a file, with its version."""
    content = report_css().encode() if name == _REPORT else (_FOLDER / name).read_bytes()
    return f"{STATIC_PATH}/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
