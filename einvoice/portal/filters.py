"""The filters of the list, out of the address and back into it. What an address may say wrongly is left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from einvoice.model.assessment import Verdict
from einvoice.model.submission import Handling, Hold
from einvoice.store import SubmissionFilter

HELD, NOT_HELD = "any", "none"  # besides the single reasons
DECLINED = "declined"  # besides the verdicts: formally accepted, turned down by the authority's policies
_LONGEST = 200  # characters of a text that is looked for

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the reader asked for; "" is no wish."""

    verdict: str = ""
    handling: str = ""
    hold: str = ""
    rule: str = ""
    text: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """The filters of an address."""
        return cls(
            verdict=_verdict(query.get("verdict", "")),
            handling=_one_of(Handling, query.get("handling", "")),
            hold=_hold(query.get("hold", "")),
            rule=_rule(query.get("rule", "").strip()[:_LONGEST]),
            text=query.get("text", "").strip()[:_LONGEST],
        )

    def narrow(self, scope: SubmissionFilter) -> SubmissionFilter:
        """What is looked for, within what the reader may see."""
        return replace(
            scope,
            verdict=None if self.verdict in ("", DECLINED) else Verdict(self.verdict),
            declined={DECLINED: True, Verdict.ACCEPTED: False}.get(self.verdict),
            handling=Handling(self.handling) if self.handling else None,
            held={HELD: True, NOT_HELD: False}.get(self.hold),
            hold=None if self.hold in ("", HELD, NOT_HELD) else Hold(self.hold),
            rule=self.rule or None,
            text=self.text or None,
        )

    def address(self, path: str, **more: str) -> str:
        """The address of the list with these filters."""
        wishes = {name: getattr(self, name) for name in self.__slots__} | more
        query = urlencode({name: value for name, value in wishes.items() if value})
        return f"{path}?{query}" if query else path

    @property
    def any(self) -> bool:
        """Whether anything is left out of the list."""
        return self != Filters()


def _rule(typed: str) -> str:
    """A rule's id as it is spelt: in capitals, but for a last letter (BR-DE-23-a) and what a schema says (xsd-…)."""
    if typed.lower().startswith("xsd-"):
        return typed.lower()
    return re.sub(r"-[A-Z]$", lambda found: found[0].lower(), typed.upper())


def _one_of(kind: type[Choice], value: str) -> str:
    return value if value in list(kind) else ""


def _verdict(value: str) -> str:
    return value if value == DECLINED else _one_of(Verdict, value)


def _hold(value: str) -> str:
    return value if value in (HELD, NOT_HELD) else _one_of(Hold, value)
