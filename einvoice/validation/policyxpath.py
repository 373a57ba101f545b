"""XPath in a policy, looked at before the engine sees it: which functions it calls, and which names stand in it.

A policy may look at the invoice and at nothing else. So only functions are known that compute from what they are
given; the engine moreover allows no protocol and tells nothing of its surroundings.
"""

import re
from collections.abc import Iterator, Mapping

XPATH_FUNCTIONS = "http://www.w3.org/2005/xpath-functions"
XML_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_WHOLE = frozenset({XML_SCHEMA, *(f"{XPATH_FUNCTIONS}/{part}" for part in ("math", "map", "array"))})  # all harmless

# Of XPath and XQuery Functions 3.1 (and current, generate-id, format-number of XSLT 3.0): those that depend on their
# arguments alone. Not the clock either: a verdict must be the same when it is replayed.
_FUNCTIONS = """
    abs adjust-date-to-timezone adjust-dateTime-to-timezone adjust-time-to-timezone analyze-string apply avg boolean
    ceiling codepoint-equal codepoints-to-string compare concat contains contains-token count current data dateTime
    day-from-date day-from-dateTime days-from-duration deep-equal distinct-values empty ends-with exactly-one exists
    false filter floor fold-left fold-right for-each for-each-pair format-date format-dateTime format-integer
    format-number format-time generate-id has-children head hours-from-dateTime hours-from-duration hours-from-time
    index-of innermost insert-before lang last local-name local-name-from-QName lower-case matches max min
    minutes-from-dateTime minutes-from-duration minutes-from-time month-from-date month-from-dateTime
    months-from-duration name namespace-uri namespace-uri-from-QName nilled node-name normalize-space normalize-unicode
    not number one-or-more outermost path position prefix-from-QName QName remove replace resolve-QName reverse root
    round round-half-to-even seconds-from-dateTime seconds-from-duration seconds-from-time sort starts-with string
    string-join string-length string-to-codepoints subsequence substring substring-after substring-before sum tail
    timezone-from-date timezone-from-dateTime timezone-from-time tokenize translate true unordered upper-case
    year-from-date year-from-dateTime years-from-duration zero-or-one
    """
# What stands before a parenthesis and calls nothing: operators, keywords, tests of a node's kind.
_WORDS = """
    and or div idiv mod union intersect except eq ne lt le gt ge is to if then else in return satisfies of as function
    node text comment processing-instruction element attribute document-node namespace-node item map array
    """
_UNPREFIXED = frozenset(f"{_FUNCTIONS} {_WORDS}".split())
_CALL = re.compile(r"(\$\s*)?((?:[^\W\d][\w.\-]*:)?[^\W\d][\w.\-]*)\s*[(#]")
_VARIABLE = re.compile(r"\$\s*([^\W\d][\w.\-]*)(?![\w.\-:])")
_STRING = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'')
_CLOSES = {")": "(", "]": "[", "}": "{"}


def objection(expression: str, namespaces: Mapping[str, str]) -> str | None:
    """Why an expression may not stand in a policy; None: it may, if the engine can compile it."""
    code = "".join(part if quiet is None else quiet for part, quiet in _parts(expression))
    if "Q{" in code:
        return "names are written with a prefix here, not as Q{…}"
    for variable, name in _CALL.findall(code):
        if not variable and not _is_known(name, namespaces):
            return f"{name}() is no function a policy may use"
    return None if _is_balanced(code) else "brackets do not match"


def with_values(expression: str, values: Mapping[str, str]) -> str:
    """The expression with `$name` replaced by the text given for that name, outside of strings and comments."""
    return "".join(
        _VARIABLE.sub(lambda found: values.get(found[1], found[0]), part) if quiet is None else part
        for part, quiet in _parts(expression)
    )


def _is_known(name: str, namespaces: Mapping[str, str]) -> bool:
    prefix, _, local = name.rpartition(":")
    if not prefix:
        return local in _UNPREFIXED
    uri = namespaces.get(prefix)
    return uri in _WHOLE or (uri == XPATH_FUNCTIONS and local in _FUNCTIONS.split())


def _is_balanced(code: str) -> bool:
    """Whether every bracket closes the one opened last: what is put between brackets of ours must not leave them."""
    opened: list[str] = []
    for sign in code:
        if sign in "([{":
            opened.append(sign)
        elif sign in _CLOSES and (not opened or opened.pop() != _CLOSES[sign]):
            return False
    return not opened


def _parts(expression: str) -> Iterator[tuple[str, str | None]]:
    """The expression in pieces: code (None), and strings and comments, each with what stands for it in code."""
    start = position = 0
    while position < len(expression):
        end = _end_of_quiet(expression, position)
        if end == position:
            position += 1
            continue
        yield expression[start:position], None
        yield expression[position:end], " " if expression[position] == "(" else "''"
        start = position = end
    yield expression[start:], None


def _end_of_quiet(expression: str, position: int) -> int:
    """Where the string or comment that begins here ends; `position` itself if none begins (or none ends)."""
    if string := _STRING.match(expression, position):
        return string.end()
    if not expression.startswith("(:", position):
        return position
    depth, at = 1, position + 2
    while depth and at < len(expression):  # comments nest
        step = {"(:": 1, ":)": -1}.get(expression[at : at + 2], 0)
        depth, at = depth + step, at + (2 if step else 1)
    return position if depth else at
