"""Identifiers on a page: invoice number, IBAN, VAT identifiers, Leitweg-ID."""

import re
from collections.abc import Iterator

from einvoice.inspection.page import Page
from einvoice.inspection.stated import code
from einvoice.model.checkdigits import IBAN_LENGTHS, is_german_vat_id, is_iban, is_leitweg_id

_SHORT = 4  # a shorter one stands on any page by chance

NUMBER = re.compile(
    r"(?:rechnungs? ?-? ?(?:nummer|nr|no)|(?:rechnung|invoice|gutschrift) ?#|invoice (?:number|no|nr|id)|"
    r"gutschrifts? ?-? ?(?:nummer|nr)|credit note (?:number|no)|beleg ?-? ?(?:nummer|nr))(?![^\W\d_])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z/._-]{1,39}")
_ALIKE = str.maketrans("OQILSBZ", "0011582")  # what a scanner's reading mistakes for each other
_DATE_LIKE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\.?")
_IBAN_HEAD = re.compile(r"(?:(?<![0-9A-Z])|(?<=IBAN))[A-Z] ?[A-Z] ?\d ?\d", re.ASCII)
_DEBITED = re.compile(
    r"lastschrift|mandat|abgebucht|abbuch|eingezogen|einzug|belast|direct debit|debited", re.IGNORECASE
)
_NEARBY = 150  # characters before an IBAN that may say that it is the buyer's
_LEITWEG = re.compile(r"(?<![0-9A-Za-z-])\d{2,12}-[0-9A-Za-z]{1,30}-\d{2}(?![0-9A-Za-z-])", re.ASCII)
_LEITWEG_LABEL = re.compile(r"leitweg ?-? ?(?:id|nummer|nr)\b", re.IGNORECASE)
_VAT_LABEL = re.compile(
    r"(?:(?:ust|umsatzsteuer)\.? ?-? ?id(?:ent(?:ifikations)?)?\.? ?-? ?(?:nr|nummer|no)?|vat ?(?:id|no|number|reg))"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
_VAT_ID = re.compile(r"(?:nr|no|number)?[ .:]{0,4}(DE(?: ?\d){9})(?! ?\d)", re.ASCII | re.IGNORECASE)
_BUYERS = re.compile(r"\b(?:ihre?|kunden?|k(?:ä|ae)ufer|empf(?:ä|ae)nger|your|customer|buyer|recipient)", re.IGNORECASE)


def shown_number(page: Page, value: str) -> str | None:
    """A number as a word of its own, however it is spaced; a short one only behind its label."""
    if len(code(value)) < _SHORT:
        return next((shown for shown in _labelled(page) if code(shown) == code(value)), None)
    return page.find(value)


def other_numbers(page: Page, value: str) -> Iterator[str]:
    """Numbers right behind a label that says invoice number; not those that are part of ours, or have it within."""
    wanted = code(value).translate(_ALIKE).lstrip("0")
    for shown in _labelled(page):
        found = code(shown).translate(_ALIKE).lstrip("0")
        if len(found) > 2 and found not in wanted and wanted not in found:
            yield shown


def shown_code(page: Page, value: str) -> str | None:
    """An identifier that is long enough not to stand there by chance, however it is spaced."""
    return page.find(value) if len(code(value)) > _SHORT else None


def shown_iban(page: Page, value: str) -> str | None:
    """An IBAN, in groups or not."""
    return value if page.holds(value) else None


def ibans(page: Page) -> Iterator[str]:
    """Whatever is written as an IBAN and has its check digits: in one piece, in groups of four, or letter by letter.

    Not an account that is debited: that is the buyer's.
    """
    for head in _IBAN_HEAD.finditer(page.text):
        length = IBAN_LENGTHS.get(code(head.group())[:2])
        if length is None or _DEBITED.search(page.text, max(0, head.start() - _NEARBY), head.start()):
            continue
        cut = page.text[head.start() : head.start() + 2 * length]
        for form in _iban_forms(length):
            found = form.match(cut)
            if found and is_iban(text := "".join(found.group().split())):
                yield text
                break


def shown_leitweg_id(page: Page, value: str) -> str | None:
    """A Leitweg-ID."""
    return page.find(value)


def leitweg_ids(page: Page) -> Iterator[str]:
    """Whatever stands behind the word Leitweg-ID and has its check digits."""
    for rest in page.labelled(_LEITWEG_LABEL):
        found = _LEITWEG.match(rest)
        if found and is_leitweg_id(found.group()):
            yield found.group()


def sellers_vat_ids(page: Page) -> Iterator[str]:
    """German VAT ids with their check digit behind a label, but for those said to be the buyer's."""
    for line in page.lines:
        for label in _VAT_LABEL.finditer(line):
            found = _VAT_ID.match(line, label.end())
            text = "".join(found.group(1).split()).upper() if found else ""
            if is_german_vat_id(text) and not _BUYERS.search(line[: label.start()]):
                yield text


def _labelled(page: Page) -> Iterator[str]:
    for rest in page.labelled(NUMBER):
        found = _NUMBER.match(rest)
        text = found.group().rstrip("._-/") if found else ""
        if any(map(str.isdigit, text)) and not _DATE_LIKE.fullmatch(text):
            yield text


def _iban_forms(length: int) -> tuple[re.Pattern[str], ...]:
    fours, rest = divmod(length, 4)
    groups = rf"[0-9A-Z]{{4}}(?:[ \n][0-9A-Z]{{4}}){{{fours - 1}}}" + (rf"[ \n][0-9A-Z]{{{rest}}}" if rest else "")
    forms = (rf"[0-9A-Z]{{{length}}}", groups, rf"[0-9A-Z](?: [0-9A-Z]){{{length - 1}}}")
    return tuple(re.compile(rf"(?:{form})(?![0-9A-Z])", re.ASCII) for form in forms)
