"""The mail door with real workers that are killed: a Maildir, an IMAP mailbox, a mail server, the disk at the end."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from einvoice.intake.mail import AnswerState, Letters, MailLetter
from einvoice.model.account import Role
from einvoice.store import SubmissionFilter
from tests.support.imapserver import PASSWORD, ImapServer, imap_server
from tests.support.mails import AUTHSERV, deliver, mail, make_maildir, proven
from tests.support.service import SAMPLES, Service, wait_for
from tests.support.smtpsink import Sink, smtp_sink

KNOWN = "rechnung@lieferant.example"
GOOD, BAD = "01-ubl-rechnung-büromöbel.xml", "08-fehler-leitweg-id-fehlt.xml"
KILLS = 3
EACH = 6  # mails before each kill, in each mailbox


class Scene:
    """A service whose mailboxes are filled while it is killed."""

    def __init__(self, service: Service, sink: Sink, imap: ImapServer, folder: Path) -> None:
        self.service, self.sink, self.imap = service, sink, imap
        self.maildir = make_maildir(folder / "Maildir")
        (folder / "password").write_text(PASSWORD)
        self.sent: dict[str, dict[str, set[str]]] = {"post": {}, "fern": {}}  # by mailbox and message: hashes inside
        self.answered: set[str] = set()  # message ids that must be answered
        service.inbox.mkdir()
        common = f"""
            answer = "authenticated"
            authserv_id = "{AUTHSERV}"
            smtp = "{sink.url}"
            from_address = "rechnung@stadt.example"
            every_seconds = 0.2
            answers_per_hour = 1000
        """
        (service.inbox / "folders.toml").write_text(f"""
            [mailboxes.post]
            maildir = "{self.maildir}"
            {common}
            [mailboxes.fern]
            imap = "{imap.url}"
            password_file = "{folder}/password"
            {common}
        """)
        with service.store() as store:
            store.authorities.create("Stadt Musterstadt", ("04011000-1234512345-06",))
            supplier = store.accounts.supplier_id("Lieferant GmbH")
            store.accounts.create(
                login=KNOWN, name="L", role=Role.SUPPLIER, authority_id=None, supplier_id=supplier, password_hash=None
            )

    def send(self, number: int) -> None:
        """One mail into each mailbox: with two invoices, a right one and a faulty one; every third is forged."""
        forged = number % 3 == 0
        for mailbox in self.sent:
            note = f"<!-- {mailbox} {number} -->".encode()
            files = [(name, (SAMPLES / name).read_bytes() + note) for name in (GOOD, BAD)]
            said = proven("evil.example") if forged else proven()
            message = mail(*files, ("logo.png", b"\x89PNG"), sender=KNOWN, Authentication_Results=said)
            data = message.as_bytes()
            deliver(self.maildir, data) if mailbox == "post" else self.imap.deliver(data)
            self.sent[mailbox][hashlib.sha256(data).hexdigest()] = {hashlib.sha256(one).hexdigest() for _, one in files}
            if not forged:
                self.answered.add(message["Message-ID"])

    def letters(self) -> list[MailLetter]:
        found = []
        for mailbox in self.sent:
            letters = Letters(self.service.inbox / mailbox)
            if (self.service.inbox / mailbox / "letters").is_dir():
                found += [letter for digest in letters.all() if (letter := letters.read(digest))]
        return found

    def is_over(self) -> bool:
        letters = self.letters()
        expected = sum(len(messages) for messages in self.sent.values())
        over = len(letters) == expected and all(one.answer.state is not AnswerState.OPEN for one in letters)
        return over and not self.imap.there() and not list((self.maildir / "new").iterdir())


@pytest.mark.timeout(600)
def test_mails_become_invoices_once_and_are_answered_whatever_is_killed(
    new_service: Callable[..., Service], tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(7)
    service = new_service(CLAIM_SECONDS="5", ABANDONED_SECONDS="5", SWEEP_SECONDS="0.3")
    with smtp_sink() as sink, imap_server() as imap:
        scene = Scene(service, sink, imap, tmp_path_factory.mktemp("mail"))
        worker = service.worker()
        for kill in range(KILLS):
            before, enough = len(scene.letters()), chance.randint(2, EACH)
            for number in range(EACH):
                scene.send(kill * EACH + number)
            wait_for(lambda at_least=before + enough: len(scene.letters()) >= at_least, 120)  # type: ignore[misc]
            worker.kill()
            worker.start()
        service.worker()  # two at once
        wait_for(scene.is_over, 300)
        wait_for(lambda: not [path for path in service.inbox.glob("*/processing/*/*") if path.is_dir()], 60)
        assert service.stop() == 0

        check_the_disk(scene)
        check_the_books(scene)
        check_the_answers(scene)


def check_the_disk(scene: Scene) -> None:
    """Every message is where messages that were taken are, and nothing lies anywhere in between."""
    assert {path.name.rpartition(":")[2] for path in (scene.maildir / "cur").iterdir()} == {"2,S"}
    assert len(list((scene.maildir / "cur").iterdir())) == len(scene.sent["post"])
    assert not list((scene.maildir).glob(".Unbrauchbar/*/*"))
    done = {hashlib.sha256(message.data).hexdigest() for message in scene.imap.there("Erledigt")}
    assert done == set(scene.sent["fern"])
    assert {flag for message in scene.imap.there("Erledigt") for flag in message.flags} == {r"\Seen"}
    for mailbox, messages in scene.sent.items():
        home = scene.service.inbox / mailbox
        assert not list((home / "incoming").iterdir())
        assert not list((home / "drop").iterdir())
        documents = [*home.glob("failed/*.xml"), *home.glob("done/*/*.xml")]
        placed = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in documents)
        assert placed == Counter(one for hashes in messages.values() for one in hashes)
        assert {path.stem for path in (home / "letters").glob("*.json")} == set(messages)


def check_the_books(scene: Scene) -> None:
    """Every attachment is exactly one submission, the faulty ones included, which may come again."""
    with scene.service.store() as store:
        for mailbox, messages in scene.sent.items():
            wanted = SubmissionFilter(sender=f"folder:{mailbox}")
            kept = Counter(one.sha256 for one in store.submissions.find(wanted, limit=1000).items)
            assert kept == Counter(one for hashes in messages.values() for one in hashes)


def check_the_answers(scene: Scene) -> None:
    """Whoever proved to be a known sender has the reports; nobody has heard of a forged mail."""
    answers = scene.sink.mails
    assert {answer["In-Reply-To"] for answer in answers} == scene.answered
    assert {to for _, to in scene.sink.envelopes} == {KNOWN}
    by_id = Counter(answer["Message-ID"] for answer in answers)
    assert len(by_id) == len(scene.answered)  # one that was sent twice has the same id
    assert sum(by_id.values()) <= len(by_id) + KILLS * 2
    for answer in answers:
        body = answer.get_body()
        assert body is not None
        assert "Leitweg-ID" in body.get_content()
        assert [part.get_content()[:5] for part in answer.iter_attachments()] == [b"%PDF-"] * 2
    states = Counter(letter.answer.why for letter in scene.letters())
    assert set(states) == {"", "not-authenticated"}
