"""A KoSIT report in short: all that must be the same whoever wrote it. And the files such digests are kept in."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from einvoice.model.namespaces import PREFIX_OF

_REPORT = "{http://www.xoev.de/de/validator/varl/1}"
_SCENARIOS = "{http://www.xoev.de/de/validator/framework/1/scenarios}"

FOLDER = Path(__file__).parent
CORPUS = FOLDER / "corpus.jsonl"  # one line a document of the corpus, in the order of its expected/kosit.jsonl
INPUTS = FOLDER / "inputs.jsonl"  # one line an input of ours
LEVELS = FOLDER / "levels.jsonl"  # one line a scenario: its custom levels

Digest = dict[str, Any]


def digest(report: bytes) -> Digest:
    """Valid, scenario, steps (id, valid, messages), assessment. A message: id, code, level, place.

    The level is the rule's own. Namespaces in places are written as our prefixes, to keep the files small.
    """
    root = etree.fromstring(report, etree.XMLParser(huge_tree=True, resolve_entities=False))
    scenario = root.find(f"{_REPORT}scenarioMatched/{_SCENARIOS}scenario")
    return {
        "valid": root.get("valid"),
        "scenario": None if scenario is None else scenario.findtext(f"{_SCENARIOS}name"),
        "steps": [
            [step.get("id"), step.get("valid"), *map(_message, step.iter(f"{_REPORT}message"))]
            for step in root.iter(f"{_REPORT}validationStepResult")
        ],
        "assessment": [etree.QName(found).localname for found in root.iterfind(f"{_REPORT}assessment/*")],
    }


def levels(report: bytes) -> dict[str, str | None]:
    """The custom levels of the scenario, by rule."""
    found = etree.fromstring(report, etree.XMLParser(huge_tree=True)).iter(f"{_SCENARIOS}customLevel")
    return {code: level.get("level") for level in found for code in (level.text or "").split()}


def document_hash(report: bytes) -> str | None:
    """SHA-256 of the judged document, base64, as the report states it."""
    return etree.fromstring(report, etree.XMLParser(huge_tree=True)).findtext(f".//{_REPORT}hashValue")


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of one of the files."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write one of the files anew."""
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines), "utf-8")


def _message(message: etree._Element) -> list[str | None]:
    place = message.get("xpathLocation")
    for uri, prefix in PREFIX_OF.items():
        place = place and place.replace(f"Q{{{uri}}}", f"{prefix}:")
    return [message.get("id"), message.get("code"), message.get("level"), *([place] if place else [])]
