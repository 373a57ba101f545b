"""How each access point puts a message down: which files, under which names, in which order, how far from atomic.

A function a shape; it puts down piece by piece and pauses where others may come between. The names and orders are
those of the programs themselves: Oxalis 5 to 7 and NG, phoss-ap, Holodeck B2B's file backend, Domibus' FS plugin 4.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from einvoice.intake.simulator import metadata
from einvoice.intake.simulator.manifest import Fate, What
from einvoice.intake.simulator.messages import Message
from einvoice.intake.simulator.tray import Pause, Steps, Tray

_TORN = 2 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One of the forms a layout has."""

    put: Callable[[Message, Tray], Steps]
    fates: dict[What, Fate | None]  # where not as with the others; None: the verdict on the invoice in it
    wraps: bool = False  # the document lies base64 in another file


def _straight(message: Message, tray: Tray) -> Steps:
    """A program that writes to the final name and hopes."""
    name = _file_name(message)
    yield from _plain(message, tray, name, _at_once(tray, name, message.content))


def _renamed(message: Message, tray: Tray) -> Steps:
    """A program that renames what it has written."""
    name = _file_name(message)
    yield from _plain(message, tray, name, tray.rename_in(name, message.content, f"{name}.tmp", Pause.LATE))


def _marked(message: Message, tray: Tray) -> Steps:
    """A program that puts an empty file beside what it has written."""
    name = _file_name(message)

    def steps() -> Steps:
        tray.put(name, message.content)
        tray.put(f"{name}.done", b"")
        yield Pause.AMID

    yield from _plain(message, tray, name, steps())


def _plain(message: Message, tray: Tray, name: str, steps: Steps) -> Steps:
    if not message.has_document:
        tray.put(f"{name}.done", b"")
        tray.stuck[f"{name}.done"] = "no-document"
    elif not message.has_receipt:
        tray.put(f"{name}.part", message.content)
        tray.stuck[f"{name}.part"] = "temporary"
    elif message.what is What.EMPTY:
        tray.put(name, b"")
        tray.stuck[name] = "empty"
    else:
        yield from steps


def _file_name(message: Message) -> str:
    return f"rechnung-{message.number}-{message.message_id[:8]}.xml"


def _at_once(tray: Tray, name: str, content: bytes) -> Steps:
    """Nothing tells when it is complete, so there is no pause in it that could be taken for its end."""
    tray.put(name, content)
    yield Pause.AMID


def _oxalis(message: Message, tray: Tray) -> Steps:
    """`<receiver>/<sender>/<id>.doc.xml`, then the receipt, which is no more atomic.

    Of a late one, the first try failed amid the payload and was deleted; it is sent again under another id.
    """
    parts = (message.header.receiver, message.header.sender, message.message_id)
    base = "/".join(re.sub(r"[^a-zA-Z0-9.-]", "_", part) for part in parts)
    document, receipt = f"{base}.doc.xml", f"{base}.receipt.dat"
    if message.late:
        yield from tray.try_in_vain(f"{base}-0.doc.xml", message.content)
    if message.has_document:
        yield from tray.write(document, message.content)
    yield Pause.LATE
    if message.has_receipt:
        yield from tray.write(receipt, metadata.evidence(message))
    _stuck(message, tray, empty=(document,), alone=(receipt, "no-document"), unfinished=(document, "no-receipt"))


def _phoss_flat(message: Message, tray: Tray) -> Steps:
    """`<instance id>.xml`, renamed in; then `.json` straight. A name that is taken gets a number behind it."""
    base = _free(tray, message.header.instance_id, (".xml", ".json", ".xml.tmp"))
    yield from _phoss(message, tray, f"{base}.xml", f"{base}.json")
    _stuck(message, tray, empty=(f"{base}.xml",), alone=(f"{base}.json", "no-document"))


def _phoss_folders(message: Message, tray: Tray) -> Steps:
    """`<instance id>/sbd.xml`, renamed in; then `metadata.json` straight."""
    base = _free(tray, message.header.instance_id, ("",))
    yield from _phoss(message, tray, f"{base}/sbd.xml", f"{base}/metadata.json")
    if message.what in (What.EMPTY, What.NO_DOCUMENT):
        tray.stuck[base] = "no-document"


def _phoss(message: Message, tray: Tray, document: str, metadata_name: str) -> Steps:
    if message.has_document:
        yield from tray.rename_in(document, message.content, f"{document}.tmp")
    yield Pause.LATE
    if message.has_receipt:
        told = json.dumps(metadata.transaction(message)).encode()
        yield from tray.write(metadata_name, told)


def _free(tray: Tray, base: str, endings: tuple[str, ...]) -> str:
    number, name = 0, base
    while any(tray.exists(name + ending) for ending in endings):
        number += 1
        name = f"{base}-{number}"
    return name


def _holodeck_mmd(message: Message, tray: Tray) -> Steps:
    """`pl-<id>-<cid>.xml`, then `<id>.mmd.xml`."""
    base = _holodeck_id(message)
    yield from _holodeck(message, tray, f"{base}.mmd.xml", metadata.mmd)


def _holodeck_ebms(message: Message, tray: Tray) -> Steps:
    """`pl-<id>-<cid>.xml`, then `mi-<id>.xml`."""
    yield from _holodeck(message, tray, f"mi-{_holodeck_id(message)}.xml", metadata.ebms)


def _holodeck(message: Message, tray: Tray, info: str, describe: Callable[[Message, list[str]], bytes]) -> Steps:
    """The payloads straight; then the info file, empty under its name first, then replaced."""
    count = 2 if message.what is What.TWO_PAYLOADS else 1
    payloads = [f"pl-{_holodeck_id(message)}-payload-{number}.xml" for number in range(1, count + 1)]
    for payload in payloads if message.has_document else ():
        yield from tray.write(payload, message.content)
    if message.has_receipt:
        yield from _replaced(tray, info, describe(message, payloads))
    _stuck(
        message, tray, empty=(payloads[0], info), alone=(info, "no-document"), unfinished=(payloads[0], "no-metadata")
    )


def _holodeck_single(message: Message, tray: Tray) -> Steps:
    """`message-<id>.xml` with everything in it, empty under its name first, then replaced."""
    name = f"message-{_holodeck_id(message)}.xml"
    whole = metadata.single_xml(message)
    if message.what is What.EMPTY:
        tray.put(name, b"")
        tray.stuck[name] = "empty"
    elif not message.has_receipt:
        tray.put(name, whole[: int(len(whole) * _TORN)])
        tray.stuck[name] = "metadata-broken"
    else:
        yield from _replaced(tray, name, whole)


def _replaced(tray: Tray, name: str, content: bytes) -> Steps:
    tray.put(name, b"")
    yield Pause.AMID
    yield from tray.rename_in(name, content, f"{name.removesuffix('.xml')}.processing", Pause.LATE)


def _holodeck_id(message: Message) -> str:
    return re.sub(r"[^a-zA-Z0-9._-]", "_", message.message_id).lower()


def _domibus(message: Message, tray: Tray) -> Steps:
    """`IN/<final recipient>/<id>/metadata.xml` first, then the payload, straight, and nothing to mark its end."""
    parts = (message.header.receiver, message.message_id)
    folder = "/".join(("IN", *(re.sub(r"[^\w@.-]", "_", part) for part in parts)))
    count = 2 if message.what is What.TWO_PAYLOADS else 1
    payloads = [f"{folder}/message-{number}.xml" for number in range(1, count + 1)]
    info = f"{folder}/metadata.xml"
    if message.has_receipt:
        tray.put(info, metadata.user_message(message, count))
        yield Pause.AMID
    if message.what in (What.INVOICE, What.DOUBLE):
        yield from tray.write(payloads[0], message.content, Pause.LATE)
    else:  # of what does not end as XML must, any pause would be the end
        for payload in payloads if message.has_document else ():
            tray.put(payload, message.content)
    _stuck(message, tray, alone=(info, "no-document"), unfinished=(payloads[0], "no-metadata"))
    if message.what is What.EMPTY:
        tray.stuck[info] = "no-document"


def _stuck(
    message: Message,
    tray: Tray,
    *,
    empty: tuple[str, ...] = (),
    alone: tuple[str, str],
    unfinished: tuple[str, str] | None = None,
) -> None:
    """What stays: an empty document (with what names it), a receipt alone, a document without one."""
    if message.what is What.EMPTY:
        tray.stuck |= {name: "no-document" if position else "empty" for position, name in enumerate(empty)}
    elif not message.has_document:
        tray.stuck[alone[0]] = alone[1]
    elif not message.has_receipt and unfinished:
        tray.stuck[unfinished[0]] = unfinished[1]


_WITHOUT_JSON: dict[What, Fate | None] = {What.NO_RECEIPT: None}  # taken after a while, as it is whole
_ONE_ALONE: dict[What, Fate | None] = {What.TWO_PAYLOADS: Fate.SET_ASIDE}
_ANYTHING: dict[What, Fate | None] = {What.NO_DOCUMENT: Fate.REJECTED}  # the file is there, with nothing in it

# By layout: its shapes by name, what the program does unless told otherwise first.
SHAPES: dict[str, dict[str, Shape]] = {
    "plain": {
        "straight": Shape(put=_straight, fates={}),
        "renamed": Shape(put=_renamed, fates={}),
        "marked": Shape(put=_marked, fates={}),
    },
    "oxalis": {"oxalis": Shape(put=_oxalis, fates={})},
    "phoss": {
        "flat": Shape(put=_phoss_flat, fates=_WITHOUT_JSON),
        "per-transaction": Shape(put=_phoss_folders, fates=_WITHOUT_JSON),
    },
    "holodeck": {
        "mmd": Shape(put=_holodeck_mmd, fates=_ONE_ALONE),
        "ebms": Shape(put=_holodeck_ebms, fates=_ONE_ALONE),
        "single_xml": Shape(put=_holodeck_single, fates=_ANYTHING, wraps=True),
    },
    "domibus": {"domibus": Shape(put=_domibus, fates=_ONE_ALONE)},
}
