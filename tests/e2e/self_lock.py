# SPDX-License-Identifier: BSD-2-Clause
"""A process takes its Lock a second time: directly, or through a second function."""
import os
import sys

import hang


def add(lock):
    with lock:
        pass


def run(lock, how):
    with lock:
        if how == "function":
            add(lock)
        lock.acquire()


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    lock = ctx.Lock()
    a = hang.start(ctx, run, lock, sys.argv[1])
    hang.ready(main=os.getpid(), a=a)
    a.join()
