"""Namespaces of the kernel: what a check mounts and starts is gone with it, whatever happens."""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import sys

from deploy.imagecheck.roots import CannotRun

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET, unshare(2)
_SET_FLAGS, _UP = 0x8914, 0x1  # SIOCSIFFLAGS, IFF_UP, netdevice(7)


def own_world(*arguments: str) -> list[str]:
    """The command that runs this program again with mounts and processes of its own, which end when we do."""
    setpriv, unshare = map(shutil.which, ("setpriv", "unshare"))
    if setpriv is None or unshare is None:
        raise CannotRun("setpriv or unshare is missing: apt-get install util-linux")
    separate = ["--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "--mount-proc"]
    again = [sys.executable, "-m", "deploy.imagecheck", *arguments]
    return [setpriv, "--pdeathsig=KILL", unshare, *separate, *again]


def only_loopback() -> None:
    """From here on this process and its children reach themselves and nobody else."""
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.unshare(_NEW_NETWORK):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH22x", b"lo", _UP))
