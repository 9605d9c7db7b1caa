# SPDX-License-Identifier: BSD-2-Clause
"""Batches of puppets, judged together, each held to what the model says of it."""
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from harness.dltrace import malformed
from harness.scoreboard import Failure, expect

from . import builds, compare, variants
from .generate import generate
from .model import Model
from .puppets import Puppet, settle

LOOKS_MOST = 3
MIN_WAIT = ("--min-wait", "100ms", "--attach", "none")


@dataclass
class Bench:
    dltrace: object
    puppets: str  # the folder of all that are built
    checker: Path
    scratch: Path
    failures: Path
    guard: object
    scoreboard: object
    expected: Counter = field(default_factory=Counter)  # see compare.rates()
    found: Counter = field(default_factory=Counter)
    looks_again: int = 0


def expected_of(puppet):
    findings = Model(puppet.scene, puppet.names).findings()
    return [compare.Expected(finding, puppet.names) for finding in findings]


def look(bench, puppets, everything):
    """What dltrace says of each puppet, now: its lines, the last one is the summary."""
    scope = ["--all"] if everything else ["-p", ",".join(str(puppet.pid) for puppet in puppets)]
    for _ in range(LOOKS_MOST):
        result = bench.dltrace.run("--once", *scope, *MIN_WAIT, timeout_s=120)
        expect(result.status in (0, 3) and not malformed(result), result)
        # a reader that missed its deadline, as on a machine that is overloaded: said, so not silence
        if "quarantine" not in result.lines[-1]["incomplete"]:
            break
        bench.looks_again += 1
    return result.lines


def nothing_unknown(puppets, summary):
    """All that a puppet does is known to some kind, and everything in it can be counted but for TCP's connections."""
    ignorance = summary["scope"]["ignorance"]
    waits = [wait for puppet in puppets for wait in Model(puppet.scene, puppet.names).waits if wait]
    uncounted = sum("uncounted" in wait.soft for wait in waits)
    expect(ignorance <= uncounted, f"{ignorance} waits were left open out of ignorance: {summary}")


def reports_of(puppet, lines):
    pids = set(puppet.names.pids)
    return [line for line in lines if line["type"] == "deadlock" and compare.pids_of(line) & pids]


def keep(bench, puppet, expected, reports, why):
    """Everything that is needed to work on a failure, in a folder of its own."""
    folder = bench.failures / puppet.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "plan").write_text(puppet.plan.text())
    (folder / "tids").write_text(json.dumps(puppet.names.tids) + "\n")
    (folder / "report.json").write_text("".join(json.dumps(report) + "\n" for report in reports))
    (folder / "expected").write_text("".join(f"{item}\n" for item in expected))
    (folder / "why").write_text(why + "\n")
    bench.dltrace.run("--once", "-p", puppet.pid, *MIN_WAIT, "--record", folder / "recording", timeout_s=60)
    return folder


def count(bench, expected, mine):
    bench.expected += compare.rates(expected)
    named = {tuple(sorted(task["tid"] for task in report["tasks"])) for report in mine}
    hits = [item for item in expected if tuple(item.causes) in named]
    bench.found += compare.rates(hits)


def judge(bench, puppet, reports):
    expected = expected_of(puppet)
    mine = reports_of(puppet, reports)
    lively = compare.go_on(puppet, mine)
    found = [f"reported, and can go on: {lively}"] if lively else []
    if not builds.untold(puppet.scene):
        found += compare.complaints(expected, mine)
    # What is counted may change while others read /proc, and is then left open: the next look finds
    # it. Nothing excuses a report of somebody who can go on.
    if found and not lively:
        bench.looks_again += 1
        mine = reports_of(puppet, look(bench, [puppet], everything=False))
        found = compare.complaints(expected, mine)
    count(bench, expected, mine)
    if found:
        why = "\n".join(found)
        folder = keep(bench, puppet, expected, mine, why)
        raise Failure(f"{why}\nkept in {folder}")


def check_again(bench, puppets, reports):
    """The reports pass through the independent checker, while all stand still."""
    lines = [json.dumps(report) for puppet in puppets for report in reports_of(puppet, reports)]
    checker = subprocess.run(
        [sys.executable, bench.checker], input="\n".join(lines), text=True, capture_output=True, timeout=120
    )
    if checker.returncode:
        bench.failures.mkdir(parents=True, exist_ok=True)
        (bench.failures / "rejected.json").write_text("\n".join(lines) + "\n")
        objections = [line for line in checker.stdout.splitlines() if not line.startswith("accepted")]
        raise Failure("\n".join(objections) + checker.stderr)


def essence(report):
    """Of a report, what must not change as long as its tasks stand still."""
    tasks = [{**task, "wait": {**task["wait"], "since_s": 0}} for task in report["tasks"] + report["victims"]]
    return {**report, "time": "", "stuck_for_s": 0, "tasks": tasks, "victims": []}


def beside_a_busy_process(bench, puppets, reports):
    """An unrelated process that computes changes nothing."""
    with subprocess.Popen(["nice", "sh", "-c", "while :; do :; done"]) as busy:
        try:
            again = look(bench, puppets, everything=True)
            for puppet in puppets:
                judge(bench, puppet, again)
        finally:
            busy.kill()
    before = {report["id"]: essence(report) for p in puppets for report in reports_of(p, reports)}
    after = {report["id"]: essence(report) for p in puppets for report in reports_of(p, again)}
    for name in before.keys() & after.keys():
        if before[name]["victim_count"] == after[name]["victim_count"]:
            expect(before[name] == after[name], f"before {before[name]}, beside a busy process {after[name]}")


def someone_to_kill(puppet):
    """A process of a reported set whose end the model can follow, or None."""
    plan, scene = puppet.plan, puppet.scene
    reported = {t for item in Model(scene, puppet.names).findings() for t in item.causes | item.victims}
    for process in range(len(plan.processes)):
        if scene.may_kill(process) and reported & set(plan.threads_of(process)):
            return process
    return None


def kill_one_each(puppets):
    """Those puppets of which a process was killed."""
    chosen = [(puppet, someone_to_kill(puppet)) for puppet in puppets]
    killed = [(puppet, process) for puppet, process in chosen if process is not None]
    for puppet, process in killed:
        puppet.kill(process)
    return [puppet for puppet, _ in killed]


@dataclass
class Batch:
    number: int
    plans: dict  # name -> plan
    everything: bool = True  # judged by --all, else by -p
    extras: bool = False  # also the checks that change something


def run_batch(bench, batch):
    with ExitStack() as stack:
        puppets = []
        for name, plan in batch.plans.items():
            puppet = Puppet(bench.puppets, name, plan, bench.scratch, bench.guard)
            puppets.append(stack.enter_context(puppet))
        for puppet in puppets:
            puppet.wait_ready()
        settle(puppets)
        reports = look(bench, puppets, everything=batch.everything)
        for puppet in puppets:
            bench.scoreboard.run(puppet.name, judge, bench, puppet, reports)
        if not batch.everything:
            bench.scoreboard.run(f"batch {batch.number}: nothing unknown", nothing_unknown, puppets, reports[-1])
        if batch.extras:
            run_extras(bench, batch, puppets, reports)


def run_extras(bench, batch, puppets, reports):
    run = bench.scoreboard.run
    run(f"batch {batch.number}: checker", check_again, bench, puppets, reports)
    run(f"batch {batch.number}: busy process", beside_a_busy_process, bench, puppets, reports)
    poorer = kill_one_each(puppets)
    settle(poorer)
    reports = look(bench, poorer, everything=True) if poorer else []
    for puppet in poorer:
        puppet.name += "-killed"
        run(puppet.name, judge, bench, puppet, reports)


def varied(plans):
    """Some plans again, changed in one thing; a single one with a busy thread, to spare the machine."""
    timed = {f"{name}-timed": variants.with_a_timeout(plan) for name, plan in plans.items()}
    busy = {f"{name}-busy": variants.with_a_busy_thread(plan) for name, plan in plans.items()}
    busy = dict([item for item in busy.items() if item[1]][:1])
    return {name: plan for name, plan in (timed | busy).items() if plan}


def batches(seeds, size, sample):
    for number, first in enumerate(range(seeds.start, seeds.stop, size)):
        part = range(first, min(first + size, seeds.stop))
        plans = {f"seed-{seed}": generate(seed) for seed in part}
        yield Batch(number, plans, number % 2, number % sample == 0)
        if number % sample == 0:
            yield Batch(f"{number} varied", varied(plans))


def run_all(bench, seeds, size, sample):
    start = time.monotonic()
    for batch in batches(seeds, size, sample):
        bench.scoreboard.run(f"batch {batch.number}", run_batch, bench, batch)
    bench.scoreboard.run("looks are enough", looks_are_enough, bench, len(seeds))
    bench.scoreboard.say(f"{len(seeds)} topologies in {time.monotonic() - start:.0f} s")


def looks_are_enough(bench, seeds):
    """One look finds what there is, but for a few that met somebody reading /proc."""
    expect(bench.looks_again <= 2 + seeds // 20, f"{bench.looks_again} looks were repeated")


def say_rates(bench):
    bench.scoreboard.say(f"  {bench.looks_again} looks were repeated")
    for what in sorted(bench.expected):
        name, found, expected = " ".join(what), bench.found[what], bench.expected[what]
        bench.scoreboard.say(f"  {name:<20}{found:>6} of {expected:>6} found{100 * found / expected:>7.1f} %")
