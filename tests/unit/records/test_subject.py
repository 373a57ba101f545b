"""A data-subject export: everything about one, nothing about others, no secret, and a trace in the log."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import update

from einvoice.errors import Fault
from einvoice.identity import Identity, Role
from einvoice.intake.mail import Letters, MailLetter
from einvoice.model.answer import AnswerKind
from einvoice.model.assessment import Verdict
from einvoice.model.trouble import MALWARE
from einvoice.records import subject
from einvoice.records.subject import export_seller, export_supplier
from einvoice.store import NotFound
from einvoice.store.subjects import Subjects, Supplier
from einvoice.store.tables import submissions
from tests.support.letters import BUYER, SELLER, receive
from tests.unit.records.conftest import on_both

XML = b"<Invoice>Erika</Invoice>"


@pytest.fixture
def supplier(bench: Any) -> Supplier:
    """Has a token, an account and a rejected submission; another supplier has one, too."""
    identity = Identity(bench.store, bench.settings)
    identity.create_token(Role.SUPPLIER, supplier="Muster GmbH", label="ERP")
    identity.create_account("erika@example.de", "Erika", Role.SUPPLIER, password="geheim" * 3, supplier="Muster GmbH")
    identity.create_token(Role.SUPPLIER, supplier="Andere GmbH")
    found = Subjects(bench.store).supplier("Muster GmbH")
    bench.decided(XML, Verdict.REJECTED, sender=f"supplier:{found.id}", name="../../Erika.xml")
    bench.decided(b"<Invoice>Otto</Invoice>", Verdict.REJECTED, sender="supplier:other", name="Otto.xml")
    return found


def read(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def set_columns(bench: Any, **values: object) -> None:
    with bench.store.database.write() as connection:
        connection.execute(update(submissions).values(**values))


@on_both
def test_all_that_a_supplier_handed_in_is_in_it(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    exported = export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    assert (exported.submissions, exported.left_out) == (1, [])
    files = read(tmp_path / "m.zip")
    (folder,) = {name.rsplit("/", 1)[0] for name in files if "/" in name}
    assert {name.removeprefix(f"{folder}/") for name in files} == {
        "README.txt", "index.json", "submission.json", "events.json", "report.json", "report.html", "original.xml",
    }  # fmt: skip
    assert files[f"{folder}/original.xml"] == XML
    assert json.loads(files[f"{folder}/submission.json"])["name"] == "../../Erika.xml"
    assert [event["kind"] for event in json.loads(files[f"{folder}/events.json"])] == ["received", "claimed", "decided"]
    assert json.loads(files[f"{folder}/report.json"])["verdict"] == "rejected"


@on_both
def test_envelope_and_answers_are_in_it_where_there_are_any(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    submission = receive(bench, sender=f"supplier:{supplier.id}").submission
    claim = bench.store.claims.claim(submission.id)
    bench.store.claims.decide(claim, bench.decision(claim.submission))
    given = {"id": "a", "code": "RE", "details": {"reason": "Größe"}, "issued_at": bench.clock.now}
    bench.store.answers.issue(submission.id, AnswerKind.INVOICE_RESPONSE, **given)
    export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    files = read(tmp_path / "m.zip")
    envelope = json.loads(files[f"submissions/{submission.id}/envelope.json"])["envelope"]
    assert (envelope["sender"]["value"], envelope["receiver"]["value"]) == (SELLER, BUYER)
    (answer,) = json.loads(files[f"submissions/{submission.id}/answers.json"])
    assert (answer["code"], answer["details"]) == ("RE", {"reason": "Größe"})


def test_letters_from_addresses_of_its_accounts_are_in_it(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    letters = Letters(tmp_path / "inbox" / "post")
    letters.open()
    for digest, sender in (("ab", "Erika@example.de"), ("cd", "otto@example.de")):
        letters.enter(MailLetter(digest=digest, token="", taken_at=bench.clock.now, sender=sender))
    (tmp_path / "inbox" / "post" / "letters" / "ef.json").write_text("damaged")
    export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin", inbox=tmp_path / "inbox")
    files = read(tmp_path / "m.zip")
    assert [name for name in files if name.startswith("letters/")] == ["letters/post/ab.json"]
    assert json.loads(files["letters/post/ab.json"])["sender"] == "Erika@example.de"


def test_nothing_of_others_is_in_it(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    for name, data in read(tmp_path / "m.zip").items():
        assert b"Otto" not in data, name
        assert b"Andere" not in data, name


def test_accounts_and_tokens_are_told_and_no_secret(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    index = json.loads(read(tmp_path / "m.zip")["index.json"])
    assert [one["login"] for one in index["accounts"]] == ["erika@example.de"]
    assert [one["name"] for one in index["tokens"]] == ["ERP"]
    assert set(index["tokens"][0]) == {"id", "name", "role", "whose", "created_at", "ended_at", "login"}
    assert "argon2" not in json.dumps(index)


def test_names_in_it_are_ours(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    assert not any(".." in name or "Erika" in name for name in read(tmp_path / "m.zip"))


def test_the_log_says_who_got_how_much_in_which_file(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    exported = export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="account:1")
    (entry,) = bench.store.audit.of(f"export:{exported.id}")
    assert (entry.action, entry.actor) == ("subject-exported", "account:1")
    assert entry.details == {"kind": "supplier", "supplier": supplier.id, "submissions": "1"}
    assert entry.hashes == {"file": sha256((tmp_path / "m.zip").read_bytes()).hexdigest()}


def test_no_file_leaves_the_house_unlogged(
    bench: Any, supplier: Supplier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Fault("database", elsewhere=True)

    monkeypatch.setattr(subject, "_note", away)
    with pytest.raises(Fault):
        export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    assert not [path for path in tmp_path.iterdir() if ".zip" in path.name]


def test_others_cannot_read_the_file(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    assert (tmp_path / "m.zip").stat().st_mode & 0o077 == 0


@on_both
@pytest.mark.parametrize("asked", ["DE123456789", "de 123 456 789"])
def test_a_seller_is_found_whoever_handed_in(bench: Any, supplier: Supplier, tmp_path: Path, asked: str) -> None:
    set_columns(bench, seller_id="BT-31:DE123456789")
    assert export_seller(bench.store, asked, tmp_path / "s.zip", actor="admin").submissions == 2
    (entry,) = [one for one in bench.store.audit.entries() if one.action == "subject-exported"]
    assert entry.details == {"kind": "seller", "submissions": "2"}
    assert "123456789" not in str(entry)


def test_a_seller_is_found_by_the_tax_number_where_that_is_all_there_is(
    bench: Any, supplier: Supplier, tmp_path: Path
) -> None:
    set_columns(bench, seller_id="BT-32:12/345/67890")
    assert export_seller(bench.store, "12/345/67890", tmp_path / "s.zip", actor="admin").submissions == 2
    assert export_seller(bench.store, "12/345/6789", tmp_path / "t.zip", actor="admin").submissions == 0


def test_what_has_a_virus_stays_in_the_house(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    set_columns(bench, malware="Eicar", fault_cause=MALWARE)
    exported = export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    assert [one["why"] for one in exported.left_out] == ["quarantine"]
    assert not any("original" in name for name in read(tmp_path / "m.zip"))


def test_a_damaged_original_is_named_and_the_rest_is_there(bench: Any, supplier: Supplier, tmp_path: Path) -> None:
    for blob in bench.store.blobs.stored():
        bench.store.originals.delete(blob.name)
    exported = export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    assert [(one["part"], one["why"]) for one in exported.left_out] == [("original", "blob-missing")]
    assert json.loads(read(tmp_path / "m.zip")["index.json"])["left_out"] == exported.left_out


def test_while_the_storage_is_away_there_is_no_half_export(
    bench: Any, supplier: Supplier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> bytes:
        raise Fault("storage", elsewhere=True)

    monkeypatch.setattr(bench.store.originals._blobs, "read", away)
    with pytest.raises(Fault):
        export_supplier(bench.store, supplier, tmp_path / "m.zip", actor="admin")
    assert not (tmp_path / "m.zip").exists()


def test_many_are_read_in_portions(bench: Any, supplier: Supplier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("einvoice.store.subjects._READ", 2)
    for number in range(4):
        bench.decided(str(number).encode(), Verdict.REJECTED, sender=f"supplier:{supplier.id}")
    ids = [one.id for one in Subjects(bench.store).handed_in_by(supplier)]
    assert len(ids) == 5
    assert ids == sorted(ids)


def test_what_was_deleted_is_nobodys(bench: Any, supplier: Supplier, clock: Callable[[], Any]) -> None:
    bench.clock.advance(366 * 86_400)
    bench.store.retention.tend(10)
    assert not list(Subjects(bench.store).handed_in_by(supplier))


def test_a_supplier_nobody_knows_is_told(bench: Any) -> None:
    with pytest.raises(NotFound):
        Subjects(bench.store).supplier("Niemand")
