"""What tells one process from all others that may look after the same folder, on this host or elsewhere."""

import os
import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_NAME = re.compile(r"[\w-]{1,40}\.(?P<boot>\w+)\.(?P<space>\w+)\.(?P<pid>[1-9]\d*)\.(?P<start>\d+)\.[0-9a-f]{8}")
_AWAY = "0"  # what the system does not tell


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process: host, boot of its kernel, space its number counts in, number, start in that boot, a random part."""

    name: str  # fit for a folder

    @classmethod
    def ours(cls) -> Self:
        """A new name for this process."""
        host = re.sub(r"[^\w-]", "-", socket.gethostname(), flags=re.ASCII)[:40] or "host"
        pid = os.getpid()
        parts = (host, _boot(), _space(), str(pid), _start(pid) or _AWAY, secrets.token_hex(4))
        return cls(".".join(parts))

    @property
    def host(self) -> str:
        """Its host, by name."""
        return self.name.partition(".")[0]

    @property
    def has_died(self) -> bool | None:
        """Whether it is gone; None if that can't be told from here, as of a process of another host or container."""
        found = _NAME.fullmatch(self.name)
        if not found or found["boot"] == _AWAY or (found["boot"], found["space"]) != (_boot(), _space()):
            return None
        pid = int(found["pid"])
        try:
            os.kill(pid, 0)  # asks, and sends nothing
        except (ProcessLookupError, OverflowError):
            return True
        except PermissionError:
            pass
        return _start(pid) not in (found["start"], None)  # else another one has its number now, or it is a zombie


def _boot() -> str:
    """Every container of one running kernel sees the same."""
    return _read(Path("/proc/sys/kernel/random/boot_id")).replace("-", "")[:12] or _AWAY


def _space() -> str:
    try:
        return str(os.stat("/proc/self/ns/pid").st_ino)
    except OSError:
        return _AWAY


def _start(pid: int) -> str | None:
    """When it started, in ticks since boot; "" of one that is dead and not yet buried, None if it can't be told."""
    told = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    if len(told) < 20:
        return None
    return "" if told[0] in "ZX" else told[19]


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
