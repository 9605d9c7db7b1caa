# SPDX-License-Identifier: BSD-2-Clause
"""BPF programs in the kernel: those of a process, and whether one is still there."""
import ctypes
import os
import re

# include/uapi/linux/bpf.h; arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h
PROG_GET_FD_BY_ID = 13
BPF_CALL = {"x86_64": 321, "aarch64": 280}[os.uname().machine]

libc = ctypes.CDLL(None, use_errno=True)


def of_process(pid):
    """Ids of the programs that the process has descriptors of."""
    ids = set()
    try:
        for fd in os.listdir(f"/proc/{pid}/fdinfo"):
            with open(f"/proc/{pid}/fdinfo/{fd}") as info:
                ids.update(int(number) for number in re.findall(r"^prog_id:\s*(\d+)$", info.read(), re.M))
    except OSError:
        pass
    return ids


def is_there(program):
    attributes = (ctypes.c_uint32 * 32)(program)
    fd = libc.syscall(BPF_CALL, PROG_GET_FD_BY_ID, ctypes.byref(attributes), ctypes.sizeof(attributes))
    if fd >= 0:
        os.close(fd)
    return fd >= 0
