"""Which of the files in a PDF is the invoice."""

from dataclasses import dataclass
from xml.parsers import expat

from einvoice.extraction.pdf.files import EmbeddedFile
from einvoice.extraction.pdf.objects import Damage
from einvoice.model.namespaces import FERD, FERD_RC, RSM, UBL_CREDITNOTE, UBL_INVOICE

# ZUGFeRD 2.x / Factur-X 1.0, XRechnung in ZUGFeRD, ZUGFeRD 2.0, ZUGFeRD 1.0 (their specifications, chapter on the
# embedded file), compared without regard to case.
INVOICES = frozenset({"factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml"})
_ROOTS = frozenset(
    {
        f"{UBL_INVOICE} Invoice",
        f"{UBL_CREDITNOTE} CreditNote",
        f"{RSM} CrossIndustryInvoice",
        f"{FERD} CrossIndustryDocument",
        f"{FERD_RC} Invoice",
    }
)
_LOOKED_AT = 1_000_000  # bytes within which a root element begins; a comment before it may be long


@dataclass(frozen=True, slots=True)
class Choice:
    """The one invoice: by which name, its bytes, and every embedded stream that holds the very same."""

    name: str
    xml: bytes
    files: tuple[EmbeddedFile, ...]


class NoChoice(Exception):
    """There is no file to choose, or there are several that differ; `names` are those."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        super().__init__(names)
        self.names = names


def invoice(files: list[EmbeddedFile], damage: Damage) -> Choice:
    """The one that is named as an invoice; where none is, the one whose content is an invoice. Raises NoChoice."""
    try:
        return by_name(files, INVOICES)
    except NoChoice as none:
        if none.names:
            raise
    found = []
    for file in files:
        xml = damage.spared(file.content)
        if xml is not None and is_invoice(xml):
            found.append((next(iter(file.names), ""), file, xml))
    return _one(found)


def by_name(files: list[EmbeddedFile], wanted: frozenset[str]) -> Choice:
    """The one file that has one of these names, which are in lower case. Raises NoChoice."""
    named = [(name, file) for file in files if (name := file.named(wanted)) is not None]
    return _one([(name, file, file.content()) for name, file in named])


def _one(found: list[tuple[str, EmbeddedFile, bytes]]) -> Choice:
    """Identical bytes count once."""
    if len({content for _, _, content in found}) != 1:
        raise NoChoice(tuple(name for name, _, _ in found))
    name, _, content = found[0]
    return Choice(name, content, tuple(file for _, file, _ in found))


def is_invoice(data: bytes) -> bool:
    """Whether the root element of an XML is that of an invoice we know. Nothing is said about the rest of it."""

    def started(name: str, _: object) -> None:
        raise _Started(name)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = started
    try:
        parser.Parse(data[:_LOOKED_AT], False)
    except _Started as seen:
        return seen.name in _ROOTS
    except (expat.ExpatError, ValueError, LookupError):  # no XML, or in an encoding nobody knows
        return False
    return False


class _Started(Exception):
    """The root element begins."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
