"""`einvoice admin`: authorities, tokens and accounts, for whoever may log on to the machine."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from einvoice.model.account import Role
from einvoice.model.policy import AuthorityPolicy, Duplicates
from einvoice.routing import LeitwegProblem, leitweg_problem
from einvoice.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from einvoice.identity import Identity
    from einvoice.store import Store
    from einvoice.store.accounts import Known

admin = typer.Typer(help="Authorities, tokens and accounts.", no_args_is_help=True)
_PROBLEMS = {
    LeitwegProblem.FORMAT: "is not formed like a Leitweg-ID",
    LeitwegProblem.CHECK_DIGIT: "has a wrong check digit",
}
_LISTINGS = {"token": "list-tokens", "account": "list-users"}  # what shows the things of a kind
_SHORTEST_PASSWORD = 12  # characters; NIST SP 800-63B asks for at least 8, BSI for length over complexity


@contextmanager
def _open() -> Iterator[tuple["Store", "Identity"]]:
    """Store and identity; what the directory refuses is told as wrong usage."""
    from einvoice.identity import Identity  # here, so that other commands start without the database library
    from einvoice.store import AlreadyThere, NotFound, open_store

    settings = Settings()
    store = open_store(settings)
    try:
        yield store, Identity(store, settings)
    except AlreadyThere as error:
        raise typer.BadParameter(f"exists already: {error}") from None
    except NotFound as error:
        listing = _LISTINGS.get(str(error).partition(" ")[0], "list-authorities")
        raise typer.BadParameter(f"not known: {error}; `einvoice admin {listing}` shows them") from None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    finally:
        store.close()


@admin.command("create-authority")
def create_authority(
    name: Annotated[str, typer.Option(help="The authority's name.")],
    leitweg_id: Annotated[list[str], typer.Option(help="Its Leitweg-ID; repeat for several.")],
) -> None:
    """Enter an authority into the directory; prints its id. Invoices that waited for it go out."""
    _warn_of_mistyped(leitweg_id)
    with _open() as (store, _):
        typer.echo(store.authorities.create(name, leitweg_id).id)


def _warn_of_mistyped(leitweg_ids: list[str]) -> None:
    for text in leitweg_ids:
        if problem := leitweg_problem(text):
            typer.echo(f"warning: {text} {_PROBLEMS[problem]}; invoices must name it exactly like this", err=True)


@admin.command("add-leitweg-id")
def add_leitweg_id(
    authority: Annotated[str, typer.Option(help="Id of the authority; list-authorities shows it.")],
    leitweg_id: Annotated[list[str], typer.Option(help="The Leitweg-ID; repeat for several.")],
) -> None:
    """Give an authority further Leitweg-IDs. Invoices that waited for them go out, if it takes them."""
    _warn_of_mistyped(leitweg_id)
    with _open() as (store, _):
        for text in leitweg_id:
            store.authorities.add_leitweg_id(authority, text, actor="admin")
            typer.echo(f"{text} belongs to {store.authorities.get(authority).name}")


@admin.command("list-authorities")
def list_authorities() -> None:
    """Show every authority: id, name, Leitweg-IDs."""
    with _open() as (store, _):
        for authority in store.authorities.all():
            typer.echo(f"{authority.id}  {authority.name}  {', '.join(sorted(authority.leitweg_ids))}")


@admin.command("pin-pack")
def pin_pack(
    authority: Annotated[str, typer.Option(help="Id of the authority; list-authorities shows it.")],
    pack: Annotated[str, typer.Option(help="The rule pack: its name, or the beginning that only it has.")],
) -> None:
    """Have a rule pack judge what goes to an authority, whatever the day it is received on."""
    from einvoice.cli.rules import chosen
    from einvoice.rules import LiveRegistry, RuleFolders

    registry = LiveRegistry(RuleFolders.of(Settings()))
    found = chosen(registry, pack, hint="--pack")
    if found.name in registry.known().ledger.withdrawn:
        raise typer.BadParameter(f"{found.name} is withdrawn; `einvoice rules restore` brings it back")

    def pinned(policy: AuthorityPolicy) -> AuthorityPolicy:
        for name in set(policy.pins) - {found.name}:
            if any(other.name == name and other.families & found.families for other in registry.packs):
                raise typer.BadParameter(f"{name} is pinned for the same invoices; unpin it first")
        return replace(policy, pins=tuple(dict.fromkeys((*policy.pins, found.name))))

    with _open() as (store, _):
        typer.echo(f"{found.name} judges what goes to {store.authorities.set_policy(authority, pinned).name}")


@admin.command("unpin-pack")
def unpin_pack(
    authority: Annotated[str, typer.Option(help="Id of the authority; list-authorities shows it.")],
    pack: Annotated[
        str, typer.Option(help="The pinned pack, or the beginning of its name; it need not exist any more.")
    ],
) -> None:
    """Let the day of receipt choose the rule pack again."""

    def unpinned(policy: AuthorityPolicy) -> AuthorityPolicy:
        meant = [name for name in policy.pins if name == pack] or [one for one in policy.pins if one.startswith(pack)]
        if len(meant) != 1:
            raise typer.BadParameter(f"{pack} is no pinned pack; pinned are: {', '.join(policy.pins) or 'none'}")
        typer.echo(f"{meant[0]} is unpinned")
        return replace(policy, pins=tuple(name for name in policy.pins if name != meant[0]))

    with _open() as (store, _):
        store.authorities.set_policy(authority, unpinned)


@admin.command("set-duplicates")
def set_duplicates(
    authority: Annotated[str, typer.Option(help="Id of the authority; list-authorities shows it.")],
    action: Annotated[Duplicates, typer.Option(help="accept: handed over, flagged; hold: an operator decides.")],
) -> None:
    """What becomes of a further invoice of the same seller with the same number and year; it is flagged either way."""
    with _open() as (store, _):
        changed = store.authorities.set_policy(authority, lambda policy: replace(policy, duplicates=action))
        typer.echo(f"{changed.name}: duplicates {changed.policy.duplicates}")


@admin.command("create-token")
def create_token(
    role: Annotated[Role, typer.Option(help="What the program may do.")],
    authority: Annotated[str | None, typer.Option(help="Id of the authority; for the role authority.")] = None,
    supplier: Annotated[str | None, typer.Option(help="Name of the supplier; for the role supplier.")] = None,
) -> None:
    """Make a bearer token and print it, and nothing else. It can't be shown again."""
    with _open() as (_, identity):
        typer.echo(identity.create_token(role, authority_id=authority, supplier=supplier))


@admin.command("list-tokens")
def list_tokens() -> None:
    """Show every token: id, role, label, whose, since when, until when. A token itself can't be shown again."""
    with _open() as (store, _):
        for token in store.accounts.all_tokens():
            _show(token, token.id, "revoked")


@admin.command("revoke-token")
def revoke_token(token_id: Annotated[str, typer.Argument(metavar="ID", help="As list-tokens shows it.")]) -> None:
    """Make a token worthless from now on; it can't be taken back."""
    with _open() as (store, _):
        store.accounts.revoke_token(token_id)
        typer.echo(f"{token_id} is revoked")


def _show(known: "Known", called: str, ended: str) -> None:
    whose = f" of {known.whose}" if known.whose and known.whose != known.name else ""
    end = f"  {ended} {_day(known.ended_at)}" if known.ended_at else ""
    typer.echo(f"{called}  {known.role}  {known.name}{whose}  since {_day(known.created_at)}{end}")


def _day(moment: "datetime") -> str:
    return moment.astimezone().date().isoformat()


@admin.command("create-user")
def create_user(
    login: Annotated[str, typer.Option(help="What the person signs in with, e.g. an e-mail address.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    name: Annotated[str | None, typer.Option(help="Name to show; the login if not given.")] = None,
    authority: Annotated[str | None, typer.Option(help="Id of the authority; for the role authority.")] = None,
    supplier: Annotated[str | None, typer.Option(help="Name of the supplier; for the role supplier.")] = None,
) -> None:
    """Make an account for a person. The password is asked for, or read from stdin (one line)."""
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < _SHORTEST_PASSWORD:
        raise typer.BadParameter(f"the password needs at least {_SHORTEST_PASSWORD} characters")
    with _open() as (_, identity):
        account = identity.create_account(
            login, name or login, role, password=password, authority_id=authority, supplier=supplier
        )
        typer.echo(account.id)


@admin.command("list-users")
def list_users() -> None:
    """Show every account: login, role, name, whose, since when, since when it is disabled."""
    with _open() as (store, _):
        for account in store.accounts.all():
            _show(account, account.login, "disabled")


@admin.command("disable-user")
def disable_user(login: Annotated[str, typer.Argument(help="As list-users shows it.")]) -> None:
    """Keep a person from signing in and end all their sessions. What they did stays under their name."""
    _set_disabled(login, disabled=True)


@admin.command("enable-user")
def enable_user(login: Annotated[str, typer.Argument(help="As list-users shows it.")]) -> None:
    """Let a person sign in again."""
    _set_disabled(login, disabled=False)


def _set_disabled(login: str, *, disabled: bool) -> None:
    with _open() as (store, _):
        store.accounts.set_disabled(login, disabled=disabled)
        typer.echo(f"{login} is {'disabled' if disabled else 'enabled'}")
