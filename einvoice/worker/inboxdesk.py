"""The drop folders' way to the desk: documents become submissions, decisions become reports beside them."""

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from einvoice.answering import Incoming, take_reply
from einvoice.envelope import Opened, open_envelope
from einvoice.errors import Refusal
from einvoice.explain import Lang, refusal_text
from einvoice.intake import Folder, Spooled, shown_name
from einvoice.intake.layouts import LAYOUTS
from einvoice.intake.pickup import Outcome, Slip
from einvoice.model.answer import AnswerKind
from einvoice.model.assessment import Assessment, Verdict
from einvoice.model.envelope import Envelope
from einvoice.model.examination import Examination
from einvoice.model.letter import Letter
from einvoice.model.submission import Door, EventKind, Handling, Hold, HumanDecision, Submission
from einvoice.pipeline import Desk
from einvoice.reports import text_report
from einvoice.store import DoorClosed, NotFound, SubmissionFilter
from einvoice.watching import taken_in

_MOST_DUE = 200  # submissions due before the drop folders have to wait
_ALWAYS = 10  # of these for each folder: one that is full keeps no other waiting
_ENDED = (Handling.WITHDRAWN, Handling.EXPIRED)
_BY_HAND = {HumanDecision.SENT_ON: EventKind.SENT_ON, HumanDecision.SENT_BACK: EventKind.SENT_BACK}
_ANSWER = "ApplicationResponse"  # the document type of MLS, MLR and Invoice Response
_LANGUAGES: tuple[Lang, ...] = ("de", "en")

log = structlog.get_logger()

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


@dataclass(frozen=True)
class InboxDesk:
    """What a drop folder asks for."""

    desk: Desk
    folder: Folder

    def room(self) -> int:
        """As many as keep the backlog within bounds, and always a few of this folder, however much there is of others;
        none while the door is closed."""
        try:
            self.desk.store.doors.check(Door.FOLDER)
        except DoorClosed:
            return 0
        room = _MOST_DUE - len(self.desk.store.claims.due(_MOST_DUE))
        if room >= _ALWAYS:
            return room
        own = SubmissionFilter(sender=self.folder.sender, at_work=True)
        return max(room, _ALWAYS - self.desk.store.submissions.count(own, _ALWAYS))

    def submit(self, spooled: Spooled, slip: Slip, key: str) -> str | Outcome:
        """Keep the bytes; the submission's id. What answers an answer of ours is kept with that, and no submission."""
        opened = self._opened(spooled)
        if opened is not None and (reply := self._reply(opened)) is not None:
            return Outcome(accepted=reply.found, reports={"txt": f"{reply.text}\n".encode()})
        receipt = taken_in(
            self.desk.store.receiving.receive,
            spooled,
            door=Door.FOLDER,
            sender=self.folder.sender,
            actor=self.folder.sender,
            name=shown_name(slip.name),
            idempotency_key=key,
            letter=self._letter(opened.envelope, slip) if opened else None,
        )
        if receipt.created:
            self.desk.wake(receipt.submission.id, receipt.submission.priority)
        return receipt.submission.id

    def ended(self, ids: Collection[str]) -> set[str]:
        """Those that are neither worked on nor wait for a person; also those that are not known, or not any more."""
        return set(ids) - {one.id for one in self.desk.store.submissions.some(ids) if not _has_ended(one)}

    def outcome(self, submission_id: str) -> Outcome | None:
        """Accepted or rejected, or ended by a person, with the reports and what there is to say; None while neither."""
        try:
            submission = self.desk.store.submissions.get(submission_id)
        except NotFound:
            raise LookupError(submission_id) from None
        if not _has_ended(submission):
            return None
        examination = self.desk.store.submissions.examination(submission_id)
        accepted = _is_done(submission)
        reports = {} if accepted else _reason(examination)
        return Outcome(accepted=accepted, reports=reports | self._reports(examination) | self._note(submission))

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
        why: dict[str, str] = {language: refusal_text(refusal.notice, language).sentence for language in _LANGUAGES}
        return Outcome(accepted=False, reports=_reason(examination) | self._reports(examination), why=why)

    def _opened(self, spooled: Spooled) -> Opened | None:
        """The envelope, where the folder has such; one that can't be opened is refused later, as its verdict."""
        if not LAYOUTS[self.folder.layout].enveloped:
            return None
        try:
            return open_envelope(spooled.path.read_bytes())
        except Refusal:
            return None

    def _reply(self, opened: Opened) -> Incoming | None:
        """What became of an answer to an answer of ours; None: it is none, whatever it calls itself."""
        if opened.envelope.type != _ANSWER:
            return None
        try:
            return take_reply(self.desk.store, opened.payload, self.folder.name)
        except Refusal:
            return None

    def _letter(self, envelope: Envelope, slip: Slip) -> Letter:
        said = slip.said.get("instance_id", envelope.instance_id)
        if said != envelope.instance_id:  # the envelope counts: it is what was signed and sent
            log.warning("folder-metadata-contradicts", folder=self.folder.name, item=shown_name(slip.name))
        owes = self.folder.answer != "none" and envelope.type != _ANSWER  # nobody answers an answer
        owed = AnswerKind(self.folder.answer) if owes else None
        return Letter(scope=self.folder.sender, envelope=envelope, folder=self.folder.name, owed=owed)

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


def _reason(examination: Examination | None) -> dict[str, bytes]:
    """Why it was not accepted, as the report says it, in both languages: whoever put it there reads one of them."""
    if examination is None:
        return {}
    told = (text_report(examination, language, kept=True) for language in _LANGUAGES)
    return {"txt": "\n\n".join(told).encode()}
