"""One walk over the document, with the compiled bindings beside it, gathers the terms into their groups."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from einvoice.model.document import InvoiceDocument, Syntax
from einvoice.model.invoice import Invoice, Term
from einvoice.model.terms import DOCUMENT_INFO, TERMS, way_to
from einvoice.semantics.bindings import Binding, Node, known_xpath, tree
from einvoice.semantics.frames import Frame, climb, closed, next_index
from einvoice.semantics.values import WHITE

MAX_NESTING = 60  # sub invoice lines within one another; what is deeper is left unread

_new = tuple.__new__  # twice as fast as Term(…): there are ten thousands of them

Seen = dict[etree._Element, list[tuple[Node, Frame]]]  # where the walk came by, and the group open there


def read_invoice(document: InvoiceDocument) -> Invoice:
    """Everything the bindings find in a document, valid or not; never raises. Any other root: an empty invoice."""
    if document.syntax is Syntax.OTHER:
        return Invoice(document.syntax)
    return Reading(document.root, document.syntax).invoice()


class Reading:
    """A walked document."""

    def __init__(self, root: etree._Element, syntax: Syntax, seen: Seen | None = None) -> None:
        self.document = Frame(DOCUMENT_INFO, None, None)
        self._syntax = syntax
        self._seen = seen
        self._known = {term: str(xpath(root)) for term, xpath in known_xpath(syntax)}
        self._astray: list[tuple[Binding, Term]] = []  # terms met away from their group
        self._stray_groups: list[tuple[str, Frame]] = []  # the same for groups
        self._hosts: dict[str, Frame] = {}
        self._enter(root, tree(syntax), self.document)
        self._bring_home()

    def invoice(self) -> Invoice:
        """The terms read, in their groups; to be asked once."""
        return Invoice(self._syntax, closed(self.document))

    def _enter(self, element: etree._Element, node: Node, frame: Frame) -> None:
        """Read what stands at an element and go on below it."""
        if node.group is not None:
            frame = self._open(element, node, frame)
            if frame.depth > MAX_NESTING:
                return
        if self._seen is not None:
            self._seen.setdefault(element, []).append((node, frame))
        if node.terms:
            self._read_text(element, node, frame)
        if node.attributes:
            self._read_attributes(element, node, frame)
        if node.completes:
            self._complete(element, node, frame)
        for inner in node.inner:
            if inner.test is None or inner.test(element, self._known):
                self._enter(element, inner, frame)
        if node.children:
            self._walk(element, node, frame)

    def _walk(self, element: etree._Element, node: Node, frame: Frame) -> None:
        """Go through the children. What most of them are, a text that is one term of the open group, is read here."""
        children: Mapping[Any, list[Node]] = node.children  # comments have no string for a tag
        known, terms, group_id = self._known, frame.terms, frame.id
        seen = self._seen is not None
        for child in element:
            branches = children.get(child.tag)
            if branches is None:
                continue
            for branch in branches:
                if branch.test is not None and not branch.test(child, known):
                    continue
                leaf = branch.leaf
                if leaf is None or leaf[1] != group_id or seen or len(child):
                    self._enter(child, branch, frame)
                    continue
                text = child.text
                if text:
                    term_id, _, rank, read = leaf
                    value = text.strip(WHITE) if read is None else read(text)
                    if value:
                        terms[rank + len(terms)] = _new(Term, (term_id, value, (), child.sourceline))

    def _open(self, element: etree._Element, node: Node, frame: Frame) -> Frame:
        info = node.group
        assert info is not None
        home = frame if frame.id == node.home else climb(frame, node.home)
        opened = Frame(info, home or self.document, element.sourceline)
        if home is None:
            self._stray_groups.append((node.home, opened))
        else:
            home.groups.append(opened)
        if info.repeats:
            opened.index = next_index(info.id, home or self.document)
        return opened

    def _read_text(self, element: etree._Element, node: Node, frame: Frame) -> None:
        text = own_text(element) if len(element) else element.text
        if not text:
            return
        line = element.sourceline
        components: tuple[Term, ...] = ()
        for attribute, part in node.components:
            if said := element.get(attribute, "").strip(WHITE):
                components += (Term(part, said, (), line),)
        for binding in node.terms:
            if value := _value(binding, text):
                self._keep(binding, Term(binding.id, value, components, line), frame)

    def _read_attributes(self, element: etree._Element, node: Node, frame: Frame) -> None:
        for attribute, binding in node.attributes:
            if value := _value(binding, element.get(attribute, "")):
                self._keep(binding, Term(binding.id, value, (), element.sourceline), frame)

    def _keep(self, binding: Binding, term: Term, frame: Frame) -> None:
        home = frame if frame.id == binding.home else climb(frame, binding.home)
        if home is None:
            self._astray.append((binding, term))
        else:
            home.terms[binding.rank + len(home.terms)] = term

    def _complete(self, element: etree._Element, node: Node, frame: Frame) -> None:
        """A component in an element of its own belongs to the term just read; without one it stands alone."""
        for owner, binding in node.completes:
            value = _value(binding, own_text(element))
            home = climb(frame, binding.home)
            if value is None or home is None:
                continue
            component = Term(binding.id, value, (), element.sourceline)
            latest = next(reversed(home.terms), 0)
            term = home.terms.get(latest)
            if term is not None and term.id == owner and not term.components:
                home.terms[latest] = term._replace(components=(component,))
            else:
                home.terms[binding.rank + len(home.terms)] = component

    def _bring_home(self) -> None:
        for home, frame in self._stray_groups:
            frame.parent = self._host(home)
            frame.parent.groups.append(frame)
        for binding, term in self._astray:
            terms = self._host(binding.home).terms
            terms[binding.rank + len(terms)] = term

    def _host(self, group_id: str) -> Frame:
        """The group that takes in what stands elsewhere: the first that says anything, else a new one."""
        if group_id not in self._hosts:
            hosts = [self.document]
            for step in (*way_to(group_id), group_id):
                found = [group for host in hosts for group in host.groups if group.id == step]
                if not found:
                    found = [Frame(TERMS[step], hosts[0], None)]
                    hosts[0].groups.append(found[0])
                hosts = found
            self._hosts[group_id] = next((host for host in hosts if host.terms), hosts[0])
        return self._hosts[group_id]


def _value(binding: Binding, text: str) -> str | None:
    return text.strip(WHITE) if binding.read is None else binding.read(text)


def own_text(element: etree._Element) -> str:
    """The text of an element itself, around comments and whatever else stands in it."""
    return (element.text or "") + "".join(child.tail or "" for child in element)
