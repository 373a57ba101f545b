"""Backup and restore: everything the service must not lose, in one file that fits every database and object storage.

`layout` says what such a file holds, `archive` reads and writes it, `taking` makes one, `restoring` brings it back.
"""

from einvoice.records.backup.archive import Damaged, Reader
from einvoice.records.backup.layout import Manifest, NotABackup, Refused
from einvoice.records.backup.restoring import Restored, Target, check_backup, restore_backup
from einvoice.records.backup.taking import Source, Taken, note_backup, take_backup

__all__ = [
    "Damaged",
    "Manifest",
    "NotABackup",
    "Reader",
    "Refused",
    "Restored",
    "Source",
    "Taken",
    "Target",
    "check_backup",
    "note_backup",
    "restore_backup",
    "take_backup",
]
