"""The envelope an invoice came in, as its header tells it (SBDH 1.3; Peppol Business Message Envelope 2.0)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Sender or receiver: `0204:04011000-12345-34` of the authority `iso6523-actorid-upis`."""

    value: str  # as it stands, with its scheme
    authority: str  # @Authority; "" where it is missing

    @property
    def scheme(self) -> str:
        """The ICD or EAS code (0204, 9930, 0242); "" where there is none."""
        return self.value.partition(":")[0] if ":" in self.value else ""

    @property
    def identifier(self) -> str:
        """The value without its scheme."""
        return self.value.partition(":")[2] if ":" in self.value else self.value


class PayloadKind(StrEnum):
    """How the payload lies in the envelope."""

    XML = "xml"  # as an element
    BINARY = "binary"  # BinaryContent: in base64
    TEXT = "text"  # TextContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Irregularity:
    """Something about an envelope that is not as it should be. It is told, and never decides anything by itself.

    `code`: an error id of peppol-commons (`invalid-standard`, `missing-country-c1`, …) or one of ours; `details`: what
    stands there and what was expected, by the names the texts of the reports use.
    """

    code: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the header of one Standard Business Document says, each value as it stands there.

    A value that is missing is "", or None where it may be missing. The payload is the exact cut out of the envelope,
    or what BinaryContent or TextContent decode to.
    """

    sender: Participant
    receiver: Participant
    instance_id: str  # InstanceIdentifier: one a message, the same when it is sent again
    standard: str
    type_version: str
    type: str
    created_at: str
    document_type: str | None = None  # DOCUMENTID without its scheme
    document_scheme: str | None = None
    process: str | None = None  # PROCESSID without its scheme
    process_scheme: str | None = None
    country: str | None = None  # COUNTRY_C1
    mls_to: str | None = None  # "0242:…"; None: absent or no such id
    mls_always: bool = False  # MLS_TYPE is ALWAYS_SEND
    payload_kind: PayloadKind = PayloadKind.XML
    media_type: str | None = None  # of BinaryContent or TextContent
    payload_sha256: str  # hex
    payload_size: int  # bytes
    irregularities: tuple[Irregularity, ...] = ()  # of the header by itself
    differences: tuple[Irregularity, ...] = ()  # between header and content
