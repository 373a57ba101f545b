"""Every sample invoice in envelopes of each kind comes out as it went in, and means the same as without."""

import base64
import hashlib
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from einvoice.extraction import Limits, extract
from einvoice.model.envelope import PayloadKind
from tests.unit.envelope.envelopes import PEPPOL, SAMPLES, around, envelope

XML = sorted(SAMPLES.glob("*.xml"))
PDF = sorted(SAMPLES.glob("*.pdf"))
KINDS: dict[PayloadKind, Callable[[bytes], bytes]] = {
    PayloadKind.XML: envelope,
    PayloadKind.BINARY: lambda data: _other("BinaryContent", base64.encodebytes(data).decode()),
    PayloadKind.TEXT: lambda data: _other("TextContent", escape(data.decode())),
}
LETTERS = [(path, kind) for kind in KINDS for path in XML] + [(path, PayloadKind.BINARY) for path in PDF]


def _other(element: str, content: str) -> bytes:
    return around(f'<p:{element} xmlns:p="{PEPPOL}" mimeType="application/xml">{content}</p:{element}>').encode()


@pytest.mark.parametrize(("path", "kind"), LETTERS, ids=[f"{path.stem[:2]}-{kind}" for path, kind in LETTERS])
def test_a_sample_out_of_its_envelope_is_the_sample(path: Path, kind: PayloadKind) -> None:
    whole = path.read_bytes()
    went_in = _root_of(whole) if kind is PayloadKind.XML else whole
    plain, found = extract(whole, Limits()), extract(KINDS[kind](whole), Limits())
    assert found.envelope is not None
    assert found.envelope.payload_kind is kind
    assert found.envelope.payload_sha256 == hashlib.sha256(went_in).hexdigest()
    assert found.envelope.payload_size == len(went_in)
    assert (found.syntax, found.customizations, found.container) == (
        plain.syntax,
        plain.customizations,
        plain.container,
    )
    assert [one.sha256 for one in found.enclosures] == [one.sha256 for one in plain.enclosures]


def test_there_are_more_than_twenty_of_them() -> None:
    assert len(LETTERS) > 20


def _root_of(whole: bytes) -> bytes:
    """The root element alone, as it is found without any parser: samples have no comments around it."""
    return whole[whole.index(b"?>") + 2 :].strip()
