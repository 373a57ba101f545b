"""What callers of the store may run into; none of them is a Fault."""


class NotFound(LookupError):
    """There is no such thing, or not for this caller."""


class AlreadyThere(ValueError):
    """The name or Leitweg-ID belongs to something else."""


class IdempotencyConflict(Exception):
    """The same Idempotency-Key came with other bytes; the sender must use a new key."""


class ClaimLost(Exception):
    """The claim expired and someone else took over; what was worked out under it is dropped."""


class LeaseLost(Exception):
    """The lease is no longer the caller's: given back, or handed to another fetcher meanwhile."""


class DoorClosed(Exception):
    """Nothing is taken in here now; `code` says why, and after `retry_after` seconds it is worth trying again."""

    def __init__(self, code: str, retry_after: int) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


class NotPossible(Exception):
    """The submission is not in a state for that; `code` says which way: "not-held", "held-…", "reason-missing"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
