# SPDX-License-Identifier: BSD-2-Clause
"""What a puppet acts out. The text form is described in plan.h."""
from dataclasses import dataclass, field

CATCH_TERM, CATCH_CHILD = 1, 2
ROBUST, INHERITING = 5, 6  # types of a mutex
TAKEN = {"lock": "mutex", "rdlock": "rwlock", "wrlock": "rwlock", "flockfile": "stdio"}  # by a call
EPOLL_CALLS = ("epoll", "epoll-edge", "epoll-nested")
WATCH_CALLS = ("poll", "ppoll", "select", *EPOLL_CALLS)
FILE_LOCK_CALLS = ("file-lock", "file-lock-shared")


@dataclass
class Process:
    parent: int = -1
    catches: int = 0
    alarm: bool = False
    fate: str = "lives"
    build: str = "O2"


@dataclass
class Region:
    type: str
    map: set
    hold: set = field(default_factory=set)


@dataclass
class Pipe:
    full: bool
    read: set
    write: set


@dataclass
class Pair:
    """Two connected sockets; an end is twice the pair's number, and one more for the other."""

    type: str
    full: set  # of 0 and 1: the ends whose sending nobody has read
    ends: tuple  # who holds the one, who holds the other


@dataclass
class Event:
    full: bool
    hold: set


@dataclass
class File:
    keep: set  # who shares the open file description


@dataclass
class Lock:
    type: str
    file: int
    taker: int


@dataclass
class Semaphore:
    taker: int  # -1: nobody


@dataclass
class Object:
    kind: str
    region: int = -1  # -1: each process has its own copy
    pshared: bool = False
    type: int = 0


@dataclass
class Thread:
    process: int
    call: str
    argument: int = 0
    timed: bool = False


@dataclass
class Take:
    thread: int
    object: int
    before_fork: bool = False


@dataclass
class Watch:
    thread: int
    type: str
    argument: int = 0


def mask(members):
    return format(sum(1 << member for member in members), "x")


@dataclass
class Plan:
    processes: list = field(default_factory=list)
    regions: list = field(default_factory=list)
    pipes: list = field(default_factory=list)
    pairs: list = field(default_factory=list)
    events: list = field(default_factory=list)
    files: list = field(default_factory=list)
    locks: list = field(default_factory=list)
    semaphores: list = field(default_factory=list)
    objects: list = field(default_factory=list)
    threads: list = field(default_factory=list)
    takes: list = field(default_factory=list)
    watches: list = field(default_factory=list)

    def text(self):
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self):
        for i, p in enumerate(self.processes):
            yield f"process {i} {p.parent} catch={p.catches} alarm={p.alarm:d} {p.fate} {p.build}"
        for i, r in enumerate(self.regions):
            yield f"region {i} {r.type} map={mask(r.map)} hold={mask(r.hold)}"
        for i, p in enumerate(self.pipes):
            yield f"pipe {i} {'full' if p.full else 'empty'} read={mask(p.read)} write={mask(p.write)}"
        for i, p in enumerate(self.pairs):
            yield f"pair {i} {p.type} full={mask(p.full)} one={mask(p.ends[0])} other={mask(p.ends[1])}"
        for i, e in enumerate(self.events):
            yield f"event {i} {'full' if e.full else 'empty'} hold={mask(e.hold)}"
        for i, f in enumerate(self.files):
            yield f"file {i} keep={mask(f.keep)}"
        for i, k in enumerate(self.locks):
            yield f"lock {i} {k.type} file={k.file} taker={k.taker}"
        for i, s in enumerate(self.semaphores):
            yield f"semaphore {i} taker={s.taker}"
        for i, o in enumerate(self.objects):
            place = f"region={o.region}" if o.region >= 0 else "process"
            yield f"object {i} {o.kind} {place} pshared={o.pshared:d} type={o.type}"
        for i, t in enumerate(self.threads):
            yield f"thread {i} {t.process} {t.call} {t.argument} timed={t.timed:d}"
        for t in self.takes:
            yield f"take {t.thread} {t.object} {'before-fork' if t.before_fork else 'after-fork'}"
        for w in self.watches:
            yield f"watch {w.thread} {w.type} {w.argument}"

    def leader(self, process):
        return self.threads_of(process)[0]

    def threads_of(self, process):
        return [i for i, thread in enumerate(self.threads) if thread.process == process]

    def children(self, process):
        return [i for i, p in enumerate(self.processes) if p.parent == process]

    def descends(self, process, ancestor):
        while process != ancestor and process >= 0:
            process = self.processes[process].parent
        return process == ancestor

    def copies(self, process, ancestor):
        """The process's own memory is a copy of the ancestor's: none of them became another program since."""
        while process != ancestor and process >= 0:
            parent = self.processes[process].parent
            if parent >= 0 and self.processes[parent].build != self.processes[process].build:
                return False
            process = parent
        return process == ancestor

    def end_holders(self, end):
        return self.pairs[end // 2].ends[end % 2]

    def end_is_full(self, end):
        return end % 2 in self.pairs[end // 2].full

    def watches_of(self, thread):
        return [watch for watch in self.watches if watch.thread == thread]

    def never_orphaned(self, number):
        """The object's owner does not end and leave it taken: the kernel hands it on, or all end with him."""
        thing = self.objects[number]
        return thing.kind == "stdio" or (thing.kind == "mutex" and thing.type in (ROBUST, INHERITING))

    def waiters(self, number):
        """The threads that wait to take the object, or their own copy of it."""
        return [i for i, thread in enumerate(self.threads) if thread.call in TAKEN and thread.argument == number]

    def lock_waiters(self, lock):
        """The threads that ask for the lock on a file, in the order in which they do."""
        return [i for i, thread in enumerate(self.threads)
                if thread.call in FILE_LOCK_CALLS and thread.argument == lock]  # fmt: skip

    def lock_owner(self, lock):
        return self.threads[self.locks[lock].taker].process

    def holder(self, number, process):
        """The thread that took the process's object, or that took the original before fork() copied it."""
        shared = self.objects[number].region >= 0
        for take in self.takes:
            taker = self.threads[take.thread].process
            if take.object != number:
                continue
            if shared or taker == process or (take.before_fork and self.copies(process, taker)):
                return take.thread
        return None
