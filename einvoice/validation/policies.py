"""What an authority asks beyond the law, looked at after the formal verdict and reported apart from it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from einvoice.errors import Fault
from einvoice.model import Assessment, Basis, Finding, InvoiceDocument, Level, Outcome, PolicyOutcome, Source, Verdict
from einvoice.model.policy import DEFAULT_PROFILES, Demand, PolicyAction
from einvoice.semantics import Places
from einvoice.validation.engine import Fired, RuleEngine, UncompilableSheet
from einvoice.validation.location import Locations
from einvoice.validation.policyfiles import PolicyFile, read_policy
from einvoice.validation.policyreading import read_schema
from einvoice.validation.policyschema import PolicyRefused
from einvoice.validation.policysheet import stylesheet

UNCOMPILABLE = "policy-uncompilable"  # cause of a Fault whose detail is file:line: reason
_TERM = re.compile(r"\bB[TG]-\d+\b")
_MILDEST_LAST = (Level.ERROR, Level.WARNING, Level.INFORMATION)
_LEVEL_OF = {PolicyAction.REJECT: Level.ERROR, PolicyAction.WARN: Level.WARNING}


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A policy ready to be applied."""

    name: str
    sha256: str
    sheet: Any


class Policies:
    """The policies of this process. Each is compiled once for every text it has; files are read anew each time."""

    def __init__(self, folders: Sequence[Path], engine: RuleEngine) -> None:
        self._folders = tuple(folders)
        self._engine = engine
        self._sheets: dict[str, Any] = {}

    def outcome(self, document: InvoiceDocument, assessment: Assessment, basis: Basis) -> PolicyOutcome | None:
        """What the authority's policies say of a document that is formally accepted; None where nobody asks anything.

        A rejected or undecided document is not looked at: it goes back, or is held, whatever an authority wants.
        Raises Fault, naming the policy: it is gone, does not compile, or the engine failed in it.
        """
        if basis.authority is None or assessment.verdict is not Verdict.ACCEPTED:
            return None
        compiled = [self._compiled(demand.policy) for demand in basis.demands]
        findings = (*_profile(assessment, basis), *self._findings(document, compiled, basis))
        if not (findings or basis.demands or basis.profiles is not None):
            return None
        rejected = any(finding.level is Level.ERROR for finding in findings)
        return PolicyOutcome(
            authority=basis.authority,
            outcome=Outcome.REJECTED if rejected else Outcome.ACCEPTED,
            demands=basis.demands,
            artefacts=tuple((one.name, one.sha256) for one in compiled),
            findings=findings,
        )

    def compile(self, name: str) -> str:
        """Make sure that a policy can be applied; its SHA-256. Raises Fault: policy-missing, policy-uncompilable."""
        return self._compiled(name).sha256

    def _compiled(self, name: str) -> _Compiled:
        file = read_policy(self._folders, name)
        if file.sha256 not in self._sheets:
            self._sheets[file.sha256] = _compile(file, self._engine)
        return _Compiled(name, file.sha256, self._sheets[file.sha256])

    def _findings(self, document: InvoiceDocument, compiled: Sequence[_Compiled], basis: Basis) -> Iterator[Finding]:
        if not compiled:
            return
        answers = self._engine.apply(document, [(f"policy {one.name}", one.sheet) for one in compiled])
        if not any(answers):
            return
        locations, places = Locations(document.root), Places(document)
        for demand, fired in zip(basis.demands, answers, strict=True):
            for one in fired:
                yield _finding(one, demand, basis.authority or "", locations, places)


def _compile(file: PolicyFile, engine: RuleEngine) -> Any:
    try:
        sheet = stylesheet(read_schema(file.data))
        try:
            return engine.compile(sheet.text)
        except UncompilableSheet as error:
            raise PolicyRefused(sheet.origin(error.line), error.reason) from None
    except PolicyRefused as refused:
        raise Fault(UNCOMPILABLE, f"{file.path}:{refused.line}: {refused.reason}") from None


def _finding(fired: Fired, demand: Demand, authority: str, locations: Locations, places: Places) -> Finding:
    xpath, line, found = locations.find(fired.location)
    return Finding(
        rule=fired.rule,
        level=max(fired.level, _LEVEL_OF[demand.action], key=_MILDEST_LAST.index),
        source=Source.POLICY,
        ruleset=demand.policy,
        xpath=xpath,
        line=line,
        terms=tuple(dict.fromkeys(_TERM.findall(fired.message))),
        message=fired.message,
        found=found,
        place=places.at(xpath),
        details=(("authority", authority),),
        demanded_by=authority,
    )


def _profile(assessment: Assessment, basis: Basis) -> Iterable[Finding]:
    """The profile, where the authority does not take it."""
    taken = DEFAULT_PROFILES if basis.profiles is None else basis.profiles
    if assessment.profile in taken:
        return
    yield Finding(
        rule="POLICY-PROFILE",
        level=Level.ERROR,
        source=Source.POLICY,
        ruleset="profiles",
        xpath="",
        line=None,
        terms=("BT-24",),
        message=f"{basis.authority} does not take the profile {assessment.profile}; it takes {', '.join(taken)}.",
        found=assessment.profile,
        details=(
            ("authority", basis.authority or ""),
            ("profile", assessment.profile or ""),
            ("taken", ", ".join(taken)),
        ),
        demanded_by=basis.authority,
    )
