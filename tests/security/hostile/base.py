"""What a hostile input is, and the honest invoices that most of them are made from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[3] / "inbox" / "samples"
UBL = next(SAMPLES.glob("01-*.xml")).read_text("utf-8")
CII = next(SAMPLES.glob("03-*.xml")).read_text("utf-8")
NUMBER, NOTE = "2026-10437", "Lieferung und Aufbau im Bürgerbüro, 2. Obergeschoss."  # BT-1, BT-22 of UBL
SELLER = "Möbelwerk Grünwald GmbH"  # BT-27
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"

ACCEPTED, REJECTED = "accepted", "rejected"  # by schema or rules; any other outcome is the code of a refusal
HELD = "held"  # no verdict: an operator looks at it

# Where inputs try to reach. Whoever runs them puts a real file and a real server in their place and watches both.
FILE_BAIT, WEB_BAIT = "file:///bait.test/secret.txt", "http://bait.test/"

_EXTENSION = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One input, made when it is asked for: some are large."""

    name: str  # what it is, in a few words; unlike any other
    outcome: str
    make: Callable[[], bytes]
    file: str = "rechnung.xml"  # how the sender calls it
    endless: bool = False  # it takes as long as it is let: held when the service's limit of time is over

    def data(self, file_url: str = FILE_BAIT, web_url: str = WEB_BAIT) -> bytes:
        """The bytes to send, with real places to reach for."""
        data = self.make()
        for encoding in ("ascii", "utf-16-le", "utf-16-be"):
            data = data.replace(FILE_BAIT.encode(encoding), file_url.encode(encoding))
            data = data.replace(WEB_BAIT.encode(encoding), web_url.encode(encoding))
        return data


def put(old: str, new: str, text: str = UBL) -> bytes:
    """The invoice with one place changed. Raises ValueError if the place is not there."""
    return put_text(old, new, text).encode()


def put_text(old: str, new: str, text: str = UBL) -> str:
    """The same as text, to be changed once more."""
    if old not in text:
        raise ValueError(f"not in the invoice: {old}")
    return text.replace(old, new, 1)


def before_root(text: str, invoice: str = UBL) -> bytes:
    """Something between XML declaration and root element."""
    return put("?>\n", f"?>\n{text}", invoice)


def on_root(attributes: str) -> bytes:
    """Further attributes of the root element."""
    return put("<Invoice ", f"<Invoice {attributes} ")


def numbered(text: str) -> bytes:
    """Another content of the invoice number (BT-1)."""
    return put(NUMBER, text)


def noted(text: str) -> bytes:
    """Another content of the note (BT-22)."""
    return put(NOTE, text)


def extended(content: str, text: str = UBL) -> bytes:
    """Something in an extension, where the schema allows any element: accepted, with a warning."""
    extension = (
        f'<ext:UBLExtensions xmlns:ext="{_EXTENSION}"><ext:UBLExtension><ext:ExtensionContent>{content}'
        "</ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
    )
    return put("<cbc:CustomizationID>", f"{extension}<cbc:CustomizationID>", text)


def attached(content: str, *, name: str = "anlage.pdf", mime: str = "application/pdf", more: str = "") -> bytes:
    """A document that belongs to the invoice (BG-24): Base64, or something in its place."""
    reference = (
        "<cac:AdditionalDocumentReference><cbc:ID>A-1</cbc:ID>"
        f'<cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="{mime}" filename="{name}">{content}'
        f"</cbc:EmbeddedDocumentBinaryObject>{more}</cac:Attachment></cac:AdditionalDocumentReference>"
    )
    return put("<cac:AccountingSupplierParty>", f"{reference}<cac:AccountingSupplierParty>")
