"""The drop folder's way to the desk: files become submissions, decisions become reports beside them."""

from dataclasses import dataclass

from einvoice.errors import Refusal
from einvoice.intake import DropFolder, Outcome, Spool, Spooled
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.examination import Examination
from einvoice.model.submission import Door
from einvoice.pipeline import Desk, submit
from einvoice.settings import Settings

FOLDER_SENDER = "folder:drop"
_MOST_DUE = 200  # submissions due before the drop folder has to wait


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
        """As many as keep the backlog within bounds."""
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
        """Accepted or rejected, with the reports; None while neither."""
        submission = self.desk.store.submissions.get(submission_id)
        if submission.verdict not in (Verdict.ACCEPTED, Verdict.REJECTED):
            return None
        examination = self.desk.store.submissions.examination(submission_id)
        return None if examination is None else self._outcome(examination)

    def refused(self, name: str, size: int, refusal: Refusal) -> Outcome:
        """The outcome for a file that was too large to be kept."""
        return self._outcome(
            Examination(
                name=name,
                sha256="",
                size=size,
                examined_at=self.desk.store.clock(),
                document=None,
                invoice=None,
                assessment=Assessment.refused(refusal.notice),
            )
        )

    def _outcome(self, examination: Examination) -> Outcome:
        reports = {kind: self.desk.render_report(examination, kind) for kind in ("html", "json")}
        accepted = examination.verdict is Verdict.ACCEPTED and not examination.assessment.declined
        return Outcome(accepted=accepted, reports=reports)
