"""`einvoice keys`: the keys of sealed storage, for whoever may read the master keys.

Ends with 0: done, 1: not or not all done (it says what and why), 2: wrong usage, 3: a key or the store can't be had.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from einvoice.cli.audit import open_existing
from einvoice.cli.bar import progress_bar
from einvoice.errors import Fault
from einvoice.logs import configure_logs
from einvoice.settings import Settings

if TYPE_CHECKING:
    from einvoice.store import Store
    from einvoice.store.keymanagement import KeyListed
    from einvoice.store.rewrapping import Rewrapped

keys = typer.Typer(help="Sealed storage: see its keys, replace them, switch it on and off.", no_args_is_help=True)

_NOT_ALL = 1
_NOT_POSSIBLE = {
    "not-sealing": "what comes in is not sealed; nothing was done",
    "sealing-already": "what comes in is sealed already; nothing was done",
}


@keys.command("new-master-key")
def new_master_key() -> None:
    """Print a line with a new master key, and nothing else. It is the secret itself.

    The first line of the master keys wraps anew, all others open: put a new one on top, keep the old ones below.
    """
    from einvoice.sealing import new_key_line

    typer.echo(new_key_line())


@keys.command("list")
def list_keys() -> None:
    """Show every key: whose it is, which master key wraps it, how many invoices it holds. Shows no secret."""
    with _open() as store:
        found, at_hand = store.keys.all(), _at_hand(store)
        sealing = any(key.owner == "intake" and key.retired_at is None for key in found)
    for key in found:
        typer.echo(_line(key))
    needed = sorted({key.master for key in found})
    typer.echo(f"what comes in is {'sealed' if sealing else 'not sealed'}", err=True)
    typer.echo(f"master keys at hand: {', '.join(at_hand) or 'none'}", err=True)
    typer.echo(f"master keys needed: {', '.join(needed) or 'none'}; backups may need others", err=True)
    for missing in (name for name in needed if name not in at_hand):
        typer.echo(f"warning: master key {missing} is needed and not at hand", err=True)


@keys.command("rotate-master")
def rotate_master() -> None:
    """Wrap every intake and authority key by the first master key. The old one is then needed for backups alone."""
    with _open() as store:
        done = store.keys.rotate_master()
    typer.echo(f"{done.count} keys are wrapped anew; master key {done.key} wraps them all")


@keys.command("rotate")
def rotate(
    authority: Annotated[str | None, typer.Option(metavar="ID", help="Id of the authority.")] = None,
    intake: Annotated[bool, typer.Option("--intake", help="The key of what is not routed yet.")] = False,
) -> None:
    """Give an authority, or the intake, a new key, and wrap by it what the old one wraps. No invoice is touched."""
    if (authority is None) != intake:
        raise typer.BadParameter("please give one of them", param_hint="--authority or --intake")
    with _open() as store:
        done = store.keys.rotate(authority or "intake")
    typer.echo(f"{done.key} is the new key; {done.count} invoices went over to it")
    _name_damaged(done)


@keys.command("stop-sealing")
def stop_sealing() -> None:
    """Store unsealed what comes in from now on. What is sealed stays so, and needs its keys further on."""
    with _open() as store:
        store.keys.stop_sealing()
    typer.echo("what comes in is not sealed any more, within a minute on all hosts")


@keys.command("resume-sealing")
def resume_sealing() -> None:
    """Seal again what comes in, after stop-sealing."""
    with _open() as store:
        store.keys.resume_sealing()
    typer.echo("what comes in is sealed again, within a minute on all hosts")


@keys.command("seal-all")
def seal_all_command() -> None:
    """Seal what was stored before sealing was switched on. The service may run; broken off, call it again."""
    from einvoice.store.sealall import seal_all

    with _open() as store, progress_bar() as progress:
        done = seal_all(store, progress=lambda done, total: progress("sealing", done, total))
    typer.echo(f"{done.sealed} originals are sealed now; all others were, and so are all reports")
    if done.unreadable:
        typer.echo(f"missing or damaged, left as they are: {', '.join(done.unreadable)}", err=True)
        raise typer.Exit(_NOT_ALL)


@contextmanager
def _open() -> Iterator["Store"]:
    """The store. What can't be done as things stand ends with 1, what is not known with 2."""
    from einvoice.store import NotFound, NotPossible

    settings = Settings()
    configure_logs(settings)  # to stderr: why a key can't be had is told there
    try:
        with open_existing(settings) as store:
            yield store
    except NotFound as error:
        raise typer.BadParameter(f"not known: {error}; `einvoice admin list-authorities` shows them") from None
    except NotPossible as error:
        typer.echo(_NOT_POSSIBLE.get(error.code, error.code), err=True)
        raise typer.Exit(_NOT_ALL) from None


def _at_hand(store: "Store") -> tuple[str, ...]:
    """Ids of the master keys; why there are none is logged, and is no reason not to show the rest."""
    with suppress(Fault):
        return store.keys.masters_at_hand()
    return ()


def _line(key: "KeyListed") -> str:
    owner = f"{key.owner} ({key.name})" if key.name else key.owner
    state = f"retired {key.retired_at:%Y-%m-%d}" if key.retired_at else "in use"
    made = f"made {key.created_at:%Y-%m-%d}"
    return f"{key.id}  {owner}  {state}  {made}  master key {key.master}  {key.holds} invoices"


def _name_damaged(done: "Rewrapped") -> None:
    if done.damaged:
        typer.echo(f"these did not open and stay as they are: {', '.join(done.damaged)}", err=True)
        raise typer.Exit(_NOT_ALL)
