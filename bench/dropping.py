"""Documents put down as each kind of access point does it, many quickly: what comes first, then what completes it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

_RECEIPT = b"<REMEvidence><Signature>0123456789</Signature></REMEvidence>"
_MMD = (
    '<MessageMetaData xmlns="http://holodeck-b2b.org/schemas/2014/06/mmd"><CollaborationInfo/><PayloadInfo>'
    '<PartInfo containment="body" mimeType="application/xml" location="/var/msg_in/{}"/></PayloadInfo>'
    "</MessageMetaData>"
)
_EBMS = (
    '<UserMessage xmlns="http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"><MessageInfo><MessageId>{}'
    '</MessageId></MessageInfo><PayloadInfo><PartInfo href="cid:message"/></PayloadInfo></UserMessage>'
)


class Put(NamedTuple):
    """One file, by its name in the folder."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Way:
    """How one kind of sender puts a document down."""

    layout: str
    first: Callable[[str, bytes], tuple[Put, ...]]  # by the document's name and its bytes
    last: Callable[[str], Put | None] = lambda _: None  # completes it; None: the last of the first did
    renamed: bool = False  # the document itself is renamed in at last, from NAME.part

    def put(self, root: Path, name: str, body: bytes) -> None:
        """All of it."""
        self.begin(root, name, body)
        self.finish(root, name)

    def begin(self, root: Path, name: str, body: bytes) -> None:
        """What does not complete it yet, where there is something that does."""
        for one in self.first(name, body):
            _write(root / one.name, one.content)

    def finish(self, root: Path, name: str) -> None:
        """Complete it."""
        if self.renamed:
            os.rename(root / f"{name}.xml.part", root / f"{name}.xml")
        elif (one := self.last(name)) is not None:
            _write(root / one.name, one.content)


def _domibus(name: str, body: bytes) -> tuple[Put, ...]:
    return Put(f"IN/r/{name}/metadata.xml", _EBMS.format(name).encode()), Put(f"IN/r/{name}/message.xml", body)


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "plain, renamed in": Way("plain", lambda name, body: (Put(f"{name}.xml.part", body),), renamed=True),
        "plain, .done beside it": Way(
            "plain", lambda name, body: (Put(f"{name}.xml", body),), lambda name: Put(f"{name}.xml.done", b"")
        ),
        "plain, only written": Way("plain", lambda name, body: (Put(f"{name}.xml", body),)),
        "oxalis": Way(
            "oxalis",
            lambda name, body: (Put(f"r/s/{name}.doc.xml", body),),
            lambda name: Put(f"r/s/{name}.receipt.dat", _RECEIPT),
        ),
        "phoss": Way("phoss", lambda name, body: (Put(f"{name}.xml", body),), lambda name: Put(f"{name}.json", b"{}")),
        "holodeck": Way(
            "holodeck",
            lambda name, body: (Put(f"pl-{name}-1.xml", body),),
            lambda name: Put(f"{name}.mmd.xml", _MMD.format(f"pl-{name}-1.xml").encode()),
        ),
        "domibus": Way("domibus", _domibus),
    }
)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
