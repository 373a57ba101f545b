"""A sum in words: both sides, the difference, the likely mistake."""

from decimal import Decimal

from einvoice.reports.evidence import culprit_in_words, culprit_title, evidence_of
from einvoice.reports.insight import Addend, Culprit, Equation
from einvoice.reports.values import Reader

GERMAN, ENGLISH = Reader("de", "EUR", None), Reader("en", "EUR", None)
LINES = (
    Addend("BT-131", (("BG-25", 1),), Decimal("1000.00"), 1),
    Addend("BT-131", (("BG-25", 2),), Decimal("234.50"), 1),
)
WRONG = Equation("BT-106", (("BG-22", None),), Decimal("1234.05"), Decimal("1234.50"), LINES)


def test_both_sides_and_the_difference_are_shown() -> None:
    evidence = evidence_of(WRONG, GERMAN)
    assert evidence.sentence.replace("\xa0", " ") == "Berechnet 1.234,50 €, angegeben 1.234,05 €, Differenz 0,45 €."
    assert evidence.likely == "Vermutlich ein Zahlendreher."
    assert evidence_of(WRONG, ENGLISH).sentence == "Computed €1,234.50, stated €1,234.05, difference €0.45."


def test_programs_get_plain_figures() -> None:
    evidence = evidence_of(WRONG, GERMAN)
    assert (evidence.term, evidence.kind) == ("BT-106", "transposed")
    assert (evidence.computed, evidence.stated, evidence.difference) == ("1234.50", "1234.05", "-0.45")


def test_what_goes_into_a_sum_is_listed_and_alike_amounts_are_added_up() -> None:
    labels = [row.label for row in evidence_of(WRONG, GERMAN).rows]
    assert labels[0] == "Summe aus 2 Angaben: Nettobetrag der Position (BT-131)"
    assert labels[1:] == ["Berechnet", "Angegeben: Summe der Nettobeträge aller Positionen (BT-106)", "Differenz"]


def test_what_is_subtracted_has_its_sign() -> None:
    parts = (Addend("BT-112", (), Decimal(119), 1), Addend("BT-113", (), Decimal(19), -1))
    labels = [row.label for row in evidence_of(Equation("BT-115", (), Decimal(119), Decimal(100), parts), GERMAN).rows]
    assert labels[:2] == ["Rechnungsbetrag mit Umsatzsteuer (BT-112)", "− Bereits gezahlter Betrag (BT-113)"]


def test_the_amount_left_out_is_named_by_place() -> None:
    evidence = evidence_of(WRONG._replace(stated=Decimal("1000.00")), GERMAN)
    assert evidence.kind == "left-out"
    assert "Rechnungsposition 2 › Nettobetrag der Position (BT-131)" in evidence.likely


def test_a_missing_result_is_said_to_be_missing() -> None:
    evidence = evidence_of(WRONG._replace(stated=None), GERMAN)
    assert (evidence.stated, evidence.likely) == ("", "")
    assert "nicht angegeben" in evidence.sentence


def test_the_one_wrong_amount_is_told_with_the_right_one() -> None:
    culprit = Culprit("BT-131", (("BG-25", 3),), Decimal("190.00"), Decimal("-90.00"))
    said = culprit_in_words(culprit, GERMAN).replace("\xa0", " ")
    assert "Rechnungsposition 3 › Nettobetrag der Position (BT-131)" in said
    assert "190,00 €" in said
    assert "100,00 €" in said


def test_the_one_wrong_amount_is_named_in_a_few_words() -> None:
    transposed = Culprit("BT-131", (("BG-25", 2),), Decimal("3570.00"), Decimal("180.00"))
    negative = Culprit("BT-92", (("BG-20", 1),), Decimal("-250.00"), Decimal("500.00"))
    titles = [culprit_title(one, GERMAN).replace("\xa0", " ") for one in (transposed, negative)]
    assert titles == [
        "Nettobetrag der Position 2 stimmt nicht – vermutlich Zahlendreher (3.570,00 € statt 3.750,00 €)",
        "Nachlass auf Rechnungsebene 1 mit falschem Vorzeichen (−250,00 €)",
    ]
