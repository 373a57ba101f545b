"""Which folders are looked after, and how: `folders.toml`, read and checked at the start.

    [folders.oxalis-koeln]
    layout = "oxalis"
    path = "/srv/oxalis/inbound"
    answer = "mlr"

Without the file there is one plain folder, `drop`, in the inbox.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from einvoice.errors import Fault
from einvoice.intake.layouts import ALSO_CALLED, LAYOUTS, Habits
from einvoice.intake.tomllines import at, lines_of, said

BUILT_IN = "drop"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TAKEN = frozenset({"done", "failed", "outbox", "processing", "samples", "work"})  # names of our own in the inbox
_SPID = re.compile(r"[0-9]{6}(-[0-9A-Z_]{3,12}(\.[0-9A-Z\-._~]{3,24})?)?", re.IGNORECASE)  # Peppol MLS 1.1, SPIS

Answer = Literal["none", "mlr", "mls"]


class _Table(BaseModel):
    """What may stand in a table of the file, and what holds where it does not."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    layout: str = "plain"  # how documents are put down: plain, oxalis, phoss, holodeck, domibus
    enabled: bool = True  # false: left alone for the time being
    path: str = ""  # the folder others put documents into; "": NAME/drop in the inbox (of `drop`: drop)
    home: str = ""  # where processing/, done/, failed/ lie, on the same file system; "": what `path` lies in
    hints: bool = True  # false: only the regular look; the hints of the system are of no use on network drives
    stable_looks: Annotated[int, Field(ge=2, le=100)] = 2  # looks without a change, where nothing marks the end
    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 0.5  # and at least so long without a change
    stuck_minutes: Annotated[float, Field(gt=0)] = 10.0  # then what is incomplete is shown as stuck
    alone_minutes: Annotated[float, Field(gt=0)] = 2.0  # then a whole document is taken without its metadata
    marked: bool = False  # true, plain alone: take only what has its .done or .ok
    depth: Annotated[int, Field(ge=0, le=8)] | None = None  # levels of folders looked into; absent: as the layout does
    answer: Answer = "none"  # what is sent back through the outbox when the verdict is there
    positive: bool = False  # mlr: true sends good news, too; with mls each envelope says whether it wants them
    outbox: str = ""  # where answers are put; "": outbox/ in `home`
    wrapped: bool = True  # answers in an SBDH envelope, as Peppol carries them
    spid: str = ""  # service provider id the answers come from, without 0242:; needed for mls
    country: Annotated[str, Field(pattern="^[A-Z0-9][A-Z0-9]$")] = "DE"  # COUNTRY_C1 of the answers

    @field_validator("layout")
    @classmethod
    def _known_layout(cls, value: str) -> str:
        if value not in LAYOUTS and value not in ALSO_CALLED:
            raise ValueError(f"there is no layout {value!r}; there are {', '.join([*LAYOUTS, *ALSO_CALLED])}")
        return value

    @field_validator("spid")
    @classmethod
    def _a_spid(cls, value: str) -> str:
        if value and not _SPID.fullmatch(value):
            raise ValueError("must be six digits, with a part after a hyphen where there is one: 123456 or 123456-AB1")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder others put documents into, and how to look after it. See `_Table` for what the fields mean."""

    name: str
    layout: str
    path: Path
    home: Path
    own: bool  # path and home are in the inbox by default, and made where they are missing
    hints: bool
    habits: Habits
    answer: Answer
    positive: bool
    outbox: Path
    wrapped: bool
    spid: str
    country: str

    @property
    def sender(self) -> str:
        """Who the submissions belong to."""
        return f"folder:{self.name}"


def read_folders(inbox: Path, file: Path | None = None) -> tuple[Folder, ...]:
    """The folders to look after; `file` is `folders.toml` in the inbox, if none is named. Relative paths start there.

    Raises Fault("folders-file"), naming line and key of all that is wrong.
    """
    path = file or inbox / "folders.toml"
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if file is not None:
            raise Fault("folders-file", f"{path} does not exist; EINVOICE_FOLDERS names it") from None
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise Fault("folders-file", f"{path} can't be read: {error}") from None
    folders: dict[str, Folder] = {}
    wrong = [f"{path}, {one}" for one in _read(text, inbox, folders)]
    if wrong:
        raise Fault("folders-file", "; ".join(wrong))
    return tuple(folders.values())


def _read(text: str, inbox: Path, folders: dict[str, Folder]) -> Iterator[str]:
    """Fills `folders`; yields what is wrong."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield str(error)  # with line and column
        return
    lines = lines_of(text)
    unknown = [key for key in told if key not in ("folders", "mailboxes")]
    yield from (f"{at(lines, key)}{key}: unknown; there is [folders.NAME] and [mailboxes.NAME]" for key in unknown)
    tables = told.get("folders", {})
    if not isinstance(tables, dict):
        yield f"{at(lines, 'folders')}folders: must be a table, [folders.NAME]"
        return
    of_mailboxes = _of_mailboxes(told)
    for name in tables.keys() & of_mailboxes.keys():
        yield f"{at(lines, 'folders', name)}{name}: there is a mailbox of that name, which has this folder already"
    for name, table in {BUILT_IN: {}, **tables, **of_mailboxes}.items():
        where = ("mailboxes" if name in of_mailboxes else "folders", name)
        if not _NAME.fullmatch(name) or name in _TAKEN:
            yield f"{at(lines, *where)}{name!r} can't be a name: small letters, digits, hyphens, none of our own"
            continue
        try:
            checked = _Table.model_validate(table)
        except ValidationError as error:
            yield from (said(lines, where, _Table, one) for one in error.errors())
            continue
        if checked.enabled:
            folders[name] = _folder(name, checked, inbox)
            yield from (f"{at(lines, *where, key)}{key}: {text}" for key, text in _odd(folders[name], folders))


def _of_mailboxes(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The tables of the plain folders that mailboxes put their attachments into; `mailboxes.py` reads all the rest."""
    tables = told.get("mailboxes", {})
    enabled = {
        name: isinstance(table, dict) and table.get("enabled", True) is True for name, table in tables.items()
    } if isinstance(tables, dict) else {}  # fmt: skip
    return {name: {"enabled": is_enabled} for name, is_enabled in enabled.items()}


def _folder(name: str, table: _Table, inbox: Path) -> Folder:
    place = inbox if name == BUILT_IN else inbox / name
    path = inbox / table.path if table.path else place / "drop"
    home = inbox / table.home if table.home else path.parent
    return Folder(
        name=name,
        layout=ALSO_CALLED.get(table.layout, table.layout),
        path=path,
        home=home,
        own=not table.path and not table.home,
        hints=table.hints,
        habits=Habits(
            looks=table.stable_looks,
            settle=table.settle_seconds,
            stuck=table.stuck_minutes * 60,
            alone=table.alone_minutes * 60,
            marked=table.marked,
            depth=table.depth,
        ),
        answer=table.answer,
        positive=table.positive,
        outbox=inbox / table.outbox if table.outbox else home / "outbox",
        wrapped=table.wrapped,
        spid=table.spid,
        country=table.country,
    )


def _odd(folder: Folder, folders: Mapping[str, Folder]) -> Iterator[tuple[str, str]]:
    """What does not go together, by the key to change."""
    if folder.answer == "mls" and not folder.spid:
        yield "spid", 'answer = "mls" needs the id of your service provider'
    if folder.answer != "none" and not LAYOUTS[folder.layout].enveloped:
        yield "answer", f"layout {folder.layout!r} has no envelopes that could be answered"
    path, home = folder.path.absolute(), folder.home.absolute()
    if home.is_relative_to(path):
        yield "home", f"{home} lies in the folder that is looked after; name one outside of it"
    for other in folders.values():
        if other is folder:
            continue
        paths = (path, other.path.absolute())
        if paths[0].is_relative_to(paths[1]) or paths[1].is_relative_to(paths[0]):
            yield "path", f"{path} is looked after as {other.name!r} already, or one lies in the other"
        if home == other.home.absolute():
            yield "home", f"{home} keeps done/ and failed/ of {other.name!r}; each folder needs its own"
