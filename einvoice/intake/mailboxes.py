"""Which mailboxes are looked after, and how: the tables `[mailboxes.NAME]` of `folders.toml`.

    [mailboxes.rechnung]
    imap = "imaps://rechnung@mail.example.org/INBOX"
    password_file = "/run/secrets/rechnung"

Each has a plain drop folder of its name, into which its attachments go.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from einvoice.errors import Fault
from einvoice.intake.addresses import is_address
from einvoice.intake.mailservers import IMAP, SMTP, Server, read_server
from einvoice.intake.tomllines import at, lines_of, said

Policy = Literal["never", "known", "authenticated"]


class _Table(BaseModel):
    """What may stand in a table of the file, and what holds where it does not."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    enabled: bool = True  # false: left alone for the time being
    maildir: str = ""  # a folder with new/, cur/ and tmp/, or …
    imap: str = ""  # … imaps://USER@HOST/FOLDER; imap:// is the same with STARTTLS
    password_file: str = ""  # of the IMAP account, read anew for each connection
    done: str = "Erledigt"  # IMAP: the folder that read messages go to
    failed: str = "Unbrauchbar"  # the folder for messages that hold nothing for us
    every_seconds: Annotated[float, Field(ge=0.1, le=86400)] = 30.0  # between two looks
    max_message_bytes: Annotated[int, Field(ge=1000)] = 50_000_000  # a larger message is not read
    answer: Policy = "never"  # who gets the report by mail
    authserv_id: str = ""  # what the receiving server calls itself in Authentication-Results
    smtp: str = ""  # smtp://USER@HOST:587 (STARTTLS) or smtps://USER@HOST:465
    smtp_password_file: str = ""  # of the SMTP account; needed if `smtp` names a user
    from_address: str = ""  # whom answers are from
    language: Literal["de", "en"] = "de"  # of the report enclosed; the text is in both
    answers_per_hour: Annotated[int, Field(ge=1, le=10_000)] = 20  # to one address; further ones wait
    give_up_hours: Annotated[float, Field(gt=0)] = 72.0  # how long a failing answer is tried again
    letter_days: Annotated[int, Field(ge=1)] = 90  # who sent what is forgotten after so many days


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mailbox to look after. See `_Table` for what the fields mean."""

    name: str
    home: Path  # letters/ and drop/ lie there
    maildir: Path | None  # one of the two is set
    imap: Server | None
    done: str
    failed: str
    every: float
    max_message_bytes: int
    answer: Policy
    authserv_id: str
    smtp: Server | None
    from_address: str
    language: Literal["de", "en"]
    answers_per_hour: int
    give_up_hours: float
    letter_days: int

    @property
    def sender(self) -> str:
        """Who the submissions belong to."""
        return f"folder:{self.name}"


def read_mailboxes(inbox: Path, file: Path | None = None) -> tuple[Mailbox, ...]:
    """The mailboxes to look after; `file` is `folders.toml` in the inbox, if none is named. Relative paths start there.

    That names are fit, and the file there, `read_folders` has checked. Raises Fault("folders-file"), naming line and
    key of all that is wrong.
    """
    path = file or inbox / "folders.toml"
    try:
        text = path.read_text("utf-8")
        told = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError) as error:
        raise Fault("folders-file", f"{path} can't be read: {error}") from None
    found: dict[str, Mailbox] = {}
    wrong = [f"{path}, {one}" for one in _read(told.get("mailboxes", {}), lines_of(text), inbox, found)]
    if wrong:
        raise Fault("folders-file", "; ".join(wrong))
    return tuple(found.values())


def _read(
    tables: Any, lines: Mapping[tuple[str, ...], int], inbox: Path, found: dict[str, Mailbox]
) -> Iterator[str]:  # fmt: skip
    """Fills `found`; yields what is wrong."""
    if not isinstance(tables, dict):
        yield f"{at(lines, 'mailboxes')}mailboxes: must be a table, [mailboxes.NAME]"
        return
    for name, table in tables.items():
        where = ("mailboxes", name)
        try:
            checked = _Table.model_validate(table)
        except ValidationError as error:
            yield from (said(lines, where, _Table, one) for one in error.errors())
            continue
        odd = list(_odd(checked))
        yield from (f"{at(lines, *where, key)}{key}: {text}" for key, text in odd)
        if checked.enabled and not odd:
            mailbox = _mailbox(name, checked, inbox)
            if any(_same(mailbox, other) for other in found.values()):
                key = "maildir" if mailbox.maildir else "imap"
                yield f"{at(lines, *where, key)}{key}: is looked after under another name already"
            found[name] = mailbox


def _same(one: Mailbox, other: Mailbox) -> bool:
    return _place(one) == _place(other)


def _place(mailbox: Mailbox) -> object:
    if mailbox.maildir is not None:
        return mailbox.maildir.absolute()
    server = mailbox.imap
    return server and (server.host, server.port, server.user, server.folder)


def _odd(table: _Table) -> Iterator[tuple[str, str]]:
    """What can't be, or does not go together, by the key to change."""
    if bool(table.maildir) is bool(table.imap):
        yield ("imap" if table.imap else "maildir"), "name a maildir or an imap mailbox, one of the two"
    yield from _odd_imap(table)
    yield from _odd_answer(table)


def _odd_imap(table: _Table) -> Iterator[tuple[str, str]]:
    if table.imap:
        server = read_server(table.imap, IMAP, None)
        if isinstance(server, str):
            yield "imap", server
        elif not server.user or not table.password_file:
            yield "imap", "needs a user, imaps://USER@HOST/FOLDER, and a password_file"
        elif not _fit(server.folder):
            yield "imap", "the name of the folder must be plain ASCII"
    for key in ("done", "failed"):
        if not _fit(getattr(table, key)):
            yield key, "must be plain ASCII without quotes and backslashes"
        elif table.maildir and not getattr(table, key).replace("-", "").replace("_", "").isalnum():
            yield key, "may have letters, digits, - and _ alone in a Maildir"
    if table.done == table.failed:
        yield "failed", "must be another folder than done"


def _odd_answer(table: _Table) -> Iterator[tuple[str, str]]:
    if table.from_address and not is_address(table.from_address):
        yield "from_address", "must be a bare address: rechnung@example.org"
    if table.smtp:
        server = read_server(table.smtp, SMTP, None)
        if isinstance(server, str):
            yield "smtp", server
        elif bool(server.user) is not bool(table.smtp_password_file):
            yield "smtp_password_file", "goes with a user in smtp, smtp://USER@HOST"
    if table.answer != "never" and not (table.smtp and table.from_address):
        yield "answer", "needs smtp and from_address"
    if table.answer == "authenticated" and not table.authserv_id:
        yield "authserv_id", 'answer = "authenticated" needs the name the receiving server gives itself'


def _mailbox(name: str, table: _Table, inbox: Path) -> Mailbox:
    imap = read_server(table.imap, IMAP, inbox / table.password_file) if table.imap else None
    secret = inbox / table.smtp_password_file if table.smtp_password_file else None
    smtp = read_server(table.smtp, SMTP, secret) if table.smtp else None
    assert not isinstance(imap, str)
    assert not isinstance(smtp, str)
    return Mailbox(
        name=name,
        home=inbox / name,
        maildir=inbox / table.maildir if table.maildir else None,
        imap=imap,
        done=table.done,
        failed=table.failed,
        every=table.every_seconds,
        max_message_bytes=table.max_message_bytes,
        answer=table.answer,
        authserv_id=table.authserv_id,
        smtp=smtp,
        from_address=table.from_address,
        language=table.language,
        answers_per_hour=table.answers_per_hour,
        give_up_hours=table.give_up_hours,
        letter_days=table.letter_days,
    )


def _fit(folder: str) -> bool:
    return bool(folder) and folder.isascii() and folder.isprintable() and not set(folder) & set('"\\')
