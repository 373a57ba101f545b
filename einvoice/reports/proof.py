"""What is needed to repeat an examination years later: the file, what was found in it, rules and engines."""

from collections.abc import Iterator

from einvoice.explain import Lang
from einvoice.model.document import Container
from einvoice.model.examination import Examination
from einvoice.reports.blocks import Pair
from einvoice.reports.envelope import envelope_pairs
from einvoice.reports.formats import moment, size, visible
from einvoice.reports.words import words


def proof_of(examination: Examination, lang: Lang) -> tuple[Pair, ...]:
    """Label and value in reading order; what is not known is left out."""
    pairs = (*_file(examination, lang), *_judgement(examination, lang))
    return tuple(Pair(label, visible(value)) for label, value in pairs if value)


def artefacts_of(examination: Examination) -> tuple[Pair, ...]:
    """The rule artefacts that took part, each with its SHA-256."""
    return tuple(Pair(artefact.name, artefact.sha256) for artefact in examination.assessment.artefacts)


def _file(examination: Examination, lang: Lang) -> Iterator[tuple[str, str | None]]:
    spoken, document = words(lang), examination.document
    yield spoken["examined_at"], moment(examination.examined_at, lang)
    yield spoken["file_name"], examination.name
    yield spoken["file_size"], size(examination.size, lang)
    yield spoken["file_hash"], examination.sha256
    if document is None:
        return
    container = f" {spoken['in_pdf']}" if document.container is Container.PDF else ""
    yield spoken["kind"], spoken[f"kind_{document.syntax}"] + container
    yield spoken["embedded"], document.attachment
    if document.xml_sha256 != examination.sha256:
        yield spoken["xml_hash"], document.xml_sha256
    yield spoken["customization"], document.customization
    if document.envelope:
        yield from envelope_pairs(document.envelope, lang)


def _judgement(examination: Examination, lang: Lang) -> Iterator[tuple[str, str | None]]:
    spoken, assessment = words(lang), examination.assessment
    yield spoken["scenario"], assessment.scenario
    if assessment.xsd_valid is not None:
        yield spoken["xsd"], spoken["xsd_valid" if assessment.xsd_valid else "xsd_invalid"]
    yield spoken["pack"], assessment.pack
    yield spoken["engine"], assessment.engine
    if assessment.refusal:
        yield spoken["refusal_code"], assessment.refusal.code
    if assessment.fault:
        yield spoken["fault_cause"], assessment.fault.cause
