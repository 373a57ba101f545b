"""The drop folder's way to the desk: files become submissions, decisions become reports beside them."""

from dataclasses import dataclass

from einvoice.errors import Refusal
from einvoice.intake import DropFolder, Outcome, Spool, Spooled
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.submission import Door, EventKind, Handling, Hold, HumanDecision, Submission
from einvoice.pipeline import Desk, submit
from einvoice.settings import Settings
from einvoice.store import DoorClosed

FOLDER_SENDER = "folder:drop"
_MOST_DUE = 200  # submissions due before the drop folder has to wait
_ENDED = (Handling.WITHDRAWN, Handling.EXPIRED)
_BY_HAND = {HumanDecision.SENT_ON: EventKind.SENT_ON, HumanDecision.SENT_BACK: EventKind.SENT_BACK}

# Beside the report, in both languages: whoever puts files into a folder cannot say which one is wanted.
_SAID = {
    HumanDecision.SENT_BACK: """\
Eine Person in unserem Betrieb hat die Rechnung am {at:%d.%m.%Y um %H:%M} Uhr zurückgegeben.
Sie wird nicht weitergeleitet.
Begründung: {reason}

One of our operators has sent the invoice back on {at:%Y-%m-%d at %H:%M}. It will not be passed on.
Reason: {reason}
""",
    HumanDecision.SENT_ON: """\
Eine Person in unserem Betrieb hat die Rechnung am {at:%d.%m.%Y um %H:%M} Uhr von Hand an {authority} weitergeleitet.

One of our operators has sent the invoice on to {authority} by hand on {at:%Y-%m-%d at %H:%M}.
""",
}
_GONE = """\
Die Aufbewahrungsfrist ist abgelaufen, der Prüfbericht ist gelöscht.

The retention period has ended, the report has been deleted.
"""


class Inbox:
    """The drop folder. Opened by the first look that can, so that a disk that is away does not end a worker."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._settings = settings
        self._folder: DropFolder | None = None

    def look(self) -> None:
        """Take every file on as far as it goes now. Raises OSError, Fault."""
        if self._folder is None:
            self._folder = self._open()
        self._folder.look()

    def close(self) -> None:
        """Let another process look after it."""
        if self._folder is not None:
            self._folder.close()

    def _open(self) -> DropFolder:
        spool = Spool(self._settings.data_dir / "spool", self._settings.max_upload_bytes)
        spool.discard_leftovers()
        return DropFolder(self._settings.inbox_dir, spool, _FolderDesk(self._desk))


@dataclass(frozen=True)
class _FolderDesk:
    """What the drop folder asks for."""

    desk: Desk

    def room(self) -> int:
        """As many as keep the backlog within bounds; none while the door is closed."""
        try:
            self.desk.store.doors.check(Door.FOLDER)
        except DoorClosed:
            return 0
        return _MOST_DUE - len(self.desk.store.claims.due(_MOST_DUE))

    def submit(self, spooled: Spooled, name: str, key: str) -> str:
        """Keep the bytes; the submission's id."""
        receipt = submit(
            spooled,
            desk=self.desk,
            door=Door.FOLDER,
            sender=FOLDER_SENDER,
            actor=FOLDER_SENDER,
            name=name,
            idempotency_key=key,
        )
        return receipt.submission.id

    def outcome(self, submission_id: str) -> Outcome | None:
        """Accepted or rejected, or ended by a person, with the reports and what there is to say; None while neither."""
        submission = self.desk.store.submissions.get(submission_id)
        if not _has_ended(submission):
            return None
        examination = self.desk.store.submissions.examination(submission_id)
        return Outcome(accepted=_is_done(submission), reports=self._reports(examination) | self._note(submission))

    def refused(self, name: str, size: int, refusal: Refusal) -> Outcome:
        """The outcome for a file that was too large to be kept."""
        examination = Examination(
            name=name,
            sha256="",
            size=size,
            examined_at=self.desk.store.clock(),
            document=None,
            invoice=None,
            assessment=Assessment.refused(refusal.notice),
        )
        return Outcome(accepted=False, reports=self._reports(examination))

    def _reports(self, examination: Examination | None) -> dict[str, bytes]:
        """By kind; none where the report is deleted, or never was."""
        if examination is None:
            return {}
        return {kind: self.desk.render_report(examination, kind) for kind in ("html", "json")}

    def _note(self, submission: Submission) -> dict[str, bytes]:
        """What no report says: that a person has decided, and why; or that everything is deleted."""
        if submission.human_decision is None:
            return {} if submission.handling is not Handling.EXPIRED else {"txt": _GONE.encode()}
        kind = _BY_HAND[submission.human_decision]
        events = self.desk.store.events.of_submission(submission.id)
        said = next((event for event in reversed(events) if event.kind is kind), None)
        gaps = {
            "at": said.at.astimezone() if said else submission.received_at,
            "reason": said.reason if said else "",
            "authority": submission.authority_name or "",
        }
        return {"txt": _SAID[submission.human_decision].format_map(gaps).encode()}


def _has_ended(submission: Submission) -> bool:
    """Whether it is clear where the file belongs: also of what is accepted and waits for its authority, but not of a
    duplicate that waits for a person."""
    if submission.human_decision is not None or submission.handling in _ENDED:
        return True
    return submission.verdict in (Verdict.ACCEPTED, Verdict.REJECTED) and submission.hold is not Hold.CONFLICT


def _is_done(submission: Submission) -> bool:
    """Handed over, or to be handed over."""
    if submission.human_decision is not None:
        return submission.human_decision is HumanDecision.SENT_ON
    accepted = submission.verdict is Verdict.ACCEPTED and submission.handling is not Handling.WITHDRAWN
    return accepted and not submission.declined
