"""Writes down one examination: JSON for programs, text for a terminal, HTML and PDF for people on screen and paper.

Nothing is judged here; what a finding means comes from explain/, what the invoice says from the semantic model.
"""

from einvoice.reports.as_html import html_fragment, html_report, report_css
from einvoice.reports.as_json import json_report, jsonl_line, jsonl_report
from einvoice.reports.as_kosit import kosit_report
from einvoice.reports.as_pdf import pdf_report
from einvoice.reports.as_text import text_report
from einvoice.reports.kosit_steps import is_xml
from einvoice.reports.view import ReportView

__all__ = [
    "ReportView",
    "html_fragment",
    "html_report",
    "is_xml",
    "json_report",
    "jsonl_line",
    "jsonl_report",
    "kosit_report",
    "pdf_report",
    "report_css",
    "text_report",
]
