"""What the rule itself knows that helps to mend the invoice: the allowed codes nearest to the wrong one."""

from einvoice.validation.engine import Fired


def clues(fired: Fired, found: str | None, kind: str | None) -> tuple[tuple[str, str], ...]:  # noqa: ARG001
    """Parts of the sentence that the expression of the rule gives (Finding.details)."""
    return ()
