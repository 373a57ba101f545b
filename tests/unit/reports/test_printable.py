"""A view as data for the page printer: characters it has glyphs for, and no more than can be read on paper."""

import json
import re
from collections.abc import Callable

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from einvoice.model.examination import Examination
from einvoice.model.finding import Finding
from einvoice.reports import ReportView, printable
from einvoice.reports.blocks import Table
from einvoice.reports.printable import CERTAIN, KNOWN, LONGEST, ROOM, Printable

MakeFinding = Callable[..., Finding]
MakeExamination = Callable[..., Examination]


def is_of(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{characters}]*")


@pytest.mark.parametrize("font", ["Libertinus Serif", "DejaVu Sans Mono"])
@pytest.mark.parametrize("weight", ["regular", "semibold", "bold"])
def test_every_character_said_to_be_known_has_a_glyph(font: str, weight: str) -> None:
    characters = [chr(code) for code in range(0x20, 0x1_0000) if re.match(f"[{KNOWN}]", chr(code))]
    assert len(characters) > 2000
    source = (
        '#set document(title: "T")\n'
        f'#set text(font: ("{font}", "DejaVu Sans Mono", "Libertinus Serif"), weight: "{weight}")\n'
        "#for character in json(bytes(sys.inputs.all)) { par(character) }"
    )
    pdf = typst.compile(
        source.encode(),
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"all": json.dumps(characters)},
        pdf_standards=["a-2a", "ua-1"],  # refuses what has none
    )
    assert pdf.startswith(b"%PDF")


@given(text=st.text(max_size=200), characters=st.sampled_from([KNOWN, CERTAIN]))
def test_nothing_but_known_characters_is_printed(text: str, characters: str) -> None:
    assert is_of(characters).fullmatch(Printable(characters).text(text))


@pytest.mark.parametrize("text", ["Grüße an die Straße: 1.234,56 €", "Dvořák, Yıldırım, Łódź", "Αθήνα", "Київ", "שלום"])
def test_names_of_europe_are_printed_as_they_are(text: str) -> None:
    made = Printable()
    assert made.text(text) == text
    assert not made.replaced


def test_a_character_without_a_glyph_is_told_by_its_number_and_many_as_boxes() -> None:
    made = Printable()
    assert made.text("a😀b") == "a⟨U+1F600⟩b"
    assert made.text("深圳市华强") == "▯▯▯▯▯"
    assert made.replaced


def test_what_hides_or_reorders_is_shown() -> None:
    assert Printable().text("a\u202eb\x00\ud800") == "a⟨U+202E⟩b⟨U+0000⟩⟨U+D800⟩"


def test_a_very_long_text_is_cut_and_says_so() -> None:
    text = Printable().text("x" * (LONGEST + 1))
    assert text == "x" * LONGEST + " […]"


def test_everything_in_a_view_is_there_by_its_name(examination: MakeExamination, finding: MakeFinding) -> None:
    view = ReportView.of(examination(finding()), "de")
    made = Printable()
    data = made.view(view)
    assert data["headline"] == view.headline
    assert data["problems"][0]["spots"][0]["xpath"] == "/ubl:Invoice"
    assert [pair["label"] for pair in data["proof"]] == [pair.label for pair in view.proof]
    assert json.loads(json.dumps(data)) == data
    assert made.cut == []


def test_a_part_that_is_too_long_ends_with_a_whole_entry_and_leaves_the_others_alone(
    examination: MakeExamination, finding: MakeFinding
) -> None:
    many = [finding(f"BR-{number}", message="x" * 5000) for number in range(100)]
    view = ReportView.of(examination(*many), "de")
    made = Printable()
    data = made.view(view)
    assert made.cut == ["problems"]
    assert 0 < len(data["problems"]) < 100
    assert {problem["message_lang"] for problem in data["problems"]} == {"en"}
    assert len(json.dumps(data["problems"])) < 2 * ROOM
    assert len(data["proof"]) == len(view.proof)


@pytest.mark.parametrize("room", range(0, 2000, 150))
def test_a_row_keeps_a_cell_for_every_column_however_little_room_is_left(
    examination: MakeExamination, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(printable, "ROOM", room)
    view = ReportView.of(examination(), "de")
    columns = [len(part.columns) for part in view.sheet if isinstance(part, Table)]
    tables = [part for part in Printable().view(view)["sheet"] if "columns" in part]
    assert [len(table["columns"]) for table in tables] == columns[: len(tables)]
    for table in tables:
        assert {len(row["cells"]) for row in table["rows"]} <= {len(table["columns"])}
