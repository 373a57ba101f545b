"""The service's signing key: Ed25519 (RFC 8032), of checkpoints and receipts; and the public keys that check them.

A key is known by the first 16 hex digits of the SHA-256 of its 32 raw public bytes. The public half of every key that
was ever used is kept as `DATA_DIR/keys/KEY_ID.pub.pem`, so that what an earlier key signed can still be checked.
"""

import base64
import binascii
import fcntl
import logging
import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from einvoice.errors import Fault
from einvoice.model.audit import sha256_hex
from einvoice.rules.artefacts import write_durably
from einvoice.settings import Settings

_OTHERS = 0o077  # whatever group and others may do
_ID_LENGTH = 16
_PUBLIC = ".pub.pem"

log = logging.getLogger(__name__)


class Signature(StrEnum):
    """What a signature is worth."""

    GOOD = "good"
    BAD = "bad"  # the key is known, and this is not what it signed
    UNKNOWN_KEY = "unknown-key"


class NoPublicKey(ValueError):
    """The file holds no Ed25519 public key in PEM."""


class Signer:
    """Signs in the name of this service. `issuer` is the address it says it is."""

    def __init__(self, key: Ed25519PrivateKey, issuer: str) -> None:
        self._key = key
        self.issuer = issuer
        self.key_id = key_id(key.public_key())

    @classmethod
    def of(cls, settings: Settings) -> "Signer":
        """With the key of the settings; without one, a key made at first use. Raises Fault("signing-key")."""
        folder = settings.data_dir.resolve() / "keys"
        path = settings.signing_key_file or folder / "signing.pem"
        try:
            if settings.signing_key_file is None:
                _make_unless_there(path)
            signer = cls(_private_key(path), settings.base_url)
            signer._keep_public_half(folder)
        except OSError as error:
            raise _fault(f"{error.filename or path}: {error.strerror}") from error
        return signer

    def sign(self, content: bytes) -> str:
        """The signature in Base64; the same content gives the same one."""
        return base64.b64encode(self._key.sign(content)).decode()

    def public_key_pem(self) -> str:
        """What others need to check it."""
        return pem_of(self._key.public_key())

    def _keep_public_half(self, folder: Path) -> None:
        path = folder / f"{self.key_id}{_PUBLIC}"
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(path, self.public_key_pem().encode(), mode=0o644)


class PublicKeys:
    """The keys whose signatures count."""

    def __init__(self, keys: Iterable[Ed25519PublicKey] = ()) -> None:
        self._keys = {key_id(key): key for key in keys}

    @classmethod
    def of(cls, settings: Settings) -> "PublicKeys":
        """All this service has ever used here. Makes no key. Raises Fault("signing-key")."""
        kept = sorted((settings.data_dir.resolve() / "keys").glob(f"*{_PUBLIC}"))
        try:
            keys = [public_key(path.read_bytes()) for path in kept]
            if settings.signing_key_file is not None:
                keys.append(_private_key(settings.signing_key_file).public_key())
        except NoPublicKey as error:
            raise _fault(f"a file *{_PUBLIC} in {settings.data_dir / 'keys'}: {error}") from error
        except OSError as error:
            raise _fault(f"{error.filename}: {error.strerror}") from error
        return cls(keys)

    @classmethod
    def read(cls, pems: Iterable[bytes]) -> "PublicKeys":
        """Those in PEM; raises NoPublicKey."""
        return cls(map(public_key, pems))

    @property
    def ids(self) -> tuple[str, ...]:
        """Which keys these are."""
        return tuple(self._keys)

    def pems(self) -> tuple[str, ...]:
        """All of them in PEM."""
        return tuple(map(pem_of, self._keys.values()))

    def check(self, signed_by: str, content: bytes, signature: str) -> Signature:
        """Whether that key has signed this content."""
        key = self._keys.get(signed_by)
        if key is None:
            return Signature.UNKNOWN_KEY
        try:
            key.verify(base64.b64decode(signature, validate=True), content)
        except (InvalidSignature, binascii.Error, ValueError):
            return Signature.BAD
        return Signature.GOOD


def key_id(key: Ed25519PublicKey) -> str:
    """The short name of a key."""
    return sha256_hex(key.public_bytes_raw())[:_ID_LENGTH]


def public_key(pem: bytes) -> Ed25519PublicKey:
    """A public key in PEM; raises NoPublicKey."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NoPublicKey("no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise NoPublicKey("a public key, but no Ed25519 key")
    return key


def pem_of(key: Ed25519PublicKey) -> str:
    """A public key in PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file that nobody else may read. Raises Fault and OSError."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & _OTHERS:
            raise _fault(f"{path} can be read or written by others than its owner; set its mode to 0600")
        pem = file.read()
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _fault(f"{path} holds no unencrypted private key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _fault(f"{path} holds a key, but no Ed25519 key")
    return key


def _make_unless_there(path: Path) -> None:
    """Of processes that start at once one makes the key, the others wait and find it."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_durably(path, pem, mode=0o600)
        log.info("a signing key was made: %s", path)


def _fault(detail: str) -> Fault:
    return Fault("signing-key", detail, deterministic=True, elsewhere=True)
