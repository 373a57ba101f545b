"""What we answer to those who sent: Peppol's Message Level Status, Message Level Response and Invoice Response.

All are UBL 2.1 ApplicationResponse. Which one says what, and when, is data; no message leaves that breaks a rule of its
specification.
"""

from einvoice.responses.answering import Sending, invoice_response, returned, verdict_message
from einvoice.responses.checks import ResponseInvalid, Violation, violations
from einvoice.responses.codes import ACTIONS, REASONS, InvoiceStatus
from einvoice.responses.mapping import Due, Result, due, result_of
from einvoice.responses.message import About, Clarification, Condition, Contact, Kind, ListedCode, Reference, Response
from einvoice.responses.reading import read_response
from einvoice.responses.transitions import Obstacle, Step, TransitionRefused, check_transition, next_allowed
from einvoice.responses.writing import write_response

__all__ = [
    "ACTIONS",
    "REASONS",
    "About",
    "Clarification",
    "Condition",
    "Contact",
    "Due",
    "InvoiceStatus",
    "Kind",
    "ListedCode",
    "Obstacle",
    "Reference",
    "Response",
    "ResponseInvalid",
    "Result",
    "Sending",
    "Step",
    "TransitionRefused",
    "Violation",
    "check_transition",
    "due",
    "invoice_response",
    "next_allowed",
    "read_response",
    "result_of",
    "returned",
    "verdict_message",
    "violations",
    "write_response",
]
