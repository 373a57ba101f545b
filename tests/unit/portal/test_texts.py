"""The portal's words, templates and looks."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from einvoice import portal
from einvoice.portal.texts import table, text
from einvoice.reports import report_css

FOLDER = Path(str(files(portal)))
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
SOURCES = "".join(path.read_text("utf-8") for path in [*TEMPLATES, *FOLDER.glob("*.py")])


def test_every_text_is_there_in_both_languages() -> None:
    for key, languages in table().items():
        assert set(languages) == {"de", "en"}, key
        assert all(languages.values()), key


def test_both_languages_have_the_same_gaps() -> None:
    for key, languages in table().items():
        gaps = {lang: sorted(re.findall(r"{(\w+)}", words)) for lang, words in languages.items()}
        assert gaps["de"] == gaps["en"], key


def test_every_text_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r"""\b(?:t|text)\(["']([a-z_]*[a-z])["']""", SOURCES))
    assert len(asked) > 50
    assert asked <= set(table())


def test_no_text_is_left_over() -> None:
    for key in table():
        stem = key.rstrip("+")
        # of these, the rest of the key comes from data
        made = ("verdict_", "handling_", "tile_", "list_title_", "back_")
        made += ("act_", "way_", "lead_", "hint_", "button_", "door_", "response_", "sent_", "answer_")
        assert stem.startswith(made) or re.search(rf"""["']{stem}["']""", SOURCES), f"nobody says {key}"


def test_many_have_a_form_of_their_own() -> None:
    assert text("errors_found", "en", n=1) == "Found: 1 error."
    assert text("errors_found", "en", n=2) == "Found: 2 errors."


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_word_stands_in_a_template_itself(template: Path) -> None:
    source = re.sub(r"{% block (?:title|width) %}.*?{% endblock %}", " ", template.read_text("utf-8"))
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", source, flags=re.S)
    source = re.sub(r"<code>.*?</code>|<[^>]*>", " ", source, flags=re.S)
    words = set(re.findall(r"[A-Za-zÄÖÜäöüß]{2,}", source))
    assert words <= {"Rechnung", "Eingang", "SHA", "Leitweg", "ID"}, "wordmark and names alone are the same everywhere"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_inline_script_or_style(template: Path) -> None:
    source = template.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", source)


def test_nothing_is_loaded_from_elsewhere() -> None:
    for path in (FOLDER / "static").iterdir():
        found = re.findall(r"(?:https?:)?//[\w.]+\w", path.read_text("utf-8"))
        assert set(found) <= {"http://www.w3.org"}, path.name


def test_portal_and_report_have_the_same_colours() -> None:
    portal_css = (FOLDER / "static" / "portal.css").read_text("utf-8")
    shared = {"ink", "muted", "paper", "ground", "rule", "accent", "good", "good-soft", "bad", "bad-soft", "wait"}
    for name in shared:
        ours = re.findall(rf"--{name}: ([^;]+);", portal_css)
        theirs = re.findall(rf"--{name}: ([^;]+);", report_css())
        assert ours[:2] == theirs[:2], f"--{name}, light and dark"


def test_a_page_and_what_it_needs_stay_light() -> None:
    assert sum(path.stat().st_size for path in (FOLDER / "static").iterdir()) < 60_000
