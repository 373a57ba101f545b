"""Holodeck B2B, file delivery: payloads `pl-<id>-<cid>.<ext>` and an info file, or all in one `message-<id>.xml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from einvoice.intake.layouts.directory import Directory, Found
from einvoice.intake.layouts.layout import Judged, Layout, Tally
from einvoice.intake.layouts.markers import Info, Part, ends_as_xml_must, read_head, read_info
from einvoice.intake.layouts.parcels import Packing, Parcel, Remark

_PAYLOAD = "pl-"
_MOST_DASHES = 40


@dataclass(frozen=True, slots=True)
class _Format:
    """One of its delivery formats, by the name of the info file."""

    before: str
    after: str

    def has(self, name: str) -> bool:
        """Whether the file is an info file of this format."""
        return name.startswith(self.before) and name.endswith(self.after) and len(name) > len(self.before + self.after)


_MMD = _Format("", ".mmd.xml")
_EBMS = _Format("mi-", ".xml")
_SINGLE = _Format("message-", ".xml")


class Holodeck(Layout):
    """Payloads come first, straight to their final names; the info file is last: made empty, then replaced.

    Formats `mmd`, `ebms` and `single_xml` are told apart by the name of that file. Where it says a payload lies is on
    the access point's machine: only the name counts, and it must lie in this very folder. Receipts and errors about
    messages of ours come as info files too.
    """

    name = "holodeck"
    enveloped = True

    def file(self, directory: Directory, found: Found, tally: Tally) -> None:
        """An info file, or a payload."""
        if found.name.startswith(_PAYLOAD):
            if tally.late(found, "no-metadata") and not any(map(directory.find, _info_names(found.name))):
                tally.stuck(found, "no-metadata")
        elif _SINGLE.has(found.name):
            tally.offer(found, lambda: _judge_single(directory, found, tally))
        elif _MMD.has(found.name) or _EBMS.has(found.name):
            tally.offer(found, lambda: _judge(directory, found, tally))
        else:
            tally.stuck_if_late(found, "unknown")


def _judge(directory: Directory, found: Found, tally: Tally) -> Judged:
    info = read_info(directory, found.name)
    if info is None:
        return tally.late(found, "metadata-broken")
    if not info.parts:
        return "signal" if info.is_signal else "no-payload"
    payloads = [directory.file(_name(part)) for part in info.parts]
    if not all(payloads):
        return tally.late(found, "no-document")
    document, *others = [payload for payload in payloads if payload]
    return Parcel(
        key=document.key,
        document=document.path,
        companions=(*(other.path for other in others), found.path),
        size=document.size,
        mtime=document.mtime,
        stamp=document.stamp,
        remark=Remark.SEVERAL_PAYLOADS if others else None,
        said=_said(info),
    )


def _judge_single(directory: Directory, found: Found, tally: Tally) -> Judged:
    if not ends_as_xml_must(directory, found.name):
        return tally.late(found, "metadata-broken")
    info = read_head(directory, found.name)
    if info.is_signal and "Payload" not in info.elements:
        return "signal"
    return Parcel(
        key=found.key,
        document=found.path,
        size=found.size,
        mtime=found.mtime,
        stamp=found.stamp,
        packing=Packing.SINGLE_XML,
        said=_said(info),
    )


def _said(info: Info) -> dict[str, str]:
    return {"message_id": info.message_id} if info.message_id else {}


def _name(part: Part) -> str:
    """The name of a payload, whatever folder is said to hold it; "" if none is named."""
    location = part.attributes.get("location") or part.properties.get("org:holodeckb2b:location", "")
    name = PurePath(location.replace("\\", "/").removeprefix("file:")).name
    return "" if "\0" in name else name


def _info_names(payload: str) -> Iterator[str]:
    """What the info file of a payload can be called: where in its name the message id ends can't be seen."""
    parts = payload.removeprefix(_PAYLOAD).split("-")
    for count in range(1, min(len(parts), _MOST_DASHES)):
        identifier = "-".join(parts[:count])
        yield _MMD.before + identifier + _MMD.after
        yield _EBMS.before + identifier + _EBMS.after
