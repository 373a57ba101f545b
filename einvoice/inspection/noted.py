"""How this room speaks: findings with source "container", never an error."""

from collections.abc import Mapping

from einvoice.explain.wording import shorten
from einvoice.model.finding import Finding, Level, Source

HYBRID = "hybrid"  # the PDF around the invoice: BR-HYBRID-*, BR-HYBRID-DE-*, BR-FX-DE-03
PICTURE = "picture"  # what its pages show
ENCLOSURES = "enclosures"  # the files enclosed


def noted(
    rule: str,
    level: Level,
    ruleset: str,
    message: str,
    details: Mapping[str, str],
    *,
    terms: tuple[str, ...] = (),
    line: int | None = None,
) -> Finding:
    """A finding of this room; `message` is our own sentence in English, its gaps filled from the details.

    The detail `value` is what was found. All of them may come from a stranger: they are cut, on one line.
    """
    known = {name: shorten(text) for name, text in details.items()}
    return Finding(
        rule=rule,
        level=level,
        source=Source.CONTAINER,
        ruleset=ruleset,
        xpath="",
        line=line,
        terms=terms,
        message=message.format_map({"value": "nothing", **known}),
        found=known.get("value"),
        details=tuple((name, text) for name, text in known.items() if name != "value"),
    )
