"""Invoices wrapped, signed, doubled or replaced by something that is none."""

import base64
import gzip
import io
import zipfile

from tests.security.hostile.base import ACCEPTED, CII, REJECTED, UBL, Hostile, extended, on_root, put

_DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
_TRANSFORM = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet version="1.0" '
    'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:include href="http://bait.test/x.xsl"/></xsl:stylesheet>'
    "</ds:Transform>"
)
_BODY = UBL.partition("?>")[2].strip()


def signed(inside: str, *, transforms: str = "") -> str:
    """An enveloping signature around something."""
    reference = f'<ds:Reference URI="http://bait.test/"><ds:Transforms>{transforms}</ds:Transforms></ds:Reference>'
    contents = f'<ds:SignedInfo>{reference}</ds:SignedInfo><ds:Object Id="o">{inside}</ds:Object>'
    return f"<ds:Signature {_DS}>{contents}</ds:Signature>"


def wrapped(inside: str, header: str = "") -> bytes:
    """An envelope round something."""
    namespace = ' xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"'
    head = f"<StandardBusinessDocumentHeader>{header}</StandardBusinessDocumentHeader>"
    return f"<StandardBusinessDocument{namespace}>{head}{inside}</StandardBusinessDocument>".encode()


def packed(content: bytes) -> bytes:
    """An envelope with a file in it that is no XML."""
    text = base64.b64encode(content).decode()
    namespace = "http://peppol.eu/xsd/ticc/envelope/1.0"
    return wrapped(f'<p:BinaryContent xmlns:p="{namespace}" mimeType="application/xml">{text}</p:BinaryContent>')


def zipped(*names: str, packed: bytes = UBL.encode()) -> bytes:
    """An archive with invoices in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, packed)
    return stream.getvalue()


ROWS = (
    Hostile("an invoice inside a signature", "wrong-root", lambda: signed(_BODY).encode()),
    Hostile("a signature beside the invoice, in an extension", REJECTED, lambda: extended(signed("x"))),
    Hostile("another invoice, signed, in an extension", REJECTED, lambda: extended(signed(_BODY))),
    Hostile("a signature with a stylesheet in it", REJECTED, lambda: extended(signed("x", transforms=_TRANSFORM))),
    Hostile("ten thousand transforms of a signature", REJECTED, lambda: extended(
        signed("x", transforms=_TRANSFORM * 10_000))),
    Hostile("the same id on invoice and signature", REJECTED, lambda: on_root('Id="o"')),
    Hostile("the same xml:id twice", REJECTED, lambda: extended(
        "<a xmlns='urn:a' xml:id='i'/><a xmlns='urn:a' xml:id='i'/>".replace("/><", "/><!-- --><"))),
    Hostile("an invoice inside an invoice", REJECTED, lambda: put("</Invoice>", f"{_BODY}</Invoice>")),
    Hostile("a CII invoice inside a UBL invoice", REJECTED, lambda: put(
        "</Invoice>", CII.partition("?>")[2] + "</Invoice>")),
    Hostile("another invoice in an extension", REJECTED, lambda: extended(_BODY)),
    Hostile("a credit note that calls itself an invoice", REJECTED, lambda: put(">380<", ">381<")),
    Hostile("two roots", "malformed", lambda: UBL.encode() + _BODY.encode()),
    Hostile("an SBDH envelope with nothing in its header", ACCEPTED, lambda: wrapped(_BODY)),
    Hostile("an SBDH envelope with two invoices", "sbdh-two-payloads", lambda: wrapped(_BODY + _BODY)),
    Hostile("an SBDH envelope with 50,000 invoices", "sbdh-two-payloads", lambda: wrapped("<a xmlns=''/>" * 50_000)),
    Hostile("an SBDH envelope without anything", "sbdh-no-payload", lambda: wrapped("")),
    Hostile("an envelope in an envelope", "sbdh-nested", lambda: wrapped(wrapped(_BODY).decode())),
    Hostile("an envelope in an envelope, in base64", "sbdh-nested", lambda: packed(wrapped(_BODY))),
    Hostile("an envelope with a DOCTYPE", "doctype", lambda: b'<!DOCTYPE x [<!ENTITY a "b">]>' + wrapped(_BODY)),
    Hostile("an envelope with 5,000 levels in it", "too-deep", lambda: wrapped("<a>" * 5_000 + "</a>" * 5_000)),
    Hostile("an envelope with ten million base64 letters", "unknown-type", lambda: packed(bytes(7_500_000))),
    Hostile("an envelope with base64 that is none", "sbdh-content", lambda: packed(b"").replace(
        b"></p:", b">%%%</p:")),
    Hostile("an envelope with a program in it", "unknown-type", lambda: packed(b"MZ\x90\0" + bytes(5_000))),
    Hostile("an envelope with a header of 5 MB", "sbdh-header-too-large", lambda: wrapped(
        _BODY, "<a>" + "x" * 5_000_000 + "</a>")),
    Hostile("an envelope with 20,000 namespaces", "too-many-names", lambda: wrapped(_BODY).replace(
        b" xmlns=", " ".join(["", *(f'xmlns:n{n}="urn:{n}"' for n in range(20_000)), "xmlns="]).encode(), 1)),
    Hostile("an envelope that breaks off behind the invoice", "malformed", lambda: wrapped(_BODY)[:-20]),
    Hostile("a SOAP envelope", "wrong-root", lambda: (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{_BODY}</s:Body></s:Envelope>').encode()),
    Hostile("an invoice in a mail", "not-xml", lambda:
        b"MIME-Version: 1.0\r\nContent-Type: text/xml\r\n\r\n" + UBL.encode()),
    Hostile("an archive of invoices", "unknown-type", lambda: zipped("a.xml", "b.xml"), "rechnungen.zip"),
    Hostile("an archive that unpacks to a thousand times its size", "unknown-type", lambda:
        zipped("a.xml", packed=bytes(30_000_000)), "a.zip"),
    Hostile("an archive with paths", "unknown-type", lambda: zipped("../../x.xml", "/etc/x.xml"), "a.zip"),
    Hostile("an archive called XML", "unknown-type", lambda: zipped("a.xml")),
    Hostile("an invoice packed by gzip", "unknown-type", lambda: gzip.compress(UBL.encode())),
    Hostile("an Office document", "unknown-type", lambda:
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000), "rechnung.doc"),
    Hostile("a program", "unknown-type", lambda: b"MZ\x90\0" + bytes(5_000), "rechnung.xml.exe"),
    Hostile("a program of Linux", "unknown-type", lambda: b"\x7fELF\x02\x01\x01" + bytes(5_000)),
    Hostile("a script of the shell", "not-xml", lambda: b"#!/bin/sh\nreboot\n", "rechnung.xml"),
    Hostile("a picture", "unknown-type", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), "rechnung.png"),
    Hostile("an invoice in JSON", "not-xml", lambda:
        b'{"Invoice": [{"ID": "1", "__proto__": {"x": 1}}]}', "rechnung.json"),
    Hostile("a pickle of Python", "not-xml", lambda: b"cos\nsystem\n(S'reboot'\ntR."),
    Hostile("an archive and an invoice in one file", "unknown-type", lambda: zipped("a.xml") + UBL.encode()),
    Hostile("a PDF and an invoice in one file", "malformed", lambda: UBL.encode() + b"\n%PDF-1.7\n%%EOF\n"),
    Hostile("an invoice with a PDF header in a comment", ACCEPTED, lambda:
        UBL.replace("?>", "?><!-- %PDF-1.7 -->", 1).encode()),
)  # fmt: skip
