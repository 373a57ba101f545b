"""Oxalis 5 to 7 and Oxalis-NG: `<receiver>/<sender>/<message id>.doc.xml`, then `<message id>.receipt.dat`."""

from einvoice.intake.layouts.directory import Directory, Found
from einvoice.intake.layouts.layout import Judged, Layout, Tally, stem
from einvoice.intake.layouts.markers import ends_as_xml_must, is_whole_xml, is_xml
from einvoice.intake.layouts.parcels import Parcel

_DOCUMENT, _RECEIPT = ".doc.xml", ".receipt.dat"


class Oxalis(Layout):
    """The document is written straight to its final name, so it is never touched without its receipt.

    A message that is sent once more overwrites the document in place, beside the receipt of the first time: where the
    receipt is the older one, the document must have stopped changing, and must end as XML does. A receipt is XML (ETSI
    REM evidence, an AS4 signal) that must be whole, or something else that must have stopped changing.
    """

    name = "oxalis"
    enveloped = True
    depth = 2

    def file(self, directory: Directory, found: Found, tally: Tally) -> None:
        """A document, a receipt, or something Oxalis does not write."""
        if base := stem(found.name, _DOCUMENT):
            receipt = base + _RECEIPT
            tally.offer(found, lambda: self._judge(directory, found, receipt, tally))
        elif base := stem(found.name, _RECEIPT):
            if tally.late(found, "no-document") and not directory.find(base + _DOCUMENT):
                tally.stuck(found, "no-document")
        else:
            tally.stuck_if_late(found, "unknown")

    def _judge(self, directory: Directory, found: Found, name: str, tally: Tally) -> Judged:
        receipt = directory.file(name)
        if receipt is None:
            return tally.late(found, "no-receipt")
        is_evidence = is_xml(directory, receipt.name)
        if is_evidence and not is_whole_xml(directory, receipt.name):
            return tally.late(receipt, "receipt-broken")
        after = receipt.status.st_mtime_ns - found.status.st_mtime_ns
        if not is_evidence or after <= 0:  # it does not say for sure that the document is complete: time will tell
            if not tally.memory.steady(found.key, (found, receipt), tally.now, self.habits):
                return None
            if after < 0 and not ends_as_xml_must(directory, found.name):
                return tally.late(found, "receipt-older")
        return Parcel(
            key=found.key,
            document=found.path,
            companions=(receipt.path,),
            size=found.size,
            mtime=found.mtime,
            stamp=found.stamp,
        )
