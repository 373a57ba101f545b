"""What fails in a turn: one document does not keep the others, and what fails is not tried all the time."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from einvoice.intake.pickup.item import Item

_TOO_MANY = 3  # in a row: then it is the folder, or the service, and not the document


class Failures:
    """Of one folder."""

    def __init__(self, pause: float, clock: Callable[[], float]) -> None:
        """`pause`: seconds until a document that failed is tried again."""
        self._pause = pause
        self._clock = clock
        self._again: dict[str, float] = {}  # by token, when
        self._row = 0
        self.errors: list[Exception] = []  # of this turn

    def begin(self) -> None:
        """A turn begins."""
        self._row = 0
        self.errors = []

    def go_on(self) -> None:
        """The turn goes on with something else, which may work where the last thing did not."""
        self._row = 0

    def forget_all_but(self, tokens: Collection[str]) -> None:
        """Those that are not ours any more."""
        for token in self._again.keys() - set(tokens):
            del self._again[token]

    @property
    def too_many(self) -> bool:
        """Whether the rest is to wait for the next turn."""
        return self._row >= _TOO_MANY

    def rests(self, token: str) -> bool:
        """Whether it failed a short while ago."""
        return self._again.get(token, 0.0) > self._clock()

    def last(self, token: str) -> float:
        """When it may be tried again; the greater, the later it failed. For an order in which none is kept waiting."""
        return self._again.get(token, 0.0)

    @contextmanager
    def of(self, item: Item | None = None) -> Iterator[None]:
        """Work on one document; `item` is None while it has none. An item another process has adopted is no failure."""
        try:
            yield
        except Exception as error:
            if item is not None and isinstance(error, FileNotFoundError) and not item.path.exists():
                return
            self._row += 1
            self.errors.append(error)
            if item is not None:
                self._again[item.token] = self._clock() + self._pause
        else:
            self._row = 0
            if item is not None:
                self._again.pop(item.token, None)
