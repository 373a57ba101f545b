"""The parts of a policy (ISO Schematron, ISO/IEC 19757-3:2020), each expression with the line it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass


class PolicyRefused(Exception):
    """A file that is no policy we take: in which line, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Expression:
    """An XPath expression or pattern, and the line it stands in."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Let:
    """A name for a value."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Assertion:
    """What must be true (assert), or must not (report), and what is said otherwise."""

    id: str
    test: Expression
    fires_if_true: bool  # a report
    flag: str
    role: str
    message: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Assertions about every node that a pattern of XSLT matches."""

    context: Expression
    lets: tuple[Let, ...]
    assertions: tuple[Assertion, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rules of which at most one, the first that matches, looks at a node."""

    lets: tuple[Let, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """A whole policy."""

    title: str
    about: str  # its first paragraph
    namespaces: Mapping[str, str]
    lets: tuple[Let, ...]
    patterns: tuple[Pattern, ...]
