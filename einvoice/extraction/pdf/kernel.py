"""Calls of the C library that Python has no words for."""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)


def libc_call(function: str, *given: object) -> None:
    """Raises OSError where it fails, or where there is no such function."""
    try:
        failed = getattr(_libc, function)(*given)
    except AttributeError as error:
        raise OSError(f"no {function} here") from error
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")
