"""From an engine's location to the place in the document: readable path, line, value."""

import re

from lxml import etree

from einvoice.model.namespaces import PREFIX_OF

_STEP = re.compile(r"/(@?)Q\{([^}]*)\}([^/\[]+)(?:\[(\d+)\])?")
_SHOWN = 200  # characters of a found value


class Locations:
    """Resolves locations within one document; remembers siblings, so that thousands of findings stay cheap."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._siblings: dict[tuple[etree._Element, str], list[etree._Element]] = {}

    def find(self, location: str, *, attributes: bool = False) -> tuple[str, int | None, str | None]:
        """(readable path, line, value found) of a location like `/Q{namespace}Name[1]/…`; the path always.

        `attributes`: the value with the element's attributes, where a rule may be about one of these.
        """
        steps = _STEP.findall(location)
        path = "".join(_readable(attribute, uri, name, index) for attribute, uri, name, index in steps)
        element, attribute = self._resolve(steps)
        if element is None:
            return path or location, None, None
        value = element.get(attribute) if attribute else _text(element)
        if attributes and not attribute and value is not None and element.attrib:
            told = ", ".join(f"{name}: {text}" for name, text in element.attrib.items())
            value = f"{value.strip()} ({told})"
        return path, element.sourceline, _shown(value)

    def _resolve(self, steps: list[tuple[str, str, str, str]]) -> tuple[etree._Element | None, str | None]:
        if not steps or self._root.tag != f"{{{steps[0][1]}}}{steps[0][2]}":
            return None, None
        element = self._root
        for attribute, uri, name, index in steps[1:]:
            tag = f"{{{uri}}}{name}" if uri else name
            if attribute:
                return element, tag
            siblings = self._same(element, tag)
            position = int(index or 1) - 1
            if position >= len(siblings):
                return None, None
            element = siblings[position]
        return element, None

    def _same(self, parent: etree._Element, tag: str) -> list[etree._Element]:
        key = (parent, tag)
        if key not in self._siblings:
            self._siblings[key] = list(parent.iterchildren(tag))
        return self._siblings[key]


def path_of(element: etree._Element) -> str:
    """The readable path of an element: `/ubl:Invoice/cac:InvoiceLine[2]/cbc:ID`."""
    steps = []
    for node in (element, *element.iterancestors()):
        name = etree.QName(node)
        parent = node.getparent()
        same = [node] if parent is None else list(parent.iterchildren(str(node.tag)))
        steps.append(_readable("", name.namespace or "", name.localname, str(same.index(node) + 1), len(same) > 1))
    return "".join(reversed(steps))


def _readable(attribute: str, uri: str, name: str, index: str, several: bool = True) -> str:
    """One step; the first of its name carries no number, as in an XPath people write."""
    prefix = PREFIX_OF.get(uri)
    shown = f"{prefix}:{name}" if prefix else name
    number = f"[{index}]" if several and index and index != "1" else ""
    return f"/{attribute}{shown}{number}"


def _text(element: etree._Element) -> str | None:
    """The element's own text if it is a leaf; a whole branch is no value, and an attachment is told by its name."""
    if str(element.tag).endswith("BinaryObject"):
        return element.get("filename") or ""
    return None if len(element) else (element.text or "")


def _shown(value: str | None) -> str | None:
    if value is None:
        return None
    value = value.strip()
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
