"""What we answer to those who sent: Peppol's Message Level Status, Message Level Response and Invoice Response.

All are UBL 2.1 ApplicationResponse. Which one says what, and when, is data; no message leaves that breaks a rule of its
specification.
"""

from einvoice.responses.answering import Result, Sending, invoice_response, unroutable, verdict_message
from einvoice.responses.checks import ResponseInvalid, Violation, violations
from einvoice.responses.codes import ACTIONS, REASONS, InvoiceStatus
from einvoice.responses.message import Kind, Reference, Response
from einvoice.responses.reading import read_response
from einvoice.responses.transitions import Step, TransitionRefused, check_transition, next_allowed
from einvoice.responses.writing import write_response

__all__ = [
    "ACTIONS",
    "REASONS",
    "InvoiceStatus",
    "Kind",
    "Reference",
    "Response",
    "ResponseInvalid",
    "Result",
    "Sending",
    "Step",
    "TransitionRefused",
    "Violation",
    "check_transition",
    "invoice_response",
    "next_allowed",
    "read_response",
    "unroutable",
    "verdict_message",
    "violations",
    "write_response",
]
