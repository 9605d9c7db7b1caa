# SPDX-License-Identifier: BSD-2-Clause
"""What /proc says of processes. Tasks that vanish while they are read are skipped."""
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    pid: int
    ppid: int
    session: int


def read(path):
    """The text of a file below /proc, or "" if it is gone."""
    try:
        with open(f"/proc/{path}", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def processes():
    table = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        stat = read(f"{pid}/stat")
        if stat:
            _, ppid, _, session = stat[stat.rindex(")") + 2 :].split()[:4]
            table[int(pid)] = Process(int(pid), int(ppid), int(session))
    return table


def family(leader, table=None):
    """The pids of the leader's session and of all descendants of those."""
    table = table or processes()
    members = {p.pid for p in table.values() if p.session == leader or p.pid == leader}
    grown = True
    while grown:
        more = {p.pid for p in table.values() if p.ppid in members} - members
        members |= more
        grown = bool(more)
    return members


def threads(pid):
    try:
        return [int(tid) for tid in os.listdir(f"/proc/{pid}/task")]
    except FileNotFoundError:
        return []


def status(tid):
    """The fields of the task's status."""
    lines = read(f"{tid}/status").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def is_alive(pid):
    """Whether a thread is left: the leader may be gone before the others."""
    return any(status(tid).get("State", "Z")[0] not in "ZX" for tid in threads(pid))


def switches(tid):
    fields = status(tid)
    return sum(int(fields.get(f"{which}_ctxt_switches", 0)) for which in ("voluntary", "nonvoluntary"))


# i386 system calls (asm/unistd_32.h) -> those of x86-64 that take the same arguments; futex2's are the same
COMPAT_CALLS = {3: 0, 4: 1, 7: 61, 114: 61, 168: 7, 240: 202, 284: 247, 414: 271, 422: 202}


def is_compat(tid):
    """Whether the stack lies where only a 32-bit program has one."""
    words = read(f"{tid}/syscall").split()
    return len(words) > 8 and int(words[-2], 16) < 1 << 32


def call(tid):
    """The number, for x86-64, of the system call that the task sleeps in, or None."""
    first = read(f"{tid}/syscall").split()[:1]
    if not first or not first[0].lstrip("-").isdigit():
        return None
    number = int(first[0])
    if number == 455:  # futex_wait() of futex2
        return 202
    return COMPAT_CALLS.get(number, number) if is_compat(tid) else number