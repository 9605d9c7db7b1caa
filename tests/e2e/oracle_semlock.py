#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Random topologies of multiprocessing locks, compared with what a small model says of them.

A parent and its children share locks under fork. Each lock is held by one of them, or by a child
that died with it; each process waits for one lock, or, the parent, for its first child, or sleeps.
So the blame graph has one edge a process, and its rings are easily found. Ends with the line
`N passed, N failed`.

    oracle_semlock.py --dltrace build/dltrace [--seed N] [--seeds N]
    oracle_semlock.py --act PLAN        (one topology; used by the above)
"""
import argparse
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time

LOOKS_MOST = 3
PARENT, DEAD, SLEEP, JOIN = "parent", "dead", "sleep", "join"


def generate(seed):
    """Who holds each lock, and what each process does then: a lock's number, SLEEP or JOIN."""
    rng = random.Random(seed)
    count = rng.randint(2, 5)
    processes = [PARENT] + [f"c{i}" for i in range(count)]
    locks = rng.randint(2, 5)
    holders = [rng.choice(processes + [DEAD]) for _ in range(locks)]
    does = {name: SLEEP if rng.random() < 0.15 else rng.randrange(locks) for name in processes}
    # a parent that ends its sleep would end the topology
    does[PARENT] = rng.choice([JOIN, JOIN, SLEEP, does[PARENT]])
    return {"holders": holders, "does": does, "kind": rng.choice(["Lock", "Lock", "RLock"]), "seed": seed}


class Model:
    """The definitions, on a graph in which nearly every process has one edge."""

    def __init__(self, plan):
        self.plan = plan
        self.names = list(plan["does"])
        self.certain = self.fixpoint(custom=False)
        self.custom = self.fixpoint(custom=True)

    def waits_for(self, name):
        """The lock's holder, the joined child, or None for who sleeps; an RLock may be taken again."""
        does = self.plan["does"][name]
        if does == SLEEP:
            return None
        if does == JOIN:
            return "c0"
        holder = self.plan["holders"][does]
        return None if holder == name and self.plan["kind"] == "RLock" else holder

    def wakers(self, name, custom):
        holder = self.waits_for(name)
        enforced = self.plan["does"][name] == JOIN or self.plan["kind"] == "RLock"
        if enforced or (custom and holder != name):
            return [holder]
        return self.names

    def fixpoint(self, custom):
        """Who is stuck."""
        stuck = {name for name in self.names if self.waits_for(name) is not None}
        while True:
            able = {n for n in stuck if any(w != DEAD and w not in stuck for w in self.wakers(n, custom))}
            if not able:
                return stuck
            stuck -= able

    def ring(self, name):
        """The processes of the ring that the waits lead to from here, as a set; empty if none."""
        seen = []
        while name not in seen:
            seen.append(name)
            name = self.waits_for(name)
            if name == DEAD:
                return frozenset()
        return frozenset(seen[seen.index(name) :])

    def deadlocks(self):
        """{(verdict, certainty, causes)}"""
        found, orphans = set(), {}
        for name in self.custom:
            if self.waits_for(name) == DEAD:
                orphans.setdefault(self.plan["does"][name], set()).add(name)
                continue
            ring = self.ring(name)
            if ring:
                found.add(("self" if len(ring) == 1 else "cycle", self.certainty(ring), ring))
        found |= {("dead-owner", self.certainty(names), frozenset(names)) for names in orphans.values()}
        return found

    def certainty(self, names):
        return "proven" if names <= self.certain else "likely"


def take_and_wait(name, plan, locks, ready, go):
    for lock, holder in zip(locks, plan["holders"]):
        if holder == name:
            lock.acquire()
    if name == DEAD:
        os._exit(0)
    ready.release()
    go.acquire()
    does = plan["does"][name]
    if isinstance(does, int):
        locks[does].acquire()
    time.sleep(1000)


def act(plan):
    context = multiprocessing.get_context("fork")
    locks = [getattr(context, plan["kind"])() for _ in plan["holders"]]
    ready, go = context.Semaphore(0), context.Semaphore(0)
    start = lambda name: context.Process(target=take_and_wait, args=(name, plan, locks, ready, go))  # noqa: E731
    dead = start(DEAD)
    dead.start()
    dead.join()
    children = {name: start(name) for name in plan["does"] if name != PARENT}
    for child in children.values():
        child.start()
    for lock, holder in zip(locks, plan["holders"]):
        if holder == PARENT:
            lock.acquire()
    for _ in children:
        ready.acquire()
    print(json.dumps({name: child.pid for name, child in children.items()} | {PARENT: os.getpid()}), flush=True)
    for _ in children:
        go.release()
    does = plan["does"][PARENT]
    if does == JOIN:
        children["c0"].join()
    elif does != SLEEP:
        locks[does].acquire()
    time.sleep(1000)


def start(seed):
    plan = generate(seed)
    argv = [sys.executable, "-B", __file__, "--act", json.dumps(plan)]
    program = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True)
    return plan, program, json.loads(program.stdout.readline())


def switches(pid):
    """How often the process was switched, or None if it is not asleep."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        lines = file.readlines()
    asleep = any(line.startswith("State:\tS") for line in lines)
    return [line for line in lines if "ctxt_switches" in line] if asleep else None


def settle(pids, timeout_s=60):
    """Wait until everybody is in his call and stays there."""
    end = time.monotonic() + timeout_s
    before, now = None, {}
    while None in now.values() or now != before:
        if time.monotonic() > end:
            raise TimeoutError(f"not in place: {now}")
        time.sleep(0.1)
        before, now = now, {pid: switches(pid) for pid in pids}


def judge(dltrace):
    argv = [dltrace, "--all", "--once", "--json", "--min-wait", "100ms"]
    for _ in range(LOOKS_MOST):
        out = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=False).stdout
        lines = [json.loads(line) for line in out.splitlines()]
        # a reader that missed its deadline, as on a machine that is overloaded: said, so not silence
        if "quarantine" not in lines[-1]["incomplete"]:
            break
    return [line for line in lines if line["type"] == "deadlock"]


def said_of(lines, pids):
    names = {pid: name for name, pid in pids.items()}
    own = [line for line in lines if any(task["pid"] in names for task in line["tasks"])]
    return {
        (line["verdict"], line["certainty"], frozenset(names.get(task["pid"], "?") for task in line["tasks"]))
        for line in own
    }


def run_batch(seeds, dltrace):
    """The seeds that failed, with what was expected and said."""
    running = [start(seed) for seed in seeds]
    try:
        settle([pid for _, _, pids in running for pid in pids.values()])
        lines = judge(dltrace)
        results = [(plan, Model(plan).deadlocks(), said_of(lines, pids)) for plan, _, pids in running]
        return [result for result in results if result[1] != result[2]]
    finally:
        for _, program, _ in running:
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dltrace", default="build/dltrace")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--act", type=json.loads)
    options = parser.parse_args()
    if options.act:
        return act(options.act)
    seeds = range(options.seed, options.seed + options.seeds)
    failed, expected = [], 0
    for first in range(0, len(seeds), 12):
        batch = seeds[first : first + 12]
        failed += run_batch(batch, options.dltrace)
        expected += sum(len(Model(generate(seed)).deadlocks()) for seed in batch)
    for plan, wanted, said in failed:
        print(f"FAILED  seed {plan['seed']}: {json.dumps(plan)}\n        expected {wanted}\n        said     {said}")
    print(f"multiprocessing locks: {expected} deadlocks expected in {len(seeds)} topologies")
    print(f"{len(seeds) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
