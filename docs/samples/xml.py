"""Writes XML the way an outline reads. An element that would be empty is left out, so optional terms need no `if`."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from lxml import etree

Node = etree._Element | None
Content = str | int | Decimal | Node | Iterable[Node]
Write = Callable[..., Node]


def writer(namespaces: Mapping[str | None, str]) -> Write:
    """A function `node("prefix:Name", content…, attribute=value…)` for these namespaces.

    Content is text, a number, a node or several nodes; None and "" are nothing. Gives None when no content is left.
    """

    def node(name: str, *content: Content, **attributes: str) -> Node:
        prefix, _, local = name.rpartition(":")
        made = etree.Element(f"{{{namespaces[prefix or None]}}}{local}", attributes, nsmap=dict(namespaces))
        for part in content:
            if isinstance(part, str | int | Decimal):
                made.text = str(part)
            elif part is not None:
                parts = [part] if isinstance(part, etree._Element) else part
                made.extend([each for each in parts if each is not None])
        return made if made.text or len(made) else None

    return node


def serialize(root: Node) -> bytes:
    """The document as indented UTF-8, each namespace declared once."""
    assert root is not None
    etree.cleanup_namespaces(root)
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
