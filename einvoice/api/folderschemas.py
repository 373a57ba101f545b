"""What operators hear of the drop folders, and say to them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints

from einvoice.api.schemas import Asked
from einvoice.faces.folders import FolderView, Told

_Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
_MOST = 1000  # failed documents named at once

_EXAMPLE: dict[str, Any] = {
    "folders": [
        {
            "name": "oxalis-koeln",
            "layout": "oxalis",
            "path": "/srv/oxalis/inbound",
            "healthy": False,
            "watched": True,
            "looked_at": "2026-11-23T09:30:02Z",
            "looked_at_by": ["intake-1"],
            "troubles": [
                {
                    "host": "intake-1",
                    "since": "2026-11-23T09:12:40Z",
                    "text": "There is no space left on the drive of /srv/oxalis/inbound. Make room; …",
                }
            ],
            "last_trouble": None,
            "waiting": 12,
            "oldest": "2026-11-23T09:12:31Z",
            "in_work": 3,
            "stuck": [
                {
                    "path": "0204_04011000-12345-03/0088_4000001000005/m1.doc.xml",
                    "since": "2026-11-23T08:55:00Z",
                    "text": "Document without a receipt (.receipt.dat): …",
                }
            ],
            "stuck_total": 1,
            "failed": [
                {
                    "id": "3f6c1a0b9d2e4f58",
                    "path": "0204_04011000-12345-03/0088_4000001000005/m0.doc.xml",
                    "at": "2026-11-23T08:41:07Z",
                    "submission": "01jdcq6w3v8k2m9x4n7p5r1t0s",
                    "text": "Rejected: the Leitweg-ID is missing.",
                    "retrying": False,
                }
            ],
            "failed_total": 1,
            "today": {"accepted": 118, "rejected": 4, "failed": 0, "working": 3},
        }
    ]
}


class RetryFailed(Asked):
    """Which failed documents to try again."""

    ids: list[_Id] | None = Field(
        default=None,
        min_length=1,
        max_length=_MOST,
        description="As `failed` names them; null: all that lie in failed/",
        examples=[["3f6c1a0b9d2e4f58"], None],
    )


class FolderTroubleOut(BaseModel):
    """Why a host can't look after a folder."""

    host: str
    since: datetime | None
    text: str = Field(description="What is the matter and what to do, in the language asked for")


class PastTroubleOut(BaseModel):
    """Trouble that is over."""

    at: datetime | None
    text: str


class StuckOut(BaseModel):
    """Something that will not be taken as it lies there."""

    path: str = Field(description="Within the folder, fit to be shown")
    since: datetime | None
    text: str = Field(description="Why, and what to do, in the language asked for")


class FailedOut(BaseModel):
    """A document in failed/."""

    id: str = Field(description="What a retry names it by")
    path: str = Field(description="Within failed/, fit to be shown")
    at: datetime | None = Field(description="When it was put there")
    submission: str | None = Field(description="That it became; null: it was not even handed in")
    text: str = Field(description="Why, in the language asked for")
    retrying: bool = Field(description="It is about to be picked up again")


class FolderTodayOut(BaseModel):
    """What came in since midnight where the service is, by what became of it so far."""

    accepted: int
    rejected: int = Field(description="Declined by an authority's policies or sent back by a person, too")
    failed: int = Field(description="Without a verdict: held for a person, or not even handed in")
    working: int = Field(description="Not decided yet")


class FolderOut(BaseModel):
    """A drop folder."""

    name: str
    layout: str
    path: str
    healthy: bool = Field(description="It is looked after without trouble; something may be stuck in it all the same")
    watched: bool = Field(description="A worker looks after it; false: what is told is the last that is known")
    looked_at: datetime | None
    looked_at_by: list[str] = Field(description="Hosts, the one that looked last first")
    troubles: list[FolderTroubleOut]
    last_trouble: PastTroubleOut | None = Field(
        default=None, description="Of a healthy folder; null: none that anybody remembers"
    )
    waiting: int = Field(description="Documents in the folder, complete or not, without the stuck ones")
    oldest: datetime | None = Field(description="Since when the oldest of these lies there")
    in_work: int = Field(description="Taken and not put away yet; what is held for a person stays among it")
    stuck: list[StuckOut] = Field(description="The oldest, twenty at most")
    stuck_total: int
    failed: list[FailedOut] = Field(description="The newest, twenty at most")
    failed_total: int
    today: FolderTodayOut

    @classmethod
    def of(cls, view: FolderView) -> Self:
        """As it stands."""
        state, last = view.state, view.last_trouble
        return cls(
            name=state.name,
            layout=state.layout,
            path=state.path,
            healthy=state.healthy,
            watched=state.watched,
            looked_at=state.lookers[0].looked_at,
            looked_at_by=list(dict.fromkeys(one.host for one in state.lookers)),
            troubles=[FolderTroubleOut(host=one.what, since=one.at, text=one.text) for one in view.troubles],
            last_trouble=PastTroubleOut(at=last.at, text=last.text) if last else None,
            waiting=state.waiting,
            oldest=state.oldest,
            in_work=state.in_work,
            stuck=[StuckOut(path=one.what, since=one.at, text=one.text) for one in view.stuck],
            stuck_total=state.stuck_count,
            failed=list(_failed(view, view.failed)),
            failed_total=state.failed_count,
            today=FolderTodayOut(
                accepted=view.today.accepted,
                rejected=view.today.rejected,
                failed=view.failed_today,
                working=view.today.working,
            ),
        )


class FolderList(BaseModel):
    """All drop folders that are, or within a day were, looked after."""

    model_config = {"json_schema_extra": {"examples": [_EXAMPLE]}}

    folders: list[FolderOut]


def _failed(view: FolderView, documents: Iterable[Told]) -> Iterable[FailedOut]:
    for one in documents:
        yield FailedOut(
            id=one.id,
            path=one.what,
            at=one.at,
            submission=one.submission,
            text=one.text,
            retrying=view.all_wished or one.id in view.wished,
        )
