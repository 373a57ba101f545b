"""What every storage of blobs promises."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """An object that lies in the storage."""

    name: str
    size: int  # bytes
    written_at: datetime  # UTC, by the clock of the storage; putting it again counts


class Blobs(Protocol):
    """Objects by name: the id of a submission or, for old ones, the SHA-256 of their content in hex.

    Any other name is a ValueError. Safe to use from many threads, processes and hosts. Content is not looked at (it
    may be sealed): whoever reads must check that it is what was put.

    Every method raises Fault("storage", elsewhere=True) when the storage is away, full, or not ours to use.
    """

    def put(self, source: Path, name: str) -> None:
        """Take over the file `source`: it is gone afterwards, and may be gone after a Fault.

        When this returns, the object survives a power cut. Before, it is whole or not there. The same name may be put
        again; that goes the whole way again.
        """

    def read(self, name: str) -> bytes:
        """The content. Raises Fault("blob-missing", deterministic=True) when the storage says that there is none."""

    def delete(self, name: str) -> None:
        """Remove an object, durably; gone already is fine."""

    def stored(self) -> Iterator[StoredBlob]:
        """All objects, in no particular order and without holding all in memory. What is not ours is passed over.

        What is put or deleted meanwhile may be among them or not.
        """

    def check(self) -> None:
        """Raise Fault("storage", elsewhere=True) unless something can be written right now; answers soon."""

    def sweep_leftovers(self, older_than: timedelta) -> int:
        """Remove what writers left that died halfway, at least so long ago; how many that were."""
