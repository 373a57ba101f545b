"""A receipt as PDF."""

import io
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from einvoice.errors import Fault
from einvoice.reports import as_pdf
from einvoice.reports.receipt import ATTACHMENT, receipt_facts, receipt_headline, receipt_pdf, words

SHA256, REPORT, FIRST, SECOND = ("ab" * 32, "cd" * 32, "ef" * 32, "09" * 32)


def made(**values: Any) -> dict[str, Any]:
    return {
        "format": "einvoice-receipt/1",
        "issuer": "https://rechnung.example.de",
        "key_id": "24aa2a5589edcb57",
        "submission": "1ktq0h3v9c8m7d6f5g4h3j2k1p",
        "received_at": "2026-03-01T12:00:00.123456+00:00",
        "door": "api",
        "original": {"sha256": SHA256, "size": 12345},
        "verdict": "accepted",
        "policy_outcome": None,
        "human_decision": None,
        "handling": "available",
        "decided_at": "2026-03-01T12:00:02.123456+00:00",
        "scenario": "EN16931 XRechnung (UBL Invoice)",
        "pack": "xrechnung-3.0.2+2026-08-31",
        "report_sha256": REPORT,
        "entries": {"received": {"number": 1234, "hash": FIRST}, "decided": {"number": 1240, "hash": SECOND}},
        "signature": "A" * 86 + "==",
        **values,
    }


PENDING = made(
    verdict=None, handling="received", decided_at=None, scenario=None, pack=None, report_sha256=None,
    entries={"received": {"number": 1, "hash": FIRST}, "decided": None},
)  # fmt: skip


def signed(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def read(said: dict[str, Any], lang: Any = "de") -> PdfReader:
    return PdfReader(io.BytesIO(receipt_pdf(signed(said), lang)))


def squeezed(text: str) -> str:
    """Without blanks: lines break elsewhere on paper."""
    return re.sub(r"[\s\u00a0]", "", text)


def roles(element: Any) -> Iterator[str]:
    """The structure elements in reading order."""
    element = element.get_object()
    if isinstance(element, list):
        for one in element:
            yield from roles(one)
    elif "/S" in getattr(element, "keys", dict)():
        yield element["/S"]
        if "/K" in element:
            yield from roles(element["/K"])


@pytest.mark.parametrize("lang", ["de", "en"])
def test_it_is_one_page_that_says_all_the_receipt_says(lang: Any) -> None:
    (only,) = read(made(), lang).pages
    printed = squeezed(only.extract_text())
    for label, value in receipt_facts(made(), lang):
        assert squeezed(label) in printed
        assert squeezed(value) in printed
    for value in (SHA256, REPORT, FIRST, SECOND, "A" * 86 + "==", "24aa2a5589edcb57", "https://rechnung.example.de"):
        assert value in printed


@pytest.mark.parametrize(("lang", "title"), [("de", "Empfangsbestätigung"), ("en", "Receipt")])
def test_it_is_tagged_and_says_title_and_language(lang: Any, title: str) -> None:
    reader = read(made(), lang)
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == (lang, True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata
    assert reader.metadata.title == f"{title} {made()['submission']}"
    described = root["/Metadata"].get_data().decode()
    assert "pdfuaid:part>1<" in described
    assert "pdfaid:part>3<" in described
    assert "pdfaid:conformance>A<" in described


def test_headings_never_skip_a_level() -> None:
    root: Any = read(made()).trailer["/Root"]
    levels = [int(role[2]) for role in roles(root["/StructTreeRoot"]["/K"]) if re.fullmatch(r"/H\d", role)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_the_signed_receipt_is_attached_as_it_is() -> None:
    reader = read(made())
    (attachment,) = reader.attachment_list
    assert (attachment.name, attachment.content) == (ATTACHMENT, signed(made()))
    root: Any = reader.trailer["/Root"]
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Data"


@pytest.mark.parametrize(
    ("said", "headline"),
    [
        (made(), "Eingegangen und angenommen"),
        (made(verdict="rejected", handling="decided"), "Eingegangen und abgelehnt"),
        (made(policy_outcome="rejected", handling="decided"), "Eingegangen, richtig, aber zurückgewiesen"),
        (made(policy_outcome="accepted"), "Eingegangen und angenommen"),
        (PENDING, "Eingegangen, noch nicht entschieden"),
        (made(verdict="undecided", decided_at=None, handling="received"), "Eingegangen, noch nicht entschieden"),
        (
            made(verdict="undecided", decided_at=None, human_decision="sent-on"),
            "Eingegangen und von Hand weitergeleitet",
        ),
        (made(verdict="rejected", human_decision="sent-back"), "Eingegangen und von Hand zurückgegeben"),
    ],
)
def test_it_says_in_words_what_was_decided(said: dict[str, Any], headline: str) -> None:
    assert receipt_headline(said, "de") == headline
    assert headline in read(said).pages[0].extract_text()


def test_the_same_receipt_gives_the_same_bytes() -> None:
    assert receipt_pdf(signed(made()), "en") == receipt_pdf(signed(made()), "en")


def test_whatever_it_holds_is_text() -> None:
    hostile = '#read("/etc/passwd") $x^2$ @ref <label> *b* `raw` // no #{1+1}'
    printed = squeezed(read(made(scenario=hostile, issuer=f"https://{hostile}")).pages[0].extract_text())
    assert printed.count(squeezed(hostile)) >= 3


def test_both_languages_have_the_same_words_with_the_same_gaps() -> None:
    gap = re.compile(r"{\w+}")
    for key, text in words("de").items():
        assert sorted(gap.findall(text)) == sorted(gap.findall(words("en")[key])), key


def test_a_setter_that_ends_badly_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_pdf, "_LIMITS", {"memory_bytes": 40_000_000, "cpu_seconds": 30})
    with pytest.raises(Fault, match="receipt"):
        receipt_pdf(signed(made()), "de")
