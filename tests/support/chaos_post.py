"""What senders do while the service is killed again and again: hand in, hear nothing, hand in again, remember answers.

All of it follows from a seed: the letters, their order, who sends what, which are sent twice, which uploads break off.
"""

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

import httpx2 as httpx

from tests.support.service import SAMPLES

MUSTERSTADT, BEISPIEL, NOBODY = "04011000-1234512345-06", "03999-BEISPIEL-86", "99-NIEMAND-10"
ACCEPTED, REJECTED = "accepted", "rejected"
_RETRIED = (502, 503, 504)
_AHEAD = 0.2  # so much more is handed in than is through: there is always something to be done
_PAUSE = 0.3  # seconds at most, before a sender who heard nothing tries again
_PATIENCE = 240.0  # seconds until it gives up


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter: which sample, what is done to it, and what becomes of it."""

    share: int  # of a hundred
    sample: str  # the beginning of its file name
    change: Callable[[bytes, int], bytes]  # makes each one different from all others
    verdict: str
    to: str | None = None  # the Leitweg-ID it is delivered under; None: nobody gets it


def _numbered(number_there: str) -> Callable[[bytes, int], bytes]:
    there = number_there.encode()
    return lambda data, number: data.replace(there, b"N-%d" % number, 1)


def _remarked(data: bytes, number: int) -> bytes:
    return data + (b"\n%% %d\n" if data.startswith(b"%PDF") else b"\n<!-- %d -->\n") % number


def _cut(data: bytes, number: int) -> bytes:
    return b"<!-- %d -->" % number + data[40 : len(data) // 2]


def _noise(_: bytes, number: int) -> bytes:
    return random.Random(number).randbytes(1000)


def _to_nobody(data: bytes, number: int) -> bytes:
    return _remarked(data.replace(MUSTERSTADT.encode(), NOBODY.encode()), number)


KINDS = {
    "invoice": Kind(22, "01", _numbered("2026-10437"), ACCEPTED, MUSTERSTADT),
    "same number again": Kind(6, "01", _remarked, ACCEPTED, MUSTERSTADT),
    "credit note": Kind(12, "02", _numbered("G-2026-0093"), ACCEPTED, BEISPIEL),
    "CII": Kind(14, "03", _remarked, ACCEPTED, MUSTERSTADT),
    "PDF": Kind(10, "06", _remarked, ACCEPTED, MUSTERSTADT),
    "PDF, EN 16931": Kind(4, "07", _remarked, ACCEPTED, MUSTERSTADT),
    "nobody's": Kind(4, "01", _to_nobody, ACCEPTED),
    "wrong total": Kind(10, "09", _remarked, REJECTED),
    "element missing": Kind(8, "08", _remarked, REJECTED),
    "broken": Kind(6, "01", _cut, REJECTED),
    "noise": Kind(4, "01", _noise, REJECTED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Something to be handed in."""

    number: int
    kind: str
    data: bytes
    key: str | None  # Idempotency-Key
    times: int  # how often it is handed in, whatever the answers
    breaks_off: bool  # first, its sender hangs up half-way

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    @property
    def delivered(self) -> bool:
        """Whether an authority is to get it."""
        return KINDS[self.kind].verdict == ACCEPTED and KINDS[self.kind].to is not None

    @property
    def once(self) -> bool:
        """Whether it is one submission however often it comes: rejected ones may be sent anew, without a key."""
        return self.key is not None or KINDS[self.kind].verdict == ACCEPTED


def letters(seed: int, count: int) -> list[Letter]:
    """What is handed in."""
    chance = random.Random(f"letters {seed}")
    samples = {kind.sample: next(SAMPLES.glob(f"{kind.sample}-*")).read_bytes() for kind in KINDS.values()}
    kinds = chance.choices(list(KINDS), [kind.share for kind in KINDS.values()], k=count)
    return [
        Letter(
            number=number,
            kind=kind,
            data=KINDS[kind].change(samples[KINDS[kind].sample], number),
            key=f"key-{number}" if chance.random() < 0.5 else None,
            times=1 + (chance.random() < 0.15),
            breaks_off=chance.random() < 0.05,
        )
        for number, kind in enumerate(kinds)
    ]


@dataclass
class Post:
    """Senders at work, each with its share of the letters; what they were told."""

    addresses: Sequence[str]  # of all hosts that take letters
    token: str
    letters: Sequence[Letter]
    seed: int
    delivered: Callable[[], float]  # how much of it is through, from 0 to 1
    senders: int = 6
    answers: dict[int, list[str]] = field(default_factory=dict)  # number of the letter: ids of the submissions
    heard: Counter[str] = field(default_factory=Counter)  # all that came back, by status or kind of error
    tries: Counter[int] = field(default_factory=Counter)  # number of the letter: how often its bytes went out
    wrong: list[str] = field(default_factory=list)  # what no sender should ever be told
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin."""
        self._threads = [threading.Thread(target=self._send_all, args=(n,)) for n in range(self.senders)]
        for thread in self._threads:
            thread.start()

    @property
    def done(self) -> bool:
        """Whether every letter has an answer, or its sender has given up."""
        return not any(thread.is_alive() for thread in self._threads)

    def _send_all(self, sender: int) -> None:
        chance = random.Random(f"sender {sender} {self.seed}")
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/octet-stream"}
        with httpx.Client(headers=headers, timeout=60) as client:
            for letter in self.letters[sender :: self.senders]:
                while letter.number / len(self.letters) > self.delivered() + _AHEAD:
                    time.sleep(0.05)
                if letter.breaks_off:
                    self._hang_up(letter, chance)
                for _ in range(letter.times):
                    self._send(client, letter, chance)

    def _send(self, client: httpx.Client, letter: Letter, chance: random.Random) -> None:
        """Hand it in until there is an answer."""
        end = time.monotonic() + _PATIENCE
        headers = {"Idempotency-Key": letter.key} if letter.key else {}
        while time.monotonic() < end:
            address = f"{chance.choice(self.addresses)}/api/v1/submissions"
            self.tries[letter.number] += 1
            try:
                answer = client.post(address, content=letter.data, headers=headers)
            except httpx.TransportError as error:
                self._hear(type(error).__name__)
            else:
                self._hear(str(answer.status_code))
                if answer.status_code not in _RETRIED:
                    self._remember(letter, answer)
                    return
                if not answer.headers.get("Retry-After"):
                    self.wrong.append(f"{answer.status_code} without Retry-After")
            time.sleep(chance.uniform(0, _PAUSE))
        self.wrong.append(f"no answer to letter {letter.number} for {_PATIENCE:g} s")

    def _remember(self, letter: Letter, answer: httpx.Response) -> None:
        if answer.status_code != 202:
            self.wrong.append(f"letter {letter.number} ({letter.kind}): {answer.status_code} {answer.text[:200]}")
            return
        with self._lock:
            self.answers.setdefault(letter.number, []).append(answer.json()["id"])

    def _hear(self, what: str) -> None:
        with self._lock:
            self.heard[what] += 1

    def _hang_up(self, letter: Letter, chance: random.Random) -> None:
        """Send half of it, and go."""
        where = urlsplit(chance.choice(self.addresses))
        head = (
            f"POST /api/v1/submissions HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {len(letter.data)}\r\n\r\n"
        )
        try:
            with socket.create_connection((where.hostname, where.port), 10) as connection:
                connection.sendall(head.encode() + letter.data[: len(letter.data) // 2])
        except OSError as error:
            self._hear(f"hung up: {type(error).__name__}")
        else:
            self._hear("hung up")
