"""What a backup takes from the data folder, and puts back there: rule packs and what was decided about them, keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from einvoice.model.audit import sha256_hex
from einvoice.records.backup.archive import Damaged
from einvoice.records.backup.layout import ARTEFACT, LEDGER, PUBLIC_KEY, REASSESSED, SIGNING_KEY, Refused
from einvoice.records.signing import NoPublicKey, PublicKeys, key_id, public_key
from einvoice.rules import RuleFolders
from einvoice.rules.artefacts import write_durably
from einvoice.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where these things lie."""

    rules: Path
    keys: Path
    signing_key: Path  # the private half
    own_signing_key: bool  # whether it lies where the operator has put it, and not in `keys`

    @classmethod
    def of(cls, settings: Settings) -> "Folders":
        """The folders of a service."""
        keys, given = settings.data_dir.resolve() / "keys", settings.signing_key_file
        return cls(
            rules=Path(RuleFolders.of(settings).kept),
            keys=keys,
            signing_key=given or keys / "signing.pem",
            own_signing_key=given is not None,
        )


def to_keep(folders: Folders, keys: PublicKeys, *, with_signing_key: bool) -> Iterator[tuple[str, bytes]]:
    """Members for a backup.

    The ledger is read first and comes last: artefacts are there before a line of the ledger names them, on both ways.
    """
    for one, pem in zip(keys.ids, keys.pems(), strict=True):
        yield f"keys/{one}.pub.pem", pem.encode()
    if with_signing_key:
        yield SIGNING_KEY, folders.signing_key.read_bytes()
    ledger = folders.rules / "ledger.jsonl"
    written = ledger.read_bytes() if ledger.exists() else None
    for folder, names in (("artefacts", ARTEFACT), ("reassessed", REASSESSED)):
        for path in sorted((folders.rules / folder).glob("*")):
            name = f"rules/{folder}/{path.name}"
            if path.is_file() and names.fullmatch(name):
                yield name, path.read_bytes()
    if written is not None:
        yield LEDGER, written


@dataclass(slots=True)
class Returning:
    """Files on their way back. What is believed or obeyed is put in place at the very end, by `complete`."""

    folders: Folders
    kept_signing_key: bool = False  # the one of the backup was not needed: another one is in use here
    held: dict[str, bytes] = field(default_factory=dict)

    def take(self, name: str, data: bytes) -> bool:
        """Whether the member is one of these; raises Damaged if it is not what its name says."""
        if match := ARTEFACT.fullmatch(name):
            if sha256_hex(data) != match[1]:
                raise Damaged(f"{name} is not what was written")
            write_durably(self.folders.rules / "artefacts" / match[1], data, mode=0o444)
        elif match := REASSESSED.fullmatch(name):
            write_durably(self.folders.rules / "reassessed" / match[1], data, mode=0o644)
        elif name in (LEDGER, SIGNING_KEY) or PUBLIC_KEY.fullmatch(name):
            self.held[name] = data
            if name == LEDGER:
                self._assert_no_other_ledger(data)
        else:
            return False
        return True

    def complete(self) -> None:
        """Put the rest in place, durably."""
        self.folders.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, data in self.held.items():
            if PUBLIC_KEY.fullmatch(name):
                write_durably(self.folders.keys.parent / name, data, mode=0o644)
        if SIGNING_KEY in self.held:
            self._put_signing_key(self.held[SIGNING_KEY])
        if LEDGER in self.held:
            write_durably(self._ledger, self.held[LEDGER], mode=0o644)

    @property
    def _ledger(self) -> Path:
        return self.folders.rules / "ledger.jsonl"

    def _assert_no_other_ledger(self, data: bytes) -> None:
        if self._ledger.exists() and self._ledger.read_bytes() not in (b"", data):
            raise Refused(f"{self._ledger} is there already and says something else. Move {self.folders.rules} away")

    def _put_signing_key(self, data: bytes) -> None:
        path = self.folders.signing_key
        if path.exists() or self.folders.own_signing_key:
            self.kept_signing_key = not path.exists() or path.read_bytes() != data
        else:
            write_durably(path, data, mode=0o600)


def own_keys(held: Mapping[str, bytes]) -> PublicKeys:
    """The public keys among the members; raises Damaged."""
    pems = {match[1]: data for name, data in held.items() if (match := PUBLIC_KEY.fullmatch(name))}
    try:
        if any(key_id(public_key(pem)) != name for name, pem in pems.items()):
            raise Damaged("a public key in it has another name")
        return PublicKeys.read(pems.values())
    except NoPublicKey as error:
        raise Damaged(f"a public key in it: {error}") from None
