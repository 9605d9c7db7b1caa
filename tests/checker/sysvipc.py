# SPDX-License-Identifier: BSD-2-Clause
"""System V objects, as ipcs(1) tells of them inside a process's IPC namespace."""

import re
import subprocess

from .procfs import Unreadable, living_thread, read_memory


def ipcs(pid, *arguments):
    done = subprocess.run(
        ["nsenter", "-t", str(living_thread(pid)), "-i", "ipcs", *arguments], capture_output=True, text=True, timeout=20
    )
    if done.returncode:
        raise Unreadable(f"ipcs {arguments}: {done.stderr.strip()}")
    return done.stdout


def semaphores(pid, number):
    """number in the set -> (value, last operator)"""
    rows = re.findall(r"^(\d+) +(\d+) +(\d+) +(\d+) +(\d+) *$", ipcs(pid, "-s", "-i", str(number)), re.M)
    return {int(row[0]): (int(row[1]), int(row[4])) for row in rows}


def queue(pid, number):
    """(last sender, last receiver)"""
    text = ipcs(pid, "-q", "-i", str(number))
    return tuple(int(re.search(rf"{key}=(\d+)", text)[1]) for key in ("lspid", "lrpid"))


def operations(task, args):
    data = read_memory(task.pid, args[1], 6 * args[2])
    for at in range(0, len(data), 6):
        yield tuple(int.from_bytes(data[at + i : at + i + 2], "little", signed=i > 0) for i in (0, 2))


def last_operator(task, args):
    """Whoever changed the semaphore last that the first impossible operation waits for, or None."""
    values = semaphores(task.pid, args[0])
    now = {number: value for number, (value, _) in values.items()}
    for number, units in operations(task, args):
        if now[number] + units < 0 or (not units and now[number]):
            return values[number][1]
        now[number] += units
    return None
