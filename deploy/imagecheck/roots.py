"""Bare roots: what a base image is, made by debootstrap and kept for the next run."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from deploy.imagecheck.machine import apt_proxy, find_mirror

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TAG = re.compile(r"(?:docker\.io/(?:library/)?)?debian:(?P<suite>[a-z]+)(?:-slim)?")


class CannotRun(Exception):
    """The check can't be done on this machine; says what is missing."""


def suite_of(image: str) -> str:
    """`trixie` of `debian:trixie-slim`. Raises CannotRun for an image debootstrap can't make."""
    found = _TAG.fullmatch(image)
    if found is None:
        raise CannotRun(f"FROM {image}: only debian:SUITE and debian:SUITE-slim can be made by debootstrap")
    return found["suite"]


def bare_root(image: str, cache: Path, log: Path) -> tuple[Path, bool]:
    """The kept root of a base image, and whether it was made just now. Raises CannotRun."""
    suite = suite_of(image)
    kept = cache / suite
    if kept.is_dir():
        return kept, False
    making = cache / f"{suite}.part"
    shutil.rmtree(making, ignore_errors=True)
    _debootstrap(suite, making, log)
    os.rename(making, kept)
    return kept, True


def copy_root(source: Path, target: Path) -> None:
    """A root of one's own, as much like the first as cp can make it."""
    subprocess.run(["/bin/cp", "--archive", "--reflink=auto", str(source), str(target)], check=True)  # noqa: S603


def _debootstrap(suite: str, target: Path, log: Path) -> None:
    """As slim as the image: essential packages and apt."""
    program = shutil.which("debootstrap")
    if program is None:
        raise CannotRun("debootstrap is missing: apt-get install debootstrap")
    mirror = find_mirror()
    command = [program, "--variant=minbase", "--force-check-gpg", f"--keyring={KEYRING}", suite, str(target)]
    command += [mirror.main] if mirror.main else []
    with log.open("ab") as output:
        done = subprocess.run(command, stdout=output, stderr=output, env=os.environ | apt_proxy(), check=False)  # noqa: S603
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
        raise CannotRun(f"debootstrap could not make {suite} from this machine's mirror; see its output below")
    if mirror.main:
        lines = [f"deb {mirror.main} {name} main" for name in (suite, f"{suite}-updates")]
        lines += [f"deb {mirror.security} {suite}-security main"] if mirror.security else []
        (target / "etc/apt/sources.list").write_text("\n".join(lines) + "\n")
    for name in ("resolv.conf", "hostname"):  # debootstrap leaves this machine's own there
        (target / "etc" / name).unlink(missing_ok=True)
        (target / "etc" / name).touch()
