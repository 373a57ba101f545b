"""Of a ZUGFeRD 1.0 invoice is read what its report shows, though it is never taken."""

from einvoice.extraction import Limits, extract
from einvoice.semantics import Places, read_invoice
from tests.support.profiles import zugferd_1

DOCUMENT = extract(zugferd_1(), Limits())


def test_number_date_parties_and_sums_are_read(content):
    read = content(read_invoice(DOCUMENT))
    assert {
        "BT-1 = ALT-7",
        "BT-2 = 2015-03-11",
        "BG-4/BT-27 = Altbau OHG",
        "BG-7/BT-44 = Stadt Musterstadt",
        "BG-22/BT-112 = 119.00",
    } <= set(read)


def test_the_profile_is_told_as_the_specification_identifier():
    assert DOCUMENT.customization == "urn:ferd:CrossIndustryDocument:invoice:1p0:basic"


def test_in_the_release_candidate_names_without_namespace_are_found():
    xml = b"""<rsm:Invoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CBFBUY:5">
      <rsm:SpecifiedExchangedDocumentContext><GuidelineSpecifiedDocumentContextParameter>
      <ID>urn:ferd:invoice:rc:comfort</ID></GuidelineSpecifiedDocumentContextParameter>
      </rsm:SpecifiedExchangedDocumentContext></rsm:Invoice>"""
    assert extract(xml, Limits()).customization == "urn:ferd:invoice:rc:comfort"


def test_a_place_in_it_is_named_by_its_term():
    path = "/ferd:CrossIndustryDocument/ferd:HeaderExchangedDocument/ram12:ID"
    assert Places(DOCUMENT).at(path) == (("BT-1", None),)
