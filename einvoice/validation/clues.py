"""What the rule itself knows that helps to mend the invoice: the wrong code and the allowed ones nearest to it.

The lists are not ours: they stand in the expression of the rule that spoke, so they are always those in force.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from string import ascii_lowercase, digits

from einvoice.validation.engine import Fired

_CONTAINS = re.compile(r"contains\(\s*'(\s[^']*\s)'\s*,\s*(concat\(\s*'\s*',\s*)?([^'()]*\([^()]*\)|[^'()]*\.)")
_EQUALS = re.compile(r"=\s*\(\s*('[^']*'(?:\s*,\s*'[^']*')*)\s*\)\s*$")
_ONE_OF = re.compile(r"(@\w+)\s*=\s*'([^']*)'")  # of an attribute: one comparison a value
_SELF = re.compile(r"self::(?:\w+:)?(\w+)")
_ATTRIBUTES = re.compile(r"(?:^| )\(([\w{}:/.#-]+: .*)\)$", re.DOTALL)  # as `Locations.find` writes them
_NAMED_ATTRIBUTE = re.compile(r"Value of '?(@\w+)")  # of a Factur-X rule, which says in its message what it is about
_SUBJECT_CODE = re.compile(r"#([^#]*)#")  # of a UBL note

_SHORT_LIST = 12  # a list of that many is told whole
_NEAREST = 3
_LONG, _LONGEST = 3, 20  # letters: a shorter code is like too many others, a longer text is none
_SIGNS = ascii_lowercase + digits


def clues(fired: Fired, found: str | None, kind: str | None) -> tuple[tuple[str, str], ...]:
    """Parts of the sentence that the expression of the rule gives (Finding.details), of a rule about a code list.

    `value`: the wrong code; `absent`: the attribute that should hold one and is empty; `nearest`: what was probably
    meant, best first; `allowed`: the whole list, if it is short.
    """
    if kind != "code-list" and not fired.codes:
        return ()
    subject, codes = _list_of(fired.test, _last_name(fired.location))
    if fired.codes:
        named = _NAMED_ATTRIBUTE.match(fired.message)
        subject, codes = named[1] if named else "", fired.codes
    if not codes:
        return ()
    value = _value(subject, found)
    parts = (
        ("value", value),
        ("absent", _empty_attribute(subject, found)),
        ("nearest", ", ".join(nearest(value, codes))),
        ("allowed", ", ".join(_usual_first(codes)) if len(codes) <= _SHORT_LIST else ""),
    )
    return tuple((name, text) for name, text in parts if text)


@lru_cache(maxsize=1024)
def nearest(value: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """The allowed codes that `value` probably stands for, best first; none if it is like none of them.

    What people write instead of a code comes first ("Stk" is a piece, not the unit STK), then what differs in letter
    case, blanks or leading zeros alone, then what is one slip of the keyboard away. A number is like no other number.
    """
    if not value:
        return ()
    allowed = dict.fromkeys(codes)
    meant = tuple(dict.fromkeys(code for code in _mistakes().get(_plain(value), ()) if code in allowed))
    return meant or _by_plain(codes).get(_plain(value), ()) or _alike(value, codes)


def _usual_first(codes: tuple[str, ...]) -> list[str]:
    """What invoices usually have, in the order of our table, before the rest of the list."""
    rank = {code: number for number, code in enumerate(_codes())}
    return sorted(codes, key=lambda code: rank.get(code, len(rank)))


def _last_name(location: str) -> str:
    return location.rpartition("}")[2].partition("[")[0]


@lru_cache(maxsize=256)  # a rule that speaks at thousands of places
def _list_of(test: str, element: str) -> tuple[str, tuple[str, ...]]:
    """What the rule compares, and with which codes; of several lists the one for the element."""
    if found := _EQUALS.search(test):
        return "", tuple(re.findall(r"'([^']*)'", found[1]))
    lists = list(_CONTAINS.finditer(test))
    if not lists:
        compared = _ONE_OF.findall(test)
        return (compared[0][0], tuple(code for _, code in compared)) if compared else ("", ())
    chosen = lists[0]
    for one in lists:
        named = _SELF.findall(test, 0, one.start())
        if named and named[-1] == element:
            chosen = one
    return chosen[3], tuple(chosen[1].split())


def _value(subject: str, found: str | None) -> str:
    """The code itself, out of the value found at the place (with its attributes)."""
    if found is None:
        return ""
    attributes = _ATTRIBUTES.search(found)
    text = (found[: attributes.start()] if attributes else found).strip()
    if name := re.search(r"@(\w+)", subject):
        said = re.search(rf"(?:^|, ){name[1]}: (.*?)(?:, \w+: |$)", attributes[1] if attributes else "", re.DOTALL)
        return said[1].strip() if said else ""
    if "substring-after" in subject:
        code = _SUBJECT_CODE.search(text)
        return code[1] if code else ""
    return text[:2] if "substring(" in subject else text


def _empty_attribute(subject: str, found: str | None) -> str:
    name = re.search(r"@(\w+)", subject)
    return name[0] if name and re.search(rf"\b{name[1]}: *(?:, \w+: |\)$)", found or "") else ""


def _alike(value: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Codes one slip away: a sign too many, two exchanged, one wrong, one missing. Of short values all codes are."""
    wanted, known = _plain(value), _by_plain(codes)
    if not _LONG <= len(wanted) <= _LONGEST or wanted.isdigit():
        return ()
    found = dict.fromkeys(code for slip in _slips(wanted) for code in known.get(slip, ()) if len(code) >= _LONG)
    return tuple(found)[:_NEAREST]


def _slips(text: str) -> Iterator[str]:
    parts = [(text[:index], text[index:]) for index in range(len(text) + 1)]
    yield from (left + right[1:] for left, right in parts if right)
    yield from (left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1)
    yield from (left + sign + right[1:] for left, right in parts if right for sign in _SIGNS)
    yield from (left + sign + right for left, right in parts for sign in _SIGNS)


def _plain(text: str) -> str:
    """Without what makes no difference to a reader: case, blanks, points, hyphens, leading zeros."""
    return re.sub(r"[\s.\-_/]", "", text).casefold().lstrip("0")


@lru_cache(maxsize=64)
def _by_plain(codes: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    return _grouped((_plain(code), code) for code in codes)


@cache
def _mistakes() -> Mapping[str, tuple[str, ...]]:
    """What people write → the codes that may be meant, of whichever lists."""
    return _grouped((_plain(text), code) for code, texts in _codes().items() for text in texts.split(" | "))


@cache
def _codes() -> Mapping[str, str]:
    """The codes people miss, the usual ones of each list first → what they write instead."""
    lines = files("einvoice.validation").joinpath("mistakes.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines[1:])


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
