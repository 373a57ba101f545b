"""Domibus file system plugin, and Harmony: `IN/<final recipient>/<message id>/metadata.xml` and the payload."""

from dataclasses import replace
from itertools import islice
from typing import ClassVar

from einvoice.intake.layouts.directory import Directory, Found, Kind
from einvoice.intake.layouts.layout import Judged, Layout, Tally, is_temporary
from einvoice.intake.layouts.markers import ends_as_xml_must, read_info
from einvoice.intake.layouts.memory import Habits
from einvoice.intake.layouts.parcels import Parcel, Remark

_METADATA = "metadata.xml"
_NOT_INBOUND = ("OUT", "SENT", "FAILED", "PROCESSED")  # beside IN, where the folder is the plugin's location itself
_MOST_FILES = 200
_PURGED = 600.0  # seconds; `fsplugin.messages.received.purge.expired`, unless it was raised


class Domibus(Layout):
    """The metadata come first, then the payload straight to its final name, and nothing marks the end.

    Complete is a message whose metadata parse, which has as many files as the metadata name parts, none of which
    changed through several looks, and whose document ends as XML must. What never ends so is taken after a while as it
    is: the access point deletes its folders after ten minutes unless told otherwise. The folder of the message is
    claimed as a whole.
    """

    name = "domibus"
    enveloped = True
    depth = 2
    purged_after: ClassVar[float | None] = _PURGED

    def __init__(self, habits: Habits | None = None) -> None:
        asked = habits or Habits()
        soon = _PURGED / 2  # a person has to know, and what can be saved to be saved, before it is deleted
        super().__init__(replace(asked, stuck=min(asked.stuck, soon), alone=min(asked.alone, soon)))

    def file(self, directory: Directory, found: Found, tally: Tally) -> None:  # noqa: ARG002
        """Only what lies in the folder of a message is looked at, and from there."""
        tally.stuck_if_late(found, "no-metadata")

    def folder(self, directory: Directory, found: Found, depth: int, tally: Tally) -> None:
        """The folder of one message, or one on the way to it."""
        if not directory.within and found.name in _NOT_INBOUND:
            return
        with directory.below(found.name) as below:
            metadata = below.find(_METADATA)
            if metadata is not None:
                tally.offer(metadata, lambda: self._judge(below, found, metadata, tally))
            elif depth >= 0:  # at 0 it is where a message should be: its files are named as what they are
                self._walk(below, depth - 1, tally)
            else:
                tally.stuck_if_late(found, "directory")

    def _judge(self, directory: Directory, folder: Found, metadata: Found, tally: Tally) -> Judged:
        info = read_info(directory, _METADATA)
        if info is None:
            return tally.late(metadata, "metadata-broken")
        if not info.parts:
            return "no-payload"
        files = sorted(islice(directory.scan(), _MOST_FILES), key=lambda found: found.name)
        payloads = [found for found in files if found.name != _METADATA and found.kind is Kind.FILE and found.size]
        if any(is_temporary(found.name) for found in files) or len(payloads) < len(info.parts):
            return tally.late(metadata, "no-document")
        if not tally.memory.steady(folder.key, tuple(files), tally.now, self.habits):
            return None
        document, *others = payloads
        ended = ends_as_xml_must(directory, document.name)
        if not ended and not tally.alone(*payloads):
            tally.memory.unsettled = True
            return None
        return Parcel(
            key=document.key,
            document=document.path,
            companions=(*(other.path for other in others), metadata.path),
            whole=folder.path,
            size=document.size,
            mtime=document.mtime,
            stamp=document.stamp,
            remark=Remark.SEVERAL_PAYLOADS if others else None if ended else Remark.UNFINISHED,
            said={"message_id": info.message_id} if info.message_id else {},
        )
