"""Files dropped by anyone: a person, a script, an SFTP server."""

import os

from einvoice.intake.layouts.directory import Directory, Found
from einvoice.intake.layouts.layout import Judged, Layout, Tally, stem
from einvoice.intake.layouts.parcels import Parcel

MARKERS = (".done", ".ok")
_DOCUMENTS = (".xml", ".pdf", ".XML", ".PDF")


class Plain(Layout):
    """XML and PDF under any name, one document a file.

    Complete when a `.done` or `.ok` of its name lies beside it (`a.xml.done` or `a.done` for `a.xml`), when it was
    renamed in from a temporary name, or when neither size nor time changed through several looks.
    """

    name = "plain"
    enveloped = False
    may_be_empty = MARKERS

    def file(self, directory: Directory, found: Found, tally: Tally) -> None:
        """A document, or the mark of one."""
        base = next((base for ending in MARKERS if (base := stem(found.name, ending))), None)
        if base is None:
            tally.offer(found, lambda: self._judge(directory, found, tally))
        else:
            self._marker(directory, found, base, tally)

    def _judge(self, directory: Directory, found: Found, tally: Tally) -> Judged:
        if not self.habits.marked:
            steady = tally.memory.steady(found.key, (found,), tally.now, self.habits)
            if steady or tally.memory.renamed_in(found):
                return _parcel(directory, found)
            return None
        return _parcel(directory, found) if _markers(directory, found.name) else tally.late(found, "no-marker")

    def _marker(self, directory: Directory, marker: Found, base: str, tally: Tally) -> None:
        """Its document is complete at once; the document itself comes by on its own way and is counted there."""
        document = next((found for name in _names(base) if (found := directory.file(name))), None)
        if document is None:
            tally.stuck_if_late(marker, "no-document")
        elif not self.habits.marked:
            tally.complete(document, lambda: _parcel(directory, document))


def _parcel(directory: Directory, found: Found) -> Parcel:
    return Parcel(
        key=found.key,
        document=found.path,
        companions=tuple(marker.path for marker in _markers(directory, found.name)),
        size=found.size,
        mtime=found.mtime,
        stamp=found.stamp,
    )


def _markers(directory: Directory, name: str) -> list[Found]:
    bases = dict.fromkeys((name, os.path.splitext(name)[0]))
    return [found for base in bases for ending in MARKERS if (found := directory.find(base + ending))]


def _names(base: str) -> list[str]:
    return [base, *(base + ending for ending in _DOCUMENTS)]
