"""What has to hold for every input, and the stages it is looked at with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn
from unittest.mock import patch

from einvoice import pipeline
from einvoice.app import open_stages
from einvoice.explain import Lang
from einvoice.model.examination import Examination
from einvoice.pipeline import Stages, examine
from einvoice.reports import html_report, json_report, jsonl_report, kosit_report, pdf_report, text_report
from einvoice.settings import Settings
from einvoice.validation import ValidatorPool

# The official stylesheets abort on some documents, and such a document is held, as it should be.
ALLOWED_FAULTS = frozenset({"engine-abort"})
_PATIENCE = 600  # seconds: on a machine with other work, slow is no finding
LANGUAGES: tuple[Lang, ...] = ("de", "en")
FORMS: Mapping[str, Callable[[Examination, Lang], bytes]] = {
    "json": json_report,
    "html": lambda examination, lang: html_report(examination, lang, kept=True).encode(),
    "jsonl": jsonl_report,
    "kosit": kosit_report,
    "text": lambda examination, lang: text_report(examination, lang).encode(),
}


class Broken(Exception):
    """What has to hold does not."""


class Escaped(BaseException):
    """What the pipeline took for a mistake of ours. No Exception, so that nothing on its way catches it."""


def check(data: bytes, stages: Stages, *, on_paper: bool = False) -> Examination:
    """Examine one input and write it down in every form. Raises Broken, Escaped, or what a report raised.

    `on_paper`: as PDF, too, which takes far longer than everything else.
    """
    with mistakes_told():
        examination = examine(data, "fuzz.xml", stages)
    fault = examination.assessment.fault
    if fault is not None and fault.cause not in ALLOWED_FAULTS:
        raise Broken(f"{fault.cause}: {fault.detail}")
    for lang in LANGUAGES:
        for name, render in FORMS.items():
            if not render(examination, lang):
                raise Broken(f"the report as {name} is empty")
        if on_paper and not pdf_report(examination, lang).startswith(b"%PDF-"):
            raise Broken("the report on paper is no PDF")
    return examination


@contextmanager
def mistakes_told() -> Iterator[None]:
    """What the pipeline would make a Fault of, or pass over beside the verdict, ends the run with its trace."""

    def tell(error: Exception) -> NoReturn:
        raise Escaped(repr(error)) from error

    with patch.object(pipeline, "_bug", tell):
        yield


@contextmanager
def whole_check(settings: Settings | None = None) -> Iterator[Stages]:
    """The stages of a real check, with all rules."""
    settings = settings or Settings(workers=1, document_seconds=_PATIENCE)
    with ValidatorPool(settings) as pool:
        yield open_stages(settings, pool)
