# SPDX-License-Identifier: BSD-2-Clause
"""Who looks on while the works run: nobody, dltrace in its variants, and the peers that are installed."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager

from live_works import process_cpu_s

SCRIPT = (
    "tracepoint:syscalls:sys_enter_futex { @since[tid] = nsecs; } "
    "tracepoint:syscalls:sys_exit_futex /@since[tid]/ "
    "{ @ns = hist(nsecs - @since[tid]); delete(@since[tid]); }"
)


class Refused(Exception):
    """This tracer does not run here; the text says why."""


class Tracer:
    """name is what the tables print; watching() is a context in which it is attached to everything."""

    prefix = ()  # instead of watching everything: what it needs to be started with

    def __init__(self, name):
        self.name = name

    @contextmanager
    def watching(self):
        yield


class Daemon:
    """A dltrace --all that has finished its first look, pinned to cpus; its findings go to out."""

    def __init__(self, program, options, cpus, out=subprocess.DEVNULL):
        self.folder = tempfile.TemporaryDirectory(prefix="dltrace-bench-")
        self.textfile = os.path.join(self.folder.name, "live.prom")
        self.errors = open(os.path.join(self.folder.name, "errors"), "w+")
        argv = [program, "--all", "-q", "--json", "--stacks", "none", "--textfile", self.textfile, *options]
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=self.errors,
            preexec_fn=lambda: os.sched_setaffinity(0, cpus),
        )

    def await_first_look(self, timeout_s=15):
        end = time.monotonic() + timeout_s
        while not os.path.exists(self.textfile):
            if self.process.poll() is not None or time.monotonic() > end:
                self.errors.seek(0)
                said = self.errors.read().strip().splitlines()
                raise Refused(said[-1] if said else f"no first look within {timeout_s} s")
            time.sleep(0.02)

    def metrics(self):
        """The textfile's plain values by name and labels."""
        with open(self.textfile) as text:
            rows = [line.rsplit(" ", 1) for line in text if not line.startswith("#")]
        return {name: float(value) for name, value in rows}

    def metric_sum(self, family):
        return sum(v for k, v in self.metrics().items() if k == family or k.startswith(family + "{"))

    def cpu_s(self):
        return process_cpu_s(self.process.pid)

    def memory_mib(self, field):
        with open(f"/proc/{self.process.pid}/status") as status:
            [kib] = [line.split()[1] for line in status if line.startswith(field + ":")]
        return int(kib) / 1024

    def __enter__(self):
        try:
            self.await_first_look()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        stop(self.process)
        if self.process.stdout:
            self.process.stdout.close()
        self.errors.close()
        self.folder.cleanup()


class Dltrace(Tracer):
    def __init__(self, program, attach, cpus):
        super().__init__(f"--attach {attach}")
        self.daemon = lambda: Daemon(program, ["--attach", attach], cpus)

    @contextmanager
    def watching(self):
        with self.daemon():
            yield


class Floor(Tracer):
    """BPF programs that do nothing, of the folder that the benchmark's are built in."""

    def __init__(self, name, folder, programs, cpus):
        super().__init__(name)
        self.argv = [os.path.join(folder, "attach"), os.path.join(folder, "empty.bpf.o"), *programs]
        self.cpus = cpus

    @contextmanager
    def watching(self):
        with subprocess.Popen(
            self.argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, self.cpus),
        ) as process:
            if not process.stdout.readline():
                raise Refused("the kernel refuses it")
            yield  # its input ends with the block, and so does the process


class Peer(Tracer):
    """Another tracer of the whole system; ready_s after its start it counts as attached."""

    def __init__(self, name, argv, cpus, ready_s=3):
        super().__init__(name)
        self.argv, self.cpus, self.ready_s = argv, cpus, ready_s

    @contextmanager
    def watching(self):
        process = subprocess.Popen(
            self.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, self.cpus),
        )
        try:
            time.sleep(self.ready_s)
            if process.poll() is not None:
                raise Refused(f"{self.argv[0]} ended with status {process.returncode}")
            yield
        finally:
            stop(process)


class Strace(Tracer):
    """It has no way to watch everything: it starts the work."""

    prefix = ("strace", "-f", "-qq", "-e", "trace=futex", "-o", "/dev/null")

    def __init__(self):
        super().__init__("strace -f")


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def peers(cpus):
    """Those installed, and the names of those that are not."""
    offcputime = next(filter(shutil.which, ("offcputime", "offcputime-bpfcc")), "offcputime")
    known = {
        "strace": lambda: Strace(),
        "perf": lambda: Peer("perf trace", ["perf", "trace", "-a", "-e", "futex", "-o", "/dev/null"], cpus),
        "bpftrace": lambda: Peer("bpftrace", ["bpftrace", "-e", SCRIPT], cpus, 5),
        offcputime: lambda: Peer("offcputime", [offcputime], cpus, 5),
    }
    there = [make() for command, make in known.items() if shutil.which(command)]
    return there, [command for command in known if not shutil.which(command)]
