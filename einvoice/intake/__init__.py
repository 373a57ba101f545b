"""The doors: how bytes come in, by upload, API or drop folder, before anything is known about them.

Streams go to a spool file, hashed and limited on the way; keeping them is the store's work.
"""

from einvoice.intake.folders import Folder, read_folders
from einvoice.intake.form import BadForm, Form, TooManyFiles, Upload, read_form
from einvoice.intake.names import shown_name
from einvoice.intake.spool import Spool, Spooled

__all__ = [
    "BadForm",
    "Folder",
    "Form",
    "Spool",
    "Spooled",
    "TooManyFiles",
    "Upload",
    "read_folders",
    "read_form",
    "shown_name",
]
