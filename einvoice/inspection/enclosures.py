"""What there is to say about the files enclosed: a program, a macro, an archive is no supporting document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from einvoice.inspection.noted import ENCLOSURES, noted
from einvoice.model.enclosed import Danger, Enclosure, Origin
from einvoice.model.finding import Finding, Level


@dataclass(frozen=True, slots=True)
class _Row:
    rule: str
    message: str
    level: Level = Level.WARNING


RULES = {
    Danger.EXECUTABLE: _Row("ENCLOSURE-EXECUTABLE", "The enclosed file {value} is a program ({kind})."),
    Danger.SCRIPT: _Row("ENCLOSURE-SCRIPT", "The enclosed file {value} holds a script or active content ({kind})."),
    Danger.MACROS: _Row("ENCLOSURE-MACROS", "The enclosed file {value} brings macros ({kind})."),
    Danger.ARCHIVE: _Row("ENCLOSURE-ARCHIVE", "The enclosed file {value} is an archive ({kind})."),
    Danger.ENCRYPTED: _Row("ENCLOSURE-ENCRYPTED", "The enclosed file {value} is encrypted ({kind})."),
    Danger.DISGUISED: _Row("ENCLOSURE-DISGUISED", "The enclosed file {value} is something else by content ({kind})."),
    Danger.UNKNOWN: _Row(
        "ENCLOSURE-UNKNOWN",
        "The enclosed file {value} is of a kind EN 16931 does not name ({kind}).",
        Level.INFORMATION,
    ),
}
DAMAGED = _Row(
    "ENCLOSURE-DAMAGED", "The enclosed file {value} is damaged: its base64 ends early or holds other characters."
)


def enclosure_findings(enclosures: Iterable[Enclosure]) -> Iterator[Finding]:
    """One finding for each danger of each enclosed file, and one where it is damaged."""
    for enclosure in enclosures:
        in_xml = enclosure.origin is Origin.XML
        details = {
            "value": enclosure.name or f"#{enclosure.number}",
            "kind": enclosure.kind,
            "number": str(enclosure.number),
            **({"mime": enclosure.mime} if enclosure.mime else {}),
            **({"reference": enclosure.reference} if enclosure.reference else {}),
        }
        graver = [danger for danger in enclosure.dangers if danger is not Danger.UNKNOWN]
        rows = [RULES[danger] for danger in graver or enclosure.dangers]
        for row in rows if enclosure.intact else [DAMAGED, *rows]:
            yield noted(row.rule, row.level, ENCLOSURES, row.message, details, terms=("BT-125",) if in_xml else ())
