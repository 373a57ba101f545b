"""Handing a claimed document in, and putting it away when it is known how it ended."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from einvoice.errors import Refusal
from einvoice.intake.folders import Folder
from einvoice.intake.layouts import Language, Unpackable, unpacked
from einvoice.intake.layouts import words as layout_words
from einvoice.intake.names import shown_name
from einvoice.intake.pickup import beneath
from einvoice.intake.pickup.desk import FolderDesk, Outcome
from einvoice.intake.pickup.item import Item, Slip, Submitted
from einvoice.intake.pickup.placing import place, possible_names, release
from einvoice.intake.pickup.trouble import words
from einvoice.intake.spool import Spool, Spooled

_LANGUAGES: tuple[Language, ...] = ("de", "en")


def submit(item: Item, slip: Slip, folder: Folder, spool: Spool, desk: FolderDesk) -> Submitted | Outcome:
    """Copy it while it is hashed, and hand the copy in; at once its end, where it is none to be handed in.

    Raises OSError, Fault.
    """
    if slip.remark is not None and not slip.submit:
        return _not_taken({language: layout_words("remark", slip.remark, language) for language in _LANGUAGES})
    raw = _Hashed(beneath.chunks(item.files, slip.document))
    try:
        try:
            spooled = spool.write(unpacked(slip.packing, raw))
        except Unpackable:  # whatever it is, it gets its verdict as it stands
            raw = _Hashed(beneath.chunks(item.files, slip.document))
            spooled = spool.write(raw)
    except beneath.NotAFile:
        return _not_taken(words("failed", "not-a-file"))
    except Refusal as refusal:
        found = beneath.status(item.files, slip.document)
        return desk.refused(shown_name(slip.name), found.st_size if found else 0, refusal)
    return _hand_in(spooled, raw, slip, f"{folder.name}:{item.token}:{spooled.sha256}", desk)


def _hand_in(spooled: Spooled, raw: "_Hashed", slip: Slip, key: str, desk: FolderDesk) -> Submitted | Outcome:
    """With the hash in the key, bytes that changed after the claim are another submission, not a conflict."""
    try:
        found = desk.submit(spooled, slip, key)
        return found if isinstance(found, Outcome) else Submitted(found, raw.size, raw.sha256)
    finally:
        spooled.discard()


def is_still(item: Item, slip: Slip, submitted: Submitted) -> bool:
    """Whether the document has the bytes that were submitted. Raises OSError."""
    found = beneath.status(item.files, slip.document)
    if found is None or found.st_size != submitted.size:
        return False
    return beneath.sha256_of(item.files, slip.document) == submitted.sha256


def finish(item: Item, slip: Slip, home: Path, outcome: Outcome, submission: str | None = None) -> None:
    """Put it, and all that came with it, into `done/DAY/` or `failed/`; `submission`: its id. Raises OSError."""
    target = beneath.make_folders(home, Path("done") / slip.day if outcome.accepted else Path("failed"))
    # Those of the slip as well: a process that died may have moved them already.
    companions = dict.fromkeys((*(path for path, _ in slip.companions), *_files(item.files)))
    companions.pop(slip.document, None)
    note = None if outcome.accepted else {**slip.as_json(), "submission": submission, "why": dict(outcome.why)}
    place(item.files, slip.document, tuple(companions), target, item.token, outcome.reports, note)
    item.clear()


def was_finished(item: Item, slip: Slip, home: Path) -> None:
    """Tidy up after a process that died when the document was away already. Raises OSError."""
    for target in (home / "done" / slip.day, home / "failed"):
        for name in possible_names(slip.document, target, item.token):
            release(name, item.token)


def _not_taken(told: Mapping[str, str]) -> Outcome:
    """Both languages: whoever put it there cannot say which one is wanted."""
    text = "\n\n".join(told[language] for language in _LANGUAGES)
    return Outcome(accepted=False, reports={"txt": f"{text}\n".encode()}, why=told)


def _files(root: Path) -> Iterator[Path]:
    """All that is no folder, relative to the root; links are named, not followed."""
    for folder, folders, names in os.walk(root):
        for name in (*names, *(one for one in folders if os.path.islink(os.path.join(folder, one)))):
            yield (Path(folder) / name).relative_to(root)


class _Hashed:
    """Chunks that are hashed while they go by."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        """Of what went by, hex."""
        return self._hash.hexdigest()
