"""phoss-ap: `<instance id>.xml` + `.json`, or a folder `<instance id>/` with `sbd.xml` + `metadata.json`."""

from einvoice.intake.layouts.directory import Directory, Found, Kind
from einvoice.intake.layouts.layout import Judged, Layout, Tally, is_temporary, stem
from einvoice.intake.layouts.markers import read_json
from einvoice.intake.layouts.parcels import Parcel, Remark

_DOCUMENT, _METADATA = "sbd.xml", "metadata.json"
_SAID = {
    "sbdhInstanceID": "instance_id",
    "senderID": "sender",
    "receiverID": "receiver",
    "docTypeID": "document_type",
    "processID": "process",
    "as4MessageID": "message_id",
    "isDuplicateSBDH": "duplicate_sbdh",
    "isDuplicateAS4": "duplicate_as4",
}
_MOST_IN_A_FOLDER = 20


class Phoss(Layout):
    """The document is renamed into place and so always whole; the JSON is written after it, not in one go.

    Where writing the JSON fails, phoss-ap takes the document for delivered all the same: after a while it is taken
    without, and says so. Both of its layouts, flat and per transaction, may lie side by side.
    """

    name = "phoss"
    enveloped = True

    def file(self, directory: Directory, found: Found, tally: Tally) -> None:
        """A document or its JSON."""
        if base := stem(found.name, ".xml"):
            metadata = base + ".json"
            tally.offer(found, lambda: self._judge(directory, found, metadata, tally, whole=None))
        elif base := stem(found.name, ".json"):
            if tally.late(found, "no-document") and not directory.find(base + ".xml"):
                tally.stuck(found, "no-document")
        else:
            tally.stuck_if_late(found, "unknown")

    def folder(self, directory: Directory, found: Found, depth: int, tally: Tally) -> None:
        """One transaction, or, where the habits ask to look deeper, a folder of them."""
        with directory.below(found.name) as below:
            document = below.file(_DOCUMENT)
            if document is not None:
                tally.offer(document, lambda: self._judge_folder(below, found, document, tally))
            elif depth:
                self._walk(below, depth - 1, tally)
            else:
                tally.stuck_if_late(found, "no-document" if below.find(_METADATA) else "directory")

    def _judge_folder(self, below: Directory, folder: Found, document: Found, tally: Tally) -> Judged:
        for count, other in enumerate(below.scan()):
            if count > _MOST_IN_A_FOLDER or other.kind is not Kind.FILE:
                return tally.late(document, "unknown")
            if is_temporary(other.name) and not tally.alone(other):
                return None
        return self._judge(below, document, _METADATA, tally, whole=folder)

    def _judge(self, directory: Directory, found: Found, name: str, tally: Tally, *, whole: Found | None) -> Judged:
        metadata = directory.file(name)
        said = read_json(directory, name) if metadata else None
        if said is None and not tally.alone(found, *([metadata] if metadata else [])):
            return None
        return Parcel(
            key=found.key,
            document=found.path,
            companions=(metadata.path,) if metadata else (),
            whole=whole.path if whole else None,
            size=found.size,
            mtime=found.mtime,
            stamp=found.stamp,
            remark=None if said is not None else Remark.JSON_BROKEN if metadata else Remark.NO_JSON,
            said={_SAID[key]: _text(value) for key, value in (said or {}).items() if key in _SAID},
        )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
