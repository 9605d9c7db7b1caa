# SPDX-License-Identifier: BSD-2-Clause
"""A plan as it stands once everybody is in place, and what becomes of it when a process is killed."""
from dataclasses import dataclass, field

from .plan import FILE_LOCK_CALLS, WATCH_CALLS

ALIVE, ZOMBIE, GONE = "alive", "zombie", "gone"


@dataclass
class Scene:
    plan: object
    ended: dict = field(default_factory=dict)  # process -> ZOMBIE or GONE
    returned: set = field(default_factory=set)  # threads whose call came back: they sleep for a time

    def __post_init__(self):
        for number, process in enumerate(self.plan.processes):
            if process.fate != "lives":
                self.ended.setdefault(number, ZOMBIE if process.fate == "zombie" else GONE)

    def lives(self, process):
        return process not in self.ended

    def thread_state(self, number):
        thread = self.plan.threads[number]
        if self.lives(thread.process) and thread.call != "end":
            return ALIVE
        # a leader stays until the last of its threads has ended and its parent has heard of it
        if number == self.plan.leader(thread.process) and self.ended.get(thread.process) != GONE:
            return ZOMBIE
        return GONE

    def threads_left(self, process):
        return [t for t in self.plan.threads_of(process) if self.thread_state(t) == ALIVE]

    def living(self, processes):
        return {process for process in processes if self.lives(process)}

    def mappers(self, region):
        region = self.plan.regions[region]
        return self.living(region.map | region.hold)

    def may_kill(self, process):
        """False if what follows is a race: who reaps it, or what its parent's handler interrupts."""
        plan = self.plan
        parent = plan.processes[process].parent
        if parent < 0 or not self.lives(process) or plan.processes[parent].catches:
            return False
        if len(self._reapers(process)) > 1 or not all(map(self.lives, plan.children(process))):
            return False
        if any(self._hands_on(number, process) for number in range(len(plan.objects))):
            return False
        # whoever writes and is interrupted wakes those who poll a pipe (fs/pipe.c: pipe_write()); then
        # all that is there is new to who waits for something new
        if self.sleepers("epoll-edge"):
            return False
        # of more than one who asks for the same lock, who gets it next is a race
        return all(len(self.queue(lock)) < 2 for lock in range(len(plan.locks)))

    def _hands_on(self, number, process):
        """True if the process's end gives the object to somebody who waits for it."""
        plan = self.plan
        if plan.objects[number].region < 0 or not plan.never_orphaned(number):
            return False
        holder = plan.holder(number, process)
        return holder is not None and plan.threads[holder].process == process and bool(plan.waiters(number))

    def queue(self, lock):
        """
        Who asks for the lock, and behind whom each stands: a request is queued behind the holder, and
        there behind the first that it conflicts with, and so on (fs/locks.c: __locks_insert_block()).
        """
        before = {}
        for thread in filter(self._blocked, self.plan.lock_waiters(lock)):
            path = []
            while rivals := [t for t in before if before[t] == path and self._conflict(lock, t, thread)]:
                path = [*path, rivals[0]]
            before[thread] = path
        return before

    def _conflict(self, lock, *pair):
        one, other = (self.plan.threads[t] for t in pair)
        if self.plan.locks[lock].type == "posix" and one.process == other.process:
            return False
        return "file-lock" in (one.call, other.call)

    def _is_released(self, number):
        lock = self.plan.locks[number]
        if lock.type == "posix":
            return not self.lives(self.plan.lock_owner(number))
        return not self.living(self.plan.files[lock.file].keep)

    def kill(self, process):
        """What follows a SIGKILL."""
        reapers = self._reapers(process)
        self.ended[process] = GONE if reapers else ZOMBIE
        self.returned |= reapers
        self.returned |= {t for t in range(len(self.plan.threads)) if self._is_over(t, process)}

    def _reapers(self, process):
        return {t for t in range(len(self.plan.threads)) if self._reaps(t, process)}

    def _blocked(self, number):
        return self.thread_state(number) == ALIVE and number not in self.returned

    def sleepers(self, call):
        return [thread for number, thread in enumerate(self.plan.threads)
                if thread.call == call and self._blocked(number)]  # fmt: skip

    def _reaps(self, number, process):
        thread = self.plan.threads[number]
        if not self._blocked(number) or self.plan.processes[process].parent != thread.process:
            return False
        if thread.call in ("wait4-any", "wait4-group", "waitid-any", "waitid-group"):
            return True
        return thread.call in ("wait4", "waitid", "waitid-pidfd") and thread.argument == process

    def _is_over(self, number, process):
        """End of file, a broken pipe, or the end of a process that was watched."""
        thread = self.plan.threads[number]
        if not self._blocked(number):
            return False
        if thread.call == "read":
            return not self.living(self.plan.pipes[thread.argument].write)
        if thread.call == "write":
            return not self.living(self.plan.pipes[thread.argument].read)
        if thread.call in ("receive", "send"):
            return self._is_cut(thread.argument, thread.call == "send")
        if thread.call in FILE_LOCK_CALLS:
            return self._is_released(thread.argument)
        if thread.call == "waitid-stop":
            return not self.living(self.plan.children(thread.process))
        if thread.call in WATCH_CALLS:
            return any(self._is_ready(watch, process) for watch in self.plan.watches_of(number))
        return False

    def _is_ready(self, watch, process):
        if watch.type == "process":
            return watch.argument == process
        if watch.type in ("in", "hangup-in"):
            return not self.living(self.plan.pipes[watch.argument].write)
        if watch.type in ("out", "hangup-out"):
            return not self.living(self.plan.pipes[watch.argument].read)
        if watch.type in ("pair-in", "pair-out"):
            return self._is_cut(watch.argument, watch.type == "pair-out")
        return False

    def is_orphan(self, end):
        """The other end has been closed."""
        return not self.living(self.plan.end_holders(end ^ 1))

    def _is_cut(self, end, sends):
        """Who receives datagrams does not hear that their sender has gone."""
        return self.is_orphan(end) and (sends or self.plan.pairs[end // 2].type != "dgram")
