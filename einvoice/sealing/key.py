"""A secret key and its name. The secret shows up in no repr, log line or exception, and stays in its process."""

from dataclasses import dataclass
from typing import NoReturn

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretBytes

KEY_BYTES = 32  # AES-256, FIPS 197
_NAME_BYTES = 255  # a length has one byte in our formats


@dataclass(frozen=True, slots=True)
class Key:
    """A key of 32 bytes for AES-256. Raises ValueError for another length, or a name that `is_name` does not take."""

    name: str  # not secret: of a data key the id of its submission, of any other its own id
    material: SecretBytes

    def __post_init__(self) -> None:
        if len(self.material) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        if not is_name(self.name):
            raise ValueError(f"the name of a key has 1 to {_NAME_BYTES} characters of ASCII")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not handed to other processes, nor written down unwrapped")


def new_key(name: str) -> Key:
    """A key nobody has seen, from the operating system's random numbers."""
    return Key(name, SecretBytes(AESGCM.generate_key(KEY_BYTES * 8)))


def is_name(text: str) -> bool:
    """Whether a key can have this name: 1 to 255 printable characters of ASCII."""
    return 0 < len(text) <= _NAME_BYTES and text.isascii() and text.isprintable()
