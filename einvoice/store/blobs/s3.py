"""Blobs on S3, or on anything that speaks as S3 does.

Region, endpoint and credentials come from the usual AWS_* variables of the environment (AWS_REGION, AWS_ENDPOINT_URL,
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, …), read by obstore. An endpoint of http:// is taken at its word. The
certificate of a private authority is found through SSL_CERT_FILE.

Rights needed: to get, put, delete and list. Without the right to list, S3 does not say that an object is missing.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from einvoice.errors import Fault
from einvoice.store.blobs.contract import StoredBlob
from einvoice.store.blobs.layout import name_at, path_of

_PATIENCE = 20.0  # seconds until a request to a storage that is away becomes a Fault
_CHECK_PATIENCE = 5.0  # the same for a check, which someone waits for
_PART_BYTES = 16 * 1024 * 1024  # uploaded in one request; larger files in parts of this size
_PARTS_AT_ONCE = 2  # each is held in memory
_PROBE = "check"  # what a check writes, over and over

# What to say about a failed request, found in obstore's message; nothing else of it is told, it quotes requests.
_REASONS = tuple(
    re.compile(pattern)
    for pattern in (
        r"<Code>(\w+)</Code>",  # what S3 calls it
        r"status code: (\d{3}[ \w]*)",
        r"HttpError \{\s*kind: (\w+)",  # Connect, Timeout, …
    )
)
_NO_SUCH_KEY = "NoSuchKey"  # a missing bucket is a 404 as well, and so is what a wrong proxy says


class S3Blobs:
    """Objects in a bucket, below a prefix. An upload that S3 has confirmed is durable, and never visible in part."""

    def __init__(self, bucket: str, prefix: str = "", *, patience: float = _PATIENCE) -> None:
        """`patience`: how many seconds, about, a request may take while the storage is away."""
        with _s3_trouble():
            self._store = _open(bucket, prefix, patience)
            self._probe_store = _open(bucket, prefix, min(patience, _CHECK_PATIENCE))

    def put(self, source: Path, name: str) -> None:
        """Upload a file, and ask whether it lies there in full."""
        path = path_of(name)
        with _s3_trouble():
            size = source.stat().st_size
            obstore.put(self._store, path, source, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)
            kept = obstore.head(self._store, path)["size"]
        if kept != size:
            raise Fault("storage", f"{kept} bytes of {size} were kept", elsewhere=True)
        with suppress(OSError):  # the object is safe; what remains of the file is swept
            source.unlink()

    def read(self, name: str) -> bytes:
        """The content of an object. Raises Fault: "blob-missing", "storage"."""
        path = path_of(name)
        with _s3_trouble():
            try:
                return obstore.get(self._store, path).bytes().to_bytes()
            except FileNotFoundError as error:
                if _reason(error) == _NO_SUCH_KEY:
                    raise Fault("blob-missing", name, deterministic=True) from None
                raise

    def delete(self, name: str) -> None:
        """Remove an object. A bucket that keeps versions keeps this one too, until its own rules let it go."""
        path = path_of(name)
        with _s3_trouble():
            try:
                obstore.delete(self._store, path)
            except FileNotFoundError as error:  # S3 itself is content when there is none, others are not
                if _reason(error) != _NO_SUCH_KEY:
                    raise

    def stored(self) -> Iterator[StoredBlob]:
        """All objects; raises Fault("storage") in the middle when S3 goes away."""
        with _s3_trouble():
            for page in obstore.list(self._store):
                for found in page:
                    name = name_at(found["path"])
                    if name is not None:
                        yield StoredBlob(name, found["size"], found["last_modified"])

    def check(self) -> None:
        """Write an object that is no blob."""
        with _s3_trouble():
            obstore.put(self._probe_store, _PROBE, b"")

    def sweep_leftovers(self, older_than: timedelta) -> int:  # noqa: ARG002
        """Nothing: an upload that broke off never shows. Parts of large ones are for the bucket's lifecycle rules."""
        return 0


def _open(bucket: str, prefix: str, patience: float) -> S3Store:
    """A client that gives up after about so many seconds: a fifth for tries that fail at once, the rest for an answer.

    Every upload carries the SHA-256 of its content, in the signature and as a checksum: S3 refuses what arrived
    altered, keeps the checksum with the object, and buckets with object lock ask for one. obstore computes it anyway,
    and sends it as a plain header, which storages that know nothing of checksums pass over.
    """
    return S3Store(
        bucket,
        prefix=prefix or None,
        config={"checksum_algorithm": "SHA256", "disable_bulk_delete": True},  # not all have deletion in bulk
        client_options={
            "allow_http": True,
            "connect_timeout": timedelta(seconds=patience * 0.2),
            "read_timeout": timedelta(seconds=patience * 0.75),  # of silence; an upload is silence
            "timeout": timedelta(seconds=patience * 6),
        },
        retry_config={
            "retry_timeout": timedelta(seconds=patience * 0.2),
            "backoff": {
                "init_backoff": timedelta(seconds=patience / 200),
                "max_backoff": timedelta(seconds=patience / 20),
            },
        },
    )


@contextmanager
def _s3_trouble() -> Iterator[None]:
    """Whatever keeps S3 from doing what it was asked is a Fault, and it is not about the document."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise Fault("storage", _reason(error), elsewhere=True) from None


def _reason(error: Exception) -> str:
    text = str(error)
    found = next(filter(None, (pattern.search(text) for pattern in _REASONS)), None)
    return found[1].strip() if found else type(error).__name__
