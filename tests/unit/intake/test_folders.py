"""folders.toml: which folders there are, and what is wrong in it, by line and key."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from einvoice.errors import Fault
from einvoice.intake import Folder, folders, read_folders
from einvoice.intake.layouts import ALSO_CALLED, LAYOUTS

INBOX = Path("/srv/inbox")


def read(tmp_path: Path, text: str) -> dict[str, Folder]:
    (tmp_path / "folders.toml").write_text(text, "utf-8")
    return {folder.name: folder for folder in read_folders(INBOX, tmp_path / "folders.toml")}


def wrong(tmp_path: Path, text: str) -> str:
    with pytest.raises(Fault) as caught:
        read(tmp_path, text)
    assert caught.value.notice.cause == "folders-file"
    return caught.value.notice.detail


def test_without_a_file_there_is_one_plain_folder(tmp_path: Path) -> None:
    [folder] = read_folders(tmp_path)
    assert (folder.name, folder.layout, folder.sender) == ("drop", "plain", "folder:drop")
    assert (folder.path, folder.home) == (tmp_path / "drop", tmp_path)
    assert folder.own
    assert folder.answer == "none"


def test_the_file_in_the_inbox_is_read_when_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "folders.toml").write_text("[folders.koeln]\n")
    assert [folder.name for folder in read_folders(tmp_path)] == ["drop", "koeln"]


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="EINVOICE_FOLDERS"):
        read_folders(tmp_path, tmp_path / "other.toml")


def test_a_folder_without_a_path_lies_in_the_inbox_under_its_name(tmp_path: Path) -> None:
    folder = read(tmp_path, "[folders.koeln]\nlayout = 'oxalis'\n")["koeln"]
    assert (folder.path, folder.home) == (INBOX / "koeln" / "drop", INBOX / "koeln")
    assert folder.own


def test_our_own_folders_lie_beside_one_that_is_named(tmp_path: Path) -> None:
    folder = read(tmp_path, "[folders.ap]\npath = '/srv/oxalis/inbound'\nlayout = 'oxalis-ng'\n")["ap"]
    assert (folder.path, folder.home) == (Path("/srv/oxalis/inbound"), Path("/srv/oxalis"))
    assert folder.layout == "oxalis"
    assert not folder.own
    assert folder.outbox == Path("/srv/oxalis/outbox")


def test_everything_can_be_set(tmp_path: Path) -> None:
    text = """
    [folders.ap]
    layout = "phoss"
    path = "/srv/ap/in"
    home = "/srv/ap/einvoice"
    hints = false
    stable_looks = 4
    settle_seconds = 2
    stuck_minutes = 30
    alone_minutes = 5
    depth = 1
    answer = "mls"
    outbox = "/srv/ap/out"
    wrapped = false
    spid = "987654"
    country = "AT"
    """
    folder = read(tmp_path, text)["ap"]
    assert (folder.home, folder.outbox) == (Path("/srv/ap/einvoice"), Path("/srv/ap/out"))
    assert (folder.habits.looks, folder.habits.settle, folder.habits.depth) == (4, 2.0, 1)
    assert (folder.habits.stuck, folder.habits.alone) == (1800.0, 300.0)
    assert (folder.answer, folder.spid, folder.country) == ("mls", "987654", "AT")
    assert not folder.hints
    assert not folder.wrapped


def test_the_folder_there_always_is_can_be_changed_and_left_alone(tmp_path: Path) -> None:
    assert read(tmp_path, "[folders.drop]\nmarked = true\n")["drop"].habits.marked
    assert read(tmp_path, "[folders.drop]\nenabled = false\n") == {}


@pytest.mark.parametrize(
    ("text", "line", "named"),
    [
        ("[folders.ap\n", "line 1", "Expected"),
        ("[folders.ap]\nlayuot = 'plain'\n", "line 2", "layuot: unknown; there are layout"),
        ("\n[folders.ap]\n\nlayout = 'oxalys'\n", "line 4", "there is no layout 'oxalys'"),
        ("[folders.ap]\nstable_looks = 1\n", "line 2", "stable_looks"),
        ("[folders.ap]\nstable_looks = '3'\n", "line 2", "stable_looks"),
        ("[folders.ap]\nhints = 'no'\n", "line 2", "hints"),
        ("[folders.ap]\nlayout = 'phoss'\nanswer = 'mlx'\n", "line 3", "answer"),
        ("[folders.ap]\nlayout = 'phoss'\nanswer = 'mls'\n", "line 1", "service provider"),
        ("[folders.ap]\nanswer = 'mlr'\n", "line 2", "no envelopes"),
        ("[folders.ap]\nspid = '12345'\n", "line 2", "six digits"),
        ("[folders.ap]\ncountry = 'de'\n", "line 2", "country"),
        ("[folder.ap]\n", "", "folder: unknown; there is [folders.NAME]"),
        ('[folders."Köln"]\n', "line 1", "can't be a name"),
        ('[folders."Ab"]\n', "line 1", "can't be a name"),
        ("[folders.done]\n", "line 1", "can't be a name"),
        ("folders = 3\n", "line 1", "must be a table"),
        ("[folders]\nap = 3\n", "line 2", "ap"),
        ("[folders.ap]\npath = '/x/in'\nhome = '/x/in/own'\n", "line 3", "lies in the folder"),
        ("[folders.a]\npath = '/x/a'\n[folders.b]\npath = '/x/b'\n", "line 3", "needs its own"),
        ("[folders.a]\npath = '/x/a'\n[folders.b]\npath = '/x/a/b'\nhome = '/y'\n", "line 4", "one lies in the other"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_key(tmp_path: Path, text: str, line: str, named: str) -> None:
    told = wrong(tmp_path, text)
    assert line in told
    assert named in told
    assert str(tmp_path / "folders.toml") in told


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    told = wrong(tmp_path, "[folders.a]\nlayuot = 1\nhints = 3\n[folders.b]\nspid = 'x'\n")
    assert all(line in told for line in ("line 2", "line 3", "line 5"))


DOCUMENTS = Path(__file__).parents[3] / "docs"


def test_every_key_is_documented_with_its_default() -> None:
    text = (DOCUMENTS / "folders.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (`\S+`|–) \|", text, re.MULTILINE))
    defaults = {name: field.default for name, field in folders._Table.model_fields.items()}
    assert told == {name: "–" if default is None else f"`{json.dumps(default)}`" for name, default in defaults.items()}


def test_every_layout_and_answer_is_documented() -> None:
    text, answers = ((DOCUMENTS / name).read_text("utf-8") for name in ("folders.md", "peppol-answers.md"))
    assert {name for name in LAYOUTS if f"\n| `{name}` |" not in text} == set()
    assert {name for name in get_args(folders.Answer) if f"\n| `{name}` |" not in answers} == set()
    assert {name for name in ALSO_CALLED if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("name", ["folders.md", "access-points.md"])
def test_each_example_of_the_documents_can_be_read(tmp_path: Path, name: str) -> None:
    examples = re.findall(r"```toml\n(.*?)```", (DOCUMENTS / name).read_text("utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        (tmp_path / "folders.toml").write_text(example)
        assert read_folders(tmp_path)
