"""What an authority asks beyond the law, looked at after the formal verdict and reported apart from it."""

from einvoice.model import Assessment, Basis, Finding, InvoiceDocument, Level, Outcome, PolicyOutcome, Source, Verdict
from einvoice.model.policy import DEFAULT_PROFILES


def policy_outcome(document: InvoiceDocument, assessment: Assessment, basis: Basis) -> PolicyOutcome | None:  # noqa: ARG001
    """What the authority's policies say of a document that is formally accepted; None where nobody asks anything.

    A rejected or undecided document is not looked at: it goes back, or is held, whatever an authority wants.
    """
    if basis.authority is None or assessment.verdict is not Verdict.ACCEPTED:
        return None
    findings = tuple(_profile(assessment, basis))
    rejected = any(finding.level is Level.ERROR for finding in findings)
    return PolicyOutcome(
        authority=basis.authority,
        outcome=Outcome.REJECTED if rejected else Outcome.ACCEPTED,
        demands=basis.demands,
        findings=findings,
    )


def _profile(assessment: Assessment, basis: Basis) -> list[Finding]:
    """The profile, where the authority does not take it."""
    taken = DEFAULT_PROFILES if basis.profiles is None else basis.profiles
    if assessment.profile in taken:
        return []
    finding = Finding(
        rule="POLICY-PROFILE",
        level=Level.ERROR,
        source=Source.POLICY,
        ruleset="profiles",
        xpath="",
        line=None,
        terms=("BT-24",),
        message=f"{basis.authority} does not take the profile {assessment.profile}; it takes {', '.join(taken)}.",
        found=assessment.profile,
        details=(("profile", assessment.profile or ""), ("taken", ", ".join(taken))),
        demanded_by=basis.authority,
    )
    return [finding]
