#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""How often the holder that stacks tell of is the holder: locks that store no owner, in random topologies.

Threads of a program in Rust, or in C with musl, take and give back mutexes, then each holds some
and waits for one, is parked, or sleeps and works. Who holds what is known by construction. Nobody
may be reported who can go on; a holder that is named is counted as right or wrong, and so is each
ring that is found or missed. Ends with the line `N passed, N failed`.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from harness.dltrace import Dltrace  # noqa: E402
from harness.target import Guard, Target  # noqa: E402

BUILDS = {
    "rust/seats": ("apart", "array", "scoped", "boxed"),
    "rust-O0/seats": ("apart", "array", "scoped", "boxed"),
    "musl/seats": ("apart", "array"),
}
PRECISION_LEAST, NAMED_ENOUGH = 0.85, 100
SETTLE_S = 0.5


def generate(rng):
    """Of each seat what it touches, what it holds, and what it does then."""
    count, locks = rng.randint(2, 5), rng.randint(2, 5)
    holders = {lock: rng.randrange(count) for lock in range(locks)}
    seats = []
    for seat in range(count):
        touches = [rng.randrange(locks) for _ in range(rng.randint(0, 4))]
        then = rng.choice("lllllllps")
        then += str(rng.randrange(locks)) if then == "l" else ""
        seats.append((touches, [lock for lock in holders if holders[lock] == seat], then))
    return seats, holders


class Plan:
    def __init__(self, seed):
        rng = random.Random(seed)
        self.program = rng.choice(list(BUILDS))
        self.layout = rng.choice(BUILDS[self.program])
        self.seats, self.holders = generate(rng)
        self.name = f"seed {seed}: {self.program} {self.layout} {' '.join(self.words())}"

    def words(self):
        for touches, holds, then in self.seats:
            yield f"{','.join(map(str, touches))}:{','.join(map(str, holds))}:{then}"

    def waits_for(self, seat):
        """Who holds what the seat waits for, or None."""
        then = self.seats[seat][2]
        return self.holders[int(then[1:])] if then[0] == "l" else None

    def stuck(self):
        """Seats that never go on: they lead to a ring, or everybody who could wake them is stuck."""
        stuck = {seat for seat in range(len(self.seats)) if self.seats[seat][2] != "s"}
        while True:
            alone = len(stuck) == len(self.seats)
            able = {s for s in stuck if (self.waits_for(s) not in stuck if self.seats[s][2] != "p" else not alone)}
            if not able:
                return stuck
            stuck -= able

    def rings(self):
        found = set()
        for start in range(len(self.seats)):
            path, seat = [], start
            while seat is not None and seat not in path:
                path.append(seat)
                seat = self.waits_for(seat)
            if seat is not None and len(path) - path.index(seat) > 1:
                found.add(frozenset(path[path.index(seat) :]))
        return found


class Tally:
    def __init__(self):
        self.count, self.passed, self.failed = Counter(), 0, 0

    def judge(self, plan, roles, reports):
        seat_of = {tid: int(role) for role, tid in roles.items() if role != "main"}
        stuck = plan.stuck()
        main_stuck = any(seat in stuck for seat in range(len(plan.seats)))
        wrong = []
        rings = set()
        for report in reports:
            for task in report["tasks"] + report["victims"]:
                seat = seat_of.get(task["tid"])
                if (seat not in stuck) if seat is not None else not main_stuck:
                    wrong.append(f"{task['tid']} (seat {seat}) can go on: {report['summary']}")
            for task in report["tasks"]:
                self.judge_holder(plan, seat_of, task)
            if report["verdict"] == "cycle":
                ring = frozenset(seat_of.get(task["tid"]) for task in report["tasks"])
                rings.add(ring)
                if ring not in plan.rings():
                    self.count["none"] += 1
        lively = any(then == "s" for _, _, then in plan.seats)
        where = ("beside", "closed")[not lively], "rust" if "rust" in plan.program else "musl"
        for ring in plan.rings():
            self.count["found" if ring in rings else "missed", *where] += 1
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)
        for line in wrong:
            print(f"FAILED  {plan.name}\n        {line}")

    def judge_holder(self, plan, seat_of, task):
        seat = seat_of.get(task["tid"])
        if seat is None or plan.waits_for(seat) is None:
            return
        named = [edge for edge in task["waits_for"] if edge["relation"] == "holds"]
        if not named:
            self.count["unnamed"] += 1
        for edge in named:
            right = seat_of.get(edge["tid"]) == plan.waits_for(seat)
            self.count["right" if right else "wrong"] += 1
            if not right:
                holder = plan.waits_for(seat)
                self.count["own"] += plan.waits_for(holder) == holder

    def lines(self):
        count = self.count
        named = count["right"] + count["wrong"]
        yield (f"guards: of {named + count['unnamed']} waits for a lock in a deadlock the holder was named of {named}, "
               f"{count['right']} right, {count['wrong']} wrong ({count['own']} where it waits for what it holds)")  # fmt: skip
        for language in ("rust", "musl"):
            rings = []
            for where, text in (("closed", "alone"), ("beside", "beside threads that live")):
                found, missed = count["found", where, language], count["missed", where, language]
                rings.append(f"{found} of {found + missed} {text}")
            yield f"guards: rings found in {language}: {', '.join(rings)}"
        yield f"guards: rings that are none: {count['none']}"

    def precise(self):
        named = self.count["right"] + self.count["wrong"]
        return named < NAMED_ENOUGH or self.count["right"] / named >= PRECISION_LEAST


def batch(options, plans, dltrace, guard, scratch, tally):
    with ExitStack() as stack, open(scratch / "programs.log", "ab") as log:
        targets = []
        for plan in plans:
            argv = [os.path.abspath(f"{options.programs}/{plan.program}"), plan.layout, *plan.words()]
            targets.append(stack.enter_context(Target(argv, guard, log, scratch)))
        for target in targets:
            target.go()
        for target in targets:
            target.wait_ready()
        time.sleep(SETTLE_S)
        pids = ",".join(str(target.roles["main"]) for target in targets)
        result = dltrace.run("--once", "-p", pids, "--min-wait", "100ms", "--attach", "none", timeout_s=120)
        for plan, target in zip(plans, targets):
            main = target.roles["main"]
            reports = [line for line in result.lines if line["type"] == "deadlock"]
            tally.judge(plan, target.roles, [r for r in reports if any(t["pid"] == main for t in r["tasks"])])
        lines = "\n".join(json.dumps(line) for line in result.lines if line["type"] == "deadlock")
        checker = subprocess.run([sys.executable, "-B", HERE.parent / "checker.py"], input=lines, text=True,
                                 capture_output=True, timeout=300)  # fmt: skip
        if lines and checker.returncode:
            tally.failed += 1
            print("\n".join(line for line in checker.stdout.splitlines() if not line.startswith("accepted")))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    build = os.environ.get("BUILD", "build")
    parser.add_argument("--dltrace", default=f"{build}/dltrace")
    parser.add_argument("--programs", default=f"{build}/tests/e2e")
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--seeds", type=int, default=300, help="how many")
    parser.add_argument("--batch", type=int, default=20, help="how many at a time")
    return parser.parse_known_args()[0]


def main():
    options, tally = arguments(), Tally()
    with tempfile.TemporaryDirectory(prefix="dltrace-guards-") as folder:
        scratch = Path(folder)
        guard = Guard()
        dltrace = Dltrace(os.path.abspath(options.dltrace))
        for first in range(options.seed, options.seed + options.seeds, options.batch):
            last = min(first + options.batch, options.seed + options.seeds)
            batch(options, [Plan(seed) for seed in range(first, last)], dltrace, guard, scratch, tally)
    for line in tally.lines():
        print(line)
    if not tally.precise():
        tally.failed += 1
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
