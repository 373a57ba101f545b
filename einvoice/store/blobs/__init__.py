"""Stored objects, whole or not there: put once, durable as soon as `put` returns, read back, deleted.

In files (`files.py`) or on S3 (`s3.py`), in one layout (`layout.py`): a copy of one is a store for the other.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from einvoice.errors import Fault
from einvoice.settings import Settings
from einvoice.store.blobs.contract import Blobs, StoredBlob
from einvoice.store.blobs.files import FileBlobs
from einvoice.store.blobs.s3 import S3Blobs

__all__ = ["Blobs", "FileBlobs", "S3Blobs", "StoredBlob", "open_blobs"]


def open_blobs(settings: Settings) -> Blobs:
    """The storage that `blob_url` names: empty, files under `data_dir`; file:///FOLDER; s3://BUCKET/PREFIX.

    Raises Fault("storage") when the folder can't be made or the address names none; S3 is not asked yet.
    """
    address = urlsplit(settings.blob_url)
    if address.scheme == "s3" and address.netloc:
        return S3Blobs(address.netloc, unquote(address.path).strip("/"))
    if address.scheme == "file" and not address.netloc and address.path.strip("/"):
        return FileBlobs(Path(unquote(address.path)))
    if not settings.blob_url:
        return FileBlobs(settings.data_dir.resolve() / "blobs")
    raise Fault("storage", "EINVOICE_BLOB_URL must be file:///FOLDER or s3://BUCKET/PREFIX", deterministic=True)
