"""The header of an envelope: read as it stands, and looked at for what is not as it should be.

Peppol Business Message Envelope 2.0.1; the codes are those of peppol-commons where it has one. Nothing here refuses an
envelope, but a value that is longer than any has reason to be.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from lxml import etree

from einvoice.envelope.names import (
    DOCUMENT_SCHEME,
    HEADER_VERSION,
    PARTICIPANTS,
    PROCESS_SCHEME,
    SERVICE_PROVIDER,
)
from einvoice.envelope.payload import Payload
from einvoice.errors import Refusal
from einvoice.model.envelope import Envelope, Irregularity, Participant, PayloadKind
from einvoice.model.namespaces import SBDH

LONGEST_VALUE = 500  # characters: a document type id may have as many, everything else is shorter

_NS = {"sh": SBDH}
_IDENTIFICATION = "sh:DocumentIdentification/sh:"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?")
_COUNTRY = re.compile(r"[A-Z0-9]{2}")
_SPID = re.compile(r"[0-9]{6}(?:-[0-9A-Z_]{3,12}(?:\.[0-9A-Z\-._~]{3,24})?)?", re.I)  # Peppol MLS 1.1.0
_SCHEMES = {"DOCUMENTID": DOCUMENT_SCHEME, "PROCESSID": PROCESS_SCHEME, "MLS_TO": PARTICIPANTS}
_MLS_TYPES = ("FAILURE_ONLY", "ALWAYS_SEND")
_MANDATORY = {
    "DOCUMENTID": "missing-document-type-identifier",
    "PROCESSID": "missing-process-identifier",
    "COUNTRY_C1": "missing-country-c1",
}


class _Scope:
    """One Scope: InstanceIdentifier is its value, Identifier the scheme of that."""

    def __init__(self, element: etree._Element) -> None:
        self.type = _value(element, "sh:Type")
        value, self.scheme = _value(element, "sh:InstanceIdentifier"), _value(element, "sh:Identifier")
        prefix = f"{self.scheme or _SCHEMES.get(self.type, '')}::"
        self.prefixed = len(prefix) > 2 and value.startswith(prefix)
        self.value = value.removeprefix(prefix) if self.prefixed else value


def envelope_of(header: etree._Element, payload: Payload) -> Envelope:
    """What the header says. Raises Refusal: sbdh-value-too-long."""
    scopes = [_Scope(one) for one in header.iterfind("sh:BusinessScope/sh:Scope", _NS)]
    by_type = {scope.type: scope for scope in reversed(scopes)}  # the first of each counts
    document, process = by_type.get("DOCUMENTID"), by_type.get("PROCESSID")
    mls_to, country = by_type.get("MLS_TO"), by_type.get("COUNTRY_C1")
    envelope = Envelope(
        sender=_participant(header, "sh:Sender"),
        receiver=_participant(header, "sh:Receiver"),
        instance_id=_value(header, f"{_IDENTIFICATION}InstanceIdentifier"),
        standard=_value(header, f"{_IDENTIFICATION}Standard"),
        type_version=_value(header, f"{_IDENTIFICATION}TypeVersion"),
        type=_value(header, f"{_IDENTIFICATION}Type"),
        created_at=_value(header, f"{_IDENTIFICATION}CreationDateAndTime"),
        document_type=(document.value or None) if document else None,
        document_scheme=(document.scheme or DOCUMENT_SCHEME) if document else None,
        process=(process.value or None) if process else None,
        process_scheme=(process.scheme or PROCESS_SCHEME) if process else None,
        country=(country.value or None) if country else None,
        mls_to=_mls_to(mls_to.value) if mls_to else None,
        mls_always="MLS_TYPE" in by_type and by_type["MLS_TYPE"].value == "ALWAYS_SEND",
        payload_kind=payload.kind,
        media_type=payload.media_type,
        payload_sha256=hashlib.sha256(payload.content).hexdigest(),
        payload_size=len(payload.content),
    )
    found = (
        *_of_parties(header, envelope),
        *_of_identification(envelope, payload),
        *_of_scopes(scopes, by_type, envelope),
    )
    return replace(envelope, irregularities=found)


def _of_parties(header: etree._Element, envelope: Envelope) -> Iterator[Irregularity]:
    if (version := _value(header, "sh:HeaderVersion")) != HEADER_VERSION:
        yield _odd("invalid-header-version", version, HEADER_VERSION)
    for name, path, party in (("sender", "Sender", envelope.sender), ("receiver", "Receiver", envelope.receiver)):
        if len(header.findall(f"sh:{path}", _NS)) != 1:
            yield Irregularity(code=f"invalid-{name}-count")
        if party.authority != PARTICIPANTS:
            yield _odd(f"invalid-{name}-authority", party.authority, PARTICIPANTS)
        if not party.scheme or not party.identifier:
            yield _odd(f"invalid-{name}-value", party.value)


def _of_identification(envelope: Envelope, payload: Payload) -> Iterator[Irregularity]:
    if not envelope.instance_id:
        yield Irregularity(code="invalid-instance-identifier")
    yield from _of_time(envelope.created_at)
    if payload.kind is not PayloadKind.XML:  # what is no XML has no root to compare with
        if payload.media_type is None:
            yield Irregularity(code="missing-mime-type")
        return
    namespace, _, local = (payload.root or "").lstrip("{").rpartition("}")
    if envelope.standard != namespace:
        yield _odd("invalid-standard", envelope.standard, namespace)
    if envelope.type != local:
        yield _odd("invalid-type", envelope.type, local)
    version = (envelope.document_type or "").rpartition(":")[2]
    if not envelope.type_version or (version and envelope.type_version != version):
        yield _odd("invalid-type-version", envelope.type_version, version)


def _of_time(stated: str) -> Iterator[Irregularity]:
    form = _INSTANT.fullmatch(stated)
    try:
        datetime.fromisoformat(stated if form else "")
    except ValueError:
        yield _odd("invalid-creation-date-time", stated)
    else:
        if form and not form.group(1):
            yield _odd("creation-without-zone", stated)


def _of_scopes(scopes: list[_Scope], by_type: dict[str, _Scope], envelope: Envelope) -> Iterator[Irregularity]:
    if len(scopes) < len(_MANDATORY):
        yield _odd("invalid-scope-count", str(len(scopes)), str(len(_MANDATORY)))
    for key, code in _MANDATORY.items():
        if key not in by_type or not by_type[key].value:
            yield Irregularity(code=code)
    if envelope.country and not _COUNTRY.fullmatch(envelope.country):
        yield _odd("invalid-country-c1", envelope.country)
    if len(by_type) < len(scopes):
        seen = [scope.type for scope in scopes]
        yield _odd("duplicate-scope", next(one for one in seen if seen.count(one) > 1))
    if prefixed := next((scope.type for scope in scopes if scope.prefixed), None):
        yield _odd("scheme-in-value", prefixed)
    mls_to, mls_type = by_type.get("MLS_TO"), by_type.get("MLS_TYPE")
    if mls_to and envelope.mls_to is None:
        yield _odd("invalid-mls-to", mls_to.value)
    if mls_type and mls_type.value not in _MLS_TYPES:
        yield _odd("invalid-mls-type", mls_type.value)


def _mls_to(stated: str) -> str | None:
    """`0242:SPID`; the text of the specification has it with the identifier scheme before it, its samples without."""
    scheme, _, spid = stated.partition(":")
    return f"{scheme}:{spid}" if scheme == SERVICE_PROVIDER and _SPID.fullmatch(spid) else None


def _odd(code: str, stated: str, expected: str = "") -> Irregularity:
    told = {"stated": stated, "expected": expected[:LONGEST_VALUE]}
    return Irregularity(code=code, details={key: value for key, value in told.items() if value or key == "stated"})


def _participant(header: etree._Element, path: str) -> Participant:
    element = header.find(f"{path}/sh:Identifier", _NS)
    authority = "" if element is None else (element.get("Authority") or "").strip()
    if len(authority) > LONGEST_VALUE:
        raise Refusal("sbdh-value-too-long", name="Authority", limit=LONGEST_VALUE)
    return Participant(value=_value(header, f"{path}/sh:Identifier"), authority=authority)


def _value(parent: etree._Element, path: str) -> str:
    """The text of the first such element, without white space around it; "" where there is none."""
    element = parent.find(path, _NS)
    text = "" if element is None else str(element.xpath("string()")).strip()
    if len(text) > LONGEST_VALUE:
        raise Refusal("sbdh-value-too-long", name=path.rpartition(":")[2], limit=LONGEST_VALUE)
    return text
