"""Why the KoSIT report recommends what it does: a small page of XHTML inside it, for people who look."""

from lxml import etree
from lxml.builder import ElementMaker

from einvoice.explain import Lang, explain, refusal_text
from einvoice.model.assessment import Assessment
from einvoice.model.examination import Examination
from einvoice.reports.formats import moment, visible
from einvoice.reports.kosit_steps import Message, Step, xml_text
from einvoice.reports.words import words

_XHTML = "http://www.w3.org/1999/xhtml"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_STYLE = (
    "body{font-family:sans-serif;max-width:60em}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #767676;padding:.3em;text-align:left;vertical-align:top}"
)

_ROWS = 200  # messages told here; in the steps stand all of them

_E = ElementMaker(namespace=_XHTML, nsmap={None: _XHTML})


def reasons(examination: Examination, steps: tuple[Step, ...], lang: Lang, *, accepted: bool) -> etree._Element:
    """The page. Everything in it is text: nothing of the document becomes markup."""
    spoken = words(lang)
    messages = [message for step in steps for message in step.messages if message.finding]
    headline = spoken["accepted" if accepted else "rejected" if messages else "refused"]
    body = _E.body(_E.h1(spoken["report"]), _E.p(_E.strong(headline)))
    if not accepted and not messages:
        body.extend(_p(sentence) for sentence in _why_nothing_was_checked(examination, lang))
    if messages:
        body.append(_table(messages, lang))
    body.extend(_facts(examination, lang))
    page = _E.html(_E.head(_E.title(spoken["report"]), _E.style(_STYLE)), body)
    page.set("data-report-type", "report")
    page.set("lang", lang)
    page.set(_XML_LANG, lang)
    return page


def _why_nothing_was_checked(examination: Examination, lang: Lang) -> tuple[str, ...]:
    """It could not be read, or KoSIT has no scenario for it, though a pack of ours may have one."""
    refusal, document = examination.assessment.refusal, examination.document
    if refusal and refusal.code != "no-scenario":
        text = refusal_text(refusal, lang)
        return text.sentence, text.remedy
    unknown = words(lang)["kosit_unknown"]
    if document is None or not document.customization:
        return (unknown,)
    return unknown, words(lang)["kosit_identifier"].format(customization=document.customization)


def _table(messages: list[Message], lang: Lang) -> etree._Element:
    spoken = words(lang)
    titles = (spoken["rule"], spoken["what"], spoken["fix"])
    head = _E.thead(_E.tr(*(_E.th(title, scope="col") for title in titles)))
    rows = [_row(message, lang) for message in messages[:_ROWS]]
    if more := len(messages) - len(rows):
        rows.append(_E.tr(_E.td(spoken.count("more", more), colspan="3")))
    return _E.table(head, _E.tbody(*rows))


def _row(message: Message, lang: Lang) -> etree._Element:
    assert message.finding is not None, "only messages of rules are shown in the table"
    meaning = explain(message.finding, lang)
    level = words(lang)[f"level_{message.effective.value}"]
    texts = (f"{message.code} ({level})", meaning.what, meaning.fix)
    return _E.tr(*(_E.td(_shown(text)) for text in texts))


def _facts(examination: Examination, lang: Lang) -> tuple[etree._Element, ...]:
    spoken, assessment = words(lang), examination.assessment
    facts = ((spoken["examined_at"], moment(examination.examined_at, lang)), (spoken["file_name"], examination.name))
    return tuple(_p(f"{label}: {value}") for label, value in (*facts, *_scenario(assessment, lang)))


def _scenario(assessment: Assessment, lang: Lang) -> tuple[tuple[str, str], ...]:
    if not assessment.official or assessment.scenario is None:
        return ()
    return ((words(lang)["scenario"], assessment.scenario),)


def _p(text: str) -> etree._Element:
    return _E.p(_shown(text))


def _shown(text: str) -> str:
    return xml_text(visible(text))
