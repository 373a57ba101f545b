"""What in the picture needs an operator. docs/operations.md says of each what it means and what to do."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import get_args

from einvoice.explain import Lang
from einvoice.model.submission import Priority
from einvoice.operations.folders import FolderState, troubles
from einvoice.operations.situation import Disk, Situation
from einvoice.settings import Settings
from einvoice.store.receiving import INSTANCE_ID

# When waiting is too long: somebody is at a screen; folders full of files may take their time.
TOO_LONG = {Priority.INTERACTIVE: timedelta(minutes=5), Priority.BULK: timedelta(hours=1)}
TOO_FULL = 0.8  # of the backlog at which the doors close
UNSIGNED = timedelta(minutes=15)  # beyond the time between two checkpoints
ROOM_FOR = 10  # uploads of full size that must still fit on the disk


@dataclass(frozen=True, slots=True)
class Concern:
    """Something an operator must act on."""

    code: str  # key of the sentence in words.toml
    details: Mapping[str, str | int] = field(default_factory=dict)  # its gaps

    def text(self, lang: Lang) -> str:
        """What is the matter and what to do."""
        return words(lang)[self.code].format_map(self.details)


def concerns(found: Situation, settings: Settings) -> tuple[Concern, ...]:
    """All there are; none means that all is well."""
    return (*_work(found, settings), *_held(found), *_doors(found), *_folders(found), *_keeping(found, settings))


def folder_concerns(folder: FolderState, now: datetime) -> Iterator[Concern]:
    """What of a drop folder needs somebody. `einvoice inbox status` tells the rest."""
    if not folder.watched:
        last = folder.lookers[0]
        since = minutes(last.looked_at, now) if last.looked_at else 0
        yield Concern("folder-unwatched", {"folder": folder.name, "host": last.host, "minutes": since})
    for one, trouble in troubles(folder):
        since = minutes(one.since, now) if one.since else 0
        why = {f"why_{lang}": trouble.words(lang) for lang in get_args(Lang)}
        yield Concern("folder-unhealthy", {"folder": folder.name, "host": one.host, "minutes": since, **why})
    if folder.stuck_count:
        since = minutes(min(one.since for one in folder.stuck), now) if folder.stuck else 0
        yield Concern("folder-stuck", {"folder": folder.name, "count": folder.stuck_count, "minutes": since})


def is_almost_full(disk: Disk, settings: Settings) -> bool:
    """Whether uploads may soon find no room."""
    return disk.free <= ROOM_FOR * settings.max_upload_bytes


@cache
def words(lang: Lang) -> Mapping[str, str]:
    """All sentences of one language by key."""
    table = tomllib.loads(files("einvoice.operations").joinpath("words.toml").read_text(encoding="utf-8"))
    return {key: texts[lang] for key, texts in table.items()}


def minutes(since: datetime, now: datetime) -> int:
    """Whole minutes from then to now."""
    return max(int((now - since).total_seconds()) // 60, 0)


def _work(found: Situation, settings: Settings) -> Iterator[Concern]:
    if not found.workers:
        yield Concern("no-worker", {"waiting": found.backlog})
    for waiting in found.census.waiting:
        if found.at - waiting.oldest > TOO_LONG[waiting.priority]:
            since = minutes(waiting.oldest, found.at)
            yield Concern(f"waiting-{waiting.priority.name.lower()}", {"count": waiting.count, "minutes": since})
    if found.backlog >= TOO_FULL * settings.max_backlog:
        yield Concern("backlog", {"count": found.backlog, "limit": settings.max_backlog})


def _held(found: Situation) -> Iterator[Concern]:
    for held in found.held:
        since = minutes(held.oldest, found.at)
        code = "held-unjudged" if held.cause == INSTANCE_ID else f"held-{held.hold}"
        yield Concern(code, {"count": held.count, "cause": held.cause or "-", "minutes": since})


def _doors(found: Situation) -> Iterator[Concern]:
    for door, pause in found.paused.items():
        yield Concern("door-paused", {"door": door, "reason": pause.reason, "minutes": minutes(pause.at, found.at)})


def _folders(found: Situation) -> Iterator[Concern]:
    for folder in found.folders:
        if folder.watched or found.workers:  # else it is said already that nobody works
            yield from folder_concerns(folder, found.at)


def _keeping(found: Situation, settings: Settings) -> Iterator[Concern]:
    since = found.census.audit.unsigned_since
    if since is not None and found.at - since > timedelta(seconds=settings.checkpoint_seconds) + UNSIGNED:
        yield Concern("unsigned", {"minutes": minutes(since, found.at)})
    if is_almost_full(found.disk, settings):
        yield Concern("disk", {"free": found.disk.free // 1_000_000})
