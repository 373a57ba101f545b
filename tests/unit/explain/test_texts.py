"""The tables of texts: complete, in both languages, and readable by someone who has never seen XML."""

import re
from functools import cache
from importlib.resources import files

import pytest

from einvoice.explain import Lang, explain, kind_of
from einvoice.explain.wording import Entry, Sentence, Wording, entries, entry_for
from einvoice.model.finding import Finding, Level, Source
from einvoice.model.terms import TERMS, term_name

LANGUAGES: tuple[Lang, ...] = ("de", "en")


def numbered(prefix: str, *numbers: int) -> list[str]:
    return [f"{prefix}{number:02}" for number in numbers]


# The rules suppliers break most; each has words of its own, written by hand.
BY_HAND = [
    *numbered("BR-", *range(1, 17)),
    *numbered("BR-CO-", *range(3, 27)),
    *numbered("BR-S-", *range(1, 11)),
    *(f"BR-DE-{number}" for number in (*range(1, 12), *range(14, 23), 26, 27, 28, 30, 31)),
    *(f"BR-DE-{number}-{part}" for number in (23, 24, 25) for part in "ab"),
    "BR-DE-TMP-32",
    *(f"PEPPOL-EN16931-R{number:03}" for number in (1, 5, 8, 10, 20, 40, 41, 42, 43, 44, 46, 53, 54, 55, 61)),
    *(f"PEPPOL-EN16931-R{number}" for number in ("043-1", "043-2", 101, 110, 111, 120, 121, 130)),
]


# Gaps that are filled for every rule a text with them serves; all others may stay empty.
ALWAYS_FILLED = {"rule", "category", "part", "reason", "scope"}


@cache
def all_rules() -> list[tuple[str, str]]:
    """(id, rule set) of every row of every rule table."""
    tables = [file for file in files("einvoice.explain").iterdir() if re.fullmatch(r"rules.*\.tsv", file.name)]
    lines = [line for file in tables for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    return [(row[0], row[1]) for row in (line.split("\t") for line in lines)]


def finding(rule: str, ruleset: str = "en16931-ubl", message: str = "", **more: object) -> Finding:
    values: dict[str, object] = {
        "rule": rule,
        "ruleset": ruleset,
        "message": message,
        "level": Level.ERROR,
        "source": Source.SCHEMATRON,
        "xpath": "",
        "line": None,
        "terms": (),
    }
    return Finding(**(values | more))  # type: ignore[arg-type]


def wordings() -> list[tuple[str, str, Wording]]:
    return [(key, lang, entry.wording(lang)) for key, entry in entries().items() for lang in LANGUAGES]


def of_containers() -> set[str]:
    """The rules about the PDF around an invoice, its pages and the files enclosed."""
    return {rule for rule, ruleset in all_rules() if ruleset in ("hybrid", "picture", "enclosures")}


def filled(key: str) -> set[str]:
    """The gaps of a text that are never empty."""
    return ALWAYS_FILLED | ({"message"} if key == "POLICY-*" else set())


def text(wording: Wording) -> str:
    return " ".join(part.text for parts in parts_of(wording) for part in parts)


def parts_of(wording: Wording) -> tuple[tuple[Sentence, ...], ...]:
    return wording.title, wording.what, wording.why, wording.fix


def by_hand() -> dict[str, Entry]:
    return {rule: entries()[rule] for rule in BY_HAND}


def test_no_rule_stands_in_the_tables_twice() -> None:
    assert len(all_rules()) == len(set(all_rules()))


@pytest.mark.parametrize("prefix", ["BR-CO-", "BR-S-", "BR-DE-", "PEPPOL-EN16931-R"])
def test_the_list_of_rules_written_by_hand_leaves_none_of_the_frequent_families_out(prefix: str) -> None:
    judging = ("en16931-", "xrechnung-")  # what most invoices are judged by
    in_table = {rule for rule, ruleset in all_rules() if rule.startswith(prefix) and ruleset.startswith(judging)}
    in_table -= {rule for rule in in_table if "CVD" in rule}
    assert in_table <= set(BY_HAND)


@pytest.mark.parametrize("rule", BY_HAND)
def test_a_frequent_rule_has_words_of_its_own(rule: str) -> None:
    assert rule in entries()


@pytest.mark.parametrize("rule", BY_HAND)
def test_a_rule_written_by_hand_names_a_field_by_its_id(rule: str) -> None:
    if rule == "PEPPOL-EN16931-R008":  # speaks of any field
        return
    for lang in LANGUAGES:
        shown = explain(finding(rule), lang)
        assert re.search(r"B[TG]-\d+", shown.what), shown


def test_most_rules_written_by_hand_call_a_field_by_its_name_in_the_term_table() -> None:
    missing = [rule for rule in BY_HAND if not names_a_term(rule)]
    assert missing == ["PEPPOL-EN16931-R008", "PEPPOL-EN16931-R040", "PEPPOL-EN16931-R041", "PEPPOL-EN16931-R042"]


def names_a_term(rule: str) -> bool:
    """In German, and apart from inflection: `Name des Käufers` stands in the text as it stands in the table."""
    shown = explain(finding(rule), "de")
    return any(name.casefold() in shown.what.casefold() for _, name in shown.terms)


def test_every_text_has_all_four_parts_in_both_languages() -> None:
    empty = [(key, lang) for key, lang, wording in wordings() if not all(parts_of(wording))]
    assert empty == []


def test_every_text_says_something_even_if_nothing_is_known_to_fill_its_gaps() -> None:
    bare = [
        (key, lang)
        for key, lang, wording in wordings()
        for parts in parts_of(wording)
        if not any(part.gaps <= filled(key) for part in parts)
    ]
    assert bare == []


def test_every_gap_is_one_that_explain_can_fill() -> None:
    known = ALWAYS_FILLED | {"message", "value", "fields", "groups", "element", "name", "subject", "instead", "nearest"}
    known |= {"candidates", "own", "credit_note", "absent"}
    of_xsd = known | {"expected", "attribute", "type_name", "parent", "order_before", "late", "gap", "missing"}
    of_xsd |= {
        "meant",
        "right_name",
        "corrected",
        "elsewhere",
        "repeated",
        "unknown",
        "term",
        "group",
        "comma",
        "notation",
    }
    of_factur_x = known | {"field", "limit", "place"}
    of_hybrid = known | {"expected", "validator", "fonts", "broken", "absent_properties", "undeclared"}
    of_hybrid |= {"unlisted", "unassociated", "mime", "undated", "copies"}
    of_container = {
        "BR": of_hybrid,
        "PICTURE": known | {"stated"},
        "ENCLOSURE": known | {"kind", "mime", "number", "reference"},
    }
    of_own = {"xsd": of_xsd, "FX": of_factur_x}
    wrong = [
        (key, lang, gap)
        for key, lang, wording in wordings()
        for parts in parts_of(wording)
        for part in parts
        for gap in part.gaps
        if gap not in (of_own | (of_container if key in of_containers() else {})).get(key.split("-")[0], known)
    ]
    assert wrong == []


def test_every_id_named_in_a_text_is_a_term_of_the_standard() -> None:
    named = re.compile(r"\bB[TG]-(?:DEX-)?\d+(?:-\d)?")
    unknown = {
        found for key, lang, wording in wordings() for found in named.findall(text(wording)) if found not in TERMS
    }
    assert unknown == set()


def test_both_languages_of_a_text_speak_of_the_same_fields() -> None:
    named = re.compile(r"\bB[TG]-(?:DEX-)?\d+(?:-\d)?")
    differ = [
        key
        for key, entry in entries().items()
        if set(named.findall(text(entry.de))) != set(named.findall(text(entry.en)))
    ]
    assert differ == []


def test_both_languages_of_a_text_have_the_same_gaps() -> None:
    differ = [
        key
        for key, entry in entries().items()
        for german, english in zip(parts_of(entry.de), parts_of(entry.en), strict=True)
        if [part.gaps for part in german] != [part.gaps for part in english]
    ]
    assert differ == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_written_by_hand_speaks_of_xml(lang: Lang) -> None:
    technical = re.compile(r"xpath|\b(?:cbc|cac|ram|rsm|udt|ubl|cn):|schematron|attribut[es]?\b|\bxsd\b|/ubl", re.I)
    found = [rule for rule, entry in by_hand().items() if technical.search(text(entry.wording(lang)))]
    assert found == []


def test_german_texts_use_german_quotes_and_english_texts_english_ones() -> None:
    for key, entry in entries().items():
        german, english = text(entry.de), text(entry.en)
        assert german.count("„") == german.count("“"), key
        assert '"' not in german + english, key
        assert "„" not in english, key
        assert english.count("“") == english.count("”"), key


def test_every_sentence_ends_as_a_sentence_and_no_headline_does() -> None:
    for key, lang, wording in wordings():
        for parts in (wording.what, wording.why, wording.fix):
            for part in parts:
                assert part.text.endswith((".", ".“", ".”", "{message}")), (key, lang, part.text)
        for part in wording.title:
            assert not part.text.endswith("."), (key, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_of_every_rule_set_is_explained(lang: Lang) -> None:
    for rule, ruleset in all_rules():
        shown = explain(finding(rule, ruleset, f"[{rule}]-An official message."), lang)
        for part in (shown.title, shown.what, shown.why, shown.fix):
            assert part, rule
            assert not re.search(r"[{}]|\bNone\b|  ", part), (rule, part)
        assert all(name == term_name(term, lang) for term, name in shown.terms)


def test_every_text_serves_a_rule_there_is() -> None:
    in_table = {rule for rule, _ in all_rules()}
    others = ("xsd-", "POLICY-")  # ids that our own checks give
    idle = [key for key in entries() if key not in in_table and "*" not in key and not key.startswith(others)]
    assert idle == []


def test_a_rule_the_table_knows_but_no_text_is_told_by_its_kind() -> None:
    for kind in {kind_of(rule, ruleset) for rule, ruleset in all_rules()}:
        assert entry_for("XX-1", kind) is entries()[f"*/{kind}"]


def test_no_rule_of_the_table_falls_to_the_text_for_unknown_rules() -> None:
    general = explain(finding("XX-1"), "de").why
    lost = [rule for rule, ruleset in all_rules() if explain(finding(rule, ruleset), "de").why == general]
    assert lost == []
    assert all(kind_of(rule, ruleset) for rule, ruleset in all_rules())
