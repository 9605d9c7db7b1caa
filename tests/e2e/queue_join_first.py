# SPDX-License-Identifier: BSD-2-Clause
"""A child puts more into a Queue than a pipe holds, the parent joins it before it reads."""
import os
import time

import hang


def fill(queue):
    queue.put(b"x" * 1000000)


def feeder_of(process):
    """The thread that writes into the pipe, once it does (call 1) and the main thread waits."""
    while True:
        for tid in map(int, os.listdir(f"/proc/{process.pid}/task")):
            with open(f"/proc/{process.pid}/task/{tid}/syscall") as file:
                if tid != process.pid and file.read().split()[0] == "1":
                    return tid
        time.sleep(0.02)


if __name__ == "__main__":
    hang.go()
    ctx = hang.context()
    queue = ctx.Queue()
    a = hang.start(ctx, fill, queue)
    hang.ready(main=os.getpid(), a=a, feeder=feeder_of(a))
    a.join()
    queue.get()
