"""Verifies an export without any store, as somebody outside does: chain, signatures, facts, and files held beside it.

Needs memory for what is said about each submission (some 1 kB each), whatever the length of the log.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from einvoice.model.audit import AuditEntry, Checkpoint
from einvoice.model.submission import Handling
from einvoice.records.chain import Chain, Checkpoints
from einvoice.records.exported import End, Fact, Header, Line, NotAnExport, Unreadable, read_export
from einvoice.records.facts import differences, state_of_entry
from einvoice.records.problems import Figures, Kind, Problem, Problems, Verification
from einvoice.records.signing import NoPublicKey, PublicKeys
from einvoice.records.verify import Progress, unseen

_TOLD_EVERY = 2000
_HASHES = ("original", "report")
_PREFIX = "submission:"


def verify_export(
    path: Path, keys: PublicKeys | None = None, originals: Path | None = None, progress: Progress = unseen
) -> Verification:
    """Everything in the file; with `keys` None, by those in it. `originals`: a folder of files to be found in the log.

    Raises NotAnExport and OSError.
    """
    lines = read_export(path)
    header = next(lines)
    assert isinstance(header, Header)
    own_word = keys is None
    if keys is None:
        try:
            keys = PublicKeys.read(pem.encode() for pem in header.public_keys)
        except NoPublicKey as error:
            raise NotAnExport(str(error)) from error
    given = Given.of(originals) if originals else None
    reading = _Reading(header, keys, Facts(header.head, given), progress)
    for line in lines:
        reading.take(line)
    reading.finish()
    chain = reading.along()
    return Verification(
        problems=reading.problems.kept(),
        count=reading.problems.count,
        figures=reading.figures,
        last=chain.last,
        signed=chain.signed,
        key_ids=keys.ids,
        own_word=own_word,
    )


class Given:
    """Files somebody has, to be found among the originals of the log by their SHA-256."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        """`hashes`: SHA-256 by file name."""
        self._names: dict[str, list[str]] = {}
        for name, sha256 in hashes.items():
            self._names.setdefault(sha256, []).append(name)
        self._by_submission = {Path(name).stem: name for name in hashes}
        self._hashes = hashes
        self._found: set[str] = set()
        self._differing: list[Problem] = []

    @classmethod
    def of(cls, folder: Path) -> "Given":
        """All files in a folder and below."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return cls({str(path.relative_to(folder)): _sha256(path) for path in paths})

    def __len__(self) -> int:
        return len(self._hashes)

    def compare(self, submission_id: str, original: str) -> None:
        """An original of the log. A file named after the submission has to be it."""
        self._found.update(self._names.get(original, ()))
        name = self._by_submission.get(submission_id)
        if name is not None and self._hashes[name] != original:
            details = {"found": self._hashes[name], "expected": original}
            self._differing.append(Problem(kind=Kind.FILE_DIFFERS, object=f"file:{name}", details=details))

    def problems(self) -> Iterator[Problem]:
        """After the last one."""
        yield from self._differing
        told = {problem.object for problem in self._differing}
        for name, sha256 in self._hashes.items():
            if name not in self._found and f"file:{name}" not in told:
                yield Problem(kind=Kind.FILE_UNKNOWN, object=f"file:{name}", details={"found": sha256})


@dataclass(slots=True)
class Facts:
    """What the file says about each submission, compared with the log as soon as it has come that far."""

    head: int  # number of the last entry when the facts were taken
    given: Given | None
    _waiting: dict[str, Fact] = field(default_factory=dict)  # until the entry they were taken after comes
    _hashes: dict[str, dict[str, str]] = field(default_factory=dict)  # of entries so far, while waiting
    _reached: set[str] = field(default_factory=set)  # no entry may follow but from after the facts were taken
    _unlisted: dict[str, AuditEntry] = field(default_factory=dict)  # last entries of submissions there is no fact of
    _doubtful: list[Problem] = field(default_factory=list)  # the entry they are about may yet prove changed

    def add(self, fact: Fact) -> None:
        """Said about a submission."""
        if fact.entry is None:
            self._reached.add(fact.id)
        else:
            self._waiting[fact.id] = fact

    def compare(self, entry: AuditEntry) -> None:
        """The log says this."""
        if not entry.object.startswith(_PREFIX):
            return
        submission_id = entry.object.removeprefix(_PREFIX)
        if self.given is not None and "original" in entry.hashes:
            self.given.compare(submission_id, entry.hashes["original"])
        if submission_id in self._reached:
            if entry.number <= self.head:
                self._doubtful.append(Problem(kind=Kind.STATE_OUTDATED, object=entry.object, number=entry.number))
        elif submission_id in self._waiting:
            self._approach(self._waiting[submission_id], entry)
        elif submission_id in self._unlisted or entry.number <= self.head:
            self._unlisted[submission_id] = entry

    def problems(self, chain: Chain) -> Iterator[Problem]:
        """After the last entry."""
        yield from (one for one in self._doubtful if one.number is None or not chain.suspect(one.number))
        for entry in self._unlisted.values():
            if entry.details.get("handling") != Handling.EXPIRED and not chain.is_cut:
                yield Problem(kind=Kind.SUBMISSION_MISSING, object=entry.object, number=entry.number)
        for fact in self._waiting.values():
            if fact.entry is not None and not chain.lacks(fact.entry):
                yield Problem(kind=Kind.SUBMISSION_UNLOGGED, object=f"{_PREFIX}{fact.id}")

    def _approach(self, fact: Fact, entry: AuditEntry) -> None:
        hashes = self._hashes.setdefault(fact.id, {})
        hashes.update({name: entry.hashes[name] for name in _HASHES if name in entry.hashes})
        if fact.entry != entry.number:
            return
        expected = {**state_of_entry(entry), **hashes}
        stated = {name: fact.values[name] for name in expected}
        if stated != expected:
            details = {"fields": differences(stated, expected)}
            problem = Problem(kind=Kind.STATE_DIFFERS, object=entry.object, number=entry.number, details=details)
            self._doubtful.append(problem)
        del self._waiting[fact.id], self._hashes[fact.id]
        self._reached.add(fact.id)


class _Reading:
    """The lines in the order in which they have to come; what does not is none."""

    def __init__(self, header: Header, keys: PublicKeys, facts: Facts, progress: Progress) -> None:
        self._header, self._keys, self._facts, self._progress = header, keys, facts, progress
        self._signed: list[Checkpoint] = []
        self._checkpoints: Checkpoints | None = None
        self._chain: Chain | None = None
        self._end: End | None = None
        self._counts: Counter[str] = Counter()
        self._line = 1
        self.problems = Problems()
        self.figures = Figures()

    def take(self, line: Line) -> None:
        """The next line."""
        self._line += 1
        match line:
            case Fact() if self._chain is None:
                self._counts["submissions"] += 1
                self.figures.unlogged += line.entry is None
                self.figures.expired += line.values["handling"] == Handling.EXPIRED
                self._facts.add(line)
            case Checkpoint() if self._chain is None:
                self._counts["checkpoints"] += 1
                self._signed.append(line)
            case AuditEntry() if self._end is None:
                self._counts["entries"] += 1
                self.along().feed(line)
                self._facts.compare(line)
                if self._counts["entries"] % _TOLD_EVERY == 0:
                    self._progress("entries", self._counts["entries"], None)
            case End() if self._end is None:
                self._end = line
            case Unreadable(ends=True):
                self._tell(Kind.EXPORT_DAMAGED, line=str(line.line))
            case _:
                self._tell(Kind.LINE_UNREADABLE, line=str(self._line))

    def along(self) -> Chain:
        """The chain; all checkpoints have come before its first entry."""
        if self._chain is None:
            self._checkpoints = Checkpoints(self._signed, self._keys)
            self._chain = Chain(self._checkpoints)
            self.problems.add(self._checkpoints.problems())
        return self._chain

    def finish(self) -> None:
        """After the last line."""
        chain = self.along()
        assert self._checkpoints is not None
        self.problems.add(chain.end(self._end.head if self._end else None))
        self.problems.add(self._facts.problems(chain))
        if self._end is None or self._end.counts["checkpoints"] > self._counts["checkpoints"]:
            self._tell(Kind.EXPORT_INCOMPLETE)
        if self._facts.given is not None:
            self.problems.add(self._facts.given.problems())
            self.figures.given = len(self._facts.given)
        self.figures.entries, self.figures.checkpoints = chain.count, self._checkpoints.count
        self.figures.submissions = self._counts["submissions"]

    def _tell(self, kind: Kind, **details: str) -> None:
        self.problems.add([Problem(kind=kind, object="export", details=details)])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
