"""Identifiers: random enough to be guessed by nobody, sortable by time, short enough to be read out on the phone."""

import secrets
import time

# Crockford's base 32: no i, l, o, u, so that nothing is mistaken when read aloud.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26  # 130 bits: 50 of time (milliseconds), 80 of chance


def new_id() -> str:
    """A new identifier: 26 characters; later ones sort after earlier ones, to the millisecond."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
