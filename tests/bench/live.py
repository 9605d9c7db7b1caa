#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""
What live tracing costs, as ratios to no tracer, against goals and peers; what dltrace itself needs; how soon
it reports. As root. Never a test: whatever the figures are, the status is 0.

Environment: BENCH_ROUNDS (5) sessions of each tracer, BENCH_PEER_ROUNDS (2) of each peer, BENCH_DEADLOCKS (100),
BENCH_CROWD (30000) threads, and a sixth as many processes.
"""
import argparse
import os
import platform
import signal
import sys
from contextlib import ExitStack

import live_cost
import live_daemon
import live_plot
import live_tracers
import live_works

PEER_FRACTION = 20  # of the work is what peers get: some make it some hundred times slower
SYSCALL_PING_PONG = 1.25
# What no tracer at these places can fall below: the kernel's own cost of calling a program.
FLOORS = {
    "empty, as auto": ["empty__sched_switch"],
    "empty, as syscall": ["empty__sys_enter", "empty__sys_exit"],
}


def environment_number(name, default):
    try:
        return max(1, int(os.environ.get(name, default)))
    except ValueError:
        sys.exit(f"live.py: {name} is no number")


def machine():
    with open("/proc/cpuinfo") as cpuinfo:
        models = [line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}"


def load():
    return "load average " + " ".join(f"{figure:.2f}" for figure in os.getloadavg())


def goal(row):
    """The goals are those for auto; another one exists for system call tracepoints where every call sleeps."""
    if row.tracer == "--attach auto":
        return f"{row.work.goal:.2f}"
    if row.tracer == "--attach none":
        return "1.00"
    if row.tracer == "--attach syscall" and "ping-pong" in row.work.name:
        return f"{SYSCALL_PING_PONG:.2f}"
    return ""


def print_left_out(left_out):
    for what, why in left_out.items():
        print(f"  left out: {what}: {why}")


def measure_cost(arguments, own, work_cpu, cpus):
    """dltrace's rows, which the plot shows."""
    tracers = [live_tracers.Dltrace(arguments.dltrace, attach, cpus) for attach in ("auto", "none", "syscall")]
    tracers += [live_tracers.Floor(name, arguments.floor, programs, cpus) for name, programs in FLOORS.items()]
    with ExitStack() as servers:
        others, left_out = live_works.other_works(servers, work_cpu)
        sessions = live_cost.Sessions([*own, *others], tracers)
        sessions.run(environment_number("BENCH_ROUNDS", 5))
    rows = sessions.rows()
    live_cost.print_rows("CPU time, as a ratio to no tracer", rows, goal)
    print_left_out({**left_out, **sessions.left_out})
    return rows


def measure_peers(own, cpus):
    peers, missing = live_tracers.peers(cpus)
    sessions = live_cost.Sessions(own, peers, PEER_FRACTION)
    sessions.run(environment_number("BENCH_PEER_ROUNDS", 2))
    rows = [row for row in sessions.rows() if row.tracer != live_cost.NOISE]
    live_cost.print_rows("peers: CPU time, as a ratio to no tracer", rows)
    print_left_out({**{name: "not installed" for name in missing}, **sessions.left_out})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dltrace", required=True)
    parser.add_argument("--load", required=True, help="folder of the built works")
    parser.add_argument("--floor", required=True, help="folder of the built programs that do nothing")
    parser.add_argument("--out", required=True, help="folder for live.tsv and live.svg")
    arguments = parser.parse_args()
    arguments.dltrace = os.path.abspath(arguments.dltrace)
    arguments.load, arguments.floor, out = map(os.path.abspath, (arguments.load, arguments.floor, arguments.out))
    sys.stdout.reconfigure(line_buffering=True)
    if os.geteuid() != 0:
        print("live.py: left out: tracing needs root")
        return

    # The works have the last CPU, who traces has the first: what a tracer does in its own time is its own row.
    allowed = sorted(os.sched_getaffinity(0))
    work_cpu, tracer_cpu = {allowed[-1]}, {allowed[0]}
    work, own = os.path.join(arguments.load, "work"), live_works.own_works(arguments.load, work_cpu)
    print(f"\n{machine()}; {load()}")
    live_daemon.measure_idle(arguments.dltrace, 10, tracer_cpu)
    for attach in ("auto", "syscall"):
        live_daemon.measure_storm(arguments.dltrace, attach, work, tracer_cpu)
    live_daemon.measure_latency(arguments.dltrace, work, environment_number("BENCH_DEADLOCKS", 100), tracer_cpu)
    rows = measure_cost(arguments, own, work_cpu, tracer_cpu)
    os.makedirs(out, exist_ok=True)
    live_plot.write_table(os.path.join(out, "live.tsv"), rows)
    print("  " + live_plot.draw(os.path.join(out, "live.svg"), rows, f"dltrace on {machine()}"))
    measure_peers(own, tracer_cpu)
    # the crowds last: a machine takes a while to get over them
    crowd = os.path.join(arguments.load, "crowd")
    live_daemon.measure_crowds(arguments.dltrace, crowd, environment_number("BENCH_CROWD", 30000), tracer_cpu)
    print(f"\n{load()} at the end")


if __name__ == "__main__":
    # Ended from outside, too, it takes its tracers and servers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except live_tracers.Refused as refusal:
        print(f"live.py: left out: dltrace: {refusal}")
    except KeyboardInterrupt:
        sys.exit(130)
