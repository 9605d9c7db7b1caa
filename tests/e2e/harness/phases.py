# SPDX-License-Identifier: BSD-2-Clause
"""The ways in which every case is run."""
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from harness import judge, proc
from harness.dltrace import Dltrace, malformed
from harness.scoreboard import Failure, Scoreboard, expect
from harness.target import Guard, Target

EAGER = ("--min-wait", "100ms", "--interval", "200ms")
SETTLE_S = 20
# x86-64 system calls in which a wait of a kind sleeps (asm/unistd_64.h)
CALLS = {
    **dict.fromkeys(("mutex", "sem", "semlock", "futex", "cond", "join", "python-lock", "python-rlock", "gil"), {202}),
    **dict.fromkeys(("robust-mutex", "pi-mutex", "rwlock", "stdio", "barrier", "once"), {202}),
    "futex-waitv": {449},
    "wait4": {61},
    "waitid": {247},
    "pipe-read": {0},
    "pipe-write": {1},
    "poll": {7, 271},
    "select": {23, 270},
    "vfork": {56, 58, 435},
    "sysv-sem": {65, 220},
    "sysv-msg": {69, 70},
    "mq": {242, 243},
    "unix-socket": {0, 1, 44, 45, 46, 47},
    "tcp-loopback": {0, 1, 44, 45, 46, 47},
    "eventfd": {0, 1},
    "epoll": {232, 281},
    "splice": {40, 275, 276, 278},
    "kernel-lock": {0, 1},
    "flock": {73},
    "posix-lock": {72},
    "ofd-lock": {72},
}


@dataclass
class Bench:
    """What every phase works with."""

    dltrace: Dltrace
    sources: Path
    binaries: Path
    scratch: Path
    checker: Path
    guard: Guard
    scoreboard: Scoreboard
    workers: int

    def start(self, case):
        log = open(self.scratch / "programs.log", "ab")
        argv = case.argv(self.sources, self.binaries)
        return Target(argv, self.guard, log, self.scratch, case.ends_by_eof)

    def each(self, function, items):
        with ThreadPoolExecutor(self.workers) as pool:
            list(pool.map(function, items))


def settle(case, target):
    """Wait until the causes sleep in the calls that they are meant to and have stopped to run."""
    end = time.monotonic() + SETTLE_S
    before = None
    while time.monotonic() < end:
        still = [role for role in (*case.causes, *case.victims) if case.causes.get(role) != "gil"]
        now = [proc.switches(target.roles[role]) for role in still]
        wrong = [role for role in case.causes if not hangs_as_meant(case, target, role)]
        if not wrong and now == before:
            return
        before = now
        time.sleep(0.1)
    raise Failure(f"does not hang as meant: {wrong}: " + ", ".join(
        f"{role} in {proc.call(tid)} {proc.read(f'{tid}/wchan')}" for role, tid in target.roles.items()
    ))  # fmt: skip


def hangs_as_meant(case, target, role):
    calls = set().union(*(CALLS[kind] for kind in case.causes[role].split("|")))
    tid = target.roles[role]
    state = "D" if case.causes[role] in ("vfork", "kernel-lock") else "S"
    return proc.call(tid) in calls and proc.status(tid).get("State", "").startswith(state)


def begin(bench, case, target):
    target.go()
    target.wait_ready()
    settle(case, target)


def get_ready(case, target):
    target.wait_ready()
    settle(case, target)
    return True


def begin_all(bench, cases, stack):
    """Start all cases; those that do not come to hang as meant fail here and are left out."""
    targets = [(case, stack.enter_context(bench.start(case))) for case in cases]
    for _, target in targets:
        target.go()
    ready = []
    for case, target in targets:
        name = f"{case.name}: the program hangs as meant"
        if bench.scoreboard.run(name, get_ready, case, target):
            ready.append((case, target))
    return ready


def judge_case(case, target, result, table=None):
    """The findings that touch the case, if they are as they should be. table: the processes there are."""
    found = judge.findings_for(result.deadlocks(), target.family(table))
    wrong = judge.complaints(case, target.roles, found)
    report = "\n".join(json.dumps(deadlock) for deadlock in found)
    ended = [role for role, tid in target.roles.items() if role != "dead" and not proc.threads(tid)]
    expect(not ended and target.program.poll() is None, f"the program has ended: {ended}")
    summary = [f"it says: {line}" for line in result.of_type("summary")]
    expect(not wrong, "\n".join([*wrong, f"roles: {target.roles}", report, *summary, result.err[:500]]))
    return found


def check_status(case, result, found):
    wanted = {3} if case.verdict and found else {0, 3} if case.may_miss else {0}
    expect(result.status in wanted, f"exit status is not in {wanted}\n{result}")
    expect(not malformed(result), "\n".join([*malformed(result), str(result)]))


def check_certificate(bench, found):
    """The independent checker reads everything again from the live target."""
    if not bench.checker.exists() or not found:
        return
    report = "".join(json.dumps(deadlock) + "\n" for deadlock in found)
    checker = subprocess.run(
        ["/usr/bin/python3", "-B", bench.checker], input=report, capture_output=True, text=True, timeout=60
    )
    expect(checker.returncode == 0, f"rejected by the checker:\n{checker.stdout}{checker.stderr}\n{report}")


def programs_hang_as_meant(bench, positives, near_misses):
    with ExitStack() as stack:
        begin_all(bench, positives + near_misses, stack)


def already_hung(bench, positives, near_misses):
    """All at once, then dltrace: one --all --once, and a -p --once for each."""
    with ExitStack() as stack:
        ready = begin_all(bench, positives + near_misses, stack)
        time.sleep(1.2)
        whole = bench.dltrace.run("--all", "--once")
        bench.scoreboard.run("the whole system, --all --once: form", check_whole, whole)
        ids, table = {}, proc.processes()
        for case, target in ready:
            found = bench.scoreboard.run(f"{case.name}: hung, --all", judge_case, case, target, whole, table)
            ids[case] = [deadlock["id"] for deadlock in found or []]
        bench.each(lambda pair: once_by_pid(bench, *pair, ids[pair[0]]), ready)


def check_whole(result):
    expect(not malformed(result), "\n".join([*malformed(result), str(result)]))
    expect(result.status == (3 if result.deadlocks() else 0), f"status {result.status}")


def once_by_pid(bench, case, target, ids):
    def test():
        result = bench.dltrace.run("-p", target.pid, "--once")
        found = judge_case(case, target, result)
        check_status(case, result, found)
        same = not ids or [deadlock["id"] for deadlock in found] == ids
        expect(same, f"the id was {ids} by --all and is another by -p: {result.out}")
        return found

    found = bench.scoreboard.run(f"{case.name}: hung, -p", test)
    if found:
        bench.scoreboard.run(f"{case.name}: the checker agrees", check_certificate, bench, found)


def watched_one_by_one(bench, positives, near_misses):
    bench.each(lambda case: watched_by_pid(bench, case), positives + near_misses)


def watched_by_pid(bench, case):
    def test():
        with bench.start(case) as target:
            watch_and_judge(bench, case, target)

    bench.scoreboard.run(f"{case.name}: watched, -p", test)


def as_first_seen(case):
    """A deadlock is printed when it is found, and not again when more victims arrive."""
    return replace(case, victims=(), victim_count=0)


def watch_and_judge(bench, case, target):
    """dltrace is there first; a near miss is watched for a while, a positive until it is found."""
    with bench.dltrace.watch("-p", target.pid, *EAGER, "--duration", "60s") as watch:
        time.sleep(0.4)
        begin(bench, case, target)
        case = as_first_seen(case)
        patience_s = 2 if case.may_miss or not case.verdict else 10
        watch.wait_for(lambda line: is_final(case, target, line), patience_s)
        result = watch.end()
        found = judge_case(case, target, result)
        check_status(case, result, found)
        check_certificate(bench, found)


def is_final(case, target, line):
    """Members join a deadlock one after another: wait for the look that has them all."""
    return line.get("type") == "deadlock" and case.verdict and not judge.complaints(case, target.roles, [line])


def wait_for_all(hung, watch, patience_s=20):
    """Until every case is found as it should be; on a loaded machine looks are far apart."""
    missing = [(case, target) for case, target in hung if not case.may_miss]

    def strike_out(line):
        missing[:] = [pair for pair in missing if not is_final(as_first_seen(pair[0]), pair[1], line)]
        return not missing

    watch.wait_for(strike_out, patience_s)


def watched_all_at_once(bench, positives, near_misses, attach="auto"):
    """One dltrace --all sees near misses alone first (status 0), then everything."""
    how = f"--all --attach {attach}"
    with ExitStack() as stack:
        quiet = begin_all(bench, near_misses, stack)
        result = bench.dltrace.run(*how.split(), *EAGER, "--duration", "2s")
        table = proc.processes()
        for case, target in quiet:
            bench.scoreboard.run(f"{case.name}: watched, {how}", judge_case, case, target, result, table)
        bench.scoreboard.run(f"all near misses, {how}: form", check_whole, result)
    with ExitStack() as stack:
        with bench.dltrace.watch(*how.split(), *EAGER, "--duration", "10m") as watch:
            time.sleep(0.5)
            hung = begin_all(bench, positives, stack)
            wait_for_all(hung, watch)
            result = watch.end()
        table = proc.processes()
        for case, target in hung:
            name = f"{case.name}: watched, {how}"
            bench.scoreboard.run(name, judge_case, as_first_seen(case), target, result, table)
        bench.scoreboard.run(f"all positives, {how}: form", check_whole, result)
        summary = (result.of_type("summary") or [{}])[-1]
        bench.scoreboard.say(f"open waits of the whole system by reason: {summary.get('open')}")
