"""The sample invoices in inbox/samples: all there, made by our generator, and what is expected of them still holds."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pypdf import PdfReader
from stdnum import iban
from stdnum.iso7064 import mod_97_10

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "inbox" / "samples"
EXPECTED: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text("utf-8"))["files"]


def invoice_xml(file: Path) -> bytes:
    """The invoice XML of a sample, out of the PDF where it is one."""
    if file.suffix == ".xml":
        return file.read_bytes()
    [(_, [content])] = PdfReader(file).attachments.items()
    return content


def texts(xpath: str) -> set[str]:
    """The texts found in the samples by the local name of their element."""
    return {
        node.text
        for name in EXPECTED
        for node in etree.fromstring(invoice_xml(SAMPLES / name)).iterfind(xpath)
        if node.text
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder freshly filled by the generator."""
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, ROOT / "docs" / "make_samples.py", folder], check=True)
    return folder


def test_the_expected_files_and_no_others_lie_in_the_folder() -> None:
    assert {file.name for file in SAMPLES.iterdir()} == {*EXPECTED, "expected.json", "README.md"}


def test_the_generator_writes_the_expected_files_and_no_others(written: Path) -> None:
    assert {file.name for file in written.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_generator_reproduces_the_invoice_xml_byte_by_byte(written: Path, name: str) -> None:
    assert invoice_xml(written / name) == invoice_xml(SAMPLES / name)


def test_two_runs_of_the_generator_give_the_same_pdf_bytes(written: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "docs" / "make_samples.py", tmp_path], check=True)
    for pdf in written.glob("*.pdf"):
        assert (tmp_path / pdf.name).read_bytes() == pdf.read_bytes()


@pytest.mark.parametrize("name", EXPECTED)
def test_the_expected_verdict_was_given_on_these_very_bytes(name: str) -> None:
    assert hashlib.sha256(invoice_xml(SAMPLES / name)).hexdigest() == EXPECTED[name]["xml_sha256"]


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected["attachment"]])
def test_a_hybrid_pdf_names_its_invoice_xml_as_its_profile_demands(name: str) -> None:
    assert set(PdfReader(SAMPLES / name).attachments) == {EXPECTED[name]["attachment"]}


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected["attachment"]])
def test_a_hybrid_pdf_shows_the_payable_amount_of_its_xml(name: str) -> None:
    payable = etree.fromstring(invoice_xml(SAMPLES / name)).findtext(".//{*}DuePayableAmount")
    assert payable is not None
    shown = f"{float(payable):,.2f} €".translate(str.maketrans(",.", ".,"))
    assert f"Zu zahlen {shown}" in PdfReader(SAMPLES / name).pages[0].extract_text()


def test_seven_are_accepted_without_error_or_warning() -> None:
    accepted = [expected for expected in EXPECTED.values() if expected["verdict"] == "accepted"]
    assert len(accepted) == 7
    assert all(set(expected["rules"]) <= {"information"} for expected in accepted)


def test_five_are_rejected_each_for_one_reason() -> None:
    rejected = [expected for expected in EXPECTED.values() if expected["verdict"] == "rejected"]
    reasons = [
        (expected["scenario"] is None)
        + (expected["xsd_valid"] is False)
        + sum(expected["rules"].get("error", {}).values())
        for expected in rejected
    ]
    assert reasons == [1, 1, 1, 1, 1]


def test_the_two_demo_authorities_have_valid_leitweg_ids() -> None:
    leitweg_ids = texts(".//{*}BuyerReference")
    assert len(leitweg_ids) == 2
    for leitweg_id in leitweg_ids:
        mod_97_10.validate(leitweg_id.replace("-", ""))


def test_every_account_is_a_valid_iban() -> None:
    accounts = texts(".//{*}PayeeFinancialAccount/{*}ID") | texts(".//{*}IBANID")
    assert len(accounts) == 11  # one a seller; a credit note needs none
    for account in accounts:
        iban.validate(account, check_country=False)
