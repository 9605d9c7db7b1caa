#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Another kernel: Debian 12's own in an emulated machine, with dltrace and programs that hang.

The kernel's package is unpacked into the build folder, not installed. The initramfs holds all
that is run; its init says on a serial line what came of it, and here that is held against what
the end-to-end tests expect of the same programs. A second machine is locked down."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.dont_write_bytecode = True

from harness import judge  # noqa: E402
from harness.cases import NEAR_MISSES, POSITIVES  # noqa: E402
from harness.dltrace import Result, malformed, parse  # noqa: E402

KERNEL = "linux-image-cloud-amd64"
# A busy host keeps the emulated timers from passing the check that the kernel makes of them.
KERNEL_LINE = "console=ttyS0 quiet panic=-1 rdinit=/init no_timer_check"
BOOT_S = 480  # of a busy host; an idle one needs a tenth
EAGER = "--min-wait 300ms --interval 300ms"

HANG = (
    "mutex_abba none", "mutex_twice", "pipe_ring tidy", "sem_shared", "nested",
    "kernel/file_locks flock", "kernel/file_locks mixed", "kernel/vfork_child mutex",
    "kernel/two_containers apart", "kernel/two_containers deep", "kernel/sysv sems",
)  # fmt: skip
LOOK_LIKE_IT = (
    "mutex_abba timed", "kernel/file_locks ofd ranges", "kernel/vfork_child thread",
    "kernel/vfork_child exec", "kernel/two_containers shared", "kernel/sysv timed",
)  # fmt: skip
ALONE = ("kernel/vfork_child mutex", "kernel/two_containers deep", "kernel/two_containers shared")  # by -p, too
# By name: whose calls are followed from the first one on, by the functions behind the calls.
FOLLOWED = {"woken": "live/woken_before wake", "woken-32": "compat/live/woken_before wake", "counts-32": "compat/wait_counts"}
COUNTS = {"futex": 1009 + 13, "wait4": 101, "waitid": 53}  # see wait_counts.c; its semop() is ipc() there
# These hang too, but are frozen or stopped, and so go on when somebody lets them.
HELD = {"freeze": "mutex_abba recursive", "stop": "mutex_abba spin"}


def unpacked(folder):
    """The kernel's image."""
    images = lambda: sorted(folder.glob("root/boot/vmlinuz-*"))  # noqa: E731
    if not images():
        folder.mkdir(parents=True, exist_ok=True)
        about = subprocess.run(["apt-cache", "depends", KERNEL], check=True, capture_output=True, text=True).stdout
        package = re.search(r"Depends: (linux-image-6\S+)", about)[1]
        subprocess.run(["apt-get", "-qq", "download", package], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        for archive in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", archive, folder / "root"], check=True)
            archive.unlink()
    return images()[-1]


def libraries(program):
    about = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    return {Path(path) for path in re.findall(r"(/\S+) \(0x", about)}


def machine_made(folder, dltrace, binaries, programs, plan):
    """An initramfs of its own for each machine: busybox, dltrace, the programs, and the plan."""
    root = folder / "initramfs"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("bin", "proc", "sys", "dev", "tmp"):
        (root / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin")
    shutil.copy(HERE / "init", root / "init")
    (root / "plan").write_text("\n".join(plan) + "\n")
    files = {"bin/dltrace": dltrace, **{f"e2e/{name}": binaries / name for name in programs}}
    for path in set().union(*map(libraries, files.values())):
        files[str(path).lstrip("/")] = path
    for name, path in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, root / name)
    names = "\n".join(str(path.relative_to(root)) for path in root.rglob("*"))
    archive = subprocess.run(["cpio", "--quiet", "-o", "-H", "newc"], cwd=root, input=names.encode(), check=True,
                             capture_output=True).stdout  # fmt: skip
    (folder / "initramfs.cpio").write_bytes(archive)
    return folder / "initramfs.cpio"


def booted(folder, kernel, initramfs, more):
    """What init said. Never with KVM, which hangs on some machines that have it."""
    said = folder / "said"
    said.write_text("")
    subprocess.run(
        ["timeout", "-k", "5", str(BOOT_S), "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-smp", "2", "-m", "768",
         "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-kernel", kernel, "-initrd", initramfs,
         "-append", f"{KERNEL_LINE} {more}", "-serial", f"file:{folder}/console", "-serial", f"file:{said}"],
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return said.read_text(errors="replace")


@dataclass
class Said:
    roles: dict = field(default_factory=dict)  # program -> its roles
    results: dict = field(default_factory=dict)  # name -> Result
    done: bool = False


def understood(text, programs):
    said, name, lines = Said(), None, []
    for line in text.splitlines():
        word, *words = line.split(" ", 2) if line.startswith("@") else ("",)
        if word == "@roles" and len(words) == 2:
            said.roles[programs[int(words[0])]] = json.loads(words[1])["roles"]
        elif word == "@begin":
            name, lines = words[0], []
        elif word == "@end":
            out = "\n".join(text for text in lines if text.startswith("{"))
            err = "\n".join(text for text in lines if not text.startswith("{"))
            said.results[name] = Result(int(words[1]), out, err, 0, parse(out))
        elif word == "@done":
            said.done = True
        else:
            lines.append(line)
    return said


def case_of(program):
    return next(case for case in (*POSITIVES, *NEAR_MISSES) if case.program == program)


def found_of(result, roles):
    """Those that a task of the program takes part in, by pid or tid."""
    family = set(roles.values())
    parts = lambda deadlock: deadlock["tasks"] + deadlock["victims"]  # noqa: E731
    return [deadlock for deadlock in result.deadlocks()
            if family & {task.get(key) for task in parts(deadlock) for key in ("pid", "tid")}]  # fmt: skip


class Machine:
    """Runs a plan in a machine, and counts what is not as it should be."""

    def __init__(self, name, options, kernel, more=""):
        self.name, self.options, self.kernel, self.more = name, options, kernel, more
        self.programs, self.plan, self.checked, self.failed = [], [], 0, 0

    def start(self, programs):
        numbers = range(len(self.programs), len(self.programs) + len(programs))
        self.programs += programs
        self.plan += [f"start {number} /e2e/{program}" for number, program in zip(numbers, programs)]
        self.plan.append("ready " + " ".join(map(str, numbers)))

    def follow(self, name, program):
        self.plan.append(f"followed {len(self.programs)} {name} /e2e/{program}")
        self.programs.append(program)

    def do(self, line, program=None):
        self.plan.append(line if program is None else f"{line} {self.programs.index(program)}")

    def say(self, name, arguments):
        self.plan.append(f"say {name} dltrace {arguments}")

    def number(self, program):
        return self.programs.index(program)

    def run(self):
        folder = self.options.folder / self.name
        folder.mkdir(parents=True, exist_ok=True)
        binaries = {program.split()[0] for program in self.programs}
        initramfs = machine_made(folder, self.options.dltrace, self.options.programs, binaries, self.plan)
        text = booted(folder, self.kernel, initramfs, self.more)
        self.said = understood(text, self.programs)
        self.expect(self.said.done, "the plan", f"was not done to its end, see {folder}:\n{text[-1500:]}")

    def expect(self, right, what, complaint):
        self.checked += 1
        if not right:
            self.failed += 1
            print(f"FAIL vm {self.name}, {what}: {complaint}", flush=True)

    def result(self, name):
        missing = Result(-1, "", "(it was not run)", 0)
        return self.said.results.get(name, missing)

    def judged(self, name, program, case=None):
        """The findings of a run about one program are as they should be."""
        roles, result = self.said.roles.get(program, {}), self.result(name)
        wrong = judge.complaints(case or case_of(program), roles, found_of(result, roles))
        self.expect(roles and result.status >= 0 and not wrong, f"{name} of {program}",
                    f"{wrong}\nroles: {roles}\n{result}")  # fmt: skip

    def judged_alone(self, program):
        name = f"once-{self.number(program)}"
        self.judged(name, program)
        result, wanted = self.result(name), 3 if case_of(program).verdict else 0
        self.expect(result.status == wanted and not malformed(result), f"{name} of {program}", str(result))

    def judged_whole(self, name, hanging, others):
        for program in (*hanging, *others):
            self.judged(name, program)
        result = self.result(name)
        self.expect(len(result.deadlocks()) == len(hanging), name, f"not {len(hanging)} deadlocks: {result}")
        lost = [line for line in result.of_type("summary") if line["events_lost"] or line["incomplete"]]
        self.expect(result.status == 3 and not malformed(result) and not lost, name, str(result))


def held(machine):
    """Stopped and frozen ones are open, and the summary says why."""
    result = machine.result("held")
    machine.expect(result.status == 0 and not result.deadlocks(), "held", str(result))
    summary = (result.of_type("summary") or [{"open": {}}])[-1]
    for reason in ("frozen", "stopped"):
        machine.expect(summary["open"].get(reason), "held", f"no wait is open as {reason}: {result}")


def followed(machine):
    """Who last woke is told, and each wait is counted, of 32-bit programs as of others."""
    for name in ("woken", "woken-32"):
        result, woke = machine.result(name), machine.said.roles.get(FOLLOWED[name], {}).get("main")
        edges = [edge for line in result.deadlocks() for task in line["tasks"] for edge in task["waits_for"]]
        told = [item["value"] for edge in edges for item in edge["evidence"] if item["source"] == "history"]
        machine.expect(any(f"[{woke}]" in value for value in told), name, f"not told that {woke} woke: {told}\n{result}")
    result = machine.result("counts-32")
    for kind, wanted in COUNTS.items():
        told = re.findall(rf'^dltrace_wait_duration_seconds_count{{kind="{kind}"}} (\d+)$', result.err, re.M)
        machine.expect(told == [str(wanted)], "counts-32", f"{told} waits of {kind}, not {wanted}\n{result}")


def whole_system(options, kernel):
    machine = Machine("plain", options, kernel)
    machine.start(list(HELD.values()))
    machine.do("sleep 1")
    for how, program in HELD.items():
        machine.do(how, program)
    machine.say("held", f"--json {EAGER} --all --once")
    machine.do("end_all")
    machine.start([*HANG, *LOOK_LIKE_IT])
    machine.do("sleep 2")
    machine.say("whole", f"--json {EAGER} --all --once")
    for program in ALONE:
        number = machine.number(program)
        machine.say(f"once-{number}", f"--json {EAGER} -p $pid_{number} --once")
    for attach in ("sleep", "syscall"):
        machine.say(attach, f"--json {EAGER} --all --attach {attach} --duration 3s")
    machine.say("features", "--features")
    machine.do("end_all")
    for name, program in FOLLOWED.items():
        machine.follow(name, program)
    machine.run()
    held(machine)
    followed(machine)
    machine.judged_whole("whole", HANG, LOOK_LIKE_IT)
    for program in ALONE:
        machine.judged_alone(program)
    for attach in ("sleep", "syscall"):
        machine.judged_whole(attach, HANG, LOOK_LIKE_IT)
    machine.expect(machine.result("features").status == 0, "features", str(machine.result("features")))
    return machine


def locked_down(options, kernel):
    machine = Machine("confidentiality", options, kernel, "lockdown=confidentiality")
    hanging, others = HANG[:6], LOOK_LIKE_IT[:2]
    machine.start([*hanging, *others])
    machine.do("sleep 2")
    machine.say("whole", f"--json {EAGER} --all --once")
    machine.say("watch", f"--json {EAGER} --all --duration 2s")
    machine.say("features", "--features")
    machine.run()
    machine.judged_whole("whole", hanging, others)
    machine.judged_whole("watch", hanging, others)
    features = machine.result("features")
    machine.expect(re.search(r"^lockdown .*\[confidentiality\]", features.err, re.M), "features", str(features))
    return machine


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dltrace", required=True, type=Path)
    parser.add_argument("--programs", required=True, type=Path, help="where the C programs were built")
    parser.add_argument("--folder", required=True, type=Path, help="where to unpack the kernel, and to work")
    options = parser.parse_args()
    if os.uname().machine != "x86_64":
        print("vm: only the kernel of x86-64 is emulated")
        return 0
    options.folder = options.folder.resolve()
    kernel = unpacked(options.folder)
    machines = [run(options, kernel) for run in (whole_system, locked_down)]
    failed = sum(machine.failed for machine in machines)
    print(f"vm, {kernel.name}: {sum(machine.checked for machine in machines)} checked, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
