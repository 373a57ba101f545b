"""What an authority tells the supplier about an invoice: who may, in which order, and what becomes of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from threading import Barrier
from typing import Any

import pytest

from einvoice.answering import telling
from einvoice.envelope import open_envelope
from einvoice.intake import Folder, Spool, read_folders
from einvoice.model.answer import AnswerKind
from einvoice.model.audit import canonical, sha256_hex
from einvoice.model.submission import Door
from einvoice.responses import InvoiceStatus, Kind, Step, next_allowed, read_response
from einvoice.store.tables import answers, submissions
from einvoice.worker.answering import answer_errands
from tests.support.letters import BUYER, SELLER, letter
from tests.support.web import LEITWEG_ID, OTHER_LEITWEG_ID, Web, invoice
from tests.unit.responses.making import valid

KIND = Kind.INVOICE_RESPONSE
ENGLISH = {"Accept-Language": "en"}
XML = {"Accept": "application/xml"}
BODIES: dict[str, dict[str, Any]] = {
    "AB": {"status": "AB"},
    "IP": {"status": "IP", "reasons": [{"code": "NON"}], "actions": [{"code": "NOA"}]},
    "UQ": {
        "status": "UQ",
        "reasons": [{"code": "REF", "text": "Bestellung?", "conditions": [{"term": "BT-13", "value": "4711"}]}],
        "actions": [{"code": "PIN", "text": "Bitte nennen."}],
    },
    "CA": {"status": "CA", "reasons": [{"code": "PAY", "conditions": [{"term": "BT-9", "value": "2026-12-31"}]}]},
    "RE": {"status": "RE", "reasons": [{"code": "QTY"}], "actions": [{"code": "NIN"}], "note": "Zehn statt zwölf."},
    "AP": {"status": "AP", "effective_date": "2026-11-23", "contact": {"name": "Kasse", "mail": "kasse@example.org"}},
    "PD-": {"status": "PD", "reasons": [{"code": "PPD", "text": "die Hälfte"}]},
    "PD": {"status": "PD"},
}
STEPS = {name: Step(InvoiceStatus(name[:2]), partial=name == "PD-") for name in BODIES}
LEGAL = {  # written out by hand, from BIS 63
    None: "AB IP UQ CA RE AP PD- PD",
    "AB": "IP UQ CA RE AP PD- PD",
    "IP": "UQ CA RE AP PD- PD",
    "UQ": "UQ CA RE AP PD- PD",
    "CA": "RE AP PD- PD",
    "RE": "",
    "AP": "PD- PD",
    "PD-": "PD- PD",
    "PD": "",
}


@dataclass
class Told:
    """Invoices that were handed over to an authority."""

    web: Web
    numbers: Iterator[int]

    def __post_init__(self) -> None:
        self.authority = self.web.authority()

    def uploaded(self, data: bytes | None = None) -> str:
        """Where to answer one that was uploaded."""
        found = self.web.submitted(self.web.supplier(), data or invoice(number=f"R-{next(self.numbers)}"))
        return f"/api/v1/submissions/{found['id']}/responses"

    def enveloped(
        self, type_code: str = "380", *, folder: str | None = "ap1", seller: str = SELLER,
        leitweg_id: str = LEITWEG_ID, owed: AnswerKind | None = None,
    ) -> str:  # fmt: skip
        """Where to answer one that an access point has put into a drop folder; without, one sent in its envelope."""
        number = next(self.numbers)
        data = typed(invoice(number=f"R-{number}", leitweg_id=leitweg_id), type_code)
        spool = Spool(self.web.app.settings.data_dir / "letters", 100_000)
        came_in = letter(data, instance_id=f"m-{number}", owed=owed, folder=folder)
        envelope = replace(came_in.envelope, sender=replace(came_in.envelope.sender, value=seller))
        receipt = self.web.app.store.receiving.receive(
            spool.write([data]), door=Door.FOLDER, sender="folder:ap1", actor="folder:ap1", name="a.xml",
            idempotency_key=None, letter=replace(came_in, envelope=envelope),
        )  # fmt: skip
        self.web.work()
        return f"/api/v1/submissions/{receipt.submission.id}/responses"

    def said(self, here: str, name: str, **headers: str) -> Any:
        return self.authority.post(here, json=BODIES[name], headers=ENGLISH | headers)

    def kept(self, here: str) -> list[str]:
        return [one["status"] for one in self.authority.get(here).json()["responses"]]


def typed(data: bytes, type_code: str) -> bytes:
    typed_as = f"<c:InvoiceTypeCode>{type_code}</c:InvoiceTypeCode>".encode()
    return data.replace(b"<c:Note>", typed_as + b"<c:Note>", 1)


@pytest.fixture
def told(web: Web) -> Told:
    return Told(web, count(1))


@pytest.mark.parametrize("last", [None, *BODIES])
def test_what_may_follow_follows_and_all_else_is_refused_with_the_reason_and_not_kept(
    told: Told, last: str | None
) -> None:
    for name in BODIES:
        here = told.enveloped()
        before = [last[:2]] if last else []
        if last:
            assert told.said(here, last).status_code == 201
        answer = told.said(here, name)
        if name in LEGAL[last].split():
            assert answer.status_code == 201, (last, name, answer.text)
            assert told.kept(here) == [*before, name[:2]]
            continue
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "response-out-of-order"), (last, name)
        expected = "final" if last in ("RE", "PD") else "already-said" if last == name else "after-approval"
        assert problem["reason"] == (expected if expected != "after-approval" or last == "AP" else "backwards")
        assert [shown(step) for step in problem["allowed"]] == LEGAL[last].split()
        assert STEPS[name].label("en") in problem["detail"] or problem["reason"] == "final"
        assert told.kept(here) == before


def shown(step: dict[str, Any]) -> str:
    return f"{step['status']}{'-' if step['partial'] else ''}"


def test_what_may_follow_is_told_beforehand(told: Told) -> None:
    for last in (None, *BODIES):
        here = told.uploaded()
        if last:
            told.said(here, last)
        following = told.authority.get(here, headers=ENGLISH).json()["next"]
        assert [shown(step) for step in following] == LEGAL[last].split()
        expected = next_allowed(STEPS[last] if last else None)
        assert [step["label"] for step in following] == [step.label("en") for step in expected]


@pytest.mark.parametrize("name", BODIES)
def test_every_message_is_valid_and_says_what_was_asked(told: Told, name: str) -> None:
    here = told.enveloped()
    answer = told.said(here, name)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == made["link"] == f"{here}/{made['id']}"
    found = told.authority.get(made["link"], headers=XML)
    assert found.headers["content-type"] == "application/xml"
    assert valid(found.content)
    read, asked = read_response(found.content), BODIES[name]
    assert (read.id, read.code, read.note) == (made["id"], asked["status"], asked.get("note"))
    assert (read.sender.endpoint.scheme, read.sender.endpoint.value) == tuple(BUYER.split(":"))
    assert (read.receiver.endpoint.scheme, read.receiver.endpoint.value) == tuple(SELLER.split(":"))
    assert read.reason_codes == tuple(one["code"] for part in ("reasons", "actions") for one in asked.get(part, ()))
    assert read.effective_date == asked.get("effective_date")
    terms = [(found.term, found.value) for one in read.clarifications for found in one.conditions]
    assert terms == [
        (found["term"], found["value"]) for one in asked.get("reasons", ()) for found in one.get("conditions", ())
    ]


def test_the_message_is_the_same_bytes_at_any_time(told: Told) -> None:
    link = told.said(told.enveloped(), "UQ").json()["link"]
    first = told.authority.get(link, headers=XML).content
    told.web.clock.advance(86_400)
    assert told.authority.get(link, headers=XML).content == first


def test_a_construction_invoice_is_sent_as_380_and_named_truly_in_the_note(told: Told) -> None:
    link = told.said(told.enveloped("875"), "RE").json()["link"]
    read = read_response(told.authority.get(link, headers=XML).content)
    assert (read.document_type, read.refers_to.type_code) == ("380", "875")
    assert read.note == "BT-3: 875. Zehn statt zwölf."
    assert told.authority.get(link).json()["note"] == "Zehn statt zwölf."


@pytest.mark.parametrize("wrapped", [True, False])
def test_what_came_by_a_drop_folder_goes_out_by_it_as_the_message_that_can_be_fetched(
    told: Told, wrapped: bool
) -> None:
    folder = access_point(told.web, wrapped=wrapped)
    made = told.said(told.enveloped("875"), "UQ").json()
    assert (made["sent"], made["written_at"]) == ("waiting", None)
    for errand in answer_errands(told.web.app.store, (folder,), lambda *_: None, every=1, patience=60):
        errand.run()
    now = told.authority.get(made["link"]).json()
    assert (now["sent"], now["written_at"]) == ("written", "2026-11-22T13:05:00Z")
    file = (folder.outbox / f"{made['id']}.xml").read_bytes()
    fetched = told.authority.get(made["link"], headers=XML).content
    if not wrapped:
        assert file == fetched
        return
    opened = open_envelope(file)
    assert read_response(opened.standalone) == read_response(fetched)
    assert valid(opened.standalone)
    header = opened.envelope
    assert (header.sender.value, header.receiver.value, header.instance_id) == (BUYER, SELLER, made["id"])
    assert (header.document_type, header.process) == (KIND.document_type, KIND.profiles[0])


def access_point(web: Web, *, wrapped: bool, answer: str = "none") -> Folder:
    """The drop folder that invoices in envelopes came by."""
    inbox = web.app.settings.inbox_dir
    inbox.mkdir(exist_ok=True)
    keys = f'layout = "oxalis"\nanswer = "{answer}"\nwrapped = {str(wrapped).lower()}\n'
    (inbox / "folders.toml").write_text(f"[folders.ap1]\n{keys}")
    return next(one for one in read_folders(inbox) if one.name == "ap1")


def test_what_was_uploaded_is_answered_in_the_portal_alone(told: Told) -> None:
    here = told.uploaded()
    made = told.said(here, "UQ").json()
    assert (made["sent"], made["written_at"]) == ("not-applicable", None)
    assert told.web.app.store.answers.get(made["id"]).folder is None
    assert told.kept(here) == ["UQ"]
    refused = told.authority.get(made["link"], headers=XML)
    assert (refused.status_code, refused.json()["code"]) == (409, "no-message"), "it has no electronic address"


def test_of_two_who_say_the_last_word_one_is_heard(told: Told) -> None:
    here, both = told.enveloped(), Barrier(8)
    clients = [told.web.authority() for _ in range(8)]

    def say(number: int) -> int:
        both.wait(10)
        return int(clients[number].post(here, json=BODIES["RE" if number % 2 else "PD"]).status_code)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(say, range(8))) == [201, *[409] * 7]
    assert len(told.kept(here)) == 1


def test_the_same_key_gives_the_same_response_also_when_others_have_followed(told: Told) -> None:
    here, key = told.enveloped(), {"Idempotency-Key": "booking-17"}
    first = told.said(here, "UQ", **key)
    told.said(here, "AP")
    again = told.said(here, "UQ", **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert told.kept(here) == ["UQ", "AP"]


def test_an_id_of_ones_own_is_that_of_the_message(told: Told) -> None:
    here, id_ = told.enveloped(), "5b0fd6c8-23a6-4f55-8c1e-0a6d1c3ae9f4"
    sent = [told.authority.post(here, json=BODIES["PD-"] | {"id": id_}) for _ in range(2)]
    assert [one.json()["id"] for one in sent] == [id_, id_]
    assert told.kept(here) == ["PD"]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["the same invoice", "another invoice"])
def test_a_key_or_id_is_not_for_another_response(told: Told, elsewhere: bool) -> None:
    here, id_ = told.enveloped(), {"id": "5b0fd6c8-23a6-4f55-8c1e-0a6d1c3ae9f4"}
    told.authority.post(here, json=BODIES["AB"] | id_)
    there = told.enveloped() if elsewhere else here
    answer = told.authority.post(there, json=BODIES["IP"] | id_)
    assert (answer.status_code, answer.json()["code"]) == (409, "response-id-taken")
    assert told.kept(there) == ([] if elsewhere else ["AB"])


def test_the_same_key_about_another_invoice_is_another_response(told: Told) -> None:
    first, second = (told.said(told.enveloped(), "AB", **{"Idempotency-Key": "1"}).json()["id"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("body", "where", "named"),
    [
        ({"status": "XX"}, "body.status", "'AB', 'IP', 'UQ', 'CA', 'RE', 'AP' or 'PD'"),
        ({"status": "UQ", "reasons": [{"code": "REF"}, {"code": "NIX"}]}, "body.reasons.1.code",
         "“NIX” is no code of OPStatusReason. There are: NON, REF, LEG, REC, QUA, DEL, PRI, QTY, ITM, PAY, UNR, FIN, "
         "PPD, OTH"),
        ({"status": "UQ", "actions": [{"code": "REF"}]}, "body.actions.0.code",
         "“REF” is no code of OPStatusAction. There are: NOA, PIN, NIN, CNF, CNP, CNA, OTH"),
        ({"status": "AP", "effective_date": "2026-02-30"}, "body.effective_date", "date"),
        ({"status": "AP", "reason": []}, "body.reason", "Extra inputs are not permitted"),
        ({"status": "AP", "id": "1"}, "body.id", "UUID"),
        ({}, "body.status", "Field required"),
    ],
)  # fmt: skip
def test_wrong_codes_and_fields_are_named_with_what_there_is(
    told: Told, body: dict[str, Any], where: str, named: str
) -> None:
    here = told.enveloped()
    answer = told.authority.post(here, json=body, headers=ENGLISH)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    [error] = answer.json()["errors"]
    assert error["where"] == where
    assert named in error["message"]
    assert told.kept(here) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"status": "UQ"}, "UQ needs at least one reason"),
        ({"status": "RE", "actions": [{"code": "NIN"}]}, "RE needs at least one reason"),
        ({"status": "CA", "reasons": [{"code": "OTH", "text": "  "}]}, "OTH needs an explanation"),
        ({"status": "RE", "reasons": [{"code": "PPD", "text": "x"}]}, "PPD (partially paid) is possible with"),
        ({"status": "PD", "reasons": [{"code": "PPD"}]}, "PPD needs an explanation"),
    ],
)
def test_what_the_specification_asks_for_is_asked_for(told: Told, body: dict[str, Any], says: str) -> None:
    for here in (told.enveloped(), told.uploaded()):
        answer = told.authority.post(here, json=body, headers=ENGLISH)
        assert (answer.status_code, answer.json()["code"]) == (422, "response-invalid")
        assert says in answer.json()["errors"][0]["message"]
        assert told.kept(here) == []


def test_an_order_that_does_not_hold_is_told_before_what_else_is_missing(told: Told) -> None:
    here = told.enveloped()
    told.said(here, "PD")
    assert told.authority.post(here, json={"status": "UQ"}).status_code == 409


def test_an_envelope_no_message_can_answer_is_told_at_once(told: Told) -> None:
    here = told.enveloped(seller="9958:1")
    answer = told.said(here, "AB")
    assert (answer.status_code, answer.json()["code"]) == (409, "not-sendable")
    assert told.kept(here) == []


def test_in_an_envelope_that_came_by_no_drop_folder_there_is_a_message_to_fetch(told: Told) -> None:
    made = told.said(told.enveloped(folder=None), "AP").json()
    assert made["sent"] == "not-applicable"
    assert valid(told.authority.get(made["link"], headers=XML).content)


def test_hostile_words_are_kept_harmless_and_leave_in_a_valid_message(told: Told) -> None:
    words = "<script>&\x00\x0b\ud7ff " + "ä" * 1900
    wish = {
        "status": "RE",
        "reasons": [{"code": "OTH", "text": words, "conditions": [{"term": "BT-1", "value": "]]>"}]}],
    }
    made = told.authority.post(told.enveloped(), json=wish)
    assert made.status_code == 201, made.text
    message = told.authority.get(made.json()["link"], headers=XML).content
    assert valid(message)
    assert "<script>&" in str(read_response(message).clarifications[0].text)


@pytest.mark.parametrize("note", ["reject", "decline", "abort", "virus"])
def test_what_was_not_handed_over_is_not_answered(told: Told, note: str) -> None:
    here = told.uploaded(invoice(note, number=f"R-{next(told.numbers)}"))
    answer = told.web.operator().post(here, json=BODIES["AB"])
    assert (answer.status_code, answer.json()["code"]) == (409, "not-answerable")
    assert told.web.operator().get(here).json() == {"responses": [], "next": []}


def test_what_is_for_nobody_here_is_not_answered(told: Told) -> None:
    here = told.uploaded(invoice(number="R-99", leitweg_id="99-NOBODY-00"))
    assert told.web.operator().post(here, json=BODIES["AB"]).json()["code"] == "not-answerable"


def test_what_a_person_has_sent_on_without_a_verdict_is_answered_by_its_authority(told: Told) -> None:
    here, operator = told.uploaded(invoice("abort", number="R-98")), told.web.operator()
    wish = {"reason": "von Hand", "authority_id": told.web.known().id}
    assert operator.post(here.replace("/responses", ":send-on"), json=wish).status_code == 200
    assert told.said(here, "CA").status_code == 201


def test_what_the_service_has_asked_back_by_itself_counts_in_the_same_order(told: Told) -> None:
    """An invoice for nobody is asked back; then its authority comes."""
    folder = access_point(told.web, wrapped=True, answer="mlr")
    here = told.enveloped(leitweg_id=OTHER_LEITWEG_ID, owed=AnswerKind.MLR)
    for errand in answer_errands(told.web.app.store, (folder,), lambda *_: None, every=1, patience=60):
        errand.run()
    authority = told.web.authority(OTHER_LEITWEG_ID)
    told.web.operator().post(
        here.replace("/responses", ":send-on"),
        json={"reason": "jetzt da", "authority_id": told.web.known(OTHER_LEITWEG_ID).id},
    )
    listed = authority.get(here).json()
    [asked] = listed["responses"]
    assert (asked["status"], [why["code"] for why in asked["reasons"]], asked["sent"]) == ("UQ", ["REC"], "written")
    assert [shown(step) for step in listed["next"]] == LEGAL["UQ"].split()
    late = authority.post(here, json=BODIES["IP"])
    assert (late.status_code, late.json()["reason"]) == (409, "backwards")
    assert authority.post(here, json=BODIES["AP"]).json()["number"] == 2


def test_of_what_is_deleted_nothing_more_is_said(told: Told) -> None:
    here = told.enveloped()
    told.said(here, "RE")
    expire(told.web, here)
    answer = told.said(here, "PD")
    assert (answer.status_code, answer.json()["code"]) == (410, "expired")
    assert told.authority.get(here).json() == {"responses": [], "next": []}


def expire(web: Web, here: str) -> None:
    with web.app.store.database.write() as connection:
        connection.execute(
            submissions.update().where(submissions.c.id == here.split("/")[4]).values(handling="expired")
        )
        connection.execute(answers.delete())


def test_who_may_say_what_becomes_of_an_invoice(told: Told) -> None:
    here = told.enveloped()
    refused = {
        "nobody": told.web.client(),
        "another authority": told.web.authority(OTHER_LEITWEG_ID),
        "another supplier": told.web.supplier("Andere GmbH"),
    }
    found = {who: client.post(here, json=BODIES["AB"]).status_code for who, client in refused.items()}
    assert found == {"nobody": 401, "another authority": 404, "another supplier": 404}
    assert {who: client.get(here).status_code for who, client in refused.items()} == found
    assert told.kept(here) == []
    assert told.web.operator().post(here, json=BODIES["AB"]).status_code == 201
    assert told.said(here, "IP").status_code == 201


def test_a_supplier_reads_what_was_said_and_says_nothing(told: Told) -> None:
    here = told.uploaded()
    link = told.said(here, "UQ").json()["link"]
    supplier = told.web.supplier()
    assert supplier.get(here).json()["responses"][0]["actions"][0]["text"] == "Bitte nennen."
    assert supplier.get(link).json()["label"] == "in Klärung (UQ)"
    assert supplier.post(here, json=BODIES["AP"]).status_code == 403


def test_a_response_belongs_to_its_invoice(told: Told) -> None:
    id_ = told.said(told.enveloped(), "AB").json()["id"]
    assert told.authority.get(f"{told.enveloped()}/{id_}").status_code == 404
    assert told.authority.get(f"{told.enveloped()}/unknown").status_code == 404


def test_a_form_there_is_not_is_told(told: Told) -> None:
    link = told.said(told.enveloped(), "AB").json()["link"]
    answer = told.authority.get(link, headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")


def test_the_audit_log_has_who_said_what_without_their_words(told: Told) -> None:
    made = told.said(told.enveloped(), "UQ").json()
    [entry] = told.web.app.store.audit.of(f"answer:{made['id']}")
    assert entry.actor.startswith("token:")
    assert (entry.details["kind"], entry.details["code"]) == (AnswerKind.INVOICE_RESPONSE, "UQ")
    assert "Bestellung" not in str(entry)
    [answer] = telling.responses(told.web.app.store, entry.details["submission"])
    assert entry.hashes["details"] == sha256_hex(canonical(answer.details))


def test_the_examples_of_the_description_can_be_sent_as_they_stand(told: Told) -> None:
    document = told.web.client().get("/openapi.json").json()
    path = document["paths"]["/api/v1/submissions/{submission_id}/responses"]["post"]
    examples = path["requestBody"]["content"]["application/json"]["examples"]
    assert len(examples) == 4
    for example in examples.values():
        answer = told.authority.post(told.enveloped(), json=example["value"])
        assert answer.status_code == 201, answer.text
