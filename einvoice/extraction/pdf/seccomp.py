"""A filter of system calls for the child: it may compute, take memory, read and write what is open already, and end.

Linux alone (seccomp(2), "filter mode"). A call that is not in the list fails with EPERM. No library is used: the one
there is needs a C library that Python packages do not bring along.
"""

import ctypes
import errno
import platform

from einvoice.extraction.pdf.kernel import libc_call

# The calls a Python process makes that opens nothing, by their numbers (asm/unistd_64.h; asm-generic/unistd.h).
_CALLS = {
    "x86_64": {
        "read": 0,
        "write": 1,
        "close": 3,
        "fstat": 5,
        "lseek": 8,
        "mmap": 9,
        "mprotect": 10,
        "munmap": 11,
        "brk": 12,
        "rt_sigaction": 13,
        "rt_sigprocmask": 14,
        "rt_sigreturn": 15,
        "sched_yield": 24,
        "mremap": 25,
        "madvise": 28,
        "setitimer": 38,
        "getpid": 39,
        "exit": 60,
        "getrusage": 98,
        "sysinfo": 99,
        "times": 100,
        "sigaltstack": 131,
        "gettid": 186,
        "futex": 202,
        "restart_syscall": 219,
        "clock_gettime": 228,
        "clock_getres": 229,
        "exit_group": 231,
        "getrandom": 318,
        "membarrier": 324,
    },
    "aarch64": {
        "close": 57,
        "lseek": 62,
        "read": 63,
        "write": 64,
        "fstat": 80,
        "exit": 93,
        "exit_group": 94,
        "futex": 98,
        "setitimer": 103,
        "clock_gettime": 113,
        "clock_getres": 114,
        "sched_yield": 124,
        "restart_syscall": 128,
        "sigaltstack": 132,
        "rt_sigaction": 134,
        "rt_sigprocmask": 135,
        "rt_sigreturn": 139,
        "times": 153,
        "getrusage": 165,
        "getpid": 172,
        "gettid": 178,
        "sysinfo": 179,
        "brk": 214,
        "munmap": 215,
        "mremap": 216,
        "mmap": 222,
        "mprotect": 226,
        "madvise": 233,
        "getrandom": 278,
        "membarrier": 283,
    },
}
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_* of linux/audit.h

# linux/bpf_common.h, linux/seccomp.h, linux/prctl.h
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EPERM
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def filter_calls() -> None:
    """From now on, and for good, this thread makes no other calls. Raises OSError where that can't be had."""
    program = _program(platform.machine())
    instructions = (_Instruction * len(program))(*program)
    libc_call("prctl", _SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc_call("prctl", _SET_SECCOMP, _FILTER_MODE, ctypes.byref(_Program(len(program), instructions)), 0, 0)


def _program(machine: str) -> list[_Instruction]:
    """Right architecture, and one of the calls: allowed. Anything else fails."""
    if machine not in _CALLS:
        raise OSError(errno.ENOSYS, f"no list of system calls for {machine}")
    numbers = sorted(_CALLS[machine].values())
    asked = [_Instruction(_JUMP_IF_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    return [
        _Instruction(_LOAD, 0, 0, _ARCHITECTURE),
        _Instruction(_JUMP_IF_EQUAL, 0, len(numbers) + 1, _ARCHITECTURES[machine]),
        _Instruction(_LOAD, 0, 0, _NUMBER),
        *asked,
        _Instruction(_RETURN, 0, 0, _FAIL),
        _Instruction(_RETURN, 0, 0, _ALLOW),
    ]
