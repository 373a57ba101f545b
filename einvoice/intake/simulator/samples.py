"""The sample invoices, each to be had any number of times with another invoice number."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from einvoice.envelope.cutting import root_of
from einvoice.settings import PACKAGE

_NUMBER = re.compile(rb"<cbc:ID>([^<]+)</cbc:ID>|<rsm:ExchangedDocument>\s*<ram:ID>([^<]+)</ram:ID>")  # BT-1
_CUSTOMIZATION = re.compile(
    rb"<cbc:CustomizationID>([^<]+)<|<ram:GuidelineSpecifiedDocumentContextParameter>\s*<ram:ID>([^<]+)<"  # BT-24
)
_REFERENCE = re.compile(rb"<(?:cbc|ram):BuyerReference>([^<]+)<")  # BT-10
_SOMEBODY = "04011000-1234512345-06"  # where the sample names nobody
_CII = "CrossIndustryInvoice"


class NoSamples(Exception):
    """There are no sample invoices where they should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One XML invoice of the sample folder."""

    name: str
    data: bytes
    accepted: bool
    document_type: str  # as Peppol writes it
    leitweg_id: str  # of the receiver
    start: int  # of the invoice number, in bytes
    end: int

    def numbered(self, number: str) -> bytes:
        """The same invoice under another number (BT-1), which no second one of the seller has."""
        return self.data[: self.start] + number.encode() + self.data[self.end :]


def sample_folder() -> Path:
    """Where the samples lie in a checkout, or once installed."""
    beside = PACKAGE.parent / "inbox" / "samples"
    return beside if beside.is_dir() else Path(sys.prefix) / "share" / "einvoice" / "samples"


def read_samples(folder: Path | None = None) -> tuple[Sample, ...]:
    """All XML samples, by name. Raises NoSamples."""
    place = folder or sample_folder()
    try:
        expected = json.loads((place / "expected.json").read_text("utf-8"))["files"]
        found = [
            _sample(place / name, told["verdict"] == "accepted")
            for name, told in sorted(expected.items())
            if name.endswith(".xml")
        ]
    except (OSError, ValueError, KeyError) as error:
        raise NoSamples(f"{place}: {error}") from None
    if not any(sample.accepted for sample in found):
        raise NoSamples(str(place))
    return tuple(found)


def _sample(path: Path, accepted: bool) -> Sample:
    data = path.read_bytes()
    number, customization, reference = _NUMBER.search(data), _CUSTOMIZATION.search(data), _REFERENCE.search(data)
    namespace, _, local = (root_of(data) or "").removeprefix("{").partition("}")
    if number is None or customization is None:
        raise ValueError(f"{path.name} has no number, or no customization")
    start, end = number.span(number.lastindex or 0)
    customized = customization[customization.lastindex or 0].decode()
    version = "D16B" if local == _CII else "2.1"
    return Sample(
        name=path.name,
        data=data,
        accepted=accepted,
        document_type=f"{namespace}::{local}##{customized}::{version}",
        leitweg_id=reference[1].decode() if reference else _SOMEBODY,
        start=start,
        end=end,
    )
