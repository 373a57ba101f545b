"""`python3 -m deploy.imagecheck`: exit 0 the image is proven, 1 it is not, 2 that can't be found out here."""

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deploy.imagecheck import machine
from deploy.imagecheck.build import Builder, BuildFailed
from deploy.imagecheck.dockerfile import NotKnown, parse
from deploy.imagecheck.isolation import own_world
from deploy.imagecheck.roots import KEYRING, CannotRun
from deploy.imagecheck.trial import Trial, TrialFailed

CHECKOUT = Path(__file__).resolve().parents[2]
_PROVEN, _FAILED, _CANNOT = 0, 1, 2
_TAIL = 40  # lines of output shown when something failed
_INSTALL = (
    ["/usr/bin/apt-get", "update", "--quiet"],
    ["/usr/bin/apt-get", "install", "--yes", "--quiet", "debootstrap", "debian-archive-keyring"],
)


def main() -> int:
    """Check that it can be done here, do it apart from the rest of the machine, and tidy up."""
    options = _options()
    if options.inside:
        return _inside(options.inside, options.cache)
    try:
        _prerequisites()
        return _outside(options)
    except CannotRun as error:
        return _say(f"image-check: {error}", _CANNOT)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="image-check", description="Proves the Dockerfile without a container daemon."
    )
    parser.add_argument("--cache", type=Path, default=Path("/var/cache/einvoice-image-check"), help="for bare roots")
    parser.add_argument("--fresh", action="store_true", help="make the bare roots anew")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _prerequisites() -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CannotRun("needs root on Linux: it makes, mounts and enters bare roots. Try: sudo make image-check")
    if shutil.which("debootstrap") is None or not KEYRING.exists():
        print("Installing debootstrap …", flush=True)
        if not all(map(_succeeds, _INSTALL)):
            raise CannotRun("can't install what is missing: apt-get install debootstrap debian-archive-keyring")


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603 - fixed words
    except FileNotFoundError:
        return False


def _outside(options: argparse.Namespace) -> int:
    """Where none of the mounts can be seen, so that tidying up reaches nothing but our own files."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    options.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (options.cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun("another one is running") from None
        for left in options.cache.glob("work-*"):  # by one that was killed
            shutil.rmtree(left)
        for kept in options.cache.glob("[a-z]*/") if options.fresh else ():
            shutil.rmtree(kept)
        work = Path(tempfile.mkdtemp(prefix="work-", dir=options.cache))
        try:
            command = own_world("--inside", str(work), "--cache", str(options.cache))
            return subprocess.run(command, cwd=CHECKOUT, check=False).returncode  # noqa: S603 - ourselves
        except KeyboardInterrupt:
            return _say("image-check: broken off", _CANNOT)
        finally:
            shutil.rmtree(work)


def _inside(work: Path, cache: Path) -> int:
    """The check itself."""
    began, log = time.monotonic(), work / "log.txt"
    try:
        stages = parse((CHECKOUT / "Dockerfile").read_text("utf-8"))
        tools = machine.prepare(work / "machine")
        builder = Builder(checkout=CHECKOUT, work=work, cache=cache, machine=tools, log=log, tell=_tell)
        root, image = builder.build(stages)
        size = subprocess.run(["/usr/bin/du", "-smx", root.path], capture_output=True, text=True, check=True)  # noqa: S603
        _tell(f"image: {size.stdout.split()[0]} MB", 0.0)
        log.unlink(missing_ok=True)
        samples = CHECKOUT / "inbox" / "samples"
        Trial(root=root, image=image, work=work, samples=samples, log=log, tell=_tell).run()
    except CannotRun as error:
        return _say(f"image-check: {error}\n{_tail(log)}", _CANNOT)
    except (BuildFailed, TrialFailed, NotKnown, OSError, subprocess.SubprocessError) as error:
        return _say(f"image-check failed: {error}\n{_tail(log)}", _FAILED)
    print(f"image-check: the Dockerfile is proven, in {time.monotonic() - began:.0f} s", flush=True)
    return _PROVEN


def _tell(what: str, seconds: float) -> None:
    print(f"{seconds:7.1f} s  {what[:110]}", flush=True)


def _tail(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines() if log.is_file() else []
    return "\n".join(f"    {line}" for line in lines[-_TAIL:])


def _say(text: str, code: int) -> int:
    print(text, file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
