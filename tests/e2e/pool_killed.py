# SPDX-License-Identifier: BSD-2-Clause
"""A Pool whose idle worker is killed: it held the lock of the queue of tasks, all others wait.

The argument: apply (the parent waits for a result), sleep (the parent lives on), idle
(nobody is killed: the near miss).
"""
import os
import signal
import sys
import time

import hang


def call_of(pid):
    with open(f"/proc/{pid}/syscall") as file:
        return file.read().split()[0]


def idle_workers(pool):
    """Once exactly one reads (call 0) and all others wait in futex (202): (reader, others)."""
    while True:
        calls = {worker.pid: call_of(worker.pid) for worker in pool._pool}
        readers = [pid for pid, call in calls.items() if call == "0"]
        others = [pid for pid, call in calls.items() if call == "202"]
        if len(readers) == 1 and len(others) == len(calls) - 1:
            return readers[0], others
        time.sleep(0.05)


if __name__ == "__main__":
    hang.go()
    pool = hang.context().Pool(3)
    pool.map(abs, range(10))
    reader, (a, b) = idle_workers(pool)
    if sys.argv[1] == "idle":
        hang.ready(main=os.getpid(), reader=reader, a=a, b=b)
        hang.sleep_for_ever()
    os.kill(reader, signal.SIGKILL)
    while reader in (pids := [worker.pid for worker in pool._pool]) or len(pids) < 3:
        time.sleep(0.05)
    [c] = set(pids) - {a, b}
    hang.ready(main=os.getpid(), dead=reader, a=a, b=b, c=c)
    if sys.argv[1] == "sleep":
        hang.sleep_for_ever()
    pool.apply(abs, (1,))
