"""What must be true of a folder when all is over: manifest, `done/`, `failed/` and database agree to the last file."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from einvoice.intake import read_folders
from einvoice.intake.pickup import Health, failed_documents
from einvoice.intake.simulator import Dropped, Fate
from einvoice.model.submission import EventKind, Hold, Submission
from einvoice.settings import Settings
from einvoice.store import Store, SubmissionFilter

_MARK = re.compile(r"-[0-9a-f]{16}(?=\.[^.]*$)")  # in a name that was taken
_REPORT = re.compile(r"\.report\.(html|json|txt)$")
_NOTE = re.compile(r"^\..+\.parcel$")  # beside what failed, for trying it again
_PLACES = {Fate.ACCEPTED: "done", Fate.REJECTED: "failed", Fate.SET_ASIDE: "failed"}
_SHOWN = 20  # stuck files by name


def files_below(folder: Path) -> dict[str, Path]:
    """All files by their path in the folder, hidden ones too; what vanishes meanwhile is left out."""
    return {
        os.path.relpath(os.path.join(at, name), folder): Path(at, name)
        for at, _, names in os.walk(folder)
        for name in names
    }


def broken_promises(store: Store, home: Path, layout: str, told: Sequence[Dropped]) -> Iterator[str]:
    """All of one folder, when nothing is under way any more."""
    yield from left_broken(home, told)
    yield from places_broken(home, told)
    yield from reports_broken(home, told)
    yield from submissions_broken(store, layout, told)


def left_broken(home: Path, told: Iterable[Dropped]) -> Iterator[str]:
    """What has to stay in the folder lies there as it was put down, and nothing else; nothing is in processing."""
    stays = {path: digest for one in told if not one.taken for path, digest in one.files.items()}
    there = {path: _digest(file) for path, file in files_below(home / "drop").items()}
    yield from (f"{path} was to stay, and is gone or another" for path in stays if there.get(path) != stays[path])
    yield from (f"{path} was left" for path in there.keys() - stays.keys())
    claimed = [path for path in files_below(home / "processing") if not path.endswith("/.alive")]
    yield from (f"{path} is still in processing" for path in claimed)


def places_broken(home: Path, told: Iterable[Dropped]) -> Iterator[str]:
    """Every file of what was taken lies once where its fate says, under its name, with its bytes."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    for one in told:
        if one.taken:
            wanted.update((_PLACES[one.fate], path, digest) for path, digest in one.files.items())
    there = Counter(
        ("failed" if place.startswith("failed") else "done", _MARK.sub("", path), _digest(file))
        for place in _folders(home)
        for path, file in files_below(home / place).items()
        if not _is_ours(path)
    )
    yield from (f"{count} too few of {file}" for file, count in (wanted - there).items())
    yield from (f"{count} too many of {file}" for file, count in (there - wanted).items())


def reports_broken(home: Path, told: Iterable[Dropped]) -> Iterator[str]:
    """As many reports as documents, and nothing half written beside them."""
    told = list(told)
    accepted = sum(1 for one in told if one.fate is Fate.ACCEPTED)
    rejected = sum(1 for one in told if one.fate is Fate.REJECTED)
    aside = sum(1 for one in told if one.fate is Fate.SET_ASIDE)
    found: Counter[tuple[str, str]] = Counter()
    for place in _folders(home):
        for path in files_below(home / place):
            kind = _REPORT.search(path)
            if kind:
                found[place.split("/")[0], kind[1]] += 1
            elif _is_hidden(path) and not _NOTE.match(Path(path).name):
                yield f"{place}/{path} was left by something that was interrupted"
    wanted = {
        ("done", "html"): accepted,
        ("done", "json"): accepted,
        ("failed", "html"): rejected,
        ("failed", "json"): rejected,
        ("failed", "txt"): rejected + aside,
    }
    if found != Counter(wanted):
        yield f"the reports are {dict(found)}, not {wanted}"


def submissions_broken(store: Store, layout: str, told: Iterable[Dropped]) -> Iterator[str]:
    """Every document is one submission, whole, with the right verdict, decided once; doubles are that of the first."""
    groups: defaultdict[int, list[Dropped]] = defaultdict(list)
    for one in told:
        if one.is_submission:
            groups[one.number if one.double_of is None else one.double_of].append(one)
    by_bytes = {one.submitted_sha256: number for number, ones in groups.items() for one in ones}
    found: defaultdict[int, list[Submission]] = defaultdict(list)
    for submission in submissions_of(store, layout):
        number = by_bytes.get(submission.sha256)
        if number is None:
            yield f"{submission.id} is nothing that was put down whole: {submission.name}, {submission.size} bytes"
        else:
            found[number].append(submission)
    for number, ones in groups.items():
        if len(found[number]) != 1:
            yield f"document {number} ({ones[0].what}) became {len(found[number])} submissions"
        for submission in found[number]:
            yield from submission_broken(store, ones, submission)


def submission_broken(store: Store, ones: Sequence[Dropped], submission: Submission) -> Iterator[str]:
    """One submission, of one document and its doubles."""
    name, first = f"{submission.id} ({ones[0].what})", ones[0]
    if submission.verdict != first.fate.value or submission.hold is not Hold.NONE:
        yield f"{name} is {submission.verdict} {submission.hold}, not {first.fate}"
    kinds = Counter(event.kind for event in store.events.of_submission(submission.id))
    if (kinds[EventKind.RECEIVED], kinds[EventKind.DECIDED]) != (1, 1):
        yield f"{name} was received {kinds[EventKind.RECEIVED]} and decided {kinds[EventKind.DECIDED]} times"
    if first.instance_id is None or first.payload_sha256 is None:
        return
    letter = store.envelopes.of(submission.id)
    envelope = letter.envelope if letter else None
    if envelope is None or (envelope.instance_id, envelope.payload_sha256) != (first.instance_id, first.payload_sha256):
        yield f"{name} has another envelope or payload: {envelope}"


def retries_broken(inbox: Path, layout: str, told: Iterable[Dropped]) -> Iterator[str]:
    """Of what failed, the documents can be tried again, each with what came beside it, and nothing else."""
    [folder] = [folder for folder in read_folders(inbox) if folder.name == layout]
    failed = sum(1 for one in told if one.taken and one.fate is not Fate.ACCEPTED)
    found = failed_documents(folder)
    if len(found) != failed:
        yield f"{failed} documents failed; to be tried again are {len(found)}: {[str(path) for path in found]}"


def stuck_broken(settings: Settings, layout: str, told: Iterable[Dropped]) -> Iterator[str]:
    """What stays is shown as stuck, with the right reason."""
    wanted = {path: why for one in told for path, why in one.stuck.items()}
    health = Health.read(settings.data_dir / "folders", layout)
    if health is None or health.stuck_count != len(wanted) or health.trouble is not None:
        yield f"{len(wanted)} are stuck; shown is {health}"
        return
    shown = {one.path: one.why for one in health.stuck}
    short = {"/".join(path.split("/")[-4:]): why for path, why in wanted.items()}
    if len(shown) != min(len(wanted), _SHOWN) or shown.items() - short.items():
        yield f"shown as stuck are {shown}, not {short}"


def submissions_of(store: Store, layout: str) -> Iterator[Submission]:
    """All that came through a folder."""
    after = None
    while True:
        page = store.submissions.find(SubmissionFilter(sender=f"folder:{layout}"), after=after, limit=500)
        yield from page.items
        after = page.next
        if after is None:
            return


def _folders(home: Path) -> list[str]:
    days = [f"done/{day.name}" for day in (home / "done").iterdir()] if (home / "done").is_dir() else []
    return [*days, "failed"]


def _is_ours(path: str) -> bool:
    return _REPORT.search(path) is not None or _is_hidden(path)


def _is_hidden(path: str) -> bool:
    return Path(path).name.startswith(".")


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()
