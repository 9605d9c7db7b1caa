# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: two processes wait for a Semaphore, their parent joins one, and a third one,
alive and asleep, could post it."""
import os

import hang


def wait(semaphore):
    semaphore.acquire()


def sleep_long(semaphore):
    hang.sleep_for_ever()
    semaphore.release()


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    semaphore = ctx.Semaphore(0)
    a = hang.start(ctx, wait, semaphore)
    b = hang.start(ctx, wait, semaphore)
    hang.start(ctx, sleep_long, semaphore)
    hang.ready(main=os.getpid(), a=a, b=b)
    a.join()
