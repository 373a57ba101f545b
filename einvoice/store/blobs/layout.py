"""Where an object lies below the root of its storage.

Objects named by a submission's id are spread over 1,024 folders by its last two characters, which are chance (the
first ones are the time): `yz/…yz`. Those named by the SHA-256 of their content lie in `ab/cd/abcd…`.
"""

import re

_ID = re.compile(r"[0-9a-z]{26}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def path_of(name: str) -> str:
    """The path of an object, with slashes; raises ValueError for what can't be a name."""
    if _ID.fullmatch(name):
        return f"{name[-2:]}/{name}"
    if _SHA256.fullmatch(name):
        return f"{name[:2]}/{name[2:4]}/{name}"
    raise ValueError("neither a submission id nor a SHA-256 in hex")


def name_at(path: str) -> str | None:
    """The name of the object that lies at a path; None: no object of ours lies there."""
    name = path.rpartition("/")[2]
    is_name = _ID.fullmatch(name) or _SHA256.fullmatch(name)
    return name if is_name and path_of(name) == path else None
