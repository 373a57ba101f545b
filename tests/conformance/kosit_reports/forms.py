"""Inputs that differ in form: good ones, unreadable ones, and documents no scenario knows."""

import codecs
import gzip
import io
import zipfile

from .parts import (
    CII,
    CREDIT_NOTE,
    CVD,
    DECLARATION,
    EXTENSION,
    SAMPLES,
    UBL,
    WITH_EXTENSION,
    XRECHNUNG,
    Made,
    changed,
    without,
)


def good() -> Made:
    yield "UBL invoice", UBL
    yield "UBL credit note", CREDIT_NOTE
    yield "CII", CII
    yield "extension", EXTENSION
    yield "clean vehicles", CVD
    yield "EN 16931 alone", changed(UBL, (XRECHNUNG, "urn:cen.eu:en16931:2017"))
    yield "EN 16931 alone in a credit note", changed(CREDIT_NOTE, (XRECHNUNG, "urn:cen.eu:en16931:2017"))
    yield "EN 16931 alone in CII", changed(CII, (XRECHNUNG, "urn:cen.eu:en16931:2017"))
    yield "extension in CII", changed(CII, (XRECHNUNG, f"{XRECHNUNG}{WITH_EXTENSION}"))
    yield "byte order mark", codecs.BOM_UTF8 + UBL.encode()
    yield "UTF-16 with byte order mark", UBL.replace("UTF-8", "UTF-16").encode("utf-16")
    yield (
        "UTF-16 big-endian with byte order mark",
        codecs.BOM_UTF16_BE + UBL.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    )
    yield "UTF-16 without byte order mark", UBL.replace("UTF-8", "UTF-16").encode("utf-16-le")
    yield "Latin-1", UBL.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    yield "Windows-1252", UBL.replace("UTF-8", "windows-1252").encode("cp1252")
    yield "no declaration", UBL.removeprefix(DECLARATION)
    yield "XML 1.1", changed(UBL, ("version='1.0'", "version='1.1'"))
    yield (
        "processing instructions and comments",
        changed(
            UBL,
            ("<Invoice", '<?xml-stylesheet href="x.xsl"?><!-- a --><Invoice'),
            ("<cbc:ID>", "<?p q?><!-- b --><cbc:ID>"),
        ),
    )
    yield "CDATA in a value", changed(UBL, (">2026-10437<", "><![CDATA[2026-10437]]><"))
    yield "other prefixes", UBL.replace("cbc:", "basic:").replace("xmlns:cbc", "xmlns:basic")
    yield (
        "schema location",
        changed(
            UBL,
            (
                "<Invoice ",
                '<Invoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a b.xsd" ',
            ),
        ),
    )
    yield "white space around a date", changed(UBL, (">2026-10-29<", "> 2026-10-29\n<"))
    yield "a note of a million letters", changed(UBL, ("Lieferung und Aufbau", "Lieferung " + "x" * 1_000_000))
    yield "white space after the end", UBL + "\n" * 5000


def unreadable() -> Made:
    yield "white space alone", " \n\t\n"
    yield "one letter", "x"
    yield "text", "Sehr geehrte Damen und Herren,\nanbei unsere Rechnung."
    yield "JSON", '{"invoice": {"number": "2026-10437"}}'
    yield "HTML", "<!DOCTYPE html><html><head><title>Rechnung</title></head><body><p>Betrag<br></p></body></html>"
    yield "PDF", next(SAMPLES.glob("06-*.pdf")).read_bytes()
    yield "ZIP", _zipped("rechnung.xml", UBL.encode())
    yield "gzip", gzip.compress(UBL.encode(), mtime=0)
    yield "zero bytes", b"\0" * 400
    yield "form data", "--x\r\nContent-Disposition: form-data; name=file\r\n\r\n" + UBL + "\r\n--x--\r\n"
    yield "white space before the declaration", " " + UBL
    yield "cut off in the middle", UBL[: len(UBL) // 2]
    yield "cut off in the declaration", "<?xml version='1.0'"
    yield "wrong end tag", changed(UBL, ("</cbc:IssueDate>", "</cbc:DueDate>"))
    yield "two roots", UBL + UBL.removeprefix(DECLARATION)
    yield "text after the end", UBL + "Ende"
    yield "undeclared prefix", changed(UBL, (' xmlns:cbc="urn:oasis', ' xmlns:other="urn:oasis'))
    yield "bare ampersand", changed(UBL, ("Möbelwerk Grünwald", "Möbelwerk & Grünwald"))
    yield "unknown entity", changed(UBL, ("Möbelwerk Grünwald", "Möbelwerk &uuml; Grünwald"))
    yield "attribute twice", changed(UBL, ('schemeID="EM"', 'schemeID="EM" schemeID="EM"'))
    yield "attribute without quotes", changed(UBL, ('schemeID="EM"', "schemeID=EM"))
    yield "control character", changed(UBL, ("Bürodrehstuhl", "Büro\x01drehstuhl"))
    yield "control character as a reference", changed(UBL, ("Bürodrehstuhl", "Büro&#1;drehstuhl"))
    yield "unknown XML version", changed(UBL, ("version='1.0'", "version='2.0'"))
    yield "empty DOCTYPE", changed(UBL, ("<Invoice", "<!DOCTYPE Invoice><Invoice"))
    yield (
        "external entity",
        changed(
            UBL,
            ("<Invoice", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><Invoice'),
            ("Bürodrehstuhl", "&e;"),
        ),
    )
    yield (
        "entities in entities",
        changed(UBL, ("<Invoice", f"<!DOCTYPE x [{_laughs()}]><Invoice"), ("Bürodrehstuhl", "&l9;")),
    )
    yield "Latin-1 that says UTF-8", UBL.encode("latin-1")
    yield "UTF-8 that says UTF-16", UBL.replace("UTF-8", "UTF-16")
    yield "UTF-16 that says UTF-8", codecs.BOM_UTF16_LE + UBL.encode("utf-16-le")
    yield "unknown encoding", UBL.replace("UTF-8", "KLINGON")
    yield "UTF-32", UBL.replace("UTF-8", "UTF-32").encode("utf-32")
    yield "overlong UTF-8", UBL.encode().replace("Bürodrehstuhl".encode(), b"B\xc0\xafrodrehstuhl")
    yield "tag never closed", "<a>" * 50


def unknown() -> Made:
    yield "another document", "<Brief><Betreff>Rechnung</Betreff></Brief>"
    yield "empty root", "<Invoice/>"
    yield "XHTML", '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body/></html>'
    yield "wrong namespace", changed(UBL, ("schema:xsd:Invoice-2", "schema:xsd:Invoice-1"))
    yield "no namespace", changed(UBL, ('xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" ', ""))
    yield "namespace in other letters", changed(UBL, ("ubl:schema:xsd:Invoice-2", "UBL:schema:xsd:Invoice-2"))
    yield (
        "order instead of invoice",
        UBL.replace("Invoice-2", "Order-2").replace("<Invoice ", "<Order ").replace("</Invoice>", "</Order>"),
    )
    yield "no BT-24", without(UBL, "cbc:CustomizationID")
    yield "empty BT-24", changed(UBL, (XRECHNUNG, ""))
    yield "white space around BT-24", changed(UBL, (XRECHNUNG, f" {XRECHNUNG}\n"))
    yield "BT-24 in capitals", changed(UBL, (XRECHNUNG, XRECHNUNG.upper()))
    yield "XRechnung 1.2", changed(UBL, ("kosit:xrechnung_3.0", "kosit:standard:xrechnung_1.2"))
    yield "XRechnung 2.3 in CII", changed(CII, ("kosit:xrechnung_3.0", "kosit:standard:xrechnung_2.3"))
    yield (
        "Peppol BIS",
        changed(UBL, ("urn:xeinkauf.de:kosit:xrechnung_3.0", "urn:fdc:peppol.eu:2017:poacc:billing:3.0")),
    )
    yield "Factur-X BASIC", changed(CII, (XRECHNUNG, "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic"))
    yield (
        "extension in a credit note",
        changed(CREDIT_NOTE, (XRECHNUNG, f"{XRECHNUNG}{WITH_EXTENSION}")),
    )
    yield (
        "two BT-24 of two scenarios",
        changed(
            UBL,
            ("<cbc:ProfileID>", "<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ProfileID>"),
        ),
    )
    yield "comment inside BT-24 of a credit note", changed(CREDIT_NOTE, ("#compliant#", "#comp<!-- -->liant#"))
    yield (
        "envelope",
        (
            '<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
            f"<StandardBusinessDocumentHeader/>{UBL.removeprefix(DECLARATION)}</StandardBusinessDocument>"
        ),
    )
    yield "ninety levels", "<a>" * 90 + "</a>" * 90
    yield "more levels than allowed", "<a>" * 150 + "</a>" * 150


def _laughs() -> str:
    inner = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!ENTITY l0 "ha">{inner}'


def _zipped(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()
