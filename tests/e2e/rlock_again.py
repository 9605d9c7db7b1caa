# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a process takes its RLock twice and then works for long; another waits for it."""
import os

import hang


def take_twice(lock, taken):
    with lock:
        with lock:
            taken.set()
            hang.sleep_for_ever()


def take(lock):
    with lock:
        pass


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    lock, taken = ctx.RLock(), ctx.Event()
    a = hang.start(ctx, take_twice, lock, taken)
    taken.wait()
    b = hang.start(ctx, take, lock)
    hang.ready(main=os.getpid(), a=a, b=b)
    a.join()
