"""What the receiving server found out about who sent a message: the header Authentication-Results (RFC 8601).

Anybody can write such a header into a message. The receiving server removes those that bear its own name, and puts its
own on top; so only the topmost one with that name counts, and only if the operator has told us the name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from einvoice.intake.addresses import domain_of

_METHOD = re.compile(r"\s*([A-Za-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*([A-Za-z]+)")
_PROPERTY = re.compile(r"([A-Za-z0-9-]+)\.([A-Za-z0-9_-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;\"]+))")
_LONGEST = 8_000  # characters of a header that is looked at


@dataclass(frozen=True, slots=True)
class Result:
    """One finding of the server: `dkim=pass header.d=example.org`."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


def results(headers: Sequence[str], authserv_id: str) -> tuple[Result, ...]:
    """What the server of that name found out; nothing if it said nothing, or another one speaks in its place."""
    if not authserv_id:
        return ()
    for text in headers:
        parts = list(_split(text[:_LONGEST]))
        name = parts[0].split()[0].strip('"') if parts and parts[0].split() else ""
        if name.lower() == authserv_id.lower():
            return tuple(found for part in parts[1:] if (found := _result(part)) is not None)
    return ()


def is_from(address: str, found: Sequence[Result]) -> bool:
    """Whether it is proven that the domain of this address sent the message.

    By DMARC; or by SPF or DKIM for that very domain, or one above it. Not for one below it: on a shared domain those
    belong to others.
    """
    domain = domain_of(address)
    return any(one.result == "pass" and _speaks_for(one, domain) for one in found)


def _speaks_for(one: Result, domain: str) -> bool:
    said = one.properties.get
    match one.method:
        case "dmarc":
            return domain_of(said("header.from", "")) == domain
        case "spf":
            return _is_above(domain_of(said("smtp.mailfrom", "")), domain)
        case "dkim":
            return _is_above(domain_of(said("header.d", "") or said("header.i", "")), domain)
    return False


def _is_above(authenticated: str, domain: str) -> bool:
    return authenticated == domain or ("." in authenticated and domain.endswith(f".{authenticated}"))


def _result(part: str) -> Result | None:
    method = _METHOD.match(part)
    if method is None:
        return None
    properties: dict[str, str] = {}
    for kind, name, quoted, bare in _PROPERTY.findall(part[method.end() :]):
        properties.setdefault(f"{kind}.{name}".lower(), (quoted or bare).strip())
    return Result(method[1].lower(), method[2].lower(), properties)


def _split(text: str) -> Iterator[str]:
    """The parts between semicolons, without comments; neither counts within quotes."""
    part: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif quoted:
            quoted = character != '"'
        elif character == '"' and not depth:
            quoted = True
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            continue
        elif character == ";" and not depth:
            yield "".join(part)
            part.clear()
            continue
        if not depth:
            part.append(character)
    yield "".join(part)
