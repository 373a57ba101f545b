"""What an authority's own policies say, as a report tells it: beside the formal verdict, never within it."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from einvoice.explain import Lang
from einvoice.model.assessment import Assessment
from einvoice.model.finding import Finding, Level
from einvoice.model.invoice import Invoice
from einvoice.model.policy import Outcome, PolicyOutcome
from einvoice.reports.blocks import Pair
from einvoice.reports.formats import visible
from einvoice.reports.problems import Problem, problems_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """The part of a report that speaks of policies, in one language, as plain text."""

    title: str
    intro: str  # whose they are, and what follows
    headline: str  # replaces the report's where anything was found; ""
    summary: str  # and its summary
    next_steps: str  # and what the sender does now
    declined: bool  # the authority does not take the invoice
    problems: tuple[Problem, ...]  # what is not met, worst first
    demands_label: str
    demands: tuple[Pair, ...]  # what was looked at, and what would follow
    artefacts: tuple[Pair, ...]  # policies with the SHA-256 of the text applied

    @classmethod
    def of(cls, assessment: Assessment, lang: Lang, invoice: Invoice | None) -> "PolicyView | None":
        """The view; None where nobody asked anything."""
        policy = assessment.policy
        if policy is None:
            return None
        words = _words(lang)
        problems = tuple(
            replace(problem, anchor=f"policy-{number}", kind="", message_label=words["message"])
            for number, problem in enumerate(problems_of(policy.findings, lang, invoice), 1)
        )
        gaps = {"authority": visible(policy.authority), "causes": _causes(problems)}
        declined = policy.outcome is Outcome.REJECTED
        key = "declined" if declined else "warned" if _heeded(policy) else ""
        return cls(
            title=words["title"],
            intro=words[f"intro_{policy.outcome}" if problems else "met"].format_map(gaps),
            headline=words[key].format_map(gaps) if key else "",
            summary=words["declined_summary"].format_map(gaps) if declined else "",
            next_steps=words[f"{key}_next"] if key else "",
            declined=declined,
            problems=problems,
            demands_label=words["looked_at"],
            demands=tuple(Pair(_name(demand.policy, lang), words[demand.action]) for demand in policy.demands),
            artefacts=tuple(Pair(visible(name), sha256) for name, sha256 in policy.artefacts),
        )


def policy_facts(assessment: Assessment) -> dict[str, Any] | None:
    """The same for programs; the findings stand among the others."""
    policy = assessment.policy
    if policy is None:
        return None
    hashes = dict(policy.artefacts)
    return {
        "outcome": policy.outcome,
        "authority": policy.authority,
        "demands": [
            {"policy": demand.policy, "action": demand.action, "sha256": hashes.get(demand.policy)}
            for demand in policy.demands
        ],
    }


def policy_findings(assessment: Assessment) -> tuple[Finding, ...]:
    """What the policies found; nothing where nobody asked anything."""
    return assessment.policy.findings if assessment.policy else ()


def _heeded(policy: PolicyOutcome) -> bool:
    return any(finding.level is not Level.INFORMATION for finding in policy.findings)


def _causes(problems: tuple[Problem, ...]) -> str:
    return ", ".join(dict.fromkeys(one.title for one in problems if one.level is Level.ERROR))


def _name(policy: str, lang: Lang) -> str:
    """What a policy is called; one of an operator's own by its own name."""
    names = _table()["policy"].get(policy)
    return str(names[lang]) if names else visible(policy)


def _words(lang: Lang) -> dict[str, str]:
    return {key: texts[lang] for key, texts in _table().items() if key != "policy"}


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("einvoice.reports").joinpath("policy.toml").read_text(encoding="utf-8"))
