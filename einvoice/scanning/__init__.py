"""Bytes → clean, or the signature that hit: the virus scan, by a clamd of the operator's choice.

No scanner, no decision: whatever keeps clamd from its work is a Fault. Without `clamd_url` nothing is scanned.
"""

from einvoice.scanning.scanner import NoScanner, Scanner, open_scanner
from einvoice.scanning.scans import scan_contents, scan_received

__all__ = ["NoScanner", "Scanner", "open_scanner", "scan_contents", "scan_received"]
