# SPDX-License-Identifier: BSD-2-Clause
"""Tests of live tracing: what is streamed, what is summed, what happens when something is lost.

Each is a function of the bench; its name is its claim.
"""
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time

from harness import programs
from harness.cases import POSITIVES
from harness.phases import EAGER, begin
from harness.scoreboard import expect
from harness.target import Target

LIVE = []
# Waits of wait_counts.c, each number a prime; the long ones last longer than half of --min-wait.
SHORT = {"futex": 1009, "wait4": 101, "waitid": 53, "sysv-sem": 29}
LONG_FUTEX = 13


def test(function):
    LIVE.append(function)
    return function


def metric(path, name, **labels):
    """The value of one series of a textfile; 0 if it is not there."""
    wanted = ",".join(f'{key}="{value}"' for key, value in labels.items())
    with open(path) as file:
        found = re.search(rf"^dltrace_{name}(?:{{{re.escape(wanted)}}})? (\S+)$", file.read(), re.M)
    return float(found[1]) if found else 0.0


def await_look(path, after, patience_s=20):
    """Until the textfile is of a look begun after that time: looks get rarer where they are dear."""
    end = time.monotonic() + patience_s
    while metric(path, "last_look_timestamp_seconds") <= after and time.monotonic() < end:
        time.sleep(0.1)


def await_file(path, patience_s=20):
    end = time.monotonic() + patience_s
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)


def watch_counts(bench, attach):
    path = bench.scratch / f"counts-{attach}.prom"
    path.unlink(missing_ok=True)
    with open(bench.scratch / "programs.log", "ab") as log:
        with Target([str(bench.binaries / "wait_counts")], bench.guard, log, bench.scratch) as target:
            arguments = ("-p", target.pid, "--attach", attach, "--min-wait", "1s", "--interval", "200ms")
            with bench.dltrace.watch(*arguments, "--textfile", path, "--duration", "60s") as watch:
                await_file(path)
                target.go()
                target.wait_ready(40)
                await_look(path, time.time() + 0.1)
                result = watch.end()
    expect(result.status in (0, 3), f"status {result.status}\n{result}")
    return path


def watch_counts_without_loss(bench, attach, attempts=3):
    """A task whose storage could not be had at its birth is not followed at first, and that is said."""
    for _ in range(attempts):
        path = watch_counts(bench, attach)
        if not metric(path, "events_lost_total", reason="storage"):
            return path
    expect(False, f"{attach}: in none of {attempts} attempts was everybody followed")


def counts_are_whole(bench, attach):
    path = watch_counts_without_loss(bench, attach)
    for kind, count in SHORT.items():
        wanted = count + (LONG_FUTEX if kind == "futex" else 0)
        there = metric(path, "wait_duration_seconds_count", kind=kind)
        expect(there == wanted, f"{attach}: {there:g} waits of {kind}, not {wanted}")
    for kind in ("wait", "wake"):
        there = metric(path, "events_total", type=kind)
        # long waits are streamed whoever waits, so those of others come, too
        expect(there >= LONG_FUTEX, f"{attach}: {there:g} events of {kind}")
        expect(there < 500, f"{attach}: short waits were streamed: {there:g} events of {kind}")


@test
def waits_are_summed_or_streamed_and_none_is_lost_by_sleep(bench):
    counts_are_whole(bench, "sleep")


@test
def waits_are_summed_or_streamed_and_none_is_lost_by_syscall(bench):
    counts_are_whole(bench, "syscall")


@test
def waits_are_summed_while_processes_come_and_go(bench):
    # one in a few hundred switches of a machine that is busy like this is not seen on some kernels
    load = [churn(60) for _ in range(12)]
    try:
        for _ in range(3):
            counts_are_whole(bench, "sleep")
    finally:
        for program in load:
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()


MUSL = "/usr/lib/x86_64-linux-musl/libc.so"
# The C library and the program where nobody else has them; both go with the last process in it.
ELSEWHERE = """mount -t tmpfs elsewhere /mnt && cp "$0" /mnt/libc.so && cp "$1" /mnt/program &&
exec /mnt/libc.so /mnt/program"""


def maps_file(pid, name):
    with open(f"/proc/{pid}/maps") as maps:
        return name in maps.read()


def watch_semaphores(bench, *arguments, argv=None, library="libc.so"):
    """sem_locks, with dltrace there before it locks: its roles and what was said."""
    argv = argv or [str(bench.binaries / "sem_locks")]
    with open(bench.scratch / "programs.log", "ab") as log:
        with Target(argv, bench.guard, log, bench.scratch) as target:
            end = time.monotonic() + 10
            while not maps_file(target.pid, library) and time.monotonic() < end:
                time.sleep(0.05)
            with bench.dltrace.watch("-p", target.pid, *EAGER, *arguments) as watch:
                expect(watch.has_begun(), "no first look")
                target.go()
                target.wait_ready()
                watch.wait_for(lambda line: line.get("type") == "deadlock", 5)
                return target.roles, watch.end()


def semaphores_have_holders(roles, result):
    expect(len(result.deadlocks()) == 1, f"not one finding\n{result}")
    [line] = result.deadlocks()
    expect((line["verdict"], line["certainty"]) == ("cycle", "likely"), f"{line['verdict']} {line['certainty']}")
    expect({task["tid"] for task in line["tasks"]} == {roles["a"], roles["b"]}, f"wrong causes\n{result}")
    sources = {item["source"] for task in line["tasks"] for edge in task["waits_for"] for item in edge["evidence"]}
    expect("history" in sources, f"no history among {sources}")


@test
def semaphores_used_as_locks_have_holders_where_their_taking_was_followed(bench):
    semaphores_have_holders(*watch_semaphores(bench, "--uprobes"))


@test
def semaphores_of_musl_in_another_mount_namespace_have_holders_too(bench):
    argv = [shutil.which("unshare"), "-m", "sh", "-c", ELSEWHERE, MUSL, str(bench.binaries / "sem_locks_musl")]
    expect(os.path.exists(MUSL), f"no {MUSL}: apt-get install musl musl-tools")
    semaphores_have_holders(*watch_semaphores(bench, "--uprobes", argv=argv, library="/mnt/libc.so"))


@test
def semaphores_of_the_program_before_have_no_holder(bench):
    _, result = watch_semaphores(bench, "--uprobes", argv=[str(bench.binaries / "live/sem_exec")])
    expect(not result.deadlocks(), f"a finding\n{result}")


@test
def semaphores_without_history_have_no_holder(bench):
    _, result = watch_semaphores(bench)
    expect(not result.deadlocks(), f"a finding\n{result}")


def recorded(path, kind, key):
    """From a recording: that number of the last line of that kind, by tid."""
    with open(path) as file:
        lines = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in file if line.startswith(f"{kind} ")]
    return {int(line["tid"]): int(line[key]) for line in lines if key in line}


@test
def waits_are_dated_by_the_clock_that_programs_read(bench):
    # the kernel's own accounting and its context switch have another one, which is not far behind
    path, textfile, off_ns = bench.scratch / "dates.events", bench.scratch / "dates.prom", 1000000
    textfile.unlink(missing_ok=True)
    with open(bench.scratch / "programs.log", "ab") as log:
        with Target([str(bench.binaries / "live/dated_waits")], bench.guard, log, bench.scratch) as target:
            arguments = ("-p", target.pid, *EAGER, "--attach", "sleep", "--record", path)
            with bench.dltrace.watch(*arguments, "--textfile", textfile) as watch:
                await_file(textfile)
                bounds = {}
                for _ in range(5):
                    began_ns = time.monotonic_ns()
                    target.go()
                    target.wait_ready()
                    bounds[target.roles["waiter"]] = (began_ns - off_ns, time.monotonic_ns() + off_ns)
                await_look(textfile, time.time() + 0.5)
                result = watch.end()
    hook, look = recorded(path, "event type=wait", "time"), recorded(path, "task", "slept")
    for what, dates in (("by the hook", hook), ("by the look", look)):
        for tid, (first_ns, last_ns) in bounds.items():
            date = dates.get(tid, 0)
            expect(first_ns <= date <= last_ns, f"{what}: {date - first_ns} ns after the first moment of "
                   f"{last_ns - first_ns}\n{result}")  # fmt: skip


def mutex_case():
    return next(case for case in POSITIVES if case.name.startswith("mutex_abba"))


def churn(seconds):
    """Many short-lived processes: each fork and exit is an event."""
    script = f"end=$(( $(date +%s) + {seconds} )); while [ $(date +%s) -lt $end ]; do /bin/true; done"
    return subprocess.Popen(["/bin/sh", "-c", script], start_new_session=True, stdin=subprocess.DEVNULL)


def stress(seconds):
    """Futexes, semaphores and waits, as fast as they can."""
    argv = ["stress-ng", "--futex", "2", "--sem-sysv", "2", "--wait", "2", "--fork", "2", "--timeout", f"{seconds}s", "-q"]
    return subprocess.Popen(argv, start_new_session=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stop_for_5_s(program):
    program.send_signal(signal.SIGSTOP)
    time.sleep(5)
    program.send_signal(signal.SIGCONT)


def known_deadlock_is_found_alone(target, result):
    own = [line for line in result.deadlocks() if any(t["pid"] == target.pid for t in line["tasks"])]
    expect(len(own) == 1, f"{len(own)} findings about the known deadlock\n{result}")


def watched_through(bench, disturb, *arguments, load=(churn, churn)):
    """A deadlock that is there, dltrace with these arguments, and something that makes it lose events."""
    path = bench.scratch / "loss.prom"
    path.unlink(missing_ok=True)
    case = mutex_case()
    with bench.start(case) as target:
        begin(bench, case, target)
        programs_beside = [start(20) for start in load]
        try:
            with bench.dltrace.watch("--all", *EAGER, "--textfile", path, *arguments) as watch:
                await_file(path)
                disturb(watch.program)
                time.sleep(2)
                result = watch.end()
        finally:
            for program in programs_beside:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()
        known_deadlock_is_found_alone(target, result)
    return path, result


def loss_is_told(path, result):
    [summary] = result.of_type("summary")
    expect(summary["events_lost"] > 0, f"nothing was lost\n{summary}")
    expect(metric(path, "resyncs_total") > 0, "no look was taken to make up for it")
    expect("events-lost" in summary["incomplete"], f"not said to be incomplete\n{summary}")
    expect("incomplete_since" in summary, f"not said since when\n{summary}")


@test
def what_a_tiny_buffer_loses_is_counted_and_made_up_for(bench):
    loss_is_told(*watched_through(bench, stop_for_5_s, "--ringbuf-size", "4096"))


@test
def what_a_tiny_buffer_loses_under_stress_is_counted_and_made_up_for(bench):
    for attach in ("sleep", "syscall"):
        arguments = ("--ringbuf-size", "4096", "--attach", attach)
        loss_is_told(*watched_through(bench, lambda program: time.sleep(2), *arguments, load=(stress,)))


@test
def a_buffer_of_the_usual_size_outlasts_a_stop_of_five_seconds(bench):
    _, result = watched_through(bench, stop_for_5_s)
    [summary] = result.of_type("summary")
    expect(summary["events_lost"] == 0 or "events-lost" in summary["incomplete"], f"lost in silence\n{summary}")


@test
def a_tid_that_a_lock_still_names_is_known_to_have_ended(bench):
    with open(bench.scratch / "programs.log", "ab") as log:
        with Target([str(bench.binaries / "mutex_holder_ended")], bench.guard, log, bench.scratch) as target:
            with bench.dltrace.watch("-p", target.pid, *EAGER) as watch:
                expect(watch.has_begun(), "no first look")
                target.go()
                target.wait_ready()
                line = watch.wait_for(lambda line: line.get("type") == "deadlock", 10)
                watch.end()
    expect(line and line["verdict"] == "dead-owner", f"no dead owner: {line}")
    died = line.get("died", {})
    expect(died.get("pid") == target.pid and died.get("tid"), f"not said who: {line}")
    named = [edge for task in line["tasks"] for edge in task["waits_for"] if edge.get("state") == "gone"]
    expect(named and named[0].get("tid", died["tid"]) == died["tid"], f"somebody else has died: {line}")


@test
def who_ends_with_a_lock_is_reported_at_that_moment(bench):
    path = bench.scratch / "ended.prom"
    path.unlink(missing_ok=True)
    with open(bench.scratch / "programs.log", "ab") as log:
        with Target([str(bench.binaries / "live/holder_ends_later")], bench.guard, log, bench.scratch) as target:
            target.go()
            target.wait_ready()
            time.sleep(0.5)
            arguments = ("-p", target.pid, "--min-wait", "100ms", "--interval", "20s", "--textfile", path)
            with bench.dltrace.watch(*arguments) as watch:
                await_file(path)
                target.go()
                line = watch.wait_for(lambda line: line.get("type") == "deadlock", 8)
                watch.end()
    expect(line and line["verdict"] == "dead-owner", f"not before the next look was due: {line}")
    expect(line["died"]["tid"] == target.roles["holder"], f"somebody else has died: {line}")


def kernel_is_since(*wanted):
    return tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) >= wanted


def watch_woken(bench, attach, how="post", program="live/woken_before"):
    """A word with a name, at which was woken before and never again: what is told of its history."""
    path = bench.scratch / f"woken-{attach}-{how}.prom"
    path.unlink(missing_ok=True)
    with open(bench.scratch / "programs.log", "ab") as log:
        with Target([str(bench.binaries / program), how], bench.guard, log, bench.scratch) as target:
            try:
                arguments = ("-p", target.pid, *EAGER, "--attach", attach, "--textfile", path)
                with bench.dltrace.watch(*arguments) as watch:
                    await_file(path)
                    target.go()
                    target.wait_ready()
                    line = watch.wait_for(lambda line: line.get("type") == "deadlock", 20)
                    watch.end()
            finally:
                pathlib.Path(f"/dev/shm/woken-{target.pid}").unlink(missing_ok=True)
            expect(line and line["certainty"] == "likely", f"not likely: {line}")
            edges = [edge for task in line["tasks"] for edge in task["waits_for"]]
            expect(not any(edge["relation"] == "holds" for edge in edges), f"a waker was made a holder: {line}")
            told = [item["value"] for edge in edges for item in edge["evidence"] if item["source"] == "history"]
            return target.pid, told


@test
def who_last_woke_at_what_nobody_owns_is_told_where_calls_are_followed(bench):
    pid, told = watch_woken(bench, "syscall")
    expect(any(f"[{pid}]" in value for value in told), f"not told who woke: {told}")


@test
def every_call_that_wakes_tells_who_last_woke(bench):
    ways = ["wake", "requeue", "cmp-requeue", "wake-op", "wake-op-second", "cmp-requeue-pi"]
    ways += ["wake2", "requeue2"] if kernel_is_since(6, 7) else []
    for how in ways:
        pid, told = watch_woken(bench, "syscall", how)
        expect(any(f"[{pid}]" in value for value in told), f"{how}: not told who woke: {told}")


@test
def a_32_bit_program_that_woke_is_told(bench):
    pid, told = watch_woken(bench, "syscall", "wake", "compat/live/woken_before")
    expect(any(f"[{pid}]" in value for value in told), f"not told who woke: {told}")


@test
def a_call_that_woke_at_one_of_two_words_tells_nothing(bench):
    _, told = watch_woken(bench, "syscall", "wake-op-either")
    expect(not told, f"told what nobody knows: {told}")


@test
def who_last_woke_is_not_told_where_it_was_not_followed(bench):
    _, told = watch_woken(bench, "sleep")
    expect(not told, f"told without having been seen: {told}")


@test
def dear_questions_are_only_asked_about_suspects(bench):
    path = bench.scratch / "questions.prom"
    with bench.start(mutex_case()) as target:
        begin(bench, mutex_case(), target)
        with bench.dltrace.watch("--all", *EAGER, "--textfile", path) as watch:
            watch.wait_for(lambda line: line.get("type") == "deadlock", 10)
            await_look(path, time.time() + 1)
            watch.end()
    expect(metric(path, "blocked_tasks", kind="mutex") >= 2, "the known deadlock was not looked at")
    expect(metric(path, "questions_total", cost="read") > 0, "nothing was asked at all")
    needless = metric(path, "questions_needless_total")
    expect(needless == 0, f"{needless:g} questions about tasks that were cleared")


@test
def two_at_once_do_not_disturb_each_other(bench):
    with bench.start(mutex_case()) as target:
        begin(bench, mutex_case(), target)
        with bench.dltrace.watch("--all", *EAGER) as one, bench.dltrace.watch("--all", *EAGER) as other:
            found = [watch.wait_for(lambda line: line.get("type") == "deadlock", 10) for watch in (one, other)]
            results = [watch.end() for watch in (one, other)]
    for result in results:
        expect(result.status == 3, str(result))
        known_deadlock_is_found_alone(target, result)
    expect(found[0]["id"] == found[1]["id"], f"two names for one deadlock: {found}")


@test
def nothing_stays_attached_however_often_it_is_killed(bench):
    ids = set()
    for attach in ("sleep", "syscall") * 25:
        watch = bench.dltrace.watch("--all", *EAGER, "--attach", attach)
        end = time.monotonic() + random.uniform(0.05, 0.6)
        while time.monotonic() < end:
            ids |= programs.of_process(watch.program.pid)
            time.sleep(0.02)
        watch.program.kill()
        watch.program.wait()
    expect(len(ids) >= 50, f"only {len(ids)} programs were seen")
    end = time.monotonic() + 10
    while (left := [program for program in ids if programs.is_there(program)]) and time.monotonic() < end:
        time.sleep(0.2)
    expect(not left, f"{len(left)} of {len(ids)} programs are left")


@test
def features_say_how_live_tracing_attaches(bench):
    result = bench.dltrace.run("--features", json_output=False)
    expect(result.status == 0, str(result))
    for way in ("auto", "sleep", "syscall"):
        expect(re.search(rf"attach.*{way}|{way}.*attach", result.out), f"nothing about {way}\n{result}")
