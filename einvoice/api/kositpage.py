"""What `GET /kosit` says, as text and as a page."""

from dataclasses import dataclass
from html import escape

from einvoice.explain import Lang

_TITLE = {"de": "Schnittstelle wie beim KoSIT-Prüftool", "en": "Interface like that of the KoSIT validator"}
_PARAGRAPHS = {
    "de": (
        "Diese Adresse antwortet wie das KoSIT-Prüftool im Daemon-Betrieb: XML hineinsenden, Prüfbericht bekommen. "
        "Ein Programm, das bisher das Prüftool fragt, wird umgestellt, indem es diese Adresse erhält.",
        "Die Prüfung folgt allein den Szenarien der KoSIT. Gespeichert wird nichts.",
        "Der Status der Antwort: 200 annehmen, 406 zurückweisen, 422 nicht verarbeitbar, 400 kein Inhalt, "
        "413 zu groß, 503 später noch einmal versuchen.",
    ),
    "en": (
        "This address answers like the KoSIT validator in daemon mode: send XML, get its report. "
        "A program that asks the validator today is switched by giving it this address.",
        "KoSIT's scenarios alone decide. Nothing is kept.",
        "The status of the answer: 200 accept, 406 reject, 422 not processable, 400 no content, 413 too large, "
        "503 try again later.",
    ),
}


@dataclass(frozen=True, slots=True)
class About:
    """The same in two forms."""

    text: str
    html: str


def about(address: str, lang: Lang) -> About:
    """What is behind an address, and how to call it."""
    title, paragraphs = _TITLE[lang], _PARAGRAPHS[lang]
    command = f"curl -i -H 'Content-Type: application/xml' --data-binary @rechnung.xml {address}/rechnung.xml"
    shown = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs)
    html = (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width"></head>\n'
        f"<body><main>\n<h1>{escape(title)}</h1>\n{shown}<pre><code>{escape(command)}</code></pre>\n</main></body>\n"
        "</html>\n"
    )
    return About("\n\n".join((title, *paragraphs, command)) + "\n", html)
