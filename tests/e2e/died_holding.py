# SPDX-License-Identifier: BSD-2-Clause
"""A process dies with a Lock, others wait for it. How it dies: exception, kill, exit.

Second argument: join (the parent joins a waiter), wait (the parent waits for
the lock itself, nobody has reaped the dead), sleep (the parent lives on).
"""
import multiprocessing.connection
import os
import signal
import sys

import hang


def take_and_die(lock, how):
    lock.acquire()
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "exit":
        os._exit(3)
    sys.stderr = open(os.devnull, "w")
    raise RuntimeError("with the lock held")


def take(lock):
    with lock:
        pass


if __name__ == "__main__":
    hang.go()
    how, parent = sys.argv[1:3]
    ctx = hang.context()
    lock = ctx.Lock()
    dead = hang.start(ctx, take_and_die, lock, how)
    multiprocessing.connection.wait([dead.sentinel])
    if parent == "wait":
        hang.ready(main=os.getpid(), dead=dead)
        take(lock)
    dead_pid = dead.pid
    dead.join()
    a = hang.start(ctx, take, lock)
    b = hang.start(ctx, take, lock)
    hang.ready(main=os.getpid(), a=a, b=b, dead=dead_pid)
    if parent == "sleep":
        hang.sleep_for_ever()
    a.join()
