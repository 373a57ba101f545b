"""`einvoice admin set-policy`, `set-profiles`, `list-policies`: what an authority asks beyond the law."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from einvoice.cli.admin import _open, admin
from einvoice.errors import Fault
from einvoice.explain import Lang
from einvoice.model.policy import DEFAULT_PROFILES, AuthorityPolicy, Demand, PolicyAction
from einvoice.model.routing import Authority
from einvoice.rules import LiveRegistry, RuleFolders
from einvoice.settings import Settings
from einvoice.validation import ValidatorPool
from einvoice.validation.policies import UNCOMPILABLE
from einvoice.validation.policyfiles import MISSING, policy_folders, policy_names, read_policy
from einvoice.validation.policyreading import read_schema
from einvoice.validation.policyschema import PolicyRefused

_SOMEBODY: dict[Lang, str] = {"de": "Die Behörde", "en": "The authority"}  # who asks where a policy is only tried
AuthorityId = Annotated[str, typer.Option("--authority", help="Id of the authority; list-authorities shows it.")]


class Action(StrEnum):
    """What follows where a policy is not met; off: it is not looked at."""

    WARN = "warn"
    REJECT = "reject"
    OFF = "off"


@admin.command("set-policy")
def set_policy(
    authority: AuthorityId,
    policy: Annotated[str, typer.Option(help="Name of the policy; list-policies shows them.")],
    action: Annotated[Action, typer.Option(help="What follows where it is not met.")],
) -> None:
    """Switch a policy on or off for an authority; it holds for what is judged from now on.

    One that does not compile is refused with file, line and reason (code 2), and nothing changes.
    """
    with _open() as (store, _):
        store.authorities.get(authority)
        if action is not Action.OFF:
            with ValidatorPool(Settings().model_copy(update={"workers": 1}), preload=False) as pool:
                compile_all(pool, (policy,))
        asked = () if action is Action.OFF else (Demand(policy, PolicyAction(action)),)

        def switched(known: AuthorityPolicy) -> AuthorityPolicy:
            others = tuple(demand for demand in known.demands if demand.policy != policy)
            return replace(known, demands=others + asked)

        changed = store.authorities.set_policy(authority, switched)
        typer.echo(f"{changed.name}: {_asked(changed.policy)}")
    if own := Settings().policy_dir if action is not Action.OFF else None:
        typer.echo(f"every service and worker must be started with EINVOICE_POLICY_DIR={own}", err=True)


@admin.command("set-profiles")
def set_profiles(
    authority: AuthorityId,
    profile: Annotated[list[str] | None, typer.Option(help="A profile it takes; repeat for several.")] = None,
    default: Annotated[bool, typer.Option("--default", help="Those every public authority has to take.")] = False,
) -> None:
    """Say which profiles an authority takes; others are declined, whatever the formal verdict."""
    if default is bool(profile):
        raise typer.BadParameter("name profiles with --profile, or say --default", param_hint="--profile")
    packs = LiveRegistry(RuleFolders.of(Settings())).packs
    known = {scenario.profile for pack in packs for scenario in pack.scenarios if not scenario.reject}
    if unknown := set(profile or ()) - known:
        offered = ", ".join(sorted(known))
        raise typer.BadParameter(
            f"not known: {', '.join(sorted(unknown))}; known are {offered}", param_hint="--profile"
        )
    with _open() as (store, _):
        taken = tuple(dict.fromkeys(profile or ())) or None
        changed = store.authorities.set_policy(authority, lambda known: replace(known, profiles=taken))
        typer.echo(f"{changed.name}: {_taken(changed.policy)}")


@admin.command("list-policies")
def list_policies(
    authority: Annotated[str | None, typer.Option(help="Id of an authority: what it has switched on.")] = None,
) -> None:
    """Show every policy with what it asks, and who has switched it on."""
    with _open() as (store, _):
        shown = store.authorities.all() if authority is None else (store.authorities.get(authority),)
    folders = policy_folders(RuleFolders.of(Settings()))
    names = dict.fromkeys((*policy_names(folders), *(one.policy for two in shown for one in two.policy.demands)))
    for name in names:
        typer.echo(f"{name}\n  {_told(name)}")
        for one in shown:
            for demand in one.policy.demands:
                if demand.policy == name:
                    typer.echo(f"  {demand.action}: {one.name}")
    for one in shown:
        if authority is not None or one.policy.profiles is not None:
            typer.echo(f"{one.name}: {_taken(one.policy)}")


def compile_all(pool: ValidatorPool, names: tuple[str, ...]) -> None:
    """Make sure that policies can be applied. One that can't is told as `file:line: reason`, and the command ends."""
    for name in names:
        try:
            pool.compile_policy(name)
        except Fault as fault:
            if fault.notice.cause not in (UNCOMPILABLE, MISSING):
                raise
            typer.echo(fault.notice.detail, err=True)
            raise typer.Exit(2) from None


def _told(name: str) -> str:
    """Title and first sentence, or why there are none."""
    try:
        file = read_policy(policy_folders(RuleFolders.of(Settings())), name)
        schema = read_schema(file.data)
    except Fault as fault:
        return f"not usable: {fault.notice.detail}"
    except PolicyRefused as refused:
        return f"not usable: {file.path}:{refused.line}: {refused.reason}"
    first, stop, _ = schema.about.partition(". ")
    return ": ".join(filter(None, (schema.title, first + stop.rstrip())))


def _asked(policy: AuthorityPolicy) -> str:
    demands = ", ".join(f"{demand.policy} ({demand.action})" for demand in policy.demands)
    return f"asks {demands}" if demands else "asks nothing beyond the law"


def _taken(policy: AuthorityPolicy) -> str:
    if policy.profiles is None:
        return f"takes the default profiles: {', '.join(DEFAULT_PROFILES)}"
    return f"takes {', '.join(policy.profiles)}"


def trying(wanted: list[str], lang: Lang) -> Authority | None:
    """An authority that asks what is named on the command line: `NAME`, `NAME=warn`, `NAME=reject`."""
    demands: dict[str, Demand] = {}
    for one in wanted:
        name, _, action = one.partition("=")
        if action not in ("", *PolicyAction):
            raise typer.BadParameter(f"{one}: the action is warn or reject", param_hint="--policy")
        demands[name] = Demand(name, PolicyAction(action or PolicyAction.REJECT))
    if not demands:
        return None
    return Authority(id="", name=_SOMEBODY[lang], policy=AuthorityPolicy(demands=tuple(demands.values())))
