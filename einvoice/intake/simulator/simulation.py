"""One simulation: messages at a given rate, several under way at a time, the late ones completed out of order."""

import heapq
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

from einvoice.intake.layouts import LAYOUTS
from einvoice.intake.simulator import metadata
from einvoice.intake.simulator.accesspoints import SHAPES, Shape
from einvoice.intake.simulator.manifest import Dropped, Fate, What
from einvoice.intake.simulator.messages import Author, Message
from einvoice.intake.simulator.samples import Sample
from einvoice.intake.simulator.tray import Pause, Steps, Tray

_LATE = (5, 30)  # further messages until what is late is completed
_AMID = (0, 0, 0, 1, 2)  # and until what was interrupted goes on
_FATES = {
    What.EMPTY: Fate.STUCK,
    What.NO_DOCUMENT: Fate.STUCK,
    What.NO_RECEIPT: Fate.STUCK,
    What.TRUNCATED: Fate.REJECTED,
    What.NOT_XML: Fate.REJECTED,
    What.ORDER: Fate.REJECTED,
    What.ENCODING: Fate.REJECTED,
    What.TWO_PAYLOADS: Fate.REJECTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is put down. Shares are of all documents, from 0 to 1."""

    layout: str
    count: int
    seed: int
    rate: float | None = None  # documents begun a second; None: as fast as it goes
    doubles: float = 0.1
    broken: float = 0.05
    late: float = 0.1
    shapes: tuple[str, ...] = ()  # forms of the layout, in turns by chance; none: what the program does untold

    @property
    def all_shapes(self) -> tuple[str, ...]:
        """Those in use."""
        return self.shapes or tuple(SHAPES[self.layout])[:1]


@dataclass(slots=True)
class _Delivery:
    """A message that is being put down."""

    message: Message
    shape: str
    tray: Tray
    steps: Steps


class Simulation:
    """Everything but the numbers an access point puts behind a name that is taken follows from the plan."""

    def __init__(self, plan: Plan, samples: Sequence[Sample], clock: Callable[[], float] = time.monotonic) -> None:
        self._plan = plan
        self._samples = samples
        self._clock = clock
        self._shapes = SHAPES[plan.layout]
        self._chance = random.Random(f"order {plan.seed}")  # noqa: S311  # a play, no secret
        self._under_way: list[tuple[int, int, _Delivery]] = []  # by the message after which it goes on
        self._turns = count()

    def run(self, folder: Path, stop: threading.Event) -> Iterator[Dropped]:
        """Put everything down in `folder`; each thing is told when it is complete.

        When `stop` is set nothing new begins, and what has begun is completed. Raises OSError.
        """
        plan = self._plan
        enveloped = LAYOUTS[plan.layout].enveloped
        author = Author(
            self._samples, plan.seed, enveloped=enveloped, doubles=plan.doubles, broken=plan.broken, late=plan.late
        )
        began, number = self._clock(), 0
        for message in author.messages(plan.count):
            pause = began + message.number / plan.rate - self._clock() if plan.rate else 0.0
            if stop.wait(pause) if pause > 0 else stop.is_set():
                break
            number = message.number
            self._begin(message, folder)
            yield from self._go_on(number)
        while self._under_way:
            number = self._under_way[0][0]
            yield from self._go_on(number)

    def _begin(self, message: Message, folder: Path) -> None:
        name, tray = self._chance.choice(self._plan.all_shapes), Tray(folder)
        delivery = _Delivery(message, name, tray, self._shapes[name].put(message, tray))
        heapq.heappush(self._under_way, (message.number, next(self._turns), delivery))

    def _go_on(self, number: int) -> Iterator[Dropped]:
        """With all that is due by this message."""
        while self._under_way and self._under_way[0][0] <= number:
            _, _, delivery = heapq.heappop(self._under_way)
            for pause in delivery.steps:
                late = pause is Pause.LATE and delivery.message.late
                wait = self._chance.randint(*_LATE) if late else self._chance.choice(_AMID)
                if wait:
                    heapq.heappush(self._under_way, (number + wait, next(self._turns), delivery))
                    break
            else:
                yield self._dropped(delivery)

    def _dropped(self, delivery: _Delivery) -> Dropped:
        message, tray, shape = delivery.message, delivery.tray, self._shapes[delivery.shape]
        fate = _fate(message, shape)
        submitted = _submitted(message, shape) if fate in (Fate.ACCEPTED, Fate.REJECTED) else None
        enveloped = LAYOUTS[self._plan.layout].enveloped
        return Dropped(
            number=message.number,
            layout=self._plan.layout,
            shape=delivery.shape,
            what=message.what,
            late=message.late,
            fate=fate,
            double_of=message.double_of,
            instance_id=message.header.instance_id if enveloped else None,
            message_id=message.message_id if enveloped else None,
            submitted_sha256=sha256(submitted).hexdigest() if submitted is not None else None,
            payload_sha256=message.payload_sha256 if submitted == message.content else None,
            files=dict(tray.files),
            stuck=dict(tray.stuck),
        )


def _fate(message: Message, shape: Shape) -> Fate:
    verdict = Fate.ACCEPTED if message.accepted else Fate.REJECTED
    fate = shape.fates.get(message.what, _FATES.get(message.what))
    return verdict if fate is None else fate


def _submitted(message: Message, shape: Shape) -> bytes:
    """What has to be handed in: of a file with nothing wrapped in it, the file."""
    return metadata.single_xml(message) if shape.wraps and not message.has_document else message.content
