"""The drop folders for those who run the service: told the same in API, portal and command line.

What is told comes from the database, where the workers that look after the folders keep it; what is asked for goes the
same way back. So it works on every host, also where no folder can be reached.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from einvoice.explain import Lang
from einvoice.faces.words import standing
from einvoice.operations.folders import FolderState, counts_of_today, folder_states, last_trouble, troubles
from einvoice.reports import ReportView
from einvoice.store import NotFound, Store
from einvoice.store.folders import FolderCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something about a folder, or a thing in it, in words."""

    what: str  # a host, or a file fit to be shown
    at: datetime | None  # since when, or when
    text: str  # what is the matter and what to do
    id: str = ""  # of a failed document: what it is asked for by
    submission: str | None = None  # that it became


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderView:
    """One folder in one language."""

    state: FolderState
    today: FolderCounts
    troubles: tuple[Told, ...]
    last_trouble: Told | None  # over by now
    stuck: tuple[Told, ...]
    failed: tuple[Told, ...]
    wished: frozenset[str]  # ids of failed documents somebody has asked to be tried again
    all_wished: bool

    @property
    def failed_today(self) -> int:
        """Documents of today that got no verdict: held for a person, or not even handed in."""
        return self.today.held + self.state.not_taken


def folder_views(store: Store, lang: Lang) -> tuple[FolderView, ...]:
    """All folders, those that need somebody first. Raises Fault."""
    today, wishes = counts_of_today(store), store.folders.wishes()
    views = []
    for state in folder_states(store):
        wished = [wish.document for wish in wishes if wish.folder == state.name]
        views.append(_view(state, today, wished, store, lang))
    return tuple(views)


def retry_failed(store: Store, name: str, documents: Collection[str] | None, *, actor: str) -> None:
    """Ask whoever looks after the folder to pick failed documents up again, by id; None: all. Raises NotFound."""
    if name not in {state.name for state in folder_states(store)}:
        raise NotFound(name)
    store.folders.wish(name, documents, actor=actor)


def _view(
    state: FolderState, today: Mapping[str, FolderCounts], wished: Collection[str | None], store: Store, lang: Lang
) -> FolderView:
    last = last_trouble(state)
    return FolderView(
        state=state,
        today=today.get(state.name, FolderCounts()),
        troubles=tuple(Told(what=one.host, at=one.since, text=why.words(lang)) for one, why in troubles(state)),
        last_trouble=Told(what="", at=last[1], text=last[0].words(lang)) if last else None,
        stuck=tuple(Told(what=one.path, at=one.since, text=one.words(lang)) for one in state.stuck),
        failed=tuple(_failed(state, store, lang)),
        wished=frozenset(filter(None, wished)),
        all_wished=None in wished,
    )


def _failed(state: FolderState, store: Store, lang: Lang) -> list[Told]:
    told = []
    for one in state.failed:
        text, submission = one.why.get(lang, ""), None
        if one.submission:
            found = _why(one.submission, store, lang)
            text, submission = (found, one.submission) if found else (text, None)
        told.append(Told(what=one.path, at=one.at, text=text, id=one.id, submission=submission))
    return told


def _why(submission_id: str, store: Store, lang: Lang) -> str:
    """Why it was not accepted: the headline of its report, else its state; "" if nothing is known of it any more."""
    try:
        submission = store.submissions.get(submission_id)
    except NotFound:
        return ""
    ended_by_a_person = submission.human_decision is not None
    examination = None if ended_by_a_person else store.submissions.examination(submission_id)
    if examination is not None:
        return f"{ReportView.of(examination, lang, kept=True).headline}."
    return standing(submission, lang).sentence
