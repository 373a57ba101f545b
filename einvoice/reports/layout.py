"""Laying out groups of business terms: what has a place of its own, and everything else under its name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from einvoice.model.invoice import Group, Term
from einvoice.model.terms import TERMS, term_name
from einvoice.reports.blocks import Block, Pair
from einvoice.reports.values import Reader
from einvoice.reports.words import Words

# Name and address as on an envelope: one line an entry.
_LEADS: dict[str, tuple[tuple[str, ...], ...]] = {
    "BG-4": (("BT-27",), ("BT-35",), ("BT-36",), ("BT-162",), ("BT-38", "BT-37"), ("BT-39",), ("BT-40",)),
    "BG-7": (("BT-44",), ("BT-50",), ("BT-51",), ("BT-163",), ("BT-53", "BT-52"), ("BT-54",), ("BT-55",)),
    "BG-10": (("BT-59",),),
    "BG-11": (("BT-62",), ("BT-64",), ("BT-65",), ("BT-164",), ("BT-67", "BT-66"), ("BT-68",), ("BT-69",)),
    "BG-13": (("BT-70",), ("BT-75",), ("BT-76",), ("BT-165",), ("BT-78", "BT-77"), ("BT-79",), ("BT-80",)),
}
_TWO_TERMS = {  # groups of two terms that read as one value, and what stands between
    "BG-14": ("BT-73", " – ", "BT-74"),
    "BG-26": ("BT-134", " – ", "BT-135"),
    "BG-32": ("BT-160", ": ", "BT-161"),
}
_OWNER = {  # inside a party its name says nothing new: "Ort des Verkäufers" is "Ort"
    "de": re.compile(
        r" (?:des|beim|zum|der) (?:Verkäufers?|Käufers?|Zahlungsempfängers|Steuervertreters|Lieferanschrift)$"
    ),
    "en": re.compile(r"^(?:Seller tax representative|Tax representative|Seller|Buyer|Payee|Deliver to) "),
}


class Taker:
    """Hands out the terms and groups of one group and remembers which, so that nothing of it is left out."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self._taken: set[int] = set()

    def term(self, term_id: str) -> Term | None:
        """The first occurrence of a term, here or below, that was not taken before."""
        found = next((term for term in self.group.every(term_id) if id(term) not in self._taken), None)
        if found is not None:
            self._taken.add(id(found))
        return found

    def groups(self, *ids: str) -> list[Group]:
        """The groups right below with one of these ids, taken whole."""
        found = [group for group in self.group.groups if group.id in ids]
        self._taken.update(map(id, found))
        return found

    def rest(self) -> Iterator[Term | Group]:
        """What nobody took: single terms, and groups that may repeat or read as one value."""
        yield from self._rest(self.group)

    def _rest(self, group: Group) -> Iterator[Term | Group]:
        for term in group.terms:
            if id(term) not in self._taken:
                yield term
        for inner in group.groups:
            if id(inner) in self._taken:
                continue
            if TERMS[inner.id].repeats or _kind(inner) in _TWO_TERMS:
                yield inner
            else:
                yield from self._rest(inner)


@dataclass(frozen=True, slots=True)
class Layout:
    """Lays out the groups of one invoice for one reader."""

    reader: Reader
    words: Words

    def block(self, group: Group, *, nested: bool = False) -> Block:
        """A group as a block; with `nested`, groups that repeat in it are blocks of their own."""
        taker = Taker(group)
        lead = self._lead(taker)
        inner = taker.groups(*(one.id for one in group.groups if TERMS[one.id].repeats)) if nested else ()
        return Block(
            title=self._name(group.id),
            lead=lead,
            pairs=tuple(self.pair(item, within=group.id) for item in taker.rest()),
            inner=tuple(self.block(one) for one in inner),
        )

    def pair(self, item: Term | Group, within: str = "") -> Pair:
        """A term, or a whole group in one line, under its name."""
        label = self._name(item.id)
        if within in _LEADS:
            label = _OWNER[self.reader.lang].sub("", label)
            label = label[:1].upper() + label[1:]
        return Pair(label, self.reader.full(item) if isinstance(item, Term) else self._in_one_line(item), item.id)

    def value(self, term: Term | None) -> str:
        """A term's value, or nothing."""
        return self.reader.full(term) if term else ""

    def _name(self, term_id: str) -> str:
        return term_name(term_id, self.reader.lang)

    def _lead(self, taker: Taker) -> tuple[str, ...]:
        lines = []
        for ids in _LEADS.get(taker.group.id, ()):
            terms = [term for term in map(taker.term, ids) if term and term.value]
            lines.append(" ".join(self.reader.name_of(term) for term in terms))
        return tuple(line for line in lines if line)

    def _in_one_line(self, group: Group) -> str:
        first, between, second = _TWO_TERMS.get(_kind(group), ("", "", ""))
        taker = Taker(group)
        parts = []
        if first:
            parts.append(between.join((self.value(taker.term(first)), self.value(taker.term(second)))))
        for item in taker.rest():
            label, value, _ = self.pair(item)
            parts.append(f"{label}: {value}")
        return "; ".join(parts)


def _kind(group: Group) -> str:
    """The group whose terms this one holds: itself, or the one it is like."""
    return TERMS[group.id].like or group.id
