"""Master keys as text: a line `ID BASE64` a key (32 bytes), `#` begins a comment, empty lines count for nothing.

Base64 as in RFC 4648, section 4, with its padding. A line that is none of that is named by its number alone: what
stands in it may be a key.
"""

import base64
import binascii
import re
from datetime import UTC, datetime
from secrets import token_hex

from pydantic import SecretBytes

from einvoice.errors import Fault
from einvoice.sealing.key import KEY_BYTES, Key, new_key

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # never the padded Base64 of a key, so names can be told


def parse(data: bytes) -> tuple[Key, ...]:
    """The keys in their order, at least one. Raises Fault("keys-unusable") with the number of the line."""
    keys: dict[int, Key] = {}
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), start=1):
        if fields := line.partition("#")[0].split():
            key = _key(number, fields)
            for before, other in keys.items():
                if key.name == other.name or key.material == other.material:
                    raise _unusable(number, f"has the ID or the key of line {before} again")
            keys[number] = key
    if not keys:
        raise Fault("keys-unusable", "no master key where they should be", elsewhere=True)
    return tuple(keys.values())


def new_key_line() -> str:
    """A line with a new key, under the day it was made and a little chance. It is the secret itself."""
    key = new_key(f"{datetime.now(UTC):%Y-%m-%d}-{token_hex(2)}")
    return f"{key.name} {base64.b64encode(key.material.get_secret_value()).decode()}"


def _key(number: int, fields: list[str]) -> Key:
    if len(fields) != 2:
        raise _unusable(number, "is not an ID, a blank and a key")
    name, encoded = fields
    if not _NAME.fullmatch(name):
        raise _unusable(number, "its ID is not 1 to 64 letters (A-Z), digits, dots, dashes and underscores")
    material = _decoded(encoded)
    if len(material) != KEY_BYTES:
        raise _unusable(number, f"its key is not the Base64 of {KEY_BYTES} bytes")
    return Key(name, material)


def _decoded(encoded: str) -> SecretBytes:
    """Empty for what is no Base64."""
    try:
        return SecretBytes(binascii.a2b_base64(encoded, strict_mode=True))
    except ValueError:  # binascii.Error, or letters beyond ASCII
        return SecretBytes(b"")


def _unusable(number: int, trouble: str) -> Fault:
    return Fault("keys-unusable", f"master keys, line {number}: {trouble}", elsewhere=True)
