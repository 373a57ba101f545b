"""This machine's own way to packages: mirror, proxies, indexes, certificates.

It is read when the check runs and bound into a root for the time of a build; nothing of it is copied or stays there,
and nothing of it is written into the repository.
"""

import configparser
import os
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

INSIDE = "/run/machine"  # where a root finds it
_PIP_FILES = ("/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf")
_CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
# What Docker too hands to every RUN without being asked.
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """Where packages come from; empty: debootstrap's own default."""

    main: str = ""
    security: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a build may use."""

    folder: Path  # configuration files; seen as INSIDE in a root
    binds: tuple[Path, ...]  # other folders, seen under the same path
    environment: Mapping[str, str]


def find_mirror() -> Mirror:
    """The Debian mirror this machine uses, as apt knows it after an update."""
    found = _known_mirror()
    if not found.main:  # perhaps there was no update yet
        _said("apt-get", "update", "--quiet")
        found = _known_mirror()
    return found


def _known_mirror() -> Mirror:
    shown = "$(ORIGIN)|$(LABEL)|$(REPO_URI)"
    sites: dict[str, str] = {}
    for line in _said("apt-get", "indextargets", "--format", shown, "Created-By: Packages").splitlines():
        origin, label, site = line.split("|")
        if origin == "Debian":
            sites.setdefault(label, site.rstrip("/"))
    return Mirror(main=sites.get("Debian", ""), security=sites.get("Debian-Security", ""))


def prepare(folder: Path) -> Machine:
    """Collect the configuration into `folder`, which belongs to this run alone."""
    folder.mkdir(mode=0o755)
    environment = {name: value for name, value in os.environ.items() if name.upper() in _PROXIES}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    environment |= {"APT_CONFIG": f"{INSIDE}/apt.conf", "PIP_CONFIG_FILE": f"{INSIDE}/pip.conf"}
    certificates = next((os.environ[name] for name in _CERTIFICATES if name in os.environ), None)
    certificates = certificates or ssl.get_default_verify_paths().cafile
    acquire = [line for line in _said("apt-config", "dump").splitlines() if line.startswith("Acquire::")]
    if certificates and Path(certificates).is_file():
        (folder / "ca.pem").write_bytes(Path(certificates).read_bytes())
        environment |= dict.fromkeys(_CERTIFICATES, f"{INSIDE}/ca.pem")
        acquire.append(f'Acquire::https::CAInfo "{INSIDE}/ca.pem";')
    (folder / "apt.conf").write_text("\n".join(acquire) + "\n")
    pip = configparser.ConfigParser(interpolation=None, strict=False)
    pip.read([Path(name).expanduser() for name in _PIP_FILES])
    for section in pip.sections():
        pip.remove_option(section, "cert")  # said by PIP_CERT, where it lies in the root
    with (folder / "pip.conf").open("w") as file:
        pip.write(file)
    wheels = os.environ.get("PIP_FIND_LINKS", "").split()
    binds = tuple(Path(word) for word in wheels if word.startswith("/") and Path(word).is_dir())
    return Machine(folder=folder, binds=binds, environment=environment)


def apt_proxy() -> dict[str, str]:
    """The proxy apt uses, for programs that read the environment instead (debootstrap)."""
    found = _said("apt-config", "dump", "Acquire::http::Proxy", "--format", "%v")
    return {"http_proxy": found} if found and "http_proxy" not in os.environ else {}


def _said(*command: str) -> str:
    program = which(command[0])
    if program is None:
        return ""
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return done.stdout.strip()
