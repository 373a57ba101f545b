"""The one place that says who may do what."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from einvoice.model.account import Principal, Role
from einvoice.model.submission import Submission
from einvoice.store import SubmissionFilter


class Action(StrEnum):
    """What can be done here."""

    CHECK = "check"  # a dry run; nothing is kept
    KOSIT = "kosit"  # the same by KoSIT's scenarios, for clients of its validator
    SUBMIT = "submit"
    LIST = "list"  # limited to `scope`
    READ = "read"  # one submission, its report, original and history
    FETCH = "fetch"  # lease, acknowledge, give back, extend
    RESPOND = "respond"  # tell the supplier what becomes of an invoice
    FEED = "feed"  # the events of an authority
    OPERATE = "operate"  # holds and the ways out of them, doors, figures


class Reach(Enum):
    """How far a role gets with an action."""

    NO = 0
    OWN = 1  # the supplier's own submissions, the authority's own invoices
    ALL = 2


NO, OWN, ALL = Reach

MATRIX: dict[Action, dict[Role, Reach]] = {
    Action.CHECK: {Role.SUPPLIER: ALL, Role.AUTHORITY: ALL, Role.OPERATOR: ALL},
    Action.KOSIT: {Role.SUPPLIER: ALL, Role.AUTHORITY: ALL, Role.OPERATOR: ALL},
    Action.SUBMIT: {Role.SUPPLIER: ALL, Role.AUTHORITY: NO, Role.OPERATOR: ALL},
    Action.LIST: {Role.SUPPLIER: OWN, Role.AUTHORITY: OWN, Role.OPERATOR: ALL},
    Action.READ: {Role.SUPPLIER: OWN, Role.AUTHORITY: OWN, Role.OPERATOR: ALL},
    Action.FETCH: {Role.SUPPLIER: NO, Role.AUTHORITY: OWN, Role.OPERATOR: NO},
    Action.RESPOND: {Role.SUPPLIER: NO, Role.AUTHORITY: OWN, Role.OPERATOR: ALL},
    Action.FEED: {Role.SUPPLIER: NO, Role.AUTHORITY: OWN, Role.OPERATOR: ALL},
    Action.OPERATE: {Role.SUPPLIER: NO, Role.AUTHORITY: NO, Role.OPERATOR: ALL},
}

# What callers in a network of ours may do without saying who they are: clients of the KoSIT validator have no token.
FOR_NEIGHBOURS = frozenset({Action.KOSIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What is acted upon, as far as it decides on access."""

    sender: str | None = None  # whose submission it is
    authority_id: str | None = None  # whose invoice, or whose feed, it is


class Unauthenticated(Exception):
    """Nobody knows who is asking."""


class Forbidden(Exception):
    """The one who asks may not. `hidden`: it belongs to someone else, who must not learn that it exists."""

    def __init__(self, action: Action, *, hidden: bool) -> None:
        super().__init__(str(action))
        self.hidden = hidden


def authorise(
    principal: Principal | None, action: Action, resource: Resource | None = None, *, neighbour: bool = False
) -> None:
    """Let it pass, or raise Unauthenticated or Forbidden. Without a resource: whether the role ever may.

    `neighbour`: the caller's address is in a network the operator trusts with what is for neighbours.
    """
    if neighbour and action in FOR_NEIGHBOURS:
        return
    if principal is None:
        raise Unauthenticated
    reach = MATRIX[action][principal.role]
    if reach is NO:
        raise Forbidden(action, hidden=False)
    if reach is OWN and resource is not None and not _owns(principal, resource):
        raise Forbidden(action, hidden=True)


def resource_of(submission: Submission) -> Resource:
    """A submission with its report, original and history, as a resource."""
    return Resource(sender=submission.sender, authority_id=submission.authority_id)


def scope(principal: Principal) -> SubmissionFilter:
    """What lists of this principal are limited to; add further filters with `dataclasses.replace`."""
    if principal.role is Role.OPERATOR:
        return SubmissionFilter()
    if principal.role is Role.AUTHORITY:
        return SubmissionFilter(authority_id=principal.authority_id or "")  # "": of no authority
    return SubmissionFilter(sender=principal.sender)


def _owns(principal: Principal, resource: Resource) -> bool:
    if principal.role is Role.AUTHORITY:
        return principal.authority_id is not None and principal.authority_id == resource.authority_id
    return principal.sender == resource.sender
