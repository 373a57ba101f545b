"""A PDF of our own: by it the server loads what reading needs, and finds out how far a child can be confined."""

XML = b'<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>'
_XMP = (
    b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)
_SHOWN = b"BT /F1 12 Tf 10 10 Td (Rechnung \\374ber 1,00) Tj <0041> Tj ET"
_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R/Names<</EmbeddedFiles<</Names[(factur-x.xml)7 0 R]>>>>>>",
    b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    b"<</Length %d>>\nstream\n%b\nendstream" % (len(_SHOWN), _SHOWN),
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%b\nendstream" % (len(_XMP), _XMP),
    b"<</Type/Filespec/F(factur-x.xml)/UF<FEFF0066>/EF<</F 8 0 R>>>>",
    b"<</Type/EmbeddedFile/Length %d/Filter/ASCIIHexDecode>>\nstream\n%b>\nendstream"
    % (2 * len(XML) + 1, XML.hex().encode()),
)


def sample() -> bytes:
    """The PDF."""
    written = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(_OBJECTS, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    count = len(_OBJECTS) + 1
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    return written + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))
