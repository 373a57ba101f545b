"""Refusals and faults in plain words, for the sender."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from einvoice.explain.wording import Lang, Sentence, fill, sentences, shorten, table, words
from einvoice.model.namespaces import RSM, UBL_CREDITNOTE, UBL_INVOICE
from einvoice.model.trouble import FaultNotice, RefusalNotice

# What is said of a BT-24 no rule set knows, by what it looks like.
_NO_SCENARIO = (
    ("no-scenario+outdated", re.compile(r"xrechnung_[12]\.", re.IGNORECASE)),  # before XRechnung 3.0
    ("no-scenario+zugferd", re.compile(r"factur-x|zugferd|urn:ferd", re.IGNORECASE)),
)
# Root elements of the formats we take, where only the namespace may be wrong: that of the standard, and its version.
_ROOTS = {
    "Invoice": (UBL_INVOICE, "UBL 2.1"),
    "CreditNote": (UBL_CREDITNOTE, "UBL 2.1"),
    "CrossIndustryInvoice": (RSM, "UN/CEFACT CII D16B"),
}
_PLACE_IN_MESSAGE = re.compile(r",? line \d+, column \d+.*$")
_MEGABYTE = 1_000_000
_DECIMAL = {"de": ",", "en": "."}
_THOUSANDS = {"de": ".", "en": ","}


@dataclass(frozen=True, slots=True)
class RefusalText:
    """What was found, and what the sender does. Plain text; parts may come from the file, a renderer escapes it."""

    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FaultText:
    """That we could not do our work, and what that means for the sender. Nothing about our insides."""

    sentence: str
    remedy: str


def refusal_text(notice: RefusalNotice, lang: Lang) -> RefusalText:
    """A refusal in plain words. A code nobody has words for gets the general ones: a report never breaks on it."""
    values = _values(notice, lang)
    sentence, remedy = _refusals(lang)[_key(notice, _refusals(lang))]
    return RefusalText(fill(sentence, values), fill(remedy, values))


def fault_text(notice: FaultNotice, lang: Lang, *, kept: bool = True, held: bool = False) -> FaultText:
    """A fault in plain words. `kept`: the invoice is stored with us, not just checked on trial; `held`: a person acts.

    A deterministic fault is held by nature. Cause and detail are for the operator and do not appear.
    """
    place = "kept" if kept else "checked"
    state = "held" if held or notice.deterministic else "waiting"
    sentence, remedy = _faults(lang)[f"{place}-{state}"]
    return FaultText(fill(sentence, {}), fill(remedy, {}))


_Texts = Mapping[str, tuple[tuple[Sentence, ...], tuple[Sentence, ...]]]


@cache
def _refusals(lang: Lang) -> _Texts:
    return _pairs(table("refusals.toml"), lang)


@cache
def _faults(lang: Lang) -> _Texts:
    return _pairs(table("faults.toml"), lang)


def _pairs(raw: Mapping[str, Any], lang: Lang) -> _Texts:
    return {
        key: (sentences(languages[lang]["sentence"]), sentences(languages[lang]["remedy"]))
        for key, languages in raw.items()
    }


def _key(notice: RefusalNotice, texts: _Texts) -> str:
    """The code, or "code/detail" where there are words for that detail being unknown, or "*"."""
    if notice.code == "no-scenario":
        customization = notice.details.get("customization", "")
        for key, pattern in _NO_SCENARIO:
            if pattern.search(customization):
                return key
    if notice.code == "wrong-root" and notice.details.get("root", "").rpartition("}")[2] in _ROOTS:
        return "wrong-root+namespace"
    for key in texts:
        code, _, detail = key.partition("/")
        if detail and code == notice.code and not notice.details.get(detail):
            return key
    return notice.code if notice.code in texts else "*"


def _values(notice: RefusalNotice, lang: Lang) -> dict[str, str]:
    details = notice.details
    values = {name: _number(value, lang) if value.isdigit() else shorten(value) for name, value in details.items()}
    values["code"] = shorten(notice.code)
    values["line"] = details.get("line", "").strip("0") and shorten(details["line"])
    namespace, _, root = details.get("root", "").lstrip("{").rpartition("}")
    values["root_name"], values["namespace"] = shorten(root), shorten(namespace)
    values["document_name"] = words(lang)["document"].get(root, "")
    values["unnamed_root"] = "" if values["document_name"] else values["root_name"]
    values["expected"], values["format"] = _ROOTS.get(root, ("", ""))
    values["broken"] = _broken(details.get("reason", ""), lang)
    values["unclear_line"] = "" if values["broken"] else values["line"]
    reason = _PLACE_IN_MESSAGE.sub("", details.get("reason", ""))
    values["reason"] = "" if values["broken"] else shorten(reason).rstrip(". ")
    values["found_name"] = words(lang)["found"].get(details.get("found", ""), "")
    values["danger_name"] = words(lang)["danger"].get(details.get("danger", ""), "")
    for name in ("size", "limit"):
        values[f"{name}_mb"] = _megabytes(details.get(name, ""), lang)
    return values


def _broken(reason: str, lang: Lang) -> str:
    """Why XML cannot be read on, in plain words; "" for what is rare."""
    known: Mapping[str, str] = words(lang)["broken"]
    return next((told for sign, told in known.items() if sign.lower() in reason.lower()), "")


def _megabytes(size: str, lang: Lang) -> str:
    """15 MB; 15,3 MB; nothing for what is no number of bytes."""
    if not _is_number(size):
        return ""
    tenths = -(-int(size) * 10 // _MEGABYTE)  # rounded up: a file just above the limit must not read as equal to it
    whole, tenth = divmod(tenths, 10)
    return f"{whole}{_DECIMAL[lang]}{tenth} MB" if tenth else f"{whole} MB"


def _number(value: str, lang: Lang) -> str:
    return f"{int(value):,}".replace(",", _THOUSANDS[lang]) if _is_number(value) else shorten(value)


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 18
