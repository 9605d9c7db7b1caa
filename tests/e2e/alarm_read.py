# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a read that nobody will answer, under an alarm whose handler raises."""
import os
import signal

import hang


def give_up(number, frame):
    raise TimeoutError


if __name__ == "__main__":
    hang.go()
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(600)
    read_end, write_end = os.pipe()
    hang.ready(main=os.getpid())
    os.read(read_end, 1)
