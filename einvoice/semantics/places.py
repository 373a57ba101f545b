"""Which term a place in the document is: `/ubl:Invoice/cac:InvoiceLine[2]/cbc:ID` → BG-25 2, BT-126."""

import re

from lxml import etree

from einvoice.model.document import InvoiceDocument, Syntax
from einvoice.semantics.bindings import Node, qualified
from einvoice.semantics.frames import Frame, climb
from einvoice.semantics.reading import Reading, Seen

Place = tuple[
    tuple[str, int | None], ...
]  # ids from outer to inner, with the number (from 1) of groups that may repeat

_STEP = re.compile(r"/(@?)([^/\[@]+)(?:\[(\d+)\])?")


class Places:
    """Finds the places of one document. Walks it once; asking for hundreds of places is then cheap."""

    def __init__(self, document: InvoiceDocument) -> None:
        self._root = document.root
        self._seen: Seen = {}
        self._children: dict[tuple[etree._Element, str], list[etree._Element]] = {}
        if document.syntax is not Syntax.OTHER:
            Reading(document.root, document.syntax, self._seen)

    def at(self, xpath: str) -> Place:
        """The place of a readable path as findings have it: `/cn:CreditNote/cac:CreditNoteLine[3]/cbc:ID/@schemeID`.

        A step without number is the first of its name. A path that leads nowhere is followed as far as it goes.
        The empty place is the document as a whole.
        """
        element, attribute = self._root, None
        for is_attribute, name, number in _STEP.findall(xpath)[1:]:
            if is_attribute:
                attribute = name
                break
            same = self._same(element, name)
            position = int(number or 1) - 1
            if not 0 <= position < len(same):
                break
            element = same[position]
        return self.of(element, attribute)

    def of(self, element: etree._Element, attribute: str | None = None) -> Place:
        """The place of an element or attribute: its term, else its group, else the nearest one around it.

        Groups between that may stand only once are left out: the name of the term says them.
        """
        around: etree._Element | None = element
        while around is not None and around not in self._seen:
            around, attribute = around.getparent(), None
        if around is None or around is self._root:
            return ()
        entries = self._seen[around]
        if attribute and (place := _of_attribute(entries, attribute)):
            return place
        node, frame = next(((node, frame) for node, frame in entries if _is_bound(node)), entries[0])
        return _of_node(node, frame) if _is_bound(node) else self._of_wrapper(around, node, frame)

    def _of_wrapper(self, element: etree._Element, node: Node, frame: Frame) -> Place:
        """An element around the one thing that can stand in it is that thing; any other is the group it stands in."""
        while not _is_bound(node):
            below = [child for nodes in node.children.values() for child in nodes]
            if len(below) != 1:
                return _place(frame)
            node = below[0]
            inside = next(element.iterchildren(node.tag), None)
            if inside is not None and inside in self._seen:
                return self.of(inside)
        return _place(frame, node.group.id) if node.group else _of_node(node, frame)

    def _same(self, parent: etree._Element, name: str) -> list[etree._Element]:
        key = (parent, name)
        if key not in self._children:
            self._children[key] = list(parent.iterchildren(qualified(name)))
        return self._children[key]


def _is_bound(node: Node) -> bool:
    return bool(node.group or node.terms or node.completes)


def _of_attribute(entries: list[tuple[Node, Frame]], attribute: str) -> Place | None:
    for node, frame in entries:
        for name, binding in node.attributes:
            if name == attribute:
                return _place(climb(frame, binding.home), binding.id)
        for name, component in node.components:
            if name == attribute:
                return _place(climb(frame, node.terms[0].home), component)
    return None


def _of_node(node: Node, frame: Frame) -> Place:
    if node.group:
        return _place(frame)
    binding = node.terms[0] if node.terms else node.completes[0][1]
    return _place(climb(frame, binding.home), binding.id)


def _place(frame: Frame | None, inner: str | None = None) -> Place:
    """The numbered groups around, and the innermost: a term, or the group itself."""
    place: list[tuple[str, int | None]] = [(inner, None)] if inner else []
    while frame is not None and frame.parent is not None:
        if frame.index is not None or not place:
            place.append((frame.id, frame.index))
        frame = frame.parent
    return tuple(reversed(place))
