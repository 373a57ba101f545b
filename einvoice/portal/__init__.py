"""The portal for people: suppliers hand in and read reports, authorities find their invoices, operators see everything.

Server-rendered pages in German and English that work without script; small modules add drag and drop and live states.
"""

from einvoice.portal.pages import routes
from einvoice.portal.screen import trouble_page
from einvoice.portal.signing import LINK_PATH
from einvoice.portal.statics import static_files
from einvoice.portal.uploading import UPLOAD_PATH

__all__ = ["LINK_PATH", "UPLOAD_PATH", "routes", "static_files", "trouble_page"]
