"""Looks at what came beside the invoice: the PDF around it, what its pages show, the files enclosed.

Warnings and notes only: the verdict is the XML's alone, and stands before this room is entered.
"""

from einvoice.inspection.container import inspect

__all__ = ["inspect"]
