"""From a document to its Assessment: scenario, XSD, Schematron, effective levels, verdict.

The only room that speaks to a rule engine. Engine trouble is a Fault, never a verdict.
"""

from einvoice.validation.assess import Judge
from einvoice.validation.engine import RuleEngine
from einvoice.validation.pool import ValidatorPool

__all__ = ["Judge", "RuleEngine", "ValidatorPool"]
