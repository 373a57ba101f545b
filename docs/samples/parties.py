"""The invented parties. Phone numbers are the ones the regulator keeps free for fiction, addresses end in .example."""

from dataclasses import replace

from .model import Party

MUSTERSTADT_ID = "04011000-1234512345-06"
BEISPIEL_ID = "03999-BEISPIEL-86"

MUSTERSTADT = Party(
    name="Stadt Musterstadt",
    street="Rathausplatz 1",
    postcode="12345",
    city="Musterstadt",
    address=MUSTERSTADT_ID,
    scheme="0204",
    person="Zentrale Rechnungsstelle",
)
BEISPIEL = Party(
    name="Landkreis Beispiel",
    street="Schloßstraße 12",
    postcode="39999",
    city="Beispielhausen",
    address=BEISPIEL_ID,
    scheme="0204",
    person="Kreiskasse",
)

GRÜNWALD = Party(
    name="Möbelwerk Grünwald GmbH",
    street="Sägewerkstraße 8",
    postcode="12347",
    city="Musterstadt",
    address="rechnung@gruenwald.example",
    register="HRB 904711",
    vat_id="DE999999901",
    person="Jörg Grünwald",
    phone="+49 30 23125 101",
    mail="j.gruenwald@gruenwald.example",
    iban="DE96999999990000001111",
)
LÖWENZAHN = Party(
    name="Buchhandlung Löwenzahn e. K.",
    street="Marktgasse 3",
    postcode="39999",
    city="Beispielhausen",
    address="buchhaltung@loewenzahn.example",
    register="HRA 90210",
    vat_id="DE999999902",
    person="Käthe Schröder",
    phone="+49 30 23125 102",
    mail="k.schroeder@loewenzahn.example",
    iban="DE72999999990000002222",
)
KÜSTENRECHNER = Party(
    name="Küstenrechner IT-Dienste GmbH",
    street="Am Südkai 21",
    postcode="20999",
    city="Hafenstadt",
    address="rechnung@kuestenrechner.example",
    register="HRB 907733",
    vat_id="DE999999903",
    person="Ümit Yıldırım",
    phone="+49 40 66969 103",
    mail="u.yildirim@kuestenrechner.example",
    iban="DE48999999990000003333",
)
MÜLLER = Party(
    name="Straßenbau Müller & Söhne GmbH",
    street="Schotterweg 44",
    postcode="39997",
    city="Kleinbeispiel",
    address="bau@mueller-soehne.example",
    register="HRB 901234",
    vat_id="DE999999904",
    person="Bärbel Müller",
    phone="+49 30 23125 104",
    mail="b.mueller@mueller-soehne.example",
    iban="DE24999999990000004444",
)
NORDLICHT = Party(
    name="Nordlicht Nutzfahrzeuge AG",
    street="Werftallee 100",
    postcode="20998",
    city="Hafenstadt",
    address="faktura@nordlicht.example",
    register="HRB 905555",
    vat_id="DE999999905",
    person="Sören Jürgensen",
    phone="+49 40 66969 105",
    mail="s.juergensen@nordlicht.example",
    iban="DE97999999990000005555",
)
BLITZBLANK = Party(
    name="Blitzblank Gebäudedienste GmbH",
    street="Kehrwieder 5",
    postcode="12346",
    city="Musterstadt",
    address="rechnung@blitzblank.example",
    register="HRB 906666",
    vat_id="DE999999906",
    person="Tomáš Dvořák",
    phone="+49 30 23125 106",
    mail="t.dvorak@blitzblank.example",
    iban="DE73999999990000006666",
)
BLÜTENMEER = Party(
    name="Gärtnerei Blütenmeer GbR",
    street="Am Gewächshaus 2",
    postcode="39998",
    city="Großbeispiel",
    address="post@bluetenmeer.example",
    number="K-70123",
    vat_id="DE999999907",
    person="Änne Blüthgen",
    phone="+49 30 23125 107",
    mail="a.bluethgen@bluetenmeer.example",
    iban="DE49999999990000007777",
)
SCHÄFER = Party(
    name="Malerbetrieb Schäfer",
    street="Farbgasse 7",
    postcode="12345",
    city="Musterstadt",
    address="maler@schaefer.example",
    number="K-70188",
    tax_number="99/123/45678",
    person="Günther Schäfer",
    phone="+49 30 23125 108",
    mail="maler@schaefer.example",
    iban="DE25999999990000008888",
)
DRUCKEREI = Party(
    name="Druckerei Überblick GmbH",
    street="Setzkastenweg 9",
    postcode="39999",
    city="Beispielhausen",
    address="rechnung@ueberblick.example",
    register="HRB 909999",
    vat_id="DE999999909",
    person="Renée Weiß",
    phone="+49 30 23125 109",
    mail="r.weiss@ueberblick.example",
    iban="DE98999999990000009999",
)
WINTERDIENST = replace(
    MÜLLER,
    name="Räumdienst Frost OHG",
    street="Eisgasse 1",
    address="rechnung@frost.example",
    register="HRA 91110",
    vat_id="DE999999910",
    person="Björn Frost",
    phone="+49 30 23125 110",
    mail="b.frost@frost.example",
    iban="DE74999999990000011110",
)
BÜROBEDARF = replace(
    GRÜNWALD,
    name="Bürobedarf König KG",
    street="Königsallee 77",
    address="rechnung@koenig.example",
    register="HRA 92221",
    vat_id="DE999999911",
    person="Anneliese König",
    phone="+49 30 23125 111",
    mail="a.koenig@koenig.example",
    iban="DE50999999990000012221",
)
AUFZUG = replace(
    KÜSTENRECHNER,
    name="Aufzugsdienst Höher GmbH",
    street="Schachtstraße 13",
    address="rechnung@hoeher.example",
    register="HRB 913332",
    vat_id="DE999999912",
    person="Lutz Höher",
    phone="+49 40 66969 112",
    mail="l.hoeher@hoeher.example",
    iban="DE26999999990000013332",
)
