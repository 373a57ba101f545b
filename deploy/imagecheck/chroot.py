"""Running programs in a root, with the few mounts they need. Only ever used in a mount namespace of its own."""

import os
import stat
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
_HOST_FILES = ("/etc/resolv.conf", "/etc/hosts")  # a container gets these from its host, too
# As `--cap-drop ALL --security-opt no-new-privileges` leaves a process.
_POWERLESS = ("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A file or folder of this machine, seen inside."""

    source: Path
    inside: str
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class As:
    """How a program is run."""

    user: str  # NAME, UID or UID:GID
    cwd: str
    env: Mapping[str, str]
    powerless: bool = False  # no capability, and none to be gained
    errors: IO[bytes] | None = None  # where its error output goes, if elsewhere


@dataclass(frozen=True, slots=True)
class Root:
    """A root folder whose programs can be run."""

    path: Path

    def inside(self, path: str) -> Path:
        """A path in it, as seen from here."""
        return self.path / path.lstrip("/")

    def account(self, user: str) -> tuple[str, str, str]:
        """uid, gid and home folder of `NAME`, `UID` or `UID:GID`."""
        wanted, _, group = user.partition(":")
        for line in self.inside("/etc/passwd").read_text().splitlines():
            name, _, uid, gid, _, home, _ = line.split(":")
            if wanted in (name, uid):
                return uid, group or gid, home
        return wanted, group or wanted, "/"

    def start(self, command: Sequence[str], run: "As", output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start a program; what it prints goes to `output`."""
        uid, gid, home = self.account(run.user)
        become = [
            "setpriv",
            f"--reuid={uid}",
            f"--regid={gid}",
            "--clear-groups",
            *(_POWERLESS if run.powerless else ()),
        ]
        words = ["/usr/sbin/chroot", str(self.path), "env", f"--chdir={run.cwd}", *become, "--", *command]
        errors = subprocess.STDOUT if run.errors is None else run.errors
        env = {"HOME": home, **run.env}
        return subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)  # noqa: S603

    def mounted(self, binds: Sequence[Bind] = (), *, read_only: bool = False) -> "Mounts":
        """A `with` block in which it has /proc, /dev, /run, host names and `binds`; read-only also its own /tmp."""
        return Mounts(self, tuple(binds), read_only)


class Mounts:
    """What is mounted into a root, undone in reverse order."""

    def __init__(self, root: Root, binds: tuple[Bind, ...], read_only: bool) -> None:
        self._root, self._binds, self._read_only = root, binds, read_only
        self._undo = ExitStack()

    def __enter__(self) -> "Mounts":
        try:
            self._mount_all()
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _mount_all(self) -> None:
        if self._read_only:
            self._bind(self._root.path, self._root.path, writable=False)
        self._mount("/proc", "--types=proc", "proc")
        self._mount("/dev", "--types=tmpfs", "--options=mode=0755,nosuid", "tmpfs")
        for name, number in _DEVICES.items():
            os.mknod(self._root.inside(f"/dev/{name}"), stat.S_IFCHR | 0o666, os.makedev(*number))
            self._root.inside(f"/dev/{name}").chmod(0o666)
        for name, goal in _LINKS.items():
            self._root.inside(f"/dev/{name}").symlink_to(goal)
        self._root.inside("/dev/shm").mkdir()  # noqa: S108 - the root's, as every container has one
        for folder in ("/dev/shm", "/run", *(["/tmp"] if self._read_only else [])):  # noqa: S108
            self._mount(folder, "--types=tmpfs", "--options=mode=1777,nosuid,nodev", "tmpfs")
        for name in _HOST_FILES:
            if os.path.exists(name) and self._root.inside(name).exists():
                self._bind(Path(name).resolve(), self._root.inside(name), writable=False)
        for bind in self._binds:
            target = self._root.inside(bind.inside)
            for missing in [one for one in reversed((target, *target.parents)) if not one.exists()]:
                missing.mkdir()
                self._undo.callback(missing.rmdir)
            self._bind(bind.source, target, writable=bind.writable)

    def _mount(self, inside: str, *words: str) -> None:
        target = self._root.inside(inside)
        _run("/bin/mount", *words, str(target))
        self._undo.callback(_run, "/bin/umount", "--lazy", str(target))

    def _bind(self, source: Path, target: Path, *, writable: bool) -> None:
        _run("/bin/mount", "--bind", str(source), str(target))
        self._undo.callback(_run, "/bin/umount", "--lazy", str(target))
        if not writable:
            _run("/bin/mount", "--options=remount,bind,ro", str(target))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - mount and umount with paths of ours
