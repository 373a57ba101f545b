"""Places as people read them, turned back into what Schematron engines write."""

import pytest

from einvoice.model.namespaces import CAC, CBC, UBL_INVOICE
from einvoice.model.paths import engine_path

ROOT = f"/Q{{{UBL_INVOICE}}}Invoice[1]"


@pytest.mark.parametrize(
    ("readable", "location"),
    [
        ("/ubl:Invoice", ROOT),
        ("/ubl:Invoice/cac:InvoiceLine[2]/cbc:ID", f"{ROOT}/Q{{{CAC}}}InvoiceLine[2]/Q{{{CBC}}}ID[1]"),
        ("/ubl:Invoice/cbc:ID/@schemeID", f"{ROOT}/Q{{{CBC}}}ID[1]/@schemeID"),
        ("/Brief/Absender-1[3]", "/Q{}Brief[1]/Q{}Absender-1[3]"),
        ("", ""),
        ("/", "/"),
    ],
)
def test_every_step_has_namespace_and_number(readable: str, location: str) -> None:
    assert engine_path(readable) == location
