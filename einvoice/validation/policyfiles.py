"""Where policies lie: `NAME.sch` in `schematron/policy/`, and in the operator's own folder beside it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from einvoice.errors import Fault
from einvoice.rules import RuleFolders

MISSING = "policy-missing"  # cause of a Fault: nobody can say what the authority asks
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_LARGEST = 1_000_000  # bytes of a policy; a page or two is usual


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy as it lies there now."""

    name: str
    path: Path
    data: bytes
    sha256: str  # hex; it says in every report which text was applied


def policy_folders(folders: RuleFolders) -> tuple[Path, ...]:
    """Ours first, so that nobody replaces one of ours unnoticed."""
    own = (Path(folders.policies),) if folders.policies else ()
    return (Path(folders.manifests) / "policy", *own)


def policy_names(folders: Sequence[Path]) -> tuple[str, ...]:
    """Every policy there is, by name."""
    found = {path.stem for folder in folders for path in folder.glob("*.sch")}
    return tuple(sorted(filter(_NAME.fullmatch, found)))


def read_policy(folders: Sequence[Path], name: str) -> PolicyFile:
    """A policy by its name. Raises Fault: there is none, or it can't be read."""
    if not _NAME.fullmatch(name):
        raise Fault(MISSING, f"{name!r} is no name of a policy: small letters, digits and hyphens")
    path = next((folder / f"{name}.sch" for folder in folders if (folder / f"{name}.sch").is_file()), None)
    if path is None:
        raise Fault(MISSING, f"there is no {name}.sch in {' or '.join(map(str, folders)) or 'any folder'}")
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise Fault(MISSING, f"{path}: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise Fault(MISSING, f"{path} is larger than {_LARGEST} bytes")
    return PolicyFile(name, path, data, hashlib.sha256(data).hexdigest())
