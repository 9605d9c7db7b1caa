# SPDX-License-Identifier: BSD-2-Clause
"""Random plans. The same seed gives the same plan."""
import random

from . import builds
from .plan import (CATCH_CHILD, CATCH_TERM, FILE_LOCK_CALLS, INHERITING, TAKEN, WATCH_CALLS, Event, File, Lock,
                   Object, Pair, Pipe, Plan, Process, Region, Semaphore, Take, Thread, Watch)  # fmt: skip
from .scene import Scene

MUTEX_RECURSIVE, MUTEX_ERRORCHECK = 2, 3
OBJECT_KINDS = ["mutex"] * 8 + ["rwlock"] * 3 + ["sem"] * 2 + ["futex", "cond", "barrier", "stdio"]
TYPES = {"mutex": 7, "rwlock": 3}
# call: how often it is tried, relative to the others
CALLS = {"lock": 9, "sem": 2, "futex": 1, "cond": 1, "barrier": 1, "join": 3, "wait4": 2, "waitid": 2,
         "wait4-any": 1, "waitid-any": 1, "wait4-group": 1, "waitid-group": 1, "waitid-pidfd": 1,
         "read": 3, "write": 3, "poll": 3, "ppoll": 1, "select": 2, "epoll": 2, "epoll-edge": 2,
         "epoll-nested": 1, "receive": 4, "send": 3, "event-read": 2, "event-write": 1,
         "file-lock": 8, "file-lock-shared": 3,
         "rdlock": 4, "wrlock": 4, "flockfile": 3, "semop": 8}  # fmt: skip
FILE_LOCKS = [["flock"], ["flock"], ["posix"], ["posix", "ofd"], ["ofd"], ["posix", "posix"]]  # on one file
PAIRS = ["stream"] * 3 + ["dgram"] * 2 + ["seqpacket", "tcp"]
HAS_TIMEOUT = ("lock", "sem", "futex", "cond", "join", "poll", "ppoll", "select", "rdlock", "wrlock", "semop")


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.plan = Plan()
        self.lively = self.random.choice([0, 0, 0, 0.1, 0.3])  # of waits that something outside may end
        self.signals = self.random.random() < 0.3
        self.joined = {}

    def chance(self, probability):
        return self.random.random() < probability

    def some(self, items):
        """A subset that is not empty."""
        items = list(items)
        return set(self.random.sample(items, self.random.randint(1, len(items))))

    def generate(self):
        self.add_processes()
        self.add_things()
        self.add_threads()
        self.add_takes()
        self.add_locks()
        self.add_semaphores()
        self.scene = Scene(self.plan)
        for number, thread in enumerate(self.plan.threads):
            if thread.call is None:
                self.choose_call(number, thread)
        return self.plan

    def add_processes(self):
        count = self.random.choice([1, 1, 2, 2, 3, 3, 4, 5])
        for number in range(count):
            parent = self.random.randrange(number) if number else -1
            self.plan.processes.append(Process(parent, build=self.choose_build(parent)))
        for number, process in enumerate(self.plan.processes):
            if number and not self.plan.children(number) and self.chance(0.12):
                process.fate = self.random.choice(["zombie", "reaped"])
        for number, process in enumerate(self.plan.processes):
            if self.signals and process.fate == "lives":
                self.add_signals(number, process)

    def choose_build(self, parent):
        """Half of the children are their parent's program."""
        if parent >= 0 and self.chance(0.5):
            return self.plan.processes[parent].build
        return self.random.choices(list(builds.OFTEN), builds.OFTEN.values())[0]

    def add_signals(self, number, process):
        process.alarm = self.chance(0.1)
        if self.chance(0.3):
            process.catches |= CATCH_TERM
        fates = {self.plan.processes[child].fate for child in self.plan.children(number)}
        if self.chance(0.3) and fates <= {"lives"}:
            process.catches |= CATCH_CHILD

    def add_things(self):
        everybody = range(len(self.plan.processes))
        living = [p for p in everybody if self.plan.processes[p].fate == "lives"]
        for _ in range(self.random.choice([0, 1, 1, 2])):
            kind = self.random.choice(["anon", "anon", "memfd", "named"])
            hold = self.some(everybody) if kind != "anon" and self.chance(0.4) else set()
            self.plan.regions.append(Region(kind, self.some(self.of_one_libc(everybody)), hold))
        for _ in range(self.random.choice([0, 1, 1, 2, 3])):
            self.plan.pipes.append(Pipe(self.chance(0.5), self.some(living), self.some(living)))
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            self.plan.pairs.append(self.choose_pair(living))
        for _ in range(self.random.choice([0, 0, 1])):
            self.plan.events.append(Event(self.chance(0.3), self.some(living)))
        for _ in range(self.random.choice([0, 1, 1, 2])):
            self.plan.files.append(File(self.some(living)))
        self.plan.objects.append(Object("sem"))  # there is always something to wait for
        for _ in range(self.random.randint(1, 7)):
            kind = self.random.choice(OBJECT_KINDS)
            region = -1
            if self.plan.regions and kind != "stdio" and self.chance(0.5):
                region = self.random.randrange(len(self.plan.regions))
            pshared = region >= 0 or self.chance(0.15)
            self.plan.objects.append(Object(kind, region, pshared, self.random.randrange(TYPES.get(kind, 1))))

    def choose_pair(self, living):
        kind = self.random.choice(PAIRS)
        # what TCP has not yet sent moves by itself
        full = {end for end in (0, 1) if kind != "tcp" and self.chance(0.4)}
        return Pair(kind, full, (self.some(living), self.some(living)))

    def of_one_libc(self, processes):
        """The first process makes what is shared, as its C library has it."""
        libc = builds.libc(self.plan.processes[0].build)
        return [p for p in processes if builds.libc(self.plan.processes[p].build) == libc]

    def add_threads(self):
        for number, process in enumerate(self.plan.processes):
            count = self.random.choice([1, 1, 2, 2, 3, 4])
            for _ in range(count):
                call = None if process.fate == "lives" else "sleep"
                self.plan.threads.append(Thread(number, call))
            if process.fate == "lives":
                for thread in self.random.sample(self.plan.threads[-count:], count - 1):
                    if self.chance(0.1):
                        thread.call = "end"

    def add_takes(self):
        for number, thing in enumerate(self.plan.objects):
            able = [t for t, thread in enumerate(self.plan.threads)
                    if thing.region < 0 or thread.process in self.plan.regions[thing.region].map]  # fmt: skip
            careful = self.plan.never_orphaned(number)
            if careful:
                able = [t for t in able if self.stays(self.plan.threads[t])]
            if thing.kind not in TAKEN.values() or not able or self.chance(0.05):
                continue
            taker = self.random.choice(able)
            has_children = bool(self.plan.children(self.plan.threads[taker].process))
            early = has_children and thing.region < 0 and not careful and self.chance(0.5)
            self.plan.takes.append(Take(taker, number, early))

    def stays(self, thread):
        return thread.call != "end" and self.plan.processes[thread.process].fate == "lives"

    def add_locks(self):
        for number, file in enumerate(self.plan.files):
            able = [t for t, thread in enumerate(self.plan.threads) if thread.process in file.keep]
            for kind in self.random.choice(FILE_LOCKS):
                self.plan.locks.append(Lock(kind, number, self.random.choice(able)))

    def add_semaphores(self):
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            taker = -1 if self.chance(0.1) else self.random.randrange(len(self.plan.threads))
            self.plan.semaphores.append(Semaphore(taker))

    def choose_call(self, number, thread):
        if self.chance(self.lively) and self.chance(0.6):
            thread.call = self.random.choice(["sleep", "sleep", "pause", "socket"])
            return
        calls = list(CALLS)
        while calls:
            call = self.random.choices(calls, [CALLS[c] for c in calls])[0]
            if self.try_call(number, thread, call):
                thread.call = call
                thread.timed = call in HAS_TIMEOUT and self.chance(self.lively)
                return
            calls.remove(call)
        raise AssertionError("there is always a semaphore")

    def try_call(self, number, thread, call):
        if call in WATCH_CALLS:
            return self.try_poll(number, thread.process, call)
        targets = self.targets(number, thread, call)
        if not targets:
            return False
        thread.argument = self.random.choice(targets)
        if call == "join":
            self.joined[thread.argument] = number
        return True

    def targets(self, number, thread, call):
        """Whom or what the thread can wait for by that call without being let through."""
        plan, process = self.plan, thread.process
        if call in TAKEN or call in ("sem", "futex", "cond", "barrier"):
            return [o for o in range(len(plan.objects)) if self.can_wait(number, process, o, call)]
        if call == "join":
            return [t for t in plan.threads_of(process)
                    if t != number and plan.threads[t].call != "end" and t not in self.joined
                    and self.joined.get(number) != t]  # fmt: skip
        if call == "read":
            return [i for i, p in enumerate(plan.pipes) if not p.full and process in p.read]
        if call == "write":
            return [i for i, p in enumerate(plan.pipes) if p.full and process in p.write]
        if call in ("receive", "send"):
            from_end, full = (1, False) if call == "receive" else (0, True)
            return [end for end in self.own_ends(process) if plan.end_is_full(end ^ from_end) == full]
        if call in ("event-read", "event-write"):
            full = call == "event-write"
            return [i for i, e in enumerate(plan.events) if e.full == full and process in e.hold]
        if call == "semop":
            return list(range(len(plan.semaphores)))
        if call in FILE_LOCK_CALLS:
            return [k for k in range(len(plan.locks)) if self.can_ask(process, k, call)]
        children = plan.children(process)
        if call.endswith(("-any", "-group")):
            if any(plan.processes[child].fate == "zombie" for child in children):
                return []
        return sorted(self.scene.living(children))

    def can_ask(self, process, number, call):
        """False if the lock would be had, or refused, or if nobody could tell who stands before whom."""
        kind, waiters = self.plan.locks[number].type, self.plan.lock_waiters(number)
        if kind == "posix":
            return process not in self.posix_chain(self.plan.lock_owner(number))
        shared = {call} | {self.plan.threads[t].call for t in waiters} == {"file-lock-shared"}
        # the kernel's list does not tell whose request for an OFD lock is whose
        return kind == "flock" or not waiters or shared

    def posix_chain(self, process):
        """The process and all whom POSIX locks have it wait for: the kernel refuses to close a ring."""
        posix = [k for k, lock in enumerate(self.plan.locks) if lock.type == "posix"]
        chain, more = set(), {process}
        while more - chain:
            chain |= more
            more = {self.plan.lock_owner(k) for k in posix
                    if any(self.plan.threads[t].process in chain for t in self.plan.lock_waiters(k))}  # fmt: skip
        return chain

    def can_wait(self, number, process, index, call):
        thing = self.plan.objects[index]
        if thing.region >= 0 and process not in self.plan.regions[thing.region].map:
            return False
        if thing.kind != TAKEN.get(call, call):
            return False
        if call not in TAKEN:
            return True
        holder = self.plan.holder(index, process)
        if holder == number and (thing.kind != "mutex" or thing.type in (MUTEX_RECURSIVE, MUTEX_ERRORCHECK)):
            return False
        if thing.kind == "mutex" and thing.type == INHERITING:
            return holder is not None and number not in self.inheriting_chain(holder)
        return holder is not None

    def inheriting_chain(self, thread):
        """The thread and all whom it waits for by inheriting mutexes: the kernel refuses to close a ring."""
        chain = [thread]
        while True:
            last = self.plan.threads[chain[-1]]
            if last.call != "lock" or self.plan.objects[last.argument].type != INHERITING:
                return chain
            chain.append(self.plan.holder(last.argument, last.process))

    def own_ends(self, process):
        return [end for end in range(2 * len(self.plan.pairs)) if process in self.plan.end_holders(end)]

    def pipe_choices(self, process, edge):
        """What is there already counts for nothing if only what is new does."""
        for index, pipe in enumerate(self.plan.pipes):
            if process in pipe.read:
                ready = pipe.full and not edge
                yield ("hangup-in", index) if ready or self.chance(0.2) else ("in", index)
            if process in pipe.write:
                ready = not pipe.full and not edge
                yield ("hangup-out", index) if ready or self.chance(0.2) else ("out", index)

    def other_choices(self, process, edge):
        plan = self.plan
        for end in self.own_ends(process):
            full = plan.end_is_full(end)
            if (edge or not plan.end_is_full(end ^ 1)) and not (full and self.chance(0.5)):
                yield ("pair-in", end)
            elif full:
                yield ("pair-out", end)
        for index, event in enumerate(plan.events):
            if process in event.hold:
                yield ("event-out" if event.full else "event-in", index)
        for other, state in enumerate(plan.processes):
            if other != process and state.fate == "lives" and self.chance(0.3):
                yield ("process", other)

    def try_poll(self, number, process, call):
        edge = call == "epoll-edge"
        choices = [*self.pipe_choices(process, edge), *self.other_choices(process, edge)]
        if call == "select":
            choices = [choice for choice in choices if "hangup" not in choice[0]]
        if not choices:
            return False
        if self.chance(self.lively * 0.5):
            choices.append(("socket", 0))
        for kind, argument in sorted(self.random.sample(choices, self.random.randint(1, min(3, len(choices))))):
            self.plan.watches.append(Watch(number, kind, argument))
        return True


def generate(seed):
    while True:
        plan = Generator(seed).generate()
        most = max(len(plan.threads), len(plan.takes), len(plan.watches))
        if most <= 32:
            return plan
        seed = f"{seed}+"
