#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The checker accepts true reports of programs that really hang, and no false ones.

Each false report is a true one with one thing changed.
"""

import copy
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stdout

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from checker import procfs, semlock, waits  # noqa: E402

# tests/checker.py shares its name with the package that it is made of.
import importlib.util  # noqa: E402

_spec = importlib.util.spec_from_file_location("checker_program", os.path.join(HERE, "checker.py"))
program = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(program)

C_PROGRAM = r"""
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static sem_t sem;

static void say(const char *name, void *object)
{
	printf("%s %d %p\n", name, gettid(), object);
	fflush(stdout);
}

static void take(pthread_mutex_t *mutex, int timed)
{
	struct timespec end = { .tv_sec = time(NULL) + 3600 };

	if (timed)
		pthread_mutex_timedlock(mutex, &end);
	else
		pthread_mutex_lock(mutex);
}

static void *first(void *timed)
{
	pthread_mutex_lock(&a);
	pthread_barrier_wait(&both);
	say("first", &b);
	take(&b, timed != NULL);
	return NULL;
}

static void *second(void *unused)
{
	pthread_mutex_lock(&b);
	pthread_barrier_wait(&both);
	say("second", &a);
	take(&a, 0);
	return unused;
}

static void *spin(void *unused)
{
	say("sleeper", NULL);
	for (;;)
		usleep(1000);
	return unused;
}

static void *leave(void *unused)
{
	pthread_mutex_lock(&a);
	say("left", &a);
	return unused;
}

static void *starve(void *unused)
{
	say("starving", &sem);
	sem_wait(&sem);
	return unused;
}

int main(int argc, char **argv)
{
	const char *what = argv[argc - 1];
	pthread_t one, two, three;

	pthread_barrier_init(&both, NULL, 2);
	say("main", NULL);
	if (strcmp(what, "abba") == 0 || strcmp(what, "timed") == 0) {
		pthread_create(&one, NULL, first, strcmp(what, "timed") ? NULL : "");
		pthread_create(&two, NULL, second, NULL);
		pthread_create(&three, NULL, spin, NULL);
		pthread_join(one, NULL);
	} else if (strcmp(what, "self") == 0) {
		pthread_mutex_lock(&a);
		pthread_create(&three, NULL, spin, NULL);
		pthread_mutex_lock(&a);
	} else if (strcmp(what, "left") == 0) {
		pthread_create(&one, NULL, leave, NULL);
		pthread_join(one, NULL);
		pthread_create(&three, NULL, spin, NULL);
		pthread_mutex_lock(&a);
	} else if (strcmp(what, "starve") == 0) {
		sem_init(&sem, 0, 0);
		pthread_create(&one, NULL, starve, NULL);
		pthread_join(one, NULL);
	} else if (strcmp(what, "held") == 0) {
		pthread_create(&three, NULL, spin, NULL);
		pthread_mutex_lock(&a);
		pthread_create(&one, NULL, second, NULL);
		pthread_barrier_wait(&both);
		pause();
	}
	return 0;
}
"""

PY_PROGRAM = r"""
import multiprocessing as mp, os, signal, sys, threading, time

def say(name):
    os.write(1, f"{name} {os.getpid()} 0x0\n".encode())

def pair(name, first, second, ready):
    with first:
        ready.wait()
        say(name)
        with second:
            pass

def beat():
    while True:
        time.sleep(0.01)

def lively_pair(*arguments):
    signal.signal(signal.SIGTERM, lambda *_: None)
    threading.Thread(target=beat, daemon=True).start()
    pair(*arguments)

def twice(lock):
    lock.acquire()
    say("child")
    lock.acquire()

def die(lock):
    lock.acquire()
    os._exit(0)

def need(lock):
    say("child")
    lock.acquire()

def fill(end):
    say("child")
    end.send_bytes(b"x" * 1000000)

def join():
    say("child")
    mp.parent_process().join()

def children_of(what):
    a, b, ready = mp.Lock(), mp.Lock(), mp.Barrier(2)
    kept.extend((a, b, ready))
    if what in ("abba", "lively"):
        target = pair if what == "abba" else lively_pair
        return [mp.Process(target=target, args=args) for args in (("first", a, b, ready), ("second", b, a, ready))]
    if what == "self":
        return [mp.Process(target=twice, args=(a,))]
    if what == "dead":
        dying = mp.Process(target=die, args=(a,))
        dying.start()
        dying.join()
        return [mp.Process(target=need, args=(a,))]
    if what == "join":
        return [mp.Process(target=join)]
    kept.extend(mp.Pipe(duplex=False))
    return [mp.Process(target=fill, args=(kept[-1],))]

if __name__ == "__main__":
    kept = []  # the parent goes on using what it made
    mp.set_start_method(sys.argv[2])
    children = children_of(sys.argv[1])
    for child in children:
        child.start()
    say("main")
    while sys.argv[1] == "lively" and all(child.is_alive() for child in children):
        time.sleep(0.01)
    for child in children:
        child.join()
"""


class Hang:
    """A program that hangs by design, and what it says of itself."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, text=True, start_new_session=True, bufsize=1
        )
        self.pid, self.tid, self.object = self.process.pid, {}, {}

    def wait_for(self, names):
        while set(names) - set(self.tid):
            name, tid, address = self.process.stdout.readline().split()
            self.tid[name], self.object[name] = int(tid), int(address.replace("(nil)", "0"), 16)

    def settle(self, restless):
        """Until each has come to where it hangs: it sleeps, and has not run since the look before."""
        tids = {self.pid, *self.tid.values()} - {self.tid[name] for name in restless if name in self.tid}
        before = None
        while True:
            system = procfs.System()
            tasks = [system.task(tid) for tid in sorted(tids)]
            now = [task and (task.tid, task.state, task.switches) for task in tasks]
            if now == before and all(task is None or task.state in "SZX" for task in tasks):
                return
            before = now
            time.sleep(0.05)

    def end(self):
        names = [path for mapping in procfs.System().mappings(self.pid) for path in waits.names_of(mapping)]
        os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        for name in names:  # of semaphores: whoever would have removed them was killed as well
            os.unlink(name)


def call_evidence(task):
    path = f"/proc/{task.pid}/task/{task.tid}/syscall"
    words = procfs.read_bytes(path).decode().split()[:7]
    return {"source": "proc", "path": path, "value": " ".join(words), "meaning": "the waiter's call"}


def memory_evidence(pid, address, length, meaning="bytes of the object"):
    data = procfs.read_memory(pid, address, length)
    return {"source": "memory", "pid": pid, "address": hex(address), "bytes": data.hex(), "meaning": meaning}


def census(what, number):
    return {"source": "kernel", "what": what, "kernel": number, "found": number, "meaning": "census"}


def edge_to(waiter, tid, relation, *evidence, state="alive"):
    task = procfs.System().task(tid)
    return {"pid": task.pid if task else tid, "tid": tid, "state": state, "relation": relation,
            "evidence": [call_evidence(waiter), *evidence]}


def group_of(waiter, group, count, relation, *evidence):
    return {"group": group, "count": count, "relation": relation, "evidence": [call_evidence(waiter), *evidence]}


def cause_of(tid, kind, *edges):
    task = procfs.System().task(tid)
    return {"pid": task.pid, "tid": tid, "comm": "x", "start_time_ns": task.start_ticks * procfs.TICK_NS,
            "role": "cause", "switches": task.switches,
            "wait": {"kind": kind, "syscall": "futex", "object": "an object", "since_s": 1.0, "timed": False,
                     "need": "any"},
            "waits_for": list(edges)}


def victim_of(tid, to, relation):
    task = procfs.System().task(tid)
    return {"pid": task.pid, "tid": tid, "comm": "x", "waits_for": [{"pid": to, "tid": to, "relation": relation}]}


def report_of(verdict, causes, victims=(), certainty="proven"):
    return {"schema": 1, "type": "deadlock", "id": "0123456789abcdef", "verdict": verdict, "certainty": certainty,
            "time": "2026-01-31T12:00:00.123Z", "stuck_for_s": 1.0, "summary": "they wait", "tasks": causes,
            "victims": list(victims), "victim_count": len(victims), "advice": "do not"}


def judge(report):
    """(status, output) of the checker for one report."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(report) + "\n")
        file.flush()
        output = io.StringIO()
        with redirect_stdout(output):
            status = program.main([file.name])
    return status, output.getvalue()


class CheckerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        source, cls.c_program = os.path.join(cls.folder.name, "hang.c"), os.path.join(cls.folder.name, "hang")
        with open(source, "w", encoding="utf-8") as file:
            file.write(C_PROGRAM)
        cls.python_program = os.path.join(cls.folder.name, "hang.py")
        with open(cls.python_program, "w", encoding="utf-8") as file:
            file.write(PY_PROGRAM)
        subprocess.run(["gcc", "-pthread", "-o", cls.c_program, source], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def hang_c(self, what, *names):
        return self.hang([self.c_program, what], names, ("sleeper",))

    def hang_python(self, what, *names, start="fork"):
        restless = ("main",) if what == "lively" else ()
        return self.hang(["/usr/bin/python3", self.python_program, what, start], names, restless)

    def hang(self, arguments, names, restless):
        hang = Hang(arguments)
        self.addCleanup(hang.end)
        hang.wait_for(names)
        hang.settle(restless)
        return hang

    def accepted(self, report):
        status, output = judge(report)
        self.assertEqual((status, output.split()[0]), (0, "accepted"), output)

    def rejected(self, report, why):
        status, output = judge(report)
        self.assertEqual(status, 1, output)
        self.assertRegex(output, why)
        self.assertNotRegex(output, "(?m)^accepted")

    # What is true.

    def abba(self, what="abba"):
        hang = self.hang_c(what, "first", "second", "sleeper")
        system = procfs.System()
        one, two = system.task(hang.tid["first"]), system.task(hang.tid["second"])

        def edge(waiter, other, address):
            return edge_to(waiter, other.tid, "holds", memory_evidence(hang.pid, address, 24))

        causes = [cause_of(one.tid, "mutex", edge(one, two, hang.object["first"])),
                  cause_of(two.tid, "mutex", edge(two, one, hang.object["second"]))]
        return hang, report_of("cycle", causes, [victim_of(hang.pid, one.tid, "joins")])

    def one_mutex(self, what, name, verdict, state):
        hang = self.hang_c(what, "sleeper", *([name] if name else []))
        waiter = procfs.System().task(hang.pid)
        address = waiter.call()[1][0]
        holder = hang.tid[name or "main"]
        edge = edge_to(waiter, holder, "holds", memory_evidence(hang.pid, address, 24), state=state)
        edge["pid"] = hang.pid
        return hang, report_of(verdict, [cause_of(hang.pid, "mutex", edge)])

    def starved(self):
        hang = self.hang_c("starve", "starving")
        system = procfs.System()
        waiter, joiner = system.task(hang.tid["starving"]), system.task(hang.pid)
        word = memory_evidence(hang.pid, hang.object["starving"], 16)
        everyone = group_of(waiter, "tasks of its address space", 2, "may-post", word,
                            census("tasks of its address space", 2))
        joined = joiner.call()[1][0]
        causes = [cause_of(waiter.tid, "sem", everyone),
                  cause_of(joiner.tid, "join", edge_to(joiner, waiter.tid, "joins",
                                                       memory_evidence(hang.pid, joined, 4)))]
        return hang, report_of("no-waker", causes)

    def semlock_edge(self, waiter, holder, relation="holds", state="alive"):
        """With the counters of every process that maps the lock."""
        system = procfs.System()
        place = waits.Place(system, waiter, waiter.call()[1][0], False)
        inode = place.mapping.inode
        evidence = [memory_evidence(waiter.pid, place.address, 16)]
        for pid in sorted(place.pids):
            for mapping in system.mappings(pid):
                if mapping.inode != inode or not mapping.shared:
                    continue
                for address in semlock.words_equal(system, pid, mapping.start + place.offset - mapping.offset):
                    try:
                        semlock.SemLock(pid, address - 16)
                    except (procfs.Unreadable, OSError):
                        continue
                    evidence.append(memory_evidence(pid, address + 20, 4, "SemLock.count"))
        evidence.append(census(f"mappers of inode {inode}", len(place.pids)))
        return edge_to(waiter, holder, relation, *evidence, state=state)

    def python_pair(self, what="abba", start="fork"):
        hang = self.hang_python(what, "main", "first", "second", start=start)
        system = procfs.System()
        one, two = system.task(hang.tid["first"]), system.task(hang.tid["second"])
        causes = [cause_of(one.tid, "semlock", self.semlock_edge(one, two.tid)),
                  cause_of(two.tid, "semlock", self.semlock_edge(two, one.tid))]
        return hang, report_of("cycle", causes, [victim_of(hang.pid, one.tid, "child")])

    def python_self(self):
        hang = self.hang_python("self", "child")
        child = procfs.System().task(hang.tid["child"])
        return hang, report_of("self", [cause_of(child.tid, "semlock", self.semlock_edge(child, child.tid))],
                               [victim_of(hang.pid, child.tid, "child")])

    def python_dead(self):
        hang = self.hang_python("dead", "child")
        child = procfs.System().task(hang.tid["child"])
        edge = self.semlock_edge(child, child.tid, state="gone")
        del edge["pid"], edge["tid"]
        return hang, report_of("dead-owner", [cause_of(child.tid, "semlock", edge)],
                               [victim_of(hang.pid, child.tid, "child")])

    def python_pipe(self):
        """The child writes more than fits, the parent waits for its end and reads afterwards."""
        hang = self.hang_python("fill", "child")
        system = procfs.System()
        child, parent = system.task(hang.tid["child"]), system.task(hang.pid)
        fd = child.call()[1][0]
        link = f"/proc/{child.pid}/fd/{fd}"
        inode = int(os.readlink(link)[6:-1])
        shown = {"source": "proc", "path": link, "value": os.readlink(link), "meaning": "what it writes to"}
        readers = census(f"readers of pipe {inode}", 1)
        causes = [cause_of(child.tid, "pipe-write", edge_to(child, parent.tid, "reader", shown, readers)),
                  cause_of(parent.tid, "wait4", edge_to(parent, child.tid, "child"))]
        return hang, report_of("cycle", causes)

    def python_join(self):
        """Parent and child wait for each other's end; the child by a pipe that the parent holds."""
        hang = self.hang_python("join", "child")
        system = procfs.System()
        child, parent = system.task(hang.tid["child"]), system.task(hang.pid)
        polled = memory_evidence(child.pid, child.call()[1][0], 8, "struct pollfd")
        link = f"/proc/{child.pid}/fd/{int.from_bytes(bytes.fromhex(polled['bytes'])[:4], 'little')}"
        shown = {"source": "proc", "path": link, "value": os.readlink(link), "meaning": "what it polls"}
        writers = census(f"writers of {os.readlink(link)}", 1)
        causes = [cause_of(child.tid, "poll", edge_to(child, parent.tid, "writer", polled, shown, writers)),
                  cause_of(parent.tid, "wait4", edge_to(parent, child.tid, "child"))]
        return hang, report_of("cycle", causes)

    def test_true_mutex_cycle_is_accepted(self):
        self.accepted(self.abba()[1])

    def test_true_self_is_accepted(self):
        self.accepted(self.one_mutex("self", None, "self", "alive")[1])

    def test_true_dead_owner_is_accepted(self):
        self.accepted(self.one_mutex("left", "left", "dead-owner", "gone")[1])

    def test_true_no_waker_is_accepted(self):
        self.accepted(self.starved()[1])

    def test_true_semlock_cycle_is_accepted(self):
        self.accepted(self.python_pair()[1])

    def test_true_semlock_self_is_accepted(self):
        self.accepted(self.python_self()[1])

    def test_true_semlock_dead_owner_is_accepted(self):
        self.accepted(self.python_dead()[1])

    def test_true_pipe_cycle_is_accepted(self):
        self.accepted(self.python_pipe()[1])

    def test_true_join_cycle_is_accepted(self):
        self.accepted(self.python_join()[1])

    def test_lock_with_a_name_is_likely_and_not_proven(self):
        _, report = self.python_pair(start="spawn")
        self.rejected(report, "can go on: name")
        self.accepted(dict(report, certainty="likely"))

    def test_holders_beside_lively_threads_are_likely_and_not_proven(self):
        _, report = self.python_pair("lively")
        report["victims"], report["victim_count"] = [], 0
        self.rejected(report, "can go on: signal")
        self.accepted(dict(report, certainty="likely"))

    def test_history_is_good_for_likely_accepted(self):
        report = self.python_pair()[1]
        report["certainty"] = "likely"
        told = {"source": "history", "what": "lock", "value": "taken", "meaning": "seen earlier"}
        report["tasks"][0]["waits_for"][0]["evidence"].append(told)
        self.accepted(report)

    # What is false.

    def test_wrong_evidence_is_rejected(self):
        _, report = self.abba()

        def planted(change):
            false = copy.deepcopy(report)
            change(false["tasks"][0], false["tasks"][0]["waits_for"][0]["evidence"])
            return false

        def other_argument(_, evidence):
            words = evidence[0]["value"].split()
            evidence[0]["value"] = " ".join([*words[:1], "0x1000", *words[2:]])

        self.accepted(report)
        self.rejected(planted(lambda _, e: e[1].update(bytes="ff" + e[1]["bytes"][2:])), "memory of .* is")
        self.rejected(planted(lambda _, e: e[1].update(address="0x10")), "memory of")
        self.rejected(planted(other_argument), "says")
        self.rejected(planted(lambda _, e: e[0].update(path="/proc/1/status")), "no line")
        self.rejected(planted(lambda _, e: e[0].update(path="/proc/self/../uptime")), "no path to trust")
        self.rejected(planted(lambda _, e: e.pop(0)), "does not show the waiter's call")
        self.rejected(planted(lambda c, _: c.update(switches=c["switches"] + 1)), "switches")
        self.rejected(planted(lambda c, _: c.update(start_time_ns=c["start_time_ns"] + 10**9)), "started")
        self.rejected(planted(lambda c, _: c.update(tid=999999999)), "no task")

    def test_wrong_form_is_rejected(self):
        _, report = self.abba()

        def planted(change):
            false = copy.deepcopy(report)
            change(false)
            return false

        self.rejected(planted(lambda r: r.update(verdict="deadly")), "verdict")
        self.rejected(planted(lambda r: r.update(certainty="certain")), "certainty")
        self.rejected(planted(lambda r: r.update(id=17)), "id")
        self.rejected(planted(lambda r: r.update(schema=2)), "schema")
        self.rejected(planted(lambda r: r.pop("victim_count")), "victim_count")
        self.rejected(planted(lambda r: r.update(victim_count=5)), "victim_count")
        self.rejected(planted(lambda r: r["tasks"][0].pop("switches")), "switches")
        self.rejected(planted(lambda r: r["tasks"][0]["wait"].update(kind="mutexes")), "kind")
        self.rejected(planted(lambda r: r["tasks"][0]["waits_for"][0].update(relation="eats")), "relation")
        self.rejected(planted(lambda r: r["tasks"][0]["waits_for"][0].update(evidence=[])), "no evidence")
        self.rejected(planted(
            lambda r: r["tasks"][0]["waits_for"][0]["evidence"][1].update(address=4096)), "address")
        self.rejected(planted(lambda r: r["tasks"].append(r["tasks"][0])), "named twice")

    def test_wrong_verdict_is_rejected(self):
        _, report = self.abba()
        for word in ("self", "no-waker", "dead-owner"):
            self.rejected(dict(report, verdict=word), "the edges show cycle")
        _, report = self.python_self()
        self.rejected(dict(report, verdict="cycle"), "the edges show self")

    def test_wrong_kind_is_rejected(self):
        _, report = self.abba()
        report["tasks"][0]["wait"]["kind"] = "join"
        self.rejected(report, "is in a wait of")

    def test_wrong_holder_is_rejected(self):
        hang, report = self.abba()
        report["tasks"][0]["waits_for"][0]["tid"] = hang.tid["sleeper"]
        self.rejected(report, "does not wait for")

    def test_missing_member_is_rejected(self):
        _, report = self.abba()
        report["tasks"].pop()
        self.rejected(report, "is not among them")

    def test_live_owner_claimed_dead_is_rejected(self):
        _, report = self.abba()
        report["verdict"] = "dead-owner"
        for state in ("gone", "zombie", "left-behind"):
            report["tasks"][0]["waits_for"][0]["state"] = state
            self.rejected(report, f"said to be {state}")

    def test_dead_owner_claimed_alive_is_rejected(self):
        _, report = self.one_mutex("left", "left", "dead-owner", "gone")
        report["tasks"][0]["waits_for"][0]["state"] = "alive"
        self.rejected(report, "does not wait for")

    def test_timed_wait_is_rejected(self):
        _, report = self.abba("timed")
        self.rejected(report, "can go on: timed")

    def test_running_process_claimed_stuck_is_rejected(self):
        hang, report = self.abba()
        sleeper = procfs.System().task(hang.tid["sleeper"])
        edge = edge_to(sleeper, hang.tid["first"], "holds")
        report["tasks"].append(cause_of(sleeper.tid, "mutex", edge))
        self.rejected(report, "switches|says|can go on|not blocked")

    def test_stopped_process_claimed_stuck_is_rejected(self):
        hang, report = self.python_self()
        os.kill(hang.tid["child"], signal.SIGSTOP)
        time.sleep(0.1)
        child = cause_of(hang.tid["child"], "semlock", *report["tasks"][0]["waits_for"])
        self.rejected(dict(report, tasks=[child]), "is not blocked")

    def test_task_that_waits_for_nothing_is_no_cause(self):
        """One thread needs a lock whose holder sleeps for ever on purpose: no cycle."""
        hang = self.hang_c("held", "second", "sleeper")
        system = procfs.System()
        waiter, holder = system.task(hang.tid["second"]), system.task(hang.pid)
        word = memory_evidence(hang.pid, hang.object["second"], 24)
        causes = [cause_of(waiter.tid, "mutex", edge_to(waiter, holder.tid, "holds", word)),
                  cause_of(holder.tid, "pause", edge_to(holder, waiter.tid, "peer"))]
        self.rejected(report_of("cycle", causes), "it is no cause")

    def test_victim_that_runs_is_rejected(self):
        hang, report = self.abba()
        report["victims"] = [victim_of(hang.tid["sleeper"], hang.tid["first"], "joins")]
        self.rejected(report, "the victim .* can go on")

    def test_wrong_census_is_rejected(self):
        _, report = self.starved()
        counted = report["tasks"][0]["waits_for"][0]["evidence"][-1]
        counted.update(kernel=3, found=3)
        self.rejected(report, "3 were claimed")
        counted.update(kernel=3, found=2)
        self.rejected(report, "the kernel has 3")
        counted.update(kernel=None, found=2)
        self.rejected(report, "without the kernel's number")
        counted.update(kernel=2, found=2, what="angels on a pin")
        self.rejected(report, "cannot be counted")
        report["tasks"][0]["waits_for"][0]["evidence"].remove(counted)
        self.rejected(report, "without a census")

    def test_wrong_mappers_and_pipe_ends_are_rejected(self):
        for report in (self.python_self()[1], self.python_pipe()[1]):
            counted = report["tasks"][0]["waits_for"][0]["evidence"][-1]
            counted.update(kernel=counted["kernel"] + 1, found=counted["found"] + 1)
            self.rejected(report, "were claimed")

    def test_proof_from_history_is_rejected(self):
        _, report = self.python_pair()
        told = {"source": "history", "what": "lock", "value": "taken", "meaning": "seen earlier"}
        report["tasks"][0]["waits_for"][0]["evidence"].append(told)
        self.rejected(report, "history proves nothing")

    def test_lock_that_a_live_process_may_release_is_not_proven(self):
        """A third process that maps the locks and sleeps could release them."""
        hang, report = self.python_pair()
        os.kill(hang.pid, signal.SIGSTOP)  # the parent: no longer in its wait
        time.sleep(0.1)
        report["victims"], report["victim_count"] = [], 0
        self.rejected(report, "can go on")

    def test_garbage_is_rejected(self):
        for text in ("", "not json", "[]", '{"schema":1,"type":"poem"}'):
            name, found = program.check_line(text)
            self.assertTrue(found, text)

    def test_other_lines_are_passed_over(self):
        line = {"schema": 1, "type": "summary", "deadlocks": 0, "tasks": 1, "blocked": 0, "looks": 1,
                "events_lost": 0, "open": {}, "incomplete": [], "elapsed_s": 0.1}
        self.assertEqual(judge(line), (0, ""))


if __name__ == "__main__":
    unittest.main()
