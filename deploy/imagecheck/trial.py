"""Starts what was built as its image says, with a read-only root, no capability and no network; gives it invoices."""

import json
import os
import re
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from deploy.imagecheck.build import Image
from deploy.imagecheck.chroot import As, Bind, Root
from deploy.imagecheck.isolation import only_loopback

_READY_SECONDS = 180.0
_STOP_SECONDS = 120.0
_LEITWEG_IDS = ("04011000-1234512345-06", "03999-BEISPIEL-86")  # of the samples
_REPORTS = {"text/html": b"<!doctype html", "application/pdf": b"%PDF-", "application/json": b"{"}


class TrialFailed(Exception):
    """The image does not do what it should."""


@dataclass(slots=True, kw_only=True)
class Trial:
    """One image, tried out."""

    root: Root
    image: Image
    work: Path  # of this run alone
    samples: Path  # a folder of invoices to try, with expected.json
    log: Path
    tell: Callable[[str, float], None]
    _service: subprocess.Popen[bytes] | None = field(default=None)

    def run(self) -> None:
        """All that is proven about the running service. Raises TrialFailed."""
        self._program_is_not_its_users()
        only_loopback()
        binds = [Bind(source=self._volume(name), inside=name, writable=True) for name in self.image.volumes]
        with self.root.mounted(binds, read_only=True):
            try:
                self._timed("ready: read-only root, no capability, no network", self._start)
                self._timed("HEALTHCHECK: healthy", lambda: self._program(self.image.healthcheck))
                self._timed("three samples decided, reports fetched", self._invoices)
                self.tell("memory: {} MB in {} processes".format(*_memory()), 0.0)
                self._timed(f"{self.image.stop_signal}: ended cleanly", self._stop)
            finally:
                if self._service is not None and self._service.poll() is None:
                    self._service.kill()
        for bind in binds:
            self._is_private(bind.source)

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self._service = self.root.start((*self.image.entrypoint, *self.image.cmd), self._as(), log)
        end = time.monotonic() + _READY_SECONDS
        while self._ask("GET", "/readyz")[0] != 200:
            if self._service.poll() is not None:
                raise TrialFailed(f"the service ended with {self._service.returncode} while starting")
            if time.monotonic() > end:
                raise TrialFailed(f"not ready after {_READY_SECONDS:g} s")
            time.sleep(0.2)

    def _invoices(self) -> None:
        ids = [word for one in _LEITWEG_IDS for word in ("--leitweg-id", one)]
        self._admin("create-authority", "--name", "Musterstadt", *ids)
        token = self._admin("create-token", "--role", "supplier", "--supplier", "Muster GmbH")
        expected = json.loads((self.samples / "expected.json").read_text("utf-8"))["files"]
        for number in ("01", "06", "08"):  # XML, PDF, a faulty one
            path = next(self.samples.glob(f"{number}-*"))
            status, body = self._ask("POST", "/api/v1/submissions?wait=60", path.read_bytes(), token)
            found = json.loads(body) if status < 300 else {}
            if found.get("verdict") != expected[path.name]["verdict"]:
                raise TrialFailed(f"{path.name}: {status}, {found.get('verdict', body[:300])}")
            for kind, begin in _REPORTS.items():
                report = self._ask("GET", f"/api/v1/submissions/{found['id']}/report", None, token, kind)[1]
                if not report.lstrip().lower().startswith(begin.lower()):
                    raise TrialFailed(f"{path.name}: its report as {kind} begins with {report[:60]!r}")

    def _stop(self) -> None:
        assert self._service is not None
        self._service.send_signal(signal.Signals[self.image.stop_signal])
        try:
            code = self._service.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise TrialFailed(f"still there {_STOP_SECONDS:g} s after {self.image.stop_signal}") from None
        if code:
            raise TrialFailed(f"ended with {code} on {self.image.stop_signal}")

    def _ask(
        self, method: str, path: str, body: bytes | None = None, token: str = "", accept: str = "application/json"
    ) -> tuple[int, bytes]:
        """Status and body; 0 when nobody answers."""
        service = HTTPConnection("127.0.0.1", int(self.image.ports[0]), timeout=90)
        headers = {"Accept": accept, "Content-Type": "application/octet-stream"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        try:
            service.request(method, path, body, headers)
            answer = service.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            return 0, b""
        finally:
            service.close()

    def _admin(self, *words: str) -> str:
        return self._program(("einvoice", "admin", *words))

    def _program(self, command: tuple[str, ...]) -> str:
        """What another program prints in the same root, as `docker exec` would run it."""
        with self.log.open("ab") as log:
            process = self.root.start(command, self._as(errors=log), subprocess.PIPE)
            printed = process.communicate()[0].decode()
        if process.returncode:
            raise TrialFailed(f"{' '.join(command)[:80]} ended with {process.returncode}")
        return printed.strip()

    def _as(self, errors: IO[bytes] | None = None) -> As:
        user, cwd, env = self.image.user, self.image.workdir, self.image.env
        return As(user=user, cwd=cwd, env=env, powerless=True, errors=errors)

    def _volume(self, name: str) -> Path:
        """A new volume begins as what the image has there, owner and rights included."""
        target = self.work / "volumes" / name.strip("/").replace("/", "-")
        target.parent.mkdir(exist_ok=True)
        subprocess.run(["/bin/cp", "--archive", str(self.root.inside(name)), str(target)], check=True)  # noqa: S603
        return target

    def _program_is_not_its_users(self) -> None:
        """Nothing the service runs may be changed by the service, also where the root is writable."""
        uid = int(self.root.account(self.image.user)[0])
        volumes = tuple(str(self.root.inside(name)) for name in self.image.volumes)
        for folder, _, names in os.walk(self.root.path):
            if folder.startswith(volumes):
                continue
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                if may_be_changed(os.lstat(path), uid):
                    raise TrialFailed(f"{path.removeprefix(str(self.root.path))} may be changed by the service's user")

    def _is_private(self, volume: Path) -> None:
        """What was stored belongs to the service's user, and nobody else can read it."""
        uid = int(self.root.account(self.image.user)[0])
        stored = [path for path in volume.rglob("*") if path.is_file()]
        if not stored:
            raise TrialFailed(f"nothing was stored in {volume.name}")
        if volume.stat().st_mode & 0o7:
            raise TrialFailed(f"others may look into {volume.name}")
        for path in stored:
            if path.stat().st_uid != uid:
                raise TrialFailed(f"{path.relative_to(volume)} belongs to {path.stat().st_uid}, not to {uid}")
        size = sum(path.stat().st_size for path in stored)
        self.tell(f"volume: {len(stored)} files, {size / 1e6:.1f} MB, the service's own", 0.0)

    def _timed(self, what: str, work: Callable[[], object]) -> None:
        began = time.monotonic()
        work()
        self.tell(what, time.monotonic() - began)


def may_be_changed(found: os.stat_result, uid: int) -> bool:
    """A file or folder by this user or by everybody; in folders like /tmp everybody may only add."""
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        return False
    return found.st_uid == uid or bool(found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX)


def _memory() -> tuple[int, int]:
    """Megabytes of all processes but this one, what they share counted once; and how many these are."""
    found = []
    for process in (one for one in Path("/proc").glob("[0-9]*") if one.name != str(os.getpid())):
        with suppress(OSError):  # it has just ended
            found += re.findall(r"^Pss:\s+(\d+) kB", (process / "smaps_rollup").read_text(), re.MULTILINE)
    return round(sum(map(int, found)) / 1000), len(found)
