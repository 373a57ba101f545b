"""The small server that forks a child for every PDF. Run as `python -I -m einvoice.extraction.pdf.zygote FD`.

It loads all that a child needs once, and never the rule engine, whose address space knows no limit. FD is a socket on
which each message is one order, with three descriptors: the PDF, where the child answers (`wire.py`), and where the
server tells how the child ended. Whoever closes the other end of the last wants the child no more: it is killed.
The server has one thread, keeps nothing, and ends when the socket is closed.
"""

import codecs
import contextlib
import gc
import importlib
import json
import logging
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass

from einvoice.extraction.pdf import wire
from einvoice.extraction.pdf.confinement import NO_MEMORY, Means, confine, leave_network, wanted, weaker
from einvoice.extraction.pdf.limits import PdfLimits
from einvoice.extraction.pdf.probe import XML, sample

sys.modules["cryptography"] = None  # type: ignore[assignment] # pypdf would load it, and encrypted PDFs are refused
from einvoice.extraction.pdf.child import answer  # noqa: E402 - this loads pypdf

# Encodings that PDFs and XML use, and Python loads at first use: a child can open no file.
_ENCODINGS = (
    "ascii big5 charmap cp037 cp437 cp850 cp932 cp936 cp949 cp950 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256"
    " cp1257 cp1258 euc_jp euc_kr gb18030 gb2312 gbk idna iso2022_jp koi8_r latin_1 mac_roman shift_jis unicode_escape"
    " utf_7 utf_8 utf_8_sig utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le "
    + " ".join(f"iso8859_{part}" for part in range(1, 17) if part != 12)
).split()
_LATER = ("pypdf._codecs.core_font_metrics",)  # modules, likewise
_DESCRIPTORS = 3
_LONGEST_ORDER = 100_000
_PROBE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    status: int  # descriptor


def main() -> None:
    """Serve until the socket is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # meant for the service; when it ends, we do
        signal.signal(number, signal.SIG_IGN)
    _load()
    means = _means()
    control.send(json.dumps(means.told()).encode())
    _serve(control, means)


def _load() -> None:
    logging.disable()
    for module in _LATER:
        importlib.import_module(module)
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    list(answer(sample(), wire.Order(), PdfLimits()))  # whatever else is loaded at first use
    gc.collect()
    gc.freeze()


def _means() -> Means:
    """The most that works, tried out."""
    means: Means | None = wanted(network=leave_network())
    while means is not None:
        if _works(means):
            return means
        means = weaker(means)
    return Means()  # not even that: then every PDF says so


def _works(means: Means) -> bool:
    pid = os.fork()
    if not pid:
        code = 1
        with contextlib.suppress(BaseException):
            signal.alarm(_PROBE_SECONDS)
            confine(PdfLimits(), means)
            code = 0 if list(answer(sample(), wire.Order(), PdfLimits()))[1] == XML else 1
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _serve(control: socket.socket, means: Means) -> None:
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(ended, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(ended, select.POLLIN)
    children: dict[int, _Child] = {}  # by status descriptor
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == control.fileno():
                child = _born(control, children, means, (ended, wake))
                if child is not None:
                    children[child.status] = child
                    poll.register(child.status, 0)  # tells when its other end is closed
            elif descriptor == ended:
                with contextlib.suppress(BlockingIOError):
                    os.read(ended, 4096)
            elif descriptor in children:
                os.kill(children[descriptor].pid, signal.SIGKILL)
                poll.unregister(descriptor)
        for child in [one for one in children.values() if _bury(one)]:
            with contextlib.suppress(KeyError):
                poll.unregister(child.status)
            del children[child.status]
            os.close(child.status)


def _born(control: socket.socket, children: dict[int, _Child], means: Means, ours: tuple[int, int]) -> _Child | None:
    """The child for the next order. Ends the server, and with it every child, when there will be no more orders."""
    message, descriptors, _, _ = socket.recv_fds(control, _LONGEST_ORDER, _DESCRIPTORS)
    if not message:
        os._exit(0)
    if len(descriptors) != _DESCRIPTORS:
        for descriptor in descriptors:
            os.close(descriptor)
        return None
    pdf, channel, status = descriptors
    try:
        pid = os.fork()
    except OSError as error:
        _tell(status, f"not started: {error}")
        for descriptor in descriptors:
            os.close(descriptor)
        return None
    if not pid:
        signal.set_wakeup_fd(-1)
        control.close()
        for descriptor in (*ours, status, *children):
            os.close(descriptor)
        _live(pdf, channel, message, means)
    os.close(pdf)
    os.close(channel)
    return _Child(pid, status)


def _bury(child: _Child) -> bool:
    pid, status = os.waitpid(child.pid, os.WNOHANG)
    if not pid:
        return False
    _tell(child.status, str(os.waitstatus_to_exitcode(status)))
    return True


def _tell(status: int, what: str) -> None:
    with contextlib.suppress(OSError):  # nobody wants to know any more
        os.write(status, what.encode())


def _live(pdf: int, channel: int, message: bytes, means: Means) -> None:
    """All a child ever does."""
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):  # what it says is not for the log
            os.dup2(nothing, standard)
        os.close(nothing)
        order, limits = wire.read_order(message)
        confine(limits, means)
        wire.write(channel, wire.GREETING)
        for part in answer(wire.read_all(pdf), order, limits):
            wire.write(channel, part)
        wire.write(channel, wire.END)
        code = 0
    except MemoryError:
        code = NO_MEMORY
    except Exception as error:
        wire.write(channel, wire.mistake(error))
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
