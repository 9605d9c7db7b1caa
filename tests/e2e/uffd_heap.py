# SPDX-License-Identifier: BSD-2-Clause
"""Two locks in opposite order, in processes where reading other memory may hang for ever:
each has a private writable mapping, registered with userfaultfd, that nobody will fill."""
import ctypes
import fcntl
import mmap
import os
import struct

import hang

SYS_USERFAULTFD = 323
UFFDIO_API, UFFDIO_REGISTER = 0xC018AA3F, 0xC020AA00
UFFD_API, MODE_MISSING = 0xAA, 1
SIZE = 1 << 20


def set_trap():
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(SYS_USERFAULTFD, os.O_CLOEXEC)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "userfaultfd")
    trap = mmap.mmap(-1, SIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    start = ctypes.addressof(ctypes.c_char.from_buffer(trap))
    fcntl.ioctl(fd, UFFDIO_API, bytearray(struct.pack("3Q", UFFD_API, 0, 0)))
    fcntl.ioctl(fd, UFFDIO_REGISTER, bytearray(struct.pack("4Q", start, SIZE, MODE_MISSING, 0)))
    return trap


def take_both(first, second, both):
    trap = set_trap()
    with first:
        both.wait()
        second.acquire()
    trap.close()


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    one, two, both = ctx.Lock(), ctx.Lock(), ctx.Barrier(2)
    a = hang.start(ctx, take_both, one, two, both)
    b = hang.start(ctx, take_both, two, one, both)
    hang.ready(main=os.getpid(), a=a, b=b)
    a.join()
