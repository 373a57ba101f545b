"""The two formats of sealed storage, version 1. Lengths in bytes, n and m as they come, numbers unsigned.

| wrapped key                   |    | sealed object                 |    |
|-------------------------------|----|-------------------------------|----|
| "EIWK"                        | 4  | "EISO"                        | 4  |
| version, 1                    | 1  | version, 1                    | 1  |
| length of the next, n         | 1  |                               |    |
| name of the wrapping key      | n  |                               |    |
| nonce                         | 12 | nonce                         | 12 |
| the key, encrypted            | 32 | the object, encrypted         | m  |
| tag                           | 16 | tag                           | 16 |

Both are AES-256-GCM (FIPS 197; NIST SP 800-38D) with a random nonce of 96 bits (section 8.2.2) and a full tag of 128.
What is not secret is authenticated with it as additional data: all fields before the nonce; then, in ASCII and each
after its length in one byte: for a wrapped key its own name and its owner, for a sealed object the name of its key and
what it is ("original", "report"). So neither opens in another place than its own. The owner is no part of a sealed
object, as it changes when an invoice is routed, and the object must not be written anew for it.

Keys are wrapped by GCM, too, which NIST SP 800-38F (section 3.1) allows, and not by AES-KWP (RFC 5649, the same
publication): KWP needs no nonce, but takes no additional data, so a wrapped key could be moved to another object or
owner unseen; and it guards integrity with fewer bits. The price is a limit: a key should wrap at most 2^32 others
(SP 800-38D, section 8.3), and rotation gives it a successor long before.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretBytes

from einvoice.errors import Fault
from einvoice.sealing.key import Key, is_name

_WRAPPED_KEY = b"EIWK\x01"
_SEALED_OBJECT = b"EISO\x01"
_NONCE_BYTES = 12


def wrap(key: Key, by: Key, owner: str) -> bytes:
    """The key, to be kept: only `by` opens it, only under its name and this owner ("intake", an authority)."""
    head = _WRAPPED_KEY + _field(by.name)
    return head + _encrypted(by, key.material.get_secret_value(), head + _field(key.name) + _field(owner))


def unwrap(wrapped: bytes, by: Key, name: str, owner: str) -> Key:
    """The key of this name and owner; raises Fault("sealed-damaged") if it is not what was wrapped, or not by `by`."""
    head = _WRAPPED_KEY + _field(by.name)
    return Key(name, SecretBytes(_decrypted(by, wrapped, head, head + _field(name) + _field(owner), name)))


def wrapped_by(wrapped: bytes) -> str:
    """Name of the key that opens this one, as it stands there: not authenticated. Raises Fault("sealed-damaged")."""
    start = len(_WRAPPED_KEY) + 1
    length = int.from_bytes(wrapped[start - 1 : start])
    name = wrapped[start : start + length].decode("ascii", "replace")
    if not wrapped.startswith(_WRAPPED_KEY) or not is_name(name):
        raise Fault("sealed-damaged", "not a wrapped key of a known version", deterministic=True)
    return name


def seal(data: bytes, key: Key, context: str) -> bytes:
    """The bytes, to be kept, 33 longer; `context` says which object of the key's it is ("original", "report")."""
    return _SEALED_OBJECT + _encrypted(key, data, _SEALED_OBJECT + _field(key.name) + _field(context))


def unseal(sealed: bytes, key: Key, context: str) -> bytes:
    """What was sealed; raises Fault("sealed-damaged") if it was changed, or is not of this key and context."""
    about = _SEALED_OBJECT + _field(key.name) + _field(context)
    return _decrypted(key, sealed, _SEALED_OBJECT, about, f"{key.name} ({context})")


def _encrypted(key: Key, data: bytes, about: bytes) -> bytes:
    """Nonce, data encrypted, tag."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key.material.get_secret_value()).encrypt(nonce, data, about)


def _decrypted(key: Key, data: bytes, head: bytes, about: bytes, what: str) -> bytes:
    """What follows the head, opened; `what` is for the Fault alone."""
    if not data.startswith(head):
        raise Fault("sealed-damaged", f"{what}: not of a known version, or for another key", deterministic=True)
    start = len(head) + _NONCE_BYTES
    try:
        cipher = AESGCM(key.material.get_secret_value())
        return cipher.decrypt(data[len(head) : start], memoryview(data)[start:], about)
    except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
        raise Fault("sealed-damaged", f"{what}: not what was sealed, or in another place", deterministic=True) from None


def _field(text: str) -> bytes:
    """A text after its length, so that two of them in a row are read in one way only."""
    encoded = text.encode("ascii")
    return len(encoded).to_bytes(1) + encoded
