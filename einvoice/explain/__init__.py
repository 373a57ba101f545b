"""What a finding, a refusal, a fault or a status means, and what to do about it: plain words, German and English.

The words stand in tables (texts/*.toml and the files beside it), the code only picks and fills them.
"""

from einvoice.explain.findings import Explanation, KindClass, explain, has_text
from einvoice.explain.notices import FaultText, RefusalText, fault_text, refusal_text
from einvoice.explain.rulebook import kind_of, terms_of
from einvoice.explain.status import status_words
from einvoice.explain.wording import Lang

__all__ = [
    "Explanation",
    "FaultText",
    "KindClass",
    "Lang",
    "RefusalText",
    "explain",
    "fault_text",
    "has_text",
    "kind_of",
    "refusal_text",
    "status_words",
    "terms_of",
]
