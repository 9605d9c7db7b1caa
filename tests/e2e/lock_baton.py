# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a Lock is a baton. Its taker waits for it again, another process releases it:
every 300 ms, or (late) only after a long time."""
import os
import sys
import time

import hang


def take_again_and_again(lock):
    while True:
        lock.acquire()


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    lock = ctx.Lock()
    a = hang.start(ctx, take_again_and_again, lock)
    hang.ready(main=os.getpid(), a=a)
    while True:
        time.sleep(1000 if sys.argv[1] == "late" else 0.3)
        try:
            lock.release()
        except ValueError:
            pass  # on a busy machine it has not been taken again yet
