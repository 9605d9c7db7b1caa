# SPDX-License-Identifier: BSD-2-Clause
"""What is measured under each tracer: small works of our own, and other people's benchmarks where installed."""
import glob
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
TOO_LONG_S = 40


class Failed(Exception):
    """The work did not come to its end."""


@dataclass
class Cost:
    """Seconds for a fixed amount of work."""

    cpu_s: float
    wall_s: float


@dataclass
class Work:
    name: str
    goal: float
    argv: list
    count: int = 0  # appended to argv if given; a slow tracer gets a fraction of it
    cpus: object = None  # where it runs, None for everywhere
    rate: str = ""  # a pattern of what argv prints if it does as much as it can in a fixed time
    own_times: bool = False  # argv prints its CPU and wall time
    server_cpu_s: object = None  # what the server that does the work has used
    user: str = None

    def measure(self, prefix=(), fraction=1):
        argv = [*prefix, *self.argv, *([str(max(1, self.count // fraction))] if self.count else [])]
        cpu_s, began = self.cpu_s(), time.monotonic()
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TOO_LONG_S,
                user=self.user,
                cwd="/",
                preexec_fn=self.cpus and (lambda: os.sched_setaffinity(0, self.cpus)),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failed(str(error)) from None
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise Failed(f"status {done.returncode}: {said[-1] if said else ''}")
        wall_s = time.monotonic() - began
        return self.cost_of(done.stdout, self.cpu_s() - cpu_s, wall_s)

    def cpu_s(self):
        """So far, of all that argv ran and of its server."""
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime + (self.server_cpu_s() if self.server_cpu_s else 0)

    def cost_of(self, out, cpu_s, wall_s):
        if self.own_times:
            return Cost(*map(float, out.split()))
        if self.rate:
            found = re.search(self.rate, out)
            if not found:
                raise Failed(f"no {self.rate!r} in what it said")
            done = float(found[1].replace(",", ""))
            return Cost(cpu_s / done, wall_s / done)
        return Cost(cpu_s, wall_s)


def process_cpu_s(pid):
    """Of a running process, its ended threads too, by its CPU clock."""
    return time.clock_gettime(~pid << 3 | 2)


def own_works(load, one_cpu):
    """Of tests/bench/load: each takes 0.1 to 0.5 s."""
    work = os.path.join(load, "work")

    def own(name, what, count, goal):
        return Work(name, goal, [work, what], count, one_cpu, own_times=True)

    return [
        own("getppid", "getppid", 1500000, 1.02),
        own("FUTEX_WAKE of nobody", "futex-wake", 1000000, 1.02),
        own("FUTEX_WAIT, EAGAIN", "futex-again", 800000, 1.02),
        own("sem_t ping-pong, one CPU", "ping-pong", 80000, 1.06),
        own("mutex, 4 threads", "mutex-4", 150000, 1.02),
        own("mutex, 64 threads", "mutex-64", 150000, 1.02),
        Work(
            "multiprocessing.Lock",
            1.02,
            [sys.executable, os.path.join(HERE, "load", "hand_over.py")],
            40000,
            one_cpu,
            own_times=True,
        ),
    ]


def perf_works(one_cpu):
    simple = ["perf", "bench", "-f", "simple"]
    hashing = [*simple, "futex", "hash", "-t", "1", "-r", "1"]
    return [
        Work("perf bench futex hash", 1.02, hashing, cpus=one_cpu, rate=r"Averaged ([\d,]+)"),
        Work("perf bench sched pipe", 1.02, [*simple, "sched", "pipe", "-l"], 60000, one_cpu),
        Work("perf bench sched messaging", 1.02, [*simple, "sched", "messaging", "-g", "2", "-l"], 100, one_cpu),
    ]


def stress_works(one_cpu):
    def stress(what, operations):
        argv = ["stress-ng", "-q", f"--{what}", "2", f"--{what}-ops"]
        return Work(f"stress-ng --{what}", 1.02, argv, operations, one_cpu)

    return [stress("futex", 6000), stress("sem-sysv", 200000), stress("wait", 400)]


def run_quietly(argv, **options):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, **options)
    if done.returncode:
        raise Failed((done.stderr or done.stdout).strip().splitlines()[-1])


def postgres_works(stack):
    """A server of its own, in a folder of its own, reached through a socket there."""
    programs = max(glob.glob("/usr/lib/postgresql/*/bin"), default=None)
    if not programs:
        raise Failed("no server programs in /usr/lib/postgresql")
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dltrace-bench-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data, run = os.path.join(folder, "data"), {"user": user, "cwd": "/"}
    control = [os.path.join(programs, "pg_ctl"), "-D", data, "-w", "-l", os.path.join(folder, "log")]
    run_quietly([os.path.join(programs, "initdb"), "-D", data, "-N", "-A", "trust", "-U", "bench"], **run)
    run_quietly([*control, "-o", f"-F -c listen_addresses= -k {folder}", "start"], **run)
    stack.callback(run_quietly, [*control, "-m", "immediate", "stop"], **run)
    pgbench = ["pgbench", "-h", folder, "-U", "bench"]
    run_quietly([*pgbench, "-i", "-q", "postgres"], **run)
    argv = [*pgbench, "-n", "-c", "4", "-j", "2", "postgres", "-t"]
    with open(os.path.join(data, "postmaster.pid")) as lines:
        server = int(lines.readline())
    return [Work("pgbench, 4 clients", 1.02, argv, 400, user=user, server_cpu_s=lambda: ended_children_cpu_s(server))]


def ended_children_cpu_s(pid):
    """In ticks of the kernel's, so only good for what takes many; shortly after, since they have to be reaped."""
    time.sleep(0.05)
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def redis_works(stack):
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dltrace-bench-"))
    address = os.path.join(folder, "redis")
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", address, "--save", "", "--dir", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(lambda: (server.terminate(), server.wait()))
    end = time.monotonic() + 10
    while not os.path.exists(address) and time.monotonic() < end:
        time.sleep(0.05)
    argv = ["redis-benchmark", "-s", address, "-q", "-t", "get", "-c", "20", "-n"]
    return [Work("redis-benchmark", 1.02, argv, 30000, server_cpu_s=lambda: process_cpu_s(server.pid))]


def other_works(stack: ExitStack, one_cpu):
    """Works of installed programs, whose servers end with stack; and why some are left out, by program."""
    makers = {
        "perf": lambda: perf_works(one_cpu),
        "stress-ng": lambda: stress_works(one_cpu),
        "pgbench": lambda: postgres_works(stack),
        "redis-benchmark": lambda: redis_works(stack),
    }
    works, left_out = [], {}
    for command, make in makers.items():
        if not shutil.which(command):
            left_out[command] = "not installed"
            continue
        try:
            works += make()
        except (Failed, OSError, subprocess.TimeoutExpired) as error:
            left_out[command] = str(error)
    return works, left_out
