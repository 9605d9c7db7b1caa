# SPDX-License-Identifier: BSD-2-Clause
"""Who could end a wait, worked out from /proc alone.

Whatever is not understood is open: somebody unknown may end it, so nobody is
stuck behind it. Layouts: glibc's sysdeps/nptl/bits/struct_mutex.h and
internaltypes.h (struct new_sem); system calls are those of x86-64.
"""

import os
import re
import struct

from . import filelocks, gil, kernellocks, python_lock, semlock, sockets, sysvipc
from .procfs import Unreadable, read_bytes, read_memory, read_word

# Whether custom overrules a reason for being open: never, where somebody is
# responsible for the wait, or always.
HARD, HELD, SOFT = "hard", "held", "soft"

FUTEX_CLOCK_WAIT = 0x109  # FUTEX_WAIT_BITSET with FUTEX_CLOCK_REALTIME, as glibc's rwlock has it
READABLE, EPOLLET = 0x41, 1 << 31  # POLLIN, POLLRDNORM
FUTEX_PRIVATE, FUTEX_COMMANDS = 0x80, 0x7F
FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI2 = 0, 6, 9, 13
FUTEX_WAIT_REQUEUE_PI = 11
GIL_WAIT = FUTEX_WAIT_BITSET | FUTEX_PRIVATE
FUTEX_WAITERS, FUTEX_OWNER_DIED, FUTEX_TID = 0x80000000, 0x40000000, 0x3FFFFFFF
NUSERS_MAX = 30000  # above: the upper half of a pointer, so no mutex
MUTEX_KINDS = 0x3 | 0x10 | 0x20 | 0x40 | 0x80 | 0x100 | 0x200
ROBUST, INHERIT, PROTECT, CEILING = 0x10, 0x20, 0x40, 0xFFF80000
THREAD_TID, THREAD_SELF = 0x2D0, 0x10  # struct pthread of glibc on x86-64
MUSL_ROBUST, MUSL_NEXT = 4, 28  # pthread_mutex_t of musl: a bit of its type, and from the lock word to next
MUSL_DETACH_STATE = 56  # in struct pthread of musl on x86-64
FAULTS = {4, 5, 7, 8, 11, 31}
SIGINT, SIGCHLD, INTERNAL = 2, 17, {32, 33}

INTERPRETERS = re.compile(r"(python|pypy|perl|ruby|node|nodejs|bash|sh|dash|zsh|ksh|php|lua)(?![a-z])")

VFORKS = (56, 58, 435)  # clone, vfork, clone3
FILE_CALLS = (0, 1, 19, 20)  # read, write, readv, writev
SOCKET_WCHANS = ("unix_", "__skb_wait", "sock_alloc_send", "sk_wait", "sk_stream_wait", "tcp_", "wait_woken")
# system call -> beginnings of the kernel functions in which it sleeps
WCHANS = {
    202: ("futex", "rt_mutex", "__rt_mutex"),
    449: ("futex",),
    455: ("futex",),
    61: ("do_wait", "kernel_wait"),
    247: ("do_wait", "kernel_wait"),
    0: ("pipe", "anon_pipe", "eventfd_", "do_wait_intr_irq", *SOCKET_WCHANS),
    19: ("pipe", "anon_pipe", *SOCKET_WCHANS),
    1: ("pipe", "anon_pipe", "eventfd_", "do_wait_intr_irq", *SOCKET_WCHANS),
    20: ("pipe", "anon_pipe", *SOCKET_WCHANS),
    44: SOCKET_WCHANS,
    45: SOCKET_WCHANS,
    46: SOCKET_WCHANS,
    47: SOCKET_WCHANS,
    275: ("pipe", "anon_pipe", "ipipe_prep", "opipe_prep", "splice", "do_splice", "wait_for_space", *SOCKET_WCHANS),
    232: ("ep_poll", "do_epoll_wait"),
    281: ("ep_poll", "do_epoll_wait"),
    **dict.fromkeys(VFORKS, ("kernel_clone", "wait_for_vfork_done")),
    65: ("do_semtimedop", "__do_semtimedop", "ksys_semtimedop"),
    220: ("do_semtimedop", "__do_semtimedop", "ksys_semtimedop"),
    69: ("do_msgsnd", "ksys_msgsnd"),
    70: ("do_msgrcv", "ksys_msgrcv"),
    242: ("wq_sleep", "do_mq_timedsend"),
    243: ("wq_sleep", "do_mq_timedreceive"),
    73: ("locks_lock_inode_wait", "flock_lock_inode_wait", "__do_sys_flock", "__x64_sys_flock"),
    72: ("fcntl_setlk", "do_lock_file_wait", "locks_lock_inode_wait"),
    7: ("do_poll", "do_sys_poll", "poll_schedule"),
    271: ("do_poll", "do_sys_poll", "poll_schedule"),
    23: ("do_select", "core_sys_select", "poll_schedule"),
    270: ("do_select", "core_sys_select", "poll_schedule"),
}


class Wait:
    def __init__(self, kinds, can_end=(), holders=None, relation="may-wake"):
        self.kinds = set(kinds)  # what a report may call it
        self.can_end = set(can_end)
        self.holders = None if holders is None else set(holders)
        self.relation = relation
        self.dead = False  # whoever is responsible is no more
        self.parked = False  # by pthread_mutex_lock(), for ever: the report says for which mutex
        self.timed = False
        self.idle = False  # for ever on purpose
        self.tried = False  # its task wakes up again and again, and gets no further
        self.python = None  # a lock of its threads, and its threads by their own numbers
        self.open = {}  # reason -> HARD, HELD or SOFT

    def because(self, reason, strength=HARD):
        self.open[reason] = strength
        return self

    @property
    def blamed(self):
        return self.can_end if self.holders is None else self.holders


def opened(reason):
    return Wait(()).because(reason)


def tids(tasks):
    return {task.tid for task in tasks}


def members(system, pids):
    return {task.tid for pid in pids for task in system.threads(pid)}


def in_namespace_of(task, other):
    """The number of `other` where `task` lives, or None."""
    level = len(task.ns_tids) - 1
    same = os.stat(f"/proc/{task.pid}/ns/pid").st_ino == os.stat(f"/proc/{other.pid}/ns/pid").st_ino
    if level < len(other.ns_tids) and (same or level == 0 or len(other.ns_tids) > level + 1):
        return other.ns_tids[level]
    return None


def thread_of_number(system, task, number, pids):
    for pid in pids:
        for other in system.threads(pid):
            if in_namespace_of(task, other) == number:
                return other
    return None


def handled(system, task):
    """Asynchronous signals whose handler may end a wait."""
    caught = task.caught - FAULTS - INTERNAL - {SIGINT, SIGCHLD}
    if len(system.threads(task.pid)) == 1:
        caught -= task.blocked  # no other thread takes them
    try:
        if read_bytes(f"/proc/{task.tid}/timers"):
            caught |= {14}
    except Unreadable:
        pass
    return caught


def mind_signals(system, task, wait, everywhere=True):
    """everywhere: a handler may end it in any program, not only by an interpreter's exception."""
    interpreter = task.tid == task.pid and INTERPRETERS.match(system.program(task.pid))
    if 32 in task.caught and wait.can_end:
        wait.can_end |= members(system, system.sharers(task.pid))  # pthread_cancel()
    if not everywhere and not interpreter:
        return wait
    if handled(system, task):
        wait.because("signal", HELD)
    if SIGCHLD in task.caught:
        wait.can_end |= members(system, [child.pid for child in system.children(task.pid)])
    return wait


def names_of(mapping):
    """Names of a semaphore; the mapping's own path is that of a temporary file (sem_open)."""
    if not mapping.shared or "/sem." not in mapping.path:
        return []
    with os.scandir("/dev/shm") as entries:
        return [entry.path for entry in entries if entry.inode() == mapping.inode]


class Place:
    """A futex word: whose memory it is in."""

    def __init__(self, system, task, address, private):
        self.address, self.mapping, self.private = address, system.mapping(task.pid, address), private
        self.shared = self.mapping.shared and not private
        self.offset = address - self.mapping.start + self.mapping.offset
        if not self.shared:
            self.pids = set(system.sharers(task.pid))
            return
        key = self.mapping.dev, self.mapping.inode
        self.pids = {mapping.pid for mapping in system.mappers(*key)} | system.file_users(*key)

    def mind_name(self, wait):
        if not self.shared or (self.mapping.links() == 0 and "/SYSV" not in self.mapping.path):
            return wait
        unguessable = any("/sem.mp-" in name for name in names_of(self.mapping))
        return wait.because("name", SOFT if unguessable or len(self.pids) > 1 else HARD)


def owned(system, task, place, number, kinds, heirs=True):
    """A wait that only the task of that number may end, as its namespace counts."""
    if place.shared and any(
        os.stat(f"/proc/{pid}/ns/pid").st_ino != os.stat(f"/proc/{task.pid}/ns/pid").st_ino
        for pid in place.pids
    ):
        return opened("namespaces")
    owner = thread_of_number(system, task, number, place.pids)
    wait = Wait(kinds, [owner.tid] if owner else [], [owner.tid] if owner else [], "holds")
    wait.dead = owner is None
    if wait.dead and not place.shared and heirs:
        mind_heir(system, task, number, wait)
    return wait


def mind_heir(system, task, number, wait):
    """After fork() the child's first thread may unlock for the one that called it, which is older."""
    first = system.task(task.pid)
    if not first or not first.alive or first.tid == task.tid or not first.forked:
        return
    wait.can_end.add(first.tid)
    own, parent = in_namespace_of(task, first) or 0, system.task(first.ppid)
    above = in_namespace_of(task, parent) if parent else 0  # None: it counts otherwise
    if number < own or above is None or above > own:
        wait.holders.add(first.tid)


def join_wait(system, task, place, value):
    """pthread_join() waits for the tid in the thread's own control block to become 0."""
    narrow = task.stack_pointer() < 1 << 32  # i386; a static program's blocks may lie as low
    block = place.address - (0x68 if narrow else THREAD_TID)
    own, form = (block + (8 if narrow else THREAD_SELF)), "<I" if narrow else "<Q"
    try:
        if read_word(task.pid, block, form) != block or read_word(task.pid, own, form) != block:
            return None
    except Unreadable:
        return None
    thread = thread_of_number(system, task, value, [task.pid])
    if not thread or read_word(task.pid, place.address, "<i") != value or thread.tid == task.tid:
        return None
    return Wait({"join"}, [thread.tid], [thread.tid], "joins")


def musl_joined(system, task, address):
    """musl's pthread_join(): detach_state, with the thread's tid before it and its own address at the start."""
    try:
        if read_word(task.pid, address - MUSL_DETACH_STATE) != address - MUSL_DETACH_STATE:
            return None
        number = read_word(task.pid, address - 8, "<i")
    except Unreadable:
        return None
    thread = thread_of_number(system, task, number, [task.pid])
    if not thread or thread.tid == task.tid:
        return None
    return mind_signals(system, task, Wait({"join"}, [thread.tid], [thread.tid], "joins"), everywhere=False)


def in_order(task, words):
    """The words of glibc's mutex; a 32-bit program has kind before nusers."""
    return (*words[:3], words[4], words[3]) if task.stack_pointer() < 1 << 32 else words[:5]


def mutex_wait(system, task, place, words):
    lock, _, owner, nusers, kind = in_order(task, words)
    if kind & PROTECT:
        lock &= ~CEILING
    if lock not in (1, 2) or kind & ~MUTEX_KINDS or not 1 <= nusers <= NUSERS_MAX or not owner:
        return None
    if kind & 0x20 or not 0 < owner <= 1 << 22:
        return None
    # By the bytes alone. That it is a futex is the larger claim: not the owner, but all who have access are stuck.
    return owned(system, task, place, owner, {"mutex", "futex"})


def robust_wait(system, task, place, words):
    """The kernel marks the word when the owner ends; one that still names somebody dead it missed."""
    lock, _, owner, _, kind = in_order(task, words)
    if not kind & ROBUST or kind & (MUTEX_KINDS ^ 0xFFFFFFFF) or kind & INHERIT:
        return None
    if lock & FUTEX_OWNER_DIED or not lock & FUTEX_TID:
        return opened("owner died")
    if owner not in (0, lock & FUTEX_TID, 0x7FFFFFFF):
        return None
    return owned(system, task, place, lock & FUTEX_TID, {"robust-mutex"}, heirs=False)


def musl_wait(system, task, place):
    """A mutex of musl that names its owner; the word waited for is 4 bytes into it."""
    if place.address % 8 != 4 or task.stack_pointer() < 1 << 32:
        return None
    kind, lock, waiters, _, previous = struct.unpack("<III8xIQ8x", read_memory(task.pid, place.address - 4, 40))
    if kind & ~(0x3 | MUSL_ROBUST | 0x80) or kind & 3 == 3 or not kind & 7 or not waiters:
        return None
    kinds, number = {"robust-mutex" if kind & MUSL_ROBUST else "mutex"}, lock & FUTEX_TID
    if lock & FUTEX_OWNER_DIED and not number and not kind & MUSL_ROBUST:
        wait = Wait(kinds, [], [], "holds")
        wait.dead = True  # nobody else may unlock it
        return wait
    try:  # an address in the owner's memory, which may be another's than the waiter's
        listed = read_word(task.pid, previous) == place.address + MUSL_NEXT
    except Unreadable:
        listed = False
    if number in (0, FUTEX_TID) or not listed:
        return None
    return owned(system, task, place, number, kinds, heirs=False)


def rwlock_wait(system, task, place, value):
    """Only a writer is named; the word waited for is 8 or 12 bytes into the lock."""
    for offset in (8, 12):
        lock = list(struct.unpack("<8I", read_memory(task.pid, place.address - offset, 32)))
        if task.stack_pointer() < 1 << 32:  # i386: flags, shared and more are bytes, and before the writer
            lock[6:] = lock[7], lock[6] >> 8 & 0xFF
        writer, private = lock[6], not lock[7]  # one for several processes may lie in memory of one
        if lock[4] or lock[5] or lock[7] > 1 or not lock[0] & 2 or (value == 2 and offset == 12):
            continue
        if not 0 < writer <= 1 << 22 or private != place.private:
            continue
        return owned(system, task, place, writer, {"rwlock"})
    return None


def stdio_wait(system, task, place):
    """The owner is named by the address of its control block, which holds its own address, and its tid."""
    lock, depth, block = struct.unpack("<IIQ", read_memory(task.pid, place.address, 16))
    if lock not in (1, 2) or not depth:
        return None
    try:
        if read_word(task.pid, block) != block or read_word(task.pid, block + THREAD_SELF) != block:
            return None
    except Unreadable:
        return None
    number = read_word(task.pid, block + THREAD_TID, "<I")
    owner = thread_of_number(system, task, number, [task.pid])
    wait = Wait({"stdio", "futex"}, [owner.tid] if owner else [], [owner.tid] if owner else [], "holds")
    wait.dead = owner is None
    return wait


def parked_wait(system, task, place):
    """FUTEX_LOCK_PI was refused, and the thread waits for a word of its own stack."""
    if read_word(task.pid, place.address, "<I"):
        return None
    wait = Wait({"pi-mutex", "futex"}, members(system, place.pids))
    wait.parked = True
    return wait


def parked_for(system, task, wait, address, words):
    """What is known once the report has named the mutex: its words speak for themselves."""
    lock, _, _, _, kind = words[:5]
    if not kind & INHERIT or kind & (MUTEX_KINDS ^ 0xFFFFFFFF) or not lock & FUTEX_TID:
        return
    place = Place(system, task, address, not kind & 0x80)
    found = owned(system, task, place, lock & FUTEX_TID, {"pi-mutex"}, heirs=False)
    if found.open:
        return
    wait.can_end, wait.holders, wait.dead = found.can_end, found.holders, found.dead


def pi_wait(system, task, place, words):
    if words[0] & FUTEX_OWNER_DIED or not words[0] & FUTEX_TID:
        return opened("owner died")
    return owned(system, task, place, words[0] & FUTEX_TID, {"mutex", "pi-mutex"})


def python_wait(system, task, place):
    """A lock of Python's threads; None if it is something else."""
    numbers = {thread.ns_tids[-1]: thread.tid for thread in system.threads(task.pid)}
    if place.shared or b"python" not in os.fsencode(system.program(task.pid)):
        return None
    lock = python_lock.find(system, task, place.address, numbers)
    if lock is None:
        return None
    wait = Wait({lock.kind}, members(system, place.pids), relation="may-post")
    wait.python = lock, numbers
    if not lock.exact:
        return mind_signals(system, task, wait)
    wait.holders = {numbers[lock.number]} if lock.number in numbers else set()
    wait.can_end, wait.relation = set(wait.holders), "joins" if lock.kind == "join" else "holds"
    wait.dead = not wait.holders
    return mind_signals(system, task, wait, everywhere=False)


def sem_wait(system, task, place, words):
    """A sem_t at 0, with waiters."""
    found = python_wait(system, task, place)
    if found:
        return found
    wait = Wait({"sem", "futex", "cond"}, members(system, place.pids), relation="may-post")
    place.mind_name(wait)
    mind_signals(system, task, wait)
    if not place.shared or "/sem." not in place.mapping.path:
        return wait
    wait.kinds.add("semlock")
    lock = semlock.find(system, place)
    if lock is None:
        return wait
    if lock.holder is not None:
        wait.holders, wait.relation = {lock.holder}, "holds"
    elif lock.dead:
        wait.holders, wait.relation, wait.dead = set(), "holds", True
    if lock.recursive and wait.holders is not None:
        wait.can_end = set(wait.holders)
    return wait


def gil_wait(system, task, address):
    number = gil.holder(task.pid, address)
    other = number and thread_of_number(system, task, number, system.sharers(task.pid))
    if not other:
        return None
    wait = Wait({"gil"}, {other.tid}, {other.tid}, "holds")
    wait.tried = True
    return wait


def futex_wait(system, task, args):
    address, operation, value, timeout = args[0], args[1] & 0xFFFFFFFF, args[2] & 0xFFFFFFFF, args[3]
    command = operation & FUTEX_COMMANDS
    if operation == FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE:
        operation, command = FUTEX_WAIT_BITSET | FUTEX_PRIVATE, FUTEX_WAIT  # both words are the process's own
    if command not in (FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI, FUTEX_LOCK_PI2):
        return opened("unknown futex operation")
    place = Place(system, task, address, bool(operation & FUTEX_PRIVATE))
    words = struct.unpack("<5I", read_memory(task.pid, address, 20))
    found = None
    if timeout:
        found = operation == GIL_WAIT and gil_wait(system, task, address) or opened("timed")
        found.timed = not found.tried
    elif command in (FUTEX_LOCK_PI, FUTEX_LOCK_PI2):
        found = pi_wait(system, task, place, words)
    elif operation == FUTEX_WAIT | FUTEX_PRIVATE and value == 2 and musl_joined(system, task, address):
        found = musl_joined(system, task, address)
    elif command == FUTEX_WAIT and value & ~CEILING == 2:
        found = mutex_wait(system, task, place, words) or stdio_wait(system, task, place)
    elif operation & ~FUTEX_PRIVATE == FUTEX_CLOCK_WAIT and value in (2, 3) and rwlock_wait(system, task, place, value):
        found = rwlock_wait(system, task, place, value)
    elif command == FUTEX_WAIT and value & FUTEX_WAITERS:
        found = musl_wait(system, task, place) or robust_wait(system, task, place, words)
    elif operation == 0x109 and value != 0:
        found = join_wait(system, task, place, value)
        found = found and mind_signals(system, task, found, everywhere=False)
    elif command == FUTEX_WAIT_BITSET and value == 0 and words[0] == 0 and words[1] and words[2] in (0, 128):
        found = sem_wait(system, task, place, words)
    elif command == FUTEX_WAIT_BITSET and value == 0 and 0 < address - task.stack_pointer() < 0x180:
        found = parked_wait(system, task, place)
    if found:
        return found
    kinds = {"futex", "cond", "barrier", "once", "rwlock", "stdio", "mutex", "python-lock"}
    if words[0] == value == 1 and words[3]:
        kinds.add("sem")  # of a 32-bit program: struct new_sem without 64-bit atomics
    wait = Wait(kinds, members(system, place.pids))
    return mind_signals(system, task, place.mind_name(wait))


def children_wait(system, task, chosen, kind, options):
    """The leaders are those that the call would reap; one that ended would have been."""
    if any(not leader.alive and not system.threads(leader.pid) for leader in chosen) or not chosen:
        return opened("a child to reap")
    if options & 0x2:
        return opened("stops")
    if any(other and other.tracer == task.pid for pid in system.pids for other in [system.task(pid)]):
        return opened("tracees")
    found = members(system, [leader.pid for leader in chosen])
    return mind_signals(system, task, Wait({kind}, found, found, "child"), everywhere=False)


def select_children(system, task, pid=None, group=None):
    chosen = system.children(task.pid)
    if pid is not None:
        return [leader for leader in chosen if in_namespace_of(task, leader) == pid]
    if group is not None:
        return [leader for leader in chosen if leader.group == group]
    return chosen


def wait4_wait(system, task, args):
    pid = struct.unpack("<i", struct.pack("<I", args[0] & 0xFFFFFFFF))[0]
    if pid > 0:
        chosen = select_children(system, task, pid=pid)
    elif pid == -1:
        chosen = select_children(system, task)
    else:
        chosen = select_children(system, task, group=-pid if pid else task.group)
    return children_wait(system, task, chosen, "wait4", args[2])


def waitid_wait(system, task, args):
    which, number, options = args[0] & 0xFFFFFFFF, args[1] & 0xFFFFFFFF, args[3]
    if which == 0:
        chosen = select_children(system, task)
    elif which == 1:
        chosen = select_children(system, task, pid=number)
    elif which == 2:
        chosen = select_children(system, task, group=number or task.group)
    else:
        info = dict(line.split(b":", 1) for line in read_bytes(f"/proc/{task.tid}/fdinfo/{number}").splitlines())
        chosen = [leader for leader in system.children(task.pid) if leader.pid == int(info.get(b"Pid", b"-1"))]
    return children_wait(system, task, chosen, "waitid", options)


def vfork_wait(system, task, args):
    """The child lives in the caller's memory until it runs another program or ends."""
    borrowers = [pid for pid in system.sharers(task.pid) if pid != task.pid]
    found = members(system, borrowers)
    return Wait({"vfork"}, found, found, "child") if found else opened("no child in this memory")


def file_of(system, task, fd):
    for file in system.files(task.pid):
        if file.fd == fd:
            return file
    raise Unreadable(f"{task.pid} has no descriptor {fd}")


def end_wait(system, task, fd, access, kinds):
    """Ended by whoever holds the pipe's other end; `access` is that end's."""
    match = re.fullmatch(r"pipe:\[(\d+)\]", file_of(system, task, fd).target)
    if not match:
        return opened("no pipe")
    pids = {file.pid for file in system.pipe_ends(int(match[1]), access)}
    if not pids:
        return opened("no other end")
    holders = members(system, pids - {task.pid} or pids)
    relation = "writer" if access == os.O_WRONLY else "reader"
    return mind_signals(system, task, Wait(kinds, members(system, pids), holders, relation))


def holding(system, target, same=lambda file: True):
    """Descriptors of that target for which same() holds; strangers may close theirs meanwhile."""

    def is_meant(file):
        try:
            return file.target == target and same(file)
        except Unreadable:
            return False

    return [file for pid in system.pids for file in system.files(pid) if is_meant(file)]


def socket_wait(system, task, file, kinds, reads=True):
    """Ended by whoever holds the peer, or shuts down this end."""
    own = sockets.find(task.tid, file.target)
    if not own or not own.peer:
        return opened("no peer")
    if reads and own.queued:
        return opened("something to read")
    if reads is False and own.kind == "tcp-loopback" and not own.window_shut:
        return opened("something is under way")
    peers = {other.pid for other in holding(system, f"socket:[{own.peer}]")}
    beside = {other.pid for other in holding(system, file.target)}
    if not peers:
        return opened("nobody holds the peer")
    holders = members(system, peers - {task.pid} or peers)
    wait = Wait(kinds or {own.kind}, members(system, peers | beside), holders, "peer")
    if own.kind == "tcp-loopback":
        wait.because("nothing tells that they belong together", SOFT)
    return wait


def eventfd_wait(system, task, file, kinds):
    """Ended by whoever holds it. All eventfds of all processes look alike."""
    own = file.info()[b"eventfd-id"]
    users = holding(system, file.target, lambda other: other.info().get(b"eventfd-id") == own)
    pids = {other.pid for other in users}
    return Wait(kinds, members(system, pids), members(system, pids - {task.pid} or pids), "writer")


def file_wait(system, task, fd, access, kinds):
    file = file_of(system, task, fd)
    if file.target.startswith("socket:"):
        return mind_signals(system, task, socket_wait(system, task, file, None, access == os.O_WRONLY))
    if file.target == "anon_inode:[eventfd]":
        return mind_signals(system, task, eventfd_wait(system, task, file, {"eventfd"}))
    return end_wait(system, task, fd, access, kinds)


def read_wait(system, task, args):
    return file_wait(system, task, args[0] & 0x7FFFFFFF, os.O_WRONLY, {"pipe-read"})


def write_wait(system, task, args):
    return file_wait(system, task, args[0] & 0x7FFFFFFF, os.O_RDONLY, {"pipe-write"})


def splice_wait(system, task, args):
    """Sleeps for whichever side is not ready; both sides' wakers are more than there are."""
    wait = Wait({"splice"}, (), set(), "writer")
    for fd, access in ((args[0] & 0x7FFFFFFF, os.O_WRONLY), (args[2] & 0x7FFFFFFF, os.O_RDONLY)):
        if file_of(system, task, fd).target.startswith("/"):
            continue
        part = file_wait(system, task, fd, access, {"splice"})
        wait.can_end |= part.can_end
        wait.holders |= part.holders or set()
        wait.open.update(part.open)
    return wait


def pidfd_wait(system, task, file, kinds):
    pid = int(file.info().get(b"Pid", b"-1"))
    found = members(system, [pid])
    return Wait(kinds, found, found, "child") if found else opened("ended process")


def watched(file):
    """
    What an epoll instance watches and has not put to rest (EPOLLONESHOT), as any_of() wants it. With EPOLLET
    what is there already may have been reported.
    """
    text = read_bytes(f"/proc/{file.tid}/fdinfo/{file.fd}").decode()
    lines = re.findall(r"^tfd:\s*(\d+) events:\s*([0-9a-f]+)", text, re.M)
    found = {int(fd): int(events, 16) for fd, events in lines}
    return {
        fd: None if events & EPOLLET else bool(events & READABLE)
        for fd, events in found.items()
        if events & 0x0FFFFFFF
    }


def epoll_wait(system, task, args):
    if args[3] & 0x80000000 == 0:
        return opened("timed")
    file = file_of(system, task, args[0] & 0x7FFFFFFF)
    wait = any_of(system, task, watched(file), {"epoll"})
    wait.can_end |= members(system, {other.pid for other in holding(system, file.target) if other.pid == task.pid})
    return wait


def any_of(system, task, wanted, kinds):
    """
    wanted: descriptors, ready if one is; of each whether it is watched for something to read, None if for
    something new.
    """
    wait = Wait(kinds, (), set(), "writer")
    for fd, reads in wanted.items():
        file = file_of(system, task, fd)
        parts = []
        if file.target == "anon_inode:[pidfd]":
            parts = [pidfd_wait(system, task, file, kinds)]
        elif file.target.startswith("pipe:"):
            # whatever events are asked for, the end that it is also hears of the other's end
            ends = [(os.O_RDONLY, os.O_WRONLY), (os.O_WRONLY, os.O_RDONLY)]
            parts = [end_wait(system, task, fd, other, kinds) for own, other in ends if file.may(own)]
        elif file.target.startswith("socket:"):
            parts = [socket_wait(system, task, file, kinds, reads)]
        elif file.target == "anon_inode:[eventfd]":
            parts = [eventfd_wait(system, task, file, kinds)]
        elif file.target == "anon_inode:[eventpoll]":
            parts = [any_of(system, task, watched(file), kinds)]
        else:
            parts = [opened("no pipe")]
        for part in parts:
            wait.can_end |= part.can_end
            wait.holders |= part.holders or set()
            wait.open.update(part.open)
    if not wanted:
        wait.because("nothing awaited")
    return mind_signals(system, task, wait)


def poll_wait(system, task, args):
    count = args[1] & 0xFFFFFFFF
    if count > 65536:
        return opened("too many descriptors")
    data, wanted = read_memory(task.pid, args[0], 8 * count) if count else b"", {}
    for fd, events, _ in struct.iter_unpack("<ihh", data):
        if fd >= 0:
            wanted[fd] = wanted.get(fd) or bool(events & READABLE)
    wait = any_of(system, task, wanted, {"poll"})
    wait.timed = args[2] & 0x80000000 == 0
    return wait.because("timed") if wait.timed else wait


def ppoll_wait(system, task, args):
    return unmasked(task, poll_wait(system, task, [args[0], args[1], (1 << 32) - 1]), args[2], args[3])


def unmasked(task, wait, timeout, mask):
    if timeout:
        wait.timed = True
        wait.because("timed")
    if mask and task.caught - FAULTS - INTERNAL:
        wait.because("unblocked signal")
    return wait


def select_wait(system, task, args):
    count = args[0] & 0x7FFFFFFF
    size = (count + 63) // 64 * 8
    sets = [int.from_bytes(read_memory(task.pid, where, size), "little") if where else 0 for where in args[1:4]]
    wanted = {fd: bool(sets[0] >> fd & 1) for fd in range(count) if (sets[0] | sets[1] | sets[2]) >> fd & 1}
    return unmasked(task, any_of(system, task, wanted, {"select"}), args[4], 0)


def pselect_wait(system, task, args):
    return unmasked(task, select_wait(system, task, args), 0, args[5])


def lock_wait(system, task, args, number, kinds):
    found = filelocks.in_the_way(system, task, number, args)
    if not found:
        return opened("nobody in the way")
    roots, queued = found
    if -1 in queued:
        return opened("queued behind an OFD lock")
    holders = members(system, roots - {task.pid} or roots)
    return mind_signals(system, task, Wait(kinds, members(system, roots | queued), holders, "holds"))


def flock_wait(system, task, args):
    return lock_wait(system, task, args, 73, {"flock"})


def fcntl_wait(system, task, args):
    return lock_wait(system, task, args, 72, {"posix-lock" if args[1] == 7 else "ofd-lock"})


def by_last_operator(system, task, last, kinds, relation):
    """Anybody may use the object; custom expects it of whoever did so last."""
    found = members(system, [last]) if last and last != task.pid else set()
    if not found:
        return opened("nobody in particular")
    wait = Wait(kinds, found, found, relation)
    return mind_signals(system, task, wait.because("name", HELD))


def semop_wait(system, task, args):
    if args[3]:
        wait = opened("timed")
        wait.timed = True
        return wait
    return by_last_operator(system, task, sysvipc.last_operator(task, args), {"sysv-sem"}, "holds")


def msgrcv_wait(system, task, args):
    return by_last_operator(system, task, sysvipc.queue(task.pid, args[0])[0], {"sysv-msg"}, "writer")


def msgsnd_wait(system, task, args):
    return by_last_operator(system, task, sysvipc.queue(task.pid, args[0])[1], {"sysv-msg"}, "reader")


def mq_wait(system, task, args, access):
    """Ended through any descriptor of the queue that is open for the other direction."""
    if args[4]:
        wait = opened("timed")
        wait.timed = True
        return wait
    target = os.stat(f"/proc/{task.tid}/fd/{args[0]}")
    users, pids = system.file_users(target.st_dev, target.st_ino), set()
    for pid in users:
        for file in system.files(pid):
            try:
                stat = os.stat(f"/proc/{file.tid}/fd/{file.fd}")
                if (stat.st_dev, stat.st_ino) == (target.st_dev, target.st_ino) and file.may(access):
                    pids.add(pid)
            except OSError:
                pass
    holders = members(system, pids - {task.pid} or pids)
    wait = Wait({"mq"}, members(system, pids), holders, "writer" if access == os.O_WRONLY else "reader")
    return mind_signals(system, task, wait.because("name", SOFT if len(users) > 1 else HARD))


def kernel_lock_wait(system, task, args):
    """Uninterruptible, in a call on a file: for a lock that somebody keeps who uses the same file."""
    keepers = kernellocks.keepers(system, task, file_of(system, task, args[0] & 0x7FFFFFFF).target)
    if not keepers or len(keepers) > 1:
        return opened("nobody is seen with the lock")
    return Wait({"kernel-lock"}, tids(keepers), tids(keepers), "holds")


def pause_wait(system, task, args):
    if task.caught - INTERNAL - FAULTS:
        return opened("signal")
    wait = Wait({"pause"})
    wait.idle = True
    return wait


def futex2_wait(system, task, args):
    """futex_wait(): address, value, mask, flags, timeout."""
    if args[3] & 3 != 2:
        return opened("no word of 32 bits")
    return futex_wait(system, task, [args[0], FUTEX_WAIT_BITSET | args[3] & FUTEX_PRIVATE, args[1], args[4]])


def waitv_wait(system, task, args):
    """futex_waitv(): ended by whoever can reach any of the words."""
    wait = Wait({"futex-waitv"})
    if args[3]:
        wait.timed = True
        return wait.because("timed")
    listed = read_memory(task.pid, args[0], 24 * (args[1] & 0xFFFFFFFF))
    for _, address, flags, _ in struct.iter_unpack("<QQII", listed):
        if flags & ~FUTEX_PRIVATE != 2:
            return opened("no word of 32 bits")
        place = Place(system, task, address, bool(flags & FUTEX_PRIVATE))
        wait.can_end |= members(system, place.pids)
        place.mind_name(wait)
    return mind_signals(system, task, wait)


CALLS = {
    202: futex_wait,
    449: waitv_wait,
    455: futex2_wait,
    61: wait4_wait,
    247: waitid_wait,
    0: read_wait,
    19: read_wait,
    1: write_wait,
    20: write_wait,
    7: poll_wait,
    271: ppoll_wait,
    23: select_wait,
    270: pselect_wait,
    **dict.fromkeys(VFORKS, vfork_wait),
    65: semop_wait,
    220: semop_wait,
    69: msgsnd_wait,
    70: msgrcv_wait,
    242: lambda system, task, args: mq_wait(system, task, args, os.O_RDONLY),
    243: lambda system, task, args: mq_wait(system, task, args, os.O_WRONLY),
    275: splice_wait,
    44: write_wait,
    45: read_wait,
    46: write_wait,
    47: read_wait,
    232: epoll_wait,
    281: epoll_wait,
    73: flock_wait,
    72: fcntl_wait,
    34: pause_wait,
    130: pause_wait,
}


def running_reason(system, task, number):
    """Why the task is not to be taken for blocked in its call, or None."""
    wchan = task.wchan()
    if any(file.target.startswith("anon_inode:[io_uring]") for file in system.files(task.pid)):
        return "has an io_uring"
    if number in WCHANS and wchan not in ("", "0") and not wchan.startswith(WCHANS[number]):
        return f"sleeps in {wchan}"
    return "is frozen" if system.is_frozen(task.pid) else None


def of_task(system, task):
    """The task's wait; None if it is not blocked at all."""
    if not task.alive:
        return Wait(())  # the dead do nothing
    if task.state not in "SD" or task.pending or task.tracer or task.kernel_thread:
        return None
    try:
        call = task.call()
        if task.state == "D" and call and call[0] in FILE_CALLS:
            return kernel_lock_wait(system, task, call[1])
        if task.state == "D" and (call is None or call[0] not in VFORKS):
            return None
        if call is None or running_reason(system, task, call[0]):
            return None
        if call[0] not in CALLS:
            return opened(f"system call {call[0]}")
        return CALLS[call[0]](system, task, call[1])
    except (Unreadable, OSError, struct.error) as error:
        return opened(str(error))
