# SPDX-License-Identifier: BSD-2-Clause
"""What each thread of a scene waits for, and who could end that wait."""
from dataclasses import dataclass, field

from . import builds
from .plan import CATCH_CHILD, CATCH_TERM, EPOLL_CALLS, FILE_LOCK_CALLS, INHERITING, ROBUST, TAKEN
from .scene import ALIVE, GONE, ZOMBIE

STRONG = {"holds", "joins", "child", "writer", "reader", "peer"}
KINDS = {**TAKEN, "read": "pipe-read", "write": "pipe-write", "ppoll": "poll", "semop": "sysv-sem",
         "event-read": "eventfd", "event-write": "eventfd", **dict.fromkeys(EPOLL_CALLS, "epoll")}
MUTEX_KINDS = {ROBUST: "robust-mutex", INHERITING: "pi-mutex"}
FILE_LOCK_KINDS = {"flock": "flock", "posix": "posix-lock", "ofd": "ofd-lock"}
METHODS = {"pipe-read": "pipe", "pipe-write": "pipe", "select": "poll", "epoll": "poll",
           "unix-socket": "pair", "tcp-loopback": "pair", "cond": "futex", "barrier": "futex",
           "rwlock": "mutex", "sysv-sem": "sysv_sem", "stdio": "mutex", "robust-mutex": "mutex", "pi-mutex": "mutex",
           **dict.fromkeys(FILE_LOCK_KINDS.values(), "file_lock")}  # fmt: skip


@dataclass
class Names:
    """The numbers that the kernel gave to threads and processes."""

    tids: list
    pids: list
    plan: object


@dataclass
class Edge:
    relation: str
    tasks: set  # who could act
    can_end: bool = True
    holder: bool = False
    responsible: set = None  # of those, whom custom expects to act
    of_processes: bool = False  # leads to processes, not to a thread
    parties: list = None  # as explained: tasks together that are to blame together
    dead: tuple = None  # names the dead that it leads to: whoever names the same is stuck for the same reason
    forms: list = field(default_factory=list)  # how a cause's edge is reported
    short_forms: list = None  # how a victim's is

    def __post_init__(self):
        if self.responsible is None:
            self.responsible = self.tasks
        if self.parties is None:
            self.parties = [self.responsible]
        if self.short_forms is None:
            self.short_forms = self.forms


@dataclass
class Wait:
    kind: str
    edges: list = field(default_factory=list)
    open: bool = False  # something outside may end it, whatever custom says
    soft: set = field(default_factory=set)  # ways on with which custom need not reckon
    held: bool = False  # somebody else than the waiter is responsible
    idle: bool = False
    mates: set = field(default_factory=set)  # the living threads of the waiter's process


def of_scene(scene, names):
    """One Wait for each thread, None if it runs or has ended."""
    return [Waits(scene, names, number).wait for number in range(len(scene.plan.threads))]


class Waits:
    """Works out one wait."""

    def __init__(self, scene, names, number):
        self.scene, self.plan, self.names = scene, scene.plan, names
        self.number, self.thread = number, scene.plan.threads[number]
        self.me = self.thread.process
        self.wait = None
        if scene.thread_state(number) != ALIVE or number in scene.returned:
            return
        call = self.thread.call
        if call in ("sleep", "spin", "socket", "waitid-stop") or self.thread.timed:
            return
        kind = KINDS.get(call, call.split("-")[0])
        if call in FILE_LOCK_CALLS:
            kind = FILE_LOCK_KINDS[self.plan.locks[self.thread.argument].type]
        if call in ("receive", "send"):
            kind = "tcp-loopback" if self.plan.pairs[self.thread.argument // 2].type == "tcp" else "unix-socket"
        if call == "lock":
            kind = MUTEX_KINDS.get(self.plan.objects[self.thread.argument].type, kind)
        self.wait = Wait(kind, mates=set(scene.threads_left(self.me)))
        getattr(self, METHODS.get(kind, kind))()

    def add(self, *args, **keywords):
        edge = Edge(*args, **keywords)
        self.wait.edges.append(edge)
        others = edge.responsible - {self.number} or edge.dead is not None
        if edge.of_processes and self.wait.mates == {self.number} and edge.tasks == {self.number}:
            others = False
        self.wait.held |= edge.holder and bool(others)
        if edge.of_processes:
            self.wait.open |= any(self.plan.processes[self.plan.threads[t].process].alarm for t in edge.tasks)
        return edge

    # who there is

    def process_form(self, process, relation):
        state = ALIVE if self.scene.lives(process) else self.scene.ended[process]
        return ("process", self.names.pids[process], state, relation)

    def threads_of(self, processes):
        return {t for process in processes for t in self.scene.threads_left(process)}

    def add_process(self, process, relation, holder=True):
        form = self.process_form(process, relation)
        return self.add(relation, self.threads_of([process]), holder=holder, of_processes=True, forms=[form])

    def add_memory(self, relation):
        form = ("group", f"users of the memory of process {self.names.pids[self.me]}", 1, relation)
        return self.add(relation, self.threads_of([self.me]), of_processes=True, forms=[form])

    def add_mappers(self, region, relation):
        mappers = self.scene.mappers(region)
        form = ("group", "mappers of inode", len(mappers), relation)
        self.add(relation, self.threads_of(mappers), of_processes=True, forms=[form])
        if self.plan.regions[region].type == "named":
            self.wait.soft.add("name")
            self.wait.open |= len(mappers) < 2

    def add_children(self, relation, holder):
        """Children that have ended and were not waited for still count, and can do nothing."""
        children = [c for c in self.plan.children(self.me) if self.scene.ended.get(c) != GONE]
        if len(children) == 1:
            self.add_process(children[0], relation, holder)
        if len(children) < 2:
            return
        group = ("group", f"children of {self.names.pids[self.me]}", len(children), relation)
        forms = [self.process_form(child, relation) for child in children] if relation in STRONG else [group]
        self.add(relation, self.threads_of(children), holder=holder, of_processes=True, forms=forms,
                 short_forms=[group])  # fmt: skip

    def add_handlers(self):
        process = self.plan.processes[self.me]
        self.wait.open |= process.alarm
        if process.catches & CATCH_TERM:
            self.wait.soft.add("signal")
        elif process.catches & CATCH_CHILD:
            self.add_children("may-wake", holder=False)

    # one function for each kind of wait

    def mutex(self):
        holder = self.plan.holder(self.thread.argument, self.me)
        state = self.scene.thread_state(holder)
        thing = self.plan.objects[self.thread.argument]
        region = thing.region
        shared = region >= 0
        tid = self.names.tids[holder]
        if not shared and self.plan.threads[holder].process != self.me:
            left = "gone" if state == GONE else "left-behind"
            dead = (holder, "gone", self.me) if state == GONE else (holder, "left-behind", 0)
            self.add("holds", set(), holder=True, dead=dead, forms=[("task", tid, left, "holds")])
            self.heir(thing, tid)
        elif state == ALIVE:
            self.add("holds", {holder}, holder=True, forms=[("task", tid, ALIVE, "holds")])
        else:
            word = "zombie" if state == ZOMBIE else "gone"
            # a number alone names the same thread only within the same memory
            memory = -1 - region if shared else self.me
            dead = (holder, word, memory if state == GONE else 0)
            self.add("holds", set(), holder=True, dead=dead, forms=[("task", tid, word, "holds")])
            if not shared and state == GONE:
                self.heir(thing, tid)

    def heir(self, thing, owner):
        """
        The child's first thread stands for the one that called fork(): it may unlock for it. Whoever has a higher
        number is younger by custom, but numbers begin anew.
        """
        process = self.plan.processes[self.me]
        leader = self.plan.leader(self.me)
        copied = process.parent >= 0 and self.plan.copies(self.me, process.parent)
        if not copied or builds.refuses_others(process.build, thing.type):
            return
        if leader != self.number and self.scene.thread_state(leader) == ALIVE:
            tid = self.names.tids[leader]
            self.add("may-wake", {leader}, holder=owner < tid, forms=[("task", tid, ALIVE, "may-wake")])

    def by_access(self, relation):
        region = self.plan.objects[self.thread.argument].region
        if region >= 0:
            self.add_mappers(region, relation)
        else:
            self.add_memory(relation)
        self.add_handlers()

    def sem(self):
        self.by_access("may-post")

    def futex(self):
        self.by_access("may-wake")

    def join(self):
        joined = self.thread.argument
        self.add("joins", {joined}, holder=True, forms=[("task", self.names.tids[joined], ALIVE, "joins")])

    def wait4(self):
        call = self.thread.call
        if not call.endswith(("-any", "-group")):
            self.add_process(self.thread.argument, "child")
        else:
            self.add_children("child", holder=call.endswith("-any"))
            # its own threads may give it new ones
            if len(self.plan.threads_of(self.me)) > 1:
                self.add_memory("may-wake")
        self.add_handlers()

    waitid = wait4

    def pipe_end(self, number, reads):
        """False if nobody but the waiter's own process could act at the other end."""
        pipe = self.plan.pipes[number]
        relation = "writer" if reads else "reader"
        holders = self.scene.living(pipe.write if reads else pipe.read)
        return self.add_holders(holders, relation, f"{relation}s of pipe")

    def add_holders(self, holders, relation, label):
        """Any of them may act, but nobody expects the waiter to: False if there is no other."""
        others = holders - {self.me}
        blamed = others or holders
        forms = [self.process_form(process, relation) for process in blamed]
        parties = [self.threads_of([process]) for process in others] or [self.threads_of(holders)]
        group = ("group", label, len(holders), relation)
        self.add(relation, self.threads_of(holders), holder=bool(others), responsible=self.threads_of(blamed),
                 of_processes=True, parties=parties, forms=forms, short_forms=forms if others else [group])  # fmt: skip
        return bool(others)

    def pair_end(self, end):
        """Whoever holds an end may also shut it down. False as in pipe_end()."""
        pair = self.plan.pairs[end // 2]
        if pair.type == "tcp":
            self.wait.soft.add("uncounted")
        # a datagram socket whose peer has gone may be connected to another
        if self.scene.is_orphan(end):
            self.wait.open = True
        self.add("may-wake", self.threads_of(self.scene.living(self.plan.end_holders(end))), of_processes=True)
        return self.add_holders(self.scene.living(self.plan.end_holders(end ^ 1)), "peer", "holders of socket")

    def pair(self):
        self.pair_end(self.thread.argument)
        self.add_handlers()

    def event_users(self, number, reads):
        relation = "writer" if reads else "reader"
        holders = self.scene.living(self.plan.events[number].hold)
        return self.add_holders(holders, relation, "holders of eventfd")

    def eventfd(self):
        self.event_users(self.thread.argument, self.thread.call == "event-read")
        self.add_handlers()

    def pipe(self):
        self.pipe_end(self.thread.argument, self.thread.call == "read")
        self.add_handlers()

    def file_lock(self):
        number = self.thread.argument
        lock = self.plan.locks[number]
        if lock.type == "posix":
            self.add_process(self.plan.lock_owner(number), "holds")
        else:
            holders = self.scene.living(self.plan.files[lock.file].keep)
            self.add_holders(holders, "holds", "sharers of a description of inode")
        for process in self.queued_before(number):
            form = self.process_form(process, "may-wake")
            self.add("may-wake", self.threads_of([process]), of_processes=True, forms=[form])
        self.add_handlers()

    def sysv_sem(self):
        """By custom who took the last unit gives it back, unless others are seen who may give one."""
        number = self.thread.argument
        taker = self.plan.semaphores[number].taker
        owner = self.plan.threads[taker].process if taker >= 0 else self.me
        others = [t for t in self.scene.sleepers("semop")
                  if t.process not in (self.me, owner) and t.argument != number]  # fmt: skip
        if owner == self.me or others or not self.scene.lives(owner):
            self.wait.open = True
        else:
            self.wait.soft.add("name")
            self.add_process(owner, "holds")
        self.add_handlers()

    def queued_before(self, lock):
        """Processes whose requests ours is queued behind; that of its twins, too: the kernel's list names a process."""
        before = self.scene.queue(lock)
        threads = self.plan.threads
        twins = [t for t in before
                 if threads[t].process == self.me and threads[t].call == self.thread.call]  # fmt: skip
        return {threads[t].process for twin in twins for t in before[twin]}

    def poll(self):
        others = True
        for watch in self.plan.watches_of(self.number):
            if watch.type == "socket":
                self.wait.open = True
            elif watch.type == "process":
                child = self.plan.processes[watch.argument].parent == self.me
                self.add_process(watch.argument, "child" if child else "joins")
            elif watch.type.startswith("event"):
                others &= self.event_users(watch.argument, watch.type == "event-in")
            elif watch.type.startswith("pair"):
                others &= self.pair_end(watch.argument)
            else:
                others &= self.pipe_end(watch.argument, watch.type in ("in", "hangup-in"))
        if not others:
            self.wait.held = False
        if self.wait.kind == "epoll":  # who holds the instance may have it watch something else
            self.add_memory("may-wake")
        self.add_handlers()

    def pause(self):
        self.wait.open = bool(self.plan.processes[self.me].catches) or self.plan.processes[self.me].alarm
        self.wait.idle = not self.wait.open
