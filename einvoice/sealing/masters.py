"""The master keys: what wraps the keys of the intake and of the authorities. They are never in the database."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Self

from einvoice.errors import Fault
from einvoice.sealing.envelope import unwrap, wrap, wrapped_by
from einvoice.sealing.key import Key
from einvoice.sealing.keylines import parse
from einvoice.sealing.sources import read_file, run_command
from einvoice.settings import Settings

_LOOK_AGAIN_SECONDS = 1.0  # between two looks for a key that was not there


class MasterKeys:
    """The keys of one source, for use by many threads. The first wraps anew, all unwrap.

    They are read at the start, before each key that is wrapped anew, and when one is asked for that is not there. So a
    process that has run for long neither wraps by a key that was replaced meanwhile, nor misses the new one.
    """

    def __init__(self, source: Callable[[], bytes], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._keys = parse(source())
        self._looked_at = clock()

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The keys of the settings; None: sealing is off.

        Raises Fault: "key-missing" (the file can't be read, the command failed), "keys-unusable" (file and command
        are both set, others may read the file, a line is malformed, there is no key).
        """
        path, command = settings.master_key_file, settings.master_key_command.strip()
        if path is not None and command:
            names = "EINVOICE_MASTER_KEY_FILE and EINVOICE_MASTER_KEY_COMMAND"
            raise Fault("keys-unusable", f"{names} are both set; please set one of them alone", elsewhere=True)
        if path is not None:
            return cls(partial(read_file, path))
        return cls(partial(run_command, command)) if command else None

    @property
    def names(self) -> tuple[str, ...]:
        """Their ids, the one that wraps anew first."""
        return tuple(key.name for key in self._keys)

    def wrap(self, key: Key, owner: str) -> bytes:
        """The key wrapped by the key that is first at this moment. Raises Fault if the master keys can't be read."""
        with self._lock:
            self._read()
        return wrap(key, self._keys[0], owner)

    def unwrap(self, wrapped: bytes, name: str, owner: str) -> Key:
        """The key of this name and owner.

        Raises Fault: "key-missing" with the id of the master key that is not there, "sealed-damaged".
        """
        return unwrap(wrapped, self._named(wrapped_by(wrapped)), name, owner)

    def rewrap(self, wrapped: bytes, name: str, owner: str) -> bytes:
        """The same key wrapped by the first of `names`; unchanged if it is already. Raises as `unwrap` does.

        For rotation, which goes through all keys with the master keys it began with.
        """
        first = self._keys[0]
        key = self.unwrap(wrapped, name, owner)  # a damaged one is not passed on as done
        return wrapped if wrapped_by(wrapped) == first.name else wrap(key, first, owner)

    def _named(self, name: str) -> Key:
        known = self._find(name)
        if known is None:
            with self._lock:
                if self._clock() - self._looked_at >= _LOOK_AGAIN_SECONDS:
                    self._read()
            known = self._find(name)
        if known is None:
            raise Fault("key-missing", name, elsewhere=True)
        return known

    def _find(self, name: str) -> Key | None:
        return next((key for key in self._keys if key.name == name), None)

    def _read(self) -> None:
        """Under the lock. What is known stays known if it fails."""
        try:
            self._keys = parse(self._source())
        finally:  # when it ended: a slow command is not run again by each thread that waited for it
            self._looked_at = self._clock()
