"""A mutant: one of our documents, changed in one place. The table of verdicts keeps how to make it, not its bytes."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from .documents import document

MARK = "\ue000"
MARKS = (b'mark="&#57344;"', b"&#57344;")  # as an attribute, as text


@dataclass(frozen=True, slots=True)
class Mutant:
    """How to make one document.

    document: its start, see `documents`. place: names of elements from the document's focus down, joined by `/`, each
    the first of its name; empty is the focus itself. value: what the operation needs, often raw markup.
    deviation: why libxml2 decides otherwise than KoSIT's Xerces; empty, as it should be, where both agree.
    """

    document: str
    operation: str
    place: str = ""
    value: str = ""
    deviation: str = ""

    def make(self) -> bytes:
        """The mutant as UTF-8. Raises ValueError for a place that does not exist."""
        root, focus = _copied(self.document)
        element = find(focus, self.place)
        OPERATIONS[self.operation](element, self.value)
        made = etree.tostring(element if self.operation == "root" else root, with_tail=False)
        for mark in MARKS:
            made = made.replace(mark, self.value.encode("ascii", "xmlcharrefreplace"))
        return made


def _copied(name: str) -> tuple[etree._Element, etree._Element]:
    original = document(name)
    position = list(original.root.iter()).index(original.focus)
    root = deepcopy(original.root)
    return root, list(root.iter())[position]


def find(start: etree._Element, place: str) -> etree._Element:
    """The first element at that place, counted from `start`. Raises ValueError when there is none."""
    found = start.find("/".join(f"{{*}}{name}" for name in place.split("/"))) if place else start
    if found is None:
        raise ValueError(f"no {place} in {etree.QName(start)}")
    return found


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    if parent is None:
        raise ValueError("the root element has no neighbours")
    return parent


def _keep(element: etree._Element, value: str) -> None:
    pass


def _drop(element: etree._Element, value: str) -> None:
    _parent(element).remove(element)


def _double(element: etree._Element, value: str) -> None:
    element.addnext(deepcopy(element))


def _swap(element: etree._Element, value: str) -> None:
    following = element.getnext()
    if following is None:
        raise ValueError(f"nothing follows {etree.QName(element)}")
    following.addnext(element)


def _nest(element: etree._Element, value: str) -> None:
    element.append(deepcopy(element))


def _rename(element: etree._Element, value: str) -> None:
    element.tag = etree.QName(etree.QName(element).namespace, value)


def _move(element: etree._Element, value: str) -> None:
    element.tag = etree.QName(value or None, etree.QName(element).localname)


def _content(element: etree._Element, value: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = MARK


def _prepend(element: etree._Element, value: str) -> None:
    element.text = MARK


def _append(element: etree._Element, value: str) -> None:
    if len(element):
        element[-1].tail = MARK
    else:
        element.text = (element.text or "") + MARK


def _attributes(element: etree._Element, value: str) -> None:
    element.attrib.clear()
    element.set("mark", MARK)


# Each changes the element; where it leaves the mark, the value is put in as raw markup.
OPERATIONS: dict[str, Callable[[etree._Element, str], None]] = {
    "keep": _keep,  # the document as it is
    "root": _keep,  # the element becomes the document
    "drop": _drop,
    "double": _double,
    "swap": _swap,  # with the element that follows
    "nest": _nest,  # a copy of the element into itself
    "rename": _rename,  # to the value
    "move": _move,  # into the namespace that is the value
    "content": _content,  # the value in place of all content
    "prepend": _prepend,  # the value before the first child
    "append": _append,  # the value after the last child, or after the text
    "attributes": _attributes,  # the value in place of all attributes
}
