"""What is taken away from a child before it sees the PDF. Each measure stands alone; some need a right or a kernel."""

import os
import pwd
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass, replace

from einvoice.extraction.pdf.kernel import libc_call
from einvoice.extraction.pdf.limits import PdfLimits
from einvoice.extraction.pdf.seccomp import filter_calls

_NOBODY = 65534
_PARENT_DIES = 1  # PR_SET_PDEATHSIG of linux/prctl.h
_OWN_NETWORK = 0x40000000  # CLONE_NEWNET of linux/sched.h
GRACE = 10  # seconds by the clock beyond those of the processor, for a loaded machine
NO_MEMORY = 3  # exit code of a child that had no memory left to say so


@dataclass(frozen=True, slots=True)
class Means:
    """Which of the measures work here that do not work everywhere."""

    nobody: int | None = None  # user id to become
    filtered: bool = False  # system calls
    network: bool = False  # a network of its own, with nothing in it

    def told(self) -> dict[str, bool | str]:
        """For the log."""
        user = f"user {self.nobody}" if self.nobody is not None else "ours"
        return {"system_calls_filtered": self.filtered, "network_taken_away": self.network, "rights": user}


def leave_network() -> bool:
    """Whether this process, and all it forks from now on, is in a network of its own, without any way out."""
    with suppress(OSError):
        libc_call("unshare", _OWN_NETWORK)
        return True
    return False


def wanted(*, network: bool) -> Means:
    """The most that may work here."""
    return Means(nobody=_nobody() if os.geteuid() == 0 else None, filtered=True, network=network)


def weaker(means: Means) -> Means | None:
    """What to try where `means` do not work: first without the filter, then with our own rights."""
    if means.filtered:
        return replace(means, filtered=False)
    return replace(means, nobody=None) if means.nobody is not None else None


def confine(limits: PdfLimits, means: Means) -> None:
    """Take everything away from this process. Raises OSError where one of `means` can't be had.

    No file can be opened and no connection made, whatever works here: there is no descriptor left for one.
    """
    parent = os.getppid()
    signal.alarm(limits.cpu_seconds + GRACE)  # ends it, should nobody else
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        _lower(kind, most, most)
    # The first is told by SIGXCPU, the second kills.
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)
    if means.nobody is not None:
        os.setgroups([])
        os.setresgid(means.nobody, means.nobody, means.nobody)
        os.setresuid(means.nobody, means.nobody, means.nobody)
    libc_call("prctl", _PARENT_DIES, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    _lower(resource.RLIMIT_NOFILE, 0, 0)
    if means.filtered:
        filter_calls()


def _lower(kind: int, soft: int, hard: int) -> None:
    """Nobody may raise a limit that stands lower already."""
    _, stands = resource.getrlimit(kind)
    if stands != resource.RLIM_INFINITY:
        soft, hard = min(soft, stands), min(hard, stands)
    resource.setrlimit(kind, (soft, hard))


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return _NOBODY
