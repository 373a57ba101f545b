"""What must be true when it is over: every broken promise is named, in a sentence each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

import httpx2 as httpx

from einvoice.model.submission import Event, EventKind, Submission
from einvoice.records.signing import PublicKeys
from einvoice.records.verify import verify
from einvoice.settings import Settings
from einvoice.store import Store, SubmissionFilter
from einvoice.store.evidence import StoredEvidence
from tests.support.chaos_books import Books
from tests.support.chaos_post import ACCEPTED, KINDS, Letter, Post

_ONCE = {EventKind.RECEIVED, EventKind.DECIDED, EventKind.AVAILABLE, EventKind.ACKNOWLEDGED, EventKind.HELD}
_MISTAKES = (
    "IllegalTransition",
    "IntegrityError",
    "DeadlockDetected",
    "stage-failed",
    "request-failed",
    "blob-missing",
    "blob-damaged",
)
_END = {True: EventKind.ACKNOWLEDGED, False: EventKind.HELD}  # of an accepted one: delivered or not


def all_submissions(store: Store) -> list[Submission]:
    """Whatever is stored."""
    found: list[Submission] = []
    after: str | None = None
    while True:
        page = store.submissions.find(SubmissionFilter(), after=after, limit=500)
        found += page.items
        after = page.next
        if after is None:
            return found


def broken_promises(store: Store, settings: Settings, post: Post, books: Sequence[Books]) -> Iterator[str]:
    """All of them, when nothing is under way any more."""
    submissions = all_submissions(store)
    yield from post.wrong
    yield from answers_broken(post, submissions)
    letters = {letter.sha256: letter for letter in post.letters}
    for submission in submissions:
        letter = letters.get(submission.sha256)
        if letter is None:
            yield f"{submission.id} is nothing that was sent in full"
            continue
        yield from decision_broken(letter, submission, store.events.of_submission(submission.id))
    for one in books:
        yield from one.wrong
        yield from feed_broken(one, store)
        yield from booking_broken(one, submissions)
    yield from flags_broken(letters, submissions)
    found = verify(store.audit, StoredEvidence.of(store), PublicKeys.of(settings))
    yield from (f"the audit log: {problem}" for problem in found.problems)
    if found.figures.entries == 0 or found.figures.originals != len(submissions):
        yield f"the audit log was not verified: {found.figures}"


def answers_broken(post: Post, submissions: Iterable[Submission]) -> Iterator[str]:
    """What was answered is there, and as one submission wherever the same was handed in again."""
    stored: defaultdict[str, set[str]] = defaultdict(set)
    for submission in submissions:
        stored[submission.sha256].add(submission.id)
    for letter in post.letters:
        told, there = set(post.answers.get(letter.number, ())), stored[letter.sha256]
        if not told:
            yield f"letter {letter.number} got no answer"
        if told - there:
            yield f"letter {letter.number} ({letter.kind}) was answered with {told}; there is {there or 'nothing'}"
        if letter.once and len(there) > 1:
            yield f"letter {letter.number} ({letter.kind}) became {len(there)} submissions"
        if len(there) > post.tries[letter.number]:
            yield f"letter {letter.number} went out {post.tries[letter.number]} times and is there {len(there)} times"


def decision_broken(letter: Letter, submission: Submission, events: Sequence[Event]) -> Iterator[str]:
    """One decision, the right one, and one history that leads to it."""
    kind, name = KINDS[letter.kind], f"{submission.id} ({letter.kind})"
    kinds = [event.kind for event in events]
    counted = Counter(kinds)
    if submission.verdict != kind.verdict or submission.size != len(letter.data):
        yield f"{name} is {submission.verdict}, {submission.size} bytes; attempts: {submission.attempts}"
    if not submission.settled or submission.attempts == 0:
        yield f"{name} is not settled: {submission.handling}, {submission.attempts} attempts"
    yield from (f"{name} was {one} {counted[one]} times: {kinds}" for one in _ONCE if counted[one] > 1)
    expected = {EventKind.RECEIVED, EventKind.CLAIMED, EventKind.DECIDED}
    if kind.verdict == ACCEPTED:
        expected |= {EventKind.AVAILABLE, EventKind.LEASED, EventKind.ACKNOWLEDGED} if kind.to else {EventKind.HELD}
    last = _END[kind.to is not None] if kind.verdict == ACCEPTED else EventKind.DECIDED
    if expected - set(kinds) or kinds[0] != EventKind.RECEIVED or kinds[-1] != last:
        yield f"{name} has another history: {kinds}"
    if EventKind.DECIDED in kinds and EventKind.CLAIMED in kinds[kinds.index(EventKind.DECIDED) :]:
        yield f"{name} was worked on after its decision: {kinds}"
    states = (submission.verdict, submission.handling, submission.hold)
    if states != (events[-1].verdict, events[-1].handling, events[-1].hold):
        yield f"{name} is {states}; its last event says otherwise"


def feed_broken(books: Books, store: Store) -> Iterator[str]:
    """The feed that was read as it grew is the one that is there, without gap and without repetition."""
    there: list[Event] = []
    after = 0
    while page := store.events.of_authority(books.authority_id, after=after, limit=1000):
        there += page
        after = page[-1].sequence or 0
    numbers = [event.sequence for event in there]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the feed of {books.authority_id} has gaps or repetitions: {numbers}"
    if [(e.submission_id, e.kind) for e in there] != [(e["submission_id"], e["kind"]) for e in books.events]:
        yield f"the feed of {books.authority_id} is not what was read from it: {len(books.events)} of {len(there)}"


def booking_broken(books: Books, submissions: Iterable[Submission]) -> Iterator[str]:
    """Booked is what was accepted, all of it, once, as it was sent."""
    due = {one.delivery_id: (one.id, one.sha256) for one in submissions if one.authority_id == books.authority_id}
    due.pop(None, None)
    yield from (f"delivery {one} of {due[one][0]} was never booked" for one in due.keys() - books.booked.keys())
    for one, entry in books.booked.items():
        if due.get(one) != entry:
            yield f"delivery {one} was booked as {entry} and is {due.get(one)}"
    booked = Counter(submission for submission, _ in books.booked.values())
    yield from (f"{submission} was booked {count} times" for submission, count in booked.items() if count > 1)


def flags_broken(letters: dict[str, Letter], submissions: Iterable[Submission]) -> Iterator[str]:
    """Of several invoices with one number, all but one are told to be duplicates."""
    same: defaultdict[tuple[str | None, ...], list[Submission]] = defaultdict(list)
    for one in submissions:
        if one.verdict == ACCEPTED and one.authority_id is not None:
            same[one.authority_id, one.seller_name, one.invoice_number].append(one)
    for key, ones in same.items():
        firsts = [one.id for one in ones if one.duplicate_of is None]
        if len(firsts) != 1:
            yield f"{len(firsts)} of {len(ones)} invoices {key} are told to be the first"


def log_broken(log: str) -> Iterator[str]:
    """A mistake of ours that a second safeguard caught is a mistake all the same."""
    for sign in _MISTAKES:
        lines = [line for line in log.splitlines() if sign in line]
        if lines:
            yield f"{len(lines)} lines of the log tell of {sign}: {lines[0][:300]}"


def originals_broken(client: httpx.Client, submissions: Iterable[Submission]) -> Iterator[str]:
    """What the service gives back is byte for byte what was sent."""
    for one in submissions:
        answer = client.get(f"/api/v1/submissions/{one.id}/original")
        if answer.status_code != 200 or sha256(answer.content).hexdigest() != one.sha256:
            yield f"the original of {one.id} comes back as {answer.status_code}, {len(answer.content)} bytes"
