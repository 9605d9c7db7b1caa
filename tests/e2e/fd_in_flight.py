# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: the only write end of a pipe that a process reads from is in a message that
its parent has not yet received."""
import os
import socket

import hang


def read_order(read_end, write_end):
    os.close(write_end)
    os.read(read_end, 1)


if __name__ == "__main__":
    hang.go()
    here, there = socket.socketpair()
    read_end, write_end = os.pipe()
    a = hang.start(hang.context(), read_order, read_end, write_end)
    socket.send_fds(there, [b"the pipe"], [write_end])
    os.close(write_end)
    hang.ready(main=os.getpid(), a=a)
    hang.sleep_for_ever()
