"""Who may do what: the whole matrix, written out once more by hand."""

import pytest

from einvoice.identity import Action, Forbidden, Principal, Resource, Role, Unauthenticated, authorise, scope
from einvoice.identity.access import MATRIX

SUPPLIER = Principal(actor="token:1", role=Role.SUPPLIER, name="", supplier_id="s1")
AUTHORITY = Principal(actor="token:2", role=Role.AUTHORITY, name="", authority_id="a1")
OPERATOR = Principal(actor="account:3", role=Role.OPERATOR, name="")

OWN_OF_SUPPLIER = Resource(sender="supplier:s1", authority_id="a2")
OWN_OF_AUTHORITY = Resource(sender="supplier:s2", authority_id="a1")
OWN_OF_NEITHER = Resource(sender="supplier:s2", authority_id="a2")
ROUTED_NOWHERE = Resource(sender="supplier:s2", authority_id=None)

RESOURCES = [OWN_OF_SUPPLIER, OWN_OF_AUTHORITY, OWN_OF_NEITHER, ROUTED_NOWHERE, None]
# one letter for each resource above: may (+), may not (-), must not even learn that it exists (?)
EXPECTED = {
    (Action.CHECK, Role.SUPPLIER): "+++++",
    (Action.CHECK, Role.AUTHORITY): "+++++",
    (Action.CHECK, Role.OPERATOR): "+++++",
    (Action.KOSIT, Role.SUPPLIER): "+++++",
    (Action.KOSIT, Role.AUTHORITY): "+++++",
    (Action.KOSIT, Role.OPERATOR): "+++++",
    (Action.SUBMIT, Role.SUPPLIER): "+++++",
    (Action.SUBMIT, Role.AUTHORITY): "-----",
    (Action.SUBMIT, Role.OPERATOR): "+++++",
    (Action.LIST, Role.SUPPLIER): "+???+",
    (Action.LIST, Role.AUTHORITY): "?+??+",
    (Action.LIST, Role.OPERATOR): "+++++",
    (Action.READ, Role.SUPPLIER): "+???+",
    (Action.READ, Role.AUTHORITY): "?+??+",
    (Action.READ, Role.OPERATOR): "+++++",
    (Action.FETCH, Role.SUPPLIER): "-----",
    (Action.FETCH, Role.AUTHORITY): "?+??+",
    (Action.FETCH, Role.OPERATOR): "-----",
    (Action.RESPOND, Role.SUPPLIER): "-----",
    (Action.RESPOND, Role.AUTHORITY): "?+??+",
    (Action.RESPOND, Role.OPERATOR): "+++++",
    (Action.FEED, Role.SUPPLIER): "-----",
    (Action.FEED, Role.AUTHORITY): "?+??+",
    (Action.FEED, Role.OPERATOR): "+++++",
    (Action.OPERATE, Role.SUPPLIER): "-----",
    (Action.OPERATE, Role.AUTHORITY): "-----",
    (Action.OPERATE, Role.OPERATOR): "+++++",
}


def answer(principal: Principal, action: Action, resource: Resource | None) -> str:
    try:
        authorise(principal, action, resource)
    except Forbidden as refused:
        return "?" if refused.hidden else "-"
    return "+"


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("principal", [SUPPLIER, AUTHORITY, OPERATOR], ids=lambda principal: principal.role)
def test_the_matrix(principal: Principal, action: Action) -> None:
    answers = "".join(answer(principal, action, resource) for resource in RESOURCES)
    assert answers == EXPECTED[action, principal.role]


def test_the_matrix_names_every_action_for_every_role() -> None:
    assert {(action, role) for action, roles in MATRIX.items() for role in roles} == set(EXPECTED)
    assert set(EXPECTED) == {(action, role) for action in Action for role in Role}


@pytest.mark.parametrize("action", Action)
def test_nobody_known_may_do_nothing(action: Action) -> None:
    with pytest.raises(Unauthenticated):
        authorise(None, action)


@pytest.mark.parametrize("action", Action)
def test_a_neighbour_whom_nobody_knows_may_use_the_kosit_face_alone(action: Action) -> None:
    if action is Action.KOSIT:
        authorise(None, action, neighbour=True)
    else:
        with pytest.raises(Unauthenticated):
            authorise(None, action, neighbour=True)


def test_an_authority_account_of_no_authority_owns_nothing() -> None:
    lost = Principal(actor="account:9", role=Role.AUTHORITY, name="")
    assert answer(lost, Action.READ, ROUTED_NOWHERE) == "?"
    assert scope(lost).authority_id == ""


def test_two_tokens_of_one_supplier_share_submissions_and_unnamed_tokens_share_nothing() -> None:
    colleague = Principal(actor="token:7", role=Role.SUPPLIER, name="", supplier_id="s1")
    unnamed = Principal(actor="token:8", role=Role.SUPPLIER, name="")
    assert colleague.sender == SUPPLIER.sender
    assert unnamed.sender == "token:8"


def test_lists_are_limited_to_what_may_be_read() -> None:
    assert (scope(SUPPLIER).sender, scope(SUPPLIER).authority_id) == ("supplier:s1", None)
    assert (scope(AUTHORITY).sender, scope(AUTHORITY).authority_id) == (None, "a1")
    assert (scope(OPERATOR).sender, scope(OPERATOR).authority_id) == (None, None)
