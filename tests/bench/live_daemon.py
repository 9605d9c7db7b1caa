# SPDX-License-Identifier: BSD-2-Clause
"""dltrace's own side: what it needs on an idle machine and in a storm, and how soon it reports."""
import json
import os
import select
import subprocess
import time
from statistics import median

from live_tracers import Daemon, Refused

STORM_CALLS = 5000000
MIN_WAIT_S, INTERVAL_S = 1, 1
STAGGER_S = 0.23  # no divisor of the interval: hangs fall anywhere between two looks


def print_head(title):
    print(f"\n{title:<48}{'min':>8}{'median':>8}{'max':>8}  goal")


def print_figures(what, values, goal=""):
    figures = "".join(f"{figure:8.2f}" for figure in (min(values), median(values), max(values)))
    print(f"  {what:<46}{figures}  {goal}".rstrip())


def print_figure(what, value, goal=""):
    print(f"  {what:<54}{value:>8}          {goal}".rstrip())


def measure_idle(program, seconds, cpus):
    """Nothing of ours runs; what else runs, the load average beside it tells."""
    print_head(f"dltrace --all, an idle machine, {seconds} s")
    with Daemon(program, ["--attach", "auto"], cpus) as daemon:
        time.sleep(2)
        cpu_s, began, looks_ms = daemon.cpu_s(), time.monotonic(), {}
        while time.monotonic() < began + seconds:
            time.sleep(INTERVAL_S / 4)
            metrics = daemon.metrics()
            looks_ms[metrics["dltrace_last_look_timestamp_seconds"]] = metrics["dltrace_look_duration_seconds"] * 1e3
        cpu_s = daemon.cpu_s() - cpu_s
        share = cpu_s / (time.monotonic() - began)
        print_figures("wall time of a look, ms", list(looks_ms.values()))
        print_figure("CPU time for each look, with all else it does, ms", f"{cpu_s / len(looks_ms) * 1e3:.2f}", "3")
        print_figure("share of a CPU, %", f"{share * 100:.2f}", "0.1")
        print_figure("resident memory, MiB", f"{daemon.memory_mib('VmRSS'):.1f}", "16")
        print_figure("tasks in the system", count_tasks())
        print_figure("load average", f"{os.getloadavg()[0]:.2f}")


def count_tasks():
    with open("/proc/loadavg") as loadavg:
        return int(loadavg.read().split()[3].split("/")[1])


def measure_storm(program, attach, work, cpus):
    """FUTEX_WAKE on every CPU at once, until there were five million."""
    print_head(f"five million futex calls, --attach {attach}")
    storms = len(os.sched_getaffinity(0))
    try:
        with Daemon(program, ["--attach", attach], cpus) as daemon:
            events = daemon.metric_sum("dltrace_events_total")
            cpu_s, began = daemon.cpu_s(), time.monotonic()
            argv = [work, "futex-wake", str(STORM_CALLS // storms)]
            running = [subprocess.Popen(argv, stdout=subprocess.DEVNULL) for _ in range(storms)]
            for process in running:
                process.wait()
            elapsed_s = time.monotonic() - began
            share = (daemon.cpu_s() - cpu_s) / elapsed_s
            time.sleep(1.5)  # for the look that counts the last of them
            events = daemon.metric_sum("dltrace_events_total") - events
            lost = daemon.metric_sum("dltrace_events_lost_total")
            peak = daemon.memory_mib("VmHWM")
    except Refused as refusal:
        print(f"  left out: {refusal}")
        return
    print_figure("million calls a second", f"{STORM_CALLS / elapsed_s / 1e6:.2f}", "5")
    print_figure("events streamed meanwhile, from the whole system", f"{events:.0f}")
    print_figure("events lost", f"{lost:.0f}", "0")
    print_figure("share of a CPU, %", f"{share * 100:.2f}", "1")
    print_figure("highest resident memory, MiB", f"{peak:.1f}", "16")


# How those are blocked of whom there are many, and the goals for a look at them, ms and MiB.
CROWDS = (
    ("lock", "{} threads wait for one mutex", 1, "60", "64"),
    ("chains", "{} threads in chains of 100 mutexes", 1, "60", "64"),
    ("rings", "{} threads in rings of 100 mutexes", 1, "", ""),
    ("processes", "{} processes wait for one semaphore", 6, "", ""),
)


def measure_crowds(program, crowd, count, cpus):
    for shape, title, part, goal_ms, goal_mib in CROWDS:
        with Crowd(crowd, shape, count // part) as there:
            print_head("a crowd: " + title.format(there))
            try:
                measure_crowd(program, cpus, goal_ms, goal_mib)
            except Refused as refusal:
                print(f"  left out: {refusal}")


class Crowd:
    """So many that are blocked, of that shape; a context manager that gives their number."""

    def __init__(self, crowd, shape, count):
        self.argv = [crowd, shape, str(count)]

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.PIPE, text=True)
        there = int(self.process.stdout.readline())
        time.sleep(2)  # for the last of them to go to sleep
        return there

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def measure_crowd(program, cpus, goal_ms, goal_mib, looks=10):
    """
    The first look also makes room for what is noted of each task, and asks whatever is kept of
    those who sleep on; the rest are what watching costs.
    """
    with Daemon(program, ["--attach", "auto"], cpus) as daemon:
        looks_ms, end = {}, time.monotonic() + 60
        while len(looks_ms) < looks and time.monotonic() < end:
            metrics = daemon.metrics()
            looks_ms[metrics["dltrace_last_look_timestamp_seconds"]] = metrics["dltrace_look_duration_seconds"] * 1e3
            time.sleep(INTERVAL_S / 4)
        first_ms, *later_ms = looks_ms.values()
        print_figure("wall time of the first look, with its judgement, ms", f"{first_ms:.1f}")
        if later_ms:
            print_figures("wall time of a later look, ms", later_ms, goal_ms)
        print_figure("deadlocked", f"{metrics['dltrace_deadlocked_tasks']:.0f}")
        print_figure("resident memory, MiB", f"{daemon.memory_mib('VmRSS'):.1f}", goal_mib)
        print_figure("highest resident memory, MiB", f"{daemon.memory_mib('VmHWM'):.1f}", goal_mib)


class Hangs:
    """Processes that hang one after the other; a context manager, on leaving they have ended."""

    def __init__(self, work):
        self.work, self.running, self.since_s = work, [], {}

    def add(self):
        process = subprocess.Popen([self.work, "hang", "1"], stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        self.since_s[process.pid] = float(process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.kill()
            process.wait()
            process.stdout.close()


def measure_latency(program, work, count, cpus):
    """From the moment that the second thread asks for its second mutex, to the line of JSON."""
    bound_s = MIN_WAIT_S + 2 * INTERVAL_S
    print_head(f"from the hang to its report, {count} deadlocks")
    options = ["--attach", "auto", "--min-wait", f"{MIN_WAIT_S}s", "--interval", f"{INTERVAL_S}s"]
    with Daemon(program, options, cpus, subprocess.PIPE) as daemon, Hangs(work) as hangs:
        reported_s, rest = {}, b""
        for _ in range(count):
            hangs.add()
            rest = collect(daemon, STAGGER_S, reported_s, rest)
        end = time.monotonic() + 3 * bound_s
        while hangs.since_s.keys() - reported_s.keys() and time.monotonic() < end:
            rest = collect(daemon, 0.1, reported_s, rest)
        taken_s = [reported_s[pid] - since_s for pid, since_s in hangs.since_s.items() if pid in reported_s]
    if taken_s:
        print_figures("seconds", taken_s, f"at most {bound_s}")
    print_figure("reported", f"{len(taken_s)} of {count}", "all")
    late = sum(seconds > bound_s for seconds in taken_s)
    print_figure(f"later than {bound_s} s", late, "0")


def collect(daemon, seconds, reported_s, rest):
    """Reads for so long; when each process was first named as a cause goes to reported_s. rest is half a line."""
    end = time.monotonic() + seconds
    out = daemon.process.stdout.fileno()
    while (left_s := end - time.monotonic()) > 0:
        if not select.select([out], [], [], left_s)[0]:
            break
        text = os.read(out, 1 << 16)
        now = time.monotonic()
        if not text:
            raise Refused("it ended")
        *lines, rest = (rest + text).split(b"\n")
        for line in map(json.loads, lines):
            for task in line["tasks"] if line["type"] == "deadlock" else []:
                reported_s.setdefault(task["pid"], now)
    return rest
