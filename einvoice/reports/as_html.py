"""The report as one HTML page that carries all it needs: no script, nothing loaded, fit for print."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from einvoice.explain import Lang
from einvoice.model.examination import Examination
from einvoice.reports.blocks import Table
from einvoice.reports.view import ReportView
from einvoice.reports.words import words


def html_report(examination: Examination, lang: Lang, *, kept: bool = False) -> str:
    """The page. Fits a Content-Security-Policy of `default-src 'none'; style-src 'unsafe-inline'`."""
    context = report_context(examination, lang, kept=kept)
    css = Markup(report_css() + _css("page.css"))  # noqa: S704 # our own files
    return _environment().get_template("report.html").render(context, css=css)


def html_fragment(examination: Examination, lang: Lang, *, kept: bool = False, files_at: str = "") -> Markup:
    """The report alone, for a page that brings `<main>` and `report_css`, and leaves the h1 to the report.

    `files_at`: address below which each enclosed file is served by its number; "": nowhere.
    """
    context = report_context(examination, lang, kept=kept) | {"files_at": files_at}
    return Markup(_environment().get_template("report_body.html").render(context))  # noqa: S704 # autoescaped


def report_css() -> str:
    """The style sheet of the fragment; everything in it hangs under the class `report`."""
    return _css("report.css")


def report_context(examination: Examination, lang: Lang, *, kept: bool = False) -> dict[str, Any]:
    """What the templates need."""
    return {"view": ReportView.of(examination, lang, kept=kept), "words": words(lang), "files_at": ""}


@cache
def _css(name: str) -> str:
    return files("einvoice.reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("einvoice.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["beside"] = lambda part: isinstance(part, tuple)
    environment.tests["table"] = lambda part: isinstance(part, Table)
    return environment
