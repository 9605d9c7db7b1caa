# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the program as a command: arguments, statuses, privileges, endings, files, hostile pages.

Each is a function of the bench; its name is its claim.
"""
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace

from harness import judge, proc
from harness.case import EITHER, quiet
from harness.cases import POSITIVES
from harness.cases.klock import kernel_tells
from harness.dltrace import malformed
from harness.phases import EAGER, begin, judge_case
from harness.scoreboard import expect
from harness.target import Skip

COMMANDS = []
KTHREADD = 2
NO_PROCESS = 4194305  # above PID_MAX_LIMIT (linux/threads.h)
AS_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs",
             "--inh-caps", "-all", "--bounding-set", "-all")  # fmt: skip


def test(function):
    COMMANDS.append(function)
    return function


def case_of(program):
    [case] = [case for case in POSITIVES if case.name == program]
    return case


@contextmanager
def hung(bench, case):
    with bench.start(case) as target:
        begin(bench, case, target)
        yield target


@contextmanager
def sleeping():
    program = subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)
    try:
        yield program
    finally:
        program.kill()
        program.wait()


def one_line(result):
    lines = result.err.splitlines()
    expect(len(lines) == 1 and lines[0].strip(), f"not one line on standard error\n{result}")
    expect(not result.out, f"something on standard output\n{result}")
    return lines[0]


REFUSED = [
    "-p 12abc",
    "-p 0",
    "-p -1",
    "-p 1,,2",
    "-p 1,",
    "-p 99999999999999999999",
    f"-p {KTHREADD}",
    "-p 1 --all",
    "-p",
    "--all --min-wait 100",
    "--all --min-wait 0",
    "--all --min-wait 0s",
    "--all --min-wait -1s",
    "--all --min-wait 1x",
    "--all --min-wait 1s2",
    "--all --min-wait 999999999999999999999s",
    "--all --interval 5",
    "--all --interval 0ms",
    "--all --duration one",
    "--all --duration 0",
    "--all --format xml",
    "--all --color sometimes",
    "--all --attach never",
    "--all --source nowhere",
    "--all --stacks some",
    "--all --ringbuf-size 12abc",
    "--all --ringbuf-size 0",
    "--all --no-such-option",
    "--all stray",
    "--all --kill",
    "--all --artifacts /tmp",
    "--all --uprobes",
    "--once -- /bin/true",
    "--strict -- /bin/true",
    "--all -- /bin/true",
    "--",
    "",
]


def refuses(arguments):
    def check(bench):
        result = bench.dltrace.run(*arguments.split(), json_output=False)
        expect(result.status == 2, f"status is not 2\n{result}")
        one_line(result)

    check.__name__ = f"refuses `{arguments}`"
    return check


COMMANDS += map(refuses, REFUSED)


@test
def a_process_that_does_not_exist_is_status_4(bench):
    with sleeping() as program:
        for pids in (NO_PROCESS, f"{program.pid},{NO_PROCESS}"):
            result = bench.dltrace.run("-p", pids, "--once", json_output=False)
            expect(result.status == 4, f"status is not 4\n{result}")
            expect(str(NO_PROCESS) in one_line(result), f"the line does not name it\n{result}")


@test
def a_thread_stands_for_its_process_and_a_line_says_so(bench):
    case = case_of("mutex_abba none")
    with hung(bench, case) as target:
        result = bench.dltrace.run("-p", target.roles["a"], "--once")
        expect(result.status == 3, f"status is not 3\n{result}")
        expect(str(target.pid) in result.err, f"no line about process {target.pid}\n{result}")


@test
def version_and_help_are_status_0(bench):
    for option in ("--version", "--help"):
        result = bench.dltrace.run(option, json_output=False)
        expect(result.status == 0 and result.out and not result.err, result)


@test
def features_are_lines_with_status_0(bench):
    result = bench.dltrace.run("--features", json_output=False)
    expect(result.status == 0 and len(result.out.splitlines()) > 2, result)


@test
def no_privilege_is_status_1_and_names_what_is_missing(bench):
    with sleeping() as program:
        for what in (("--all",), ("-p", program.pid)):
            result = bench.dltrace.run(*what, "--once", prefix=AS_NOBODY, json_output=False)
            expect(result.status == 1, f"status is not 1\n{result}")
            expect(re.search("CAP_[A-Z]", one_line(result)), f"no capability is named\n{result}")


LIBRARY_WAITS = {
    "cxx/waits future": "C++ future",
    "cxx/waits static": "guard of a C++ static",
    "openmp/team lock": "OpenMP futex",
    "rust/locks recv": "Rust channel",
    "rust/locks cond": "Rust Condvar",
}


@test
def futexes_of_libraries_go_by_what_they_are_part_of(bench):
    for program, name in LIBRARY_WAITS.items():
        with hung(bench, case_of(program)) as target:
            result = bench.dltrace.run("-p", target.pid, "--once")
            objects = [task["wait"]["object"] for found in result.deadlocks() for task in found["tasks"]]
            expect(any(text.startswith(name) for text in objects), f"{program}: {objects}")


@test
def what_cannot_be_read_without_cap_sys_ptrace_is_said(bench):
    prefix = ("setpriv", "--inh-caps", "-sys_ptrace", "--bounding-set", "-sys_ptrace")
    result = bench.dltrace.run("--all", "--once", prefix=prefix)
    expect("CAP_SYS_PTRACE" in result.err, f"no line names the capability\n{result}")
    [summary] = result.of_type("summary")
    expect(summary["incomplete"] == ["privilege"], f"not incomplete\n{result}")


def once_nobody_is_born(bench, *arguments, **more):
    """From /proc, a look during which others start programs says that it was too busy to tell."""
    for _ in range(20):
        result = bench.dltrace.run(*arguments, **more)
        [summary] = result.of_type("summary")
        if result.deadlocks() or not summary["open"].get("busy"):
            break
    return result


@test
def ones_own_processes_are_judged_without_privilege(bench):
    os.chmod(bench.scratch, 0o777)
    for program in ("mutex_abba none", "subprocess_pipes.py stdout", "join_mutex", "kernel/file_locks mixed"):
        # From /proc there are no stacks, and so no places.
        case = replace(case_of(program), prefix=AS_NOBODY, certainty=EITHER, places={})
        with hung(bench, case) as target:
            for source in ("auto", "proc"):
                result = once_nobody_is_born(bench, "-p", target.pid, "--once", "--source", source, prefix=AS_NOBODY)
                expect(judge_case(case, target, result), f"nothing found\n{result}")
                if source == "auto":
                    expect("--source proc" in result.err, f"no line says where facts come from\n{result}")


@test
def without_privilege_near_misses_stay_silent(bench):
    for program in ("mutex_abba timed", "sem_private live", "kernel/file_locks flock timed", "wait_forms nohang"):
        case = quiet(program, prefix=AS_NOBODY)
        with bench.start(case) as target:
            target.go()
            target.wait_ready()
            result = bench.dltrace.run("-p", target.pid, "--once", "--source", "proc", prefix=AS_NOBODY)
            expect(result.status == 0 and not result.deadlocks(), f"not silent\n{result}")


@test
def source_proc_does_not_overlook_who_is_gone_before_it_is_read(bench):
    for program in ("kernel/baton threads", "kernel/baton processes"):
        with bench.start(quiet(program)) as target:
            target.go()
            target.wait_ready()
            for _ in range(3):
                options = ("-p", target.pid, "--once", "--source", "proc", "--min-wait", "100ms")
                result = bench.dltrace.run(*options)
                found = judge.findings_for(result.deadlocks(), {target.pid})
                expect(not found, f"{program}: a deadlock\n{result}")


@test
def source_proc_refuses_the_processes_of_others(bench):
    with sleeping() as program:
        options = ("-p", program.pid, "--once", "--source", "proc")
        result = bench.dltrace.run(*options, prefix=AS_NOBODY, json_output=False)
        expect(result.status == 1, f"status is not 1\n{result}")
        expect("other users" in one_line(result), f"no reason is given\n{result}")


@test
def text_names_who_waits_for_whom_and_stays_printable(bench):
    case = case_of("two_locks.py Lock")
    with hung(bench, case) as target:
        result = bench.dltrace.run("-p", target.pid, "--once", json_output=False)
        expect(result.status == 3, f"status is not 3\n{result}")
        for role in ("a", "b", "main"):
            expect(str(target.roles[role]) in result.out, f"{role} is not named\n{result}")
        expect(all(byte >= " " or byte == "\n" for byte in result.out), f"control bytes\n{result!r}")


@test
def hostile_names_come_out_as_valid_json_and_printable_text(bench):
    name = os.fsdecode(b'a"}\n\x1b[31m\\\xff,{')
    hostile = shutil.copy(bench.binaries / "mutex_twice", bench.scratch / name)
    case = replace(case_of("mutex_twice"), prefix=(str(hostile),))
    with hung(bench, case) as target:
        result = bench.dltrace.run("-p", target.pid, "--once")
        expect(not malformed(result) and result.status == 3, result)
        text = bench.dltrace.run("-p", target.pid, "--once", json_output=False)
        expect(all(byte >= " " or byte == "\n" for byte in text.out), f"control bytes\n{text.out!r}")


@test
def what_is_blocked_but_not_deadlocked_gets_a_chain(bench):
    case = quiet("slow_holder.py sleep")
    with bench.start(case) as target:
        target.go()
        target.wait_ready()
        time.sleep(1.2)
        result = bench.dltrace.run("-p", target.pid, "--once")
        chains = [chain["tasks"] for chain in result.of_type("chain")]
        main = [chain for chain in chains if chain[0]["tid"] == target.pid]
        expect(result.status == 0 and len(main) == 1, f"no chain of main\n{result}")
        tids = [task["tid"] for task in main[0]]
        wanted = [target.roles[role] for role in ("main", "a", "holder")]
        expect(tids == wanted, f"the chain is {tids}, not {wanted}\n{result}")


@test
def a_chain_names_who_stopped_a_task(bench):
    with bench.start(quiet("traced_holder")) as target:
        target.go()
        target.wait_ready()
        time.sleep(0.5)
        result = bench.dltrace.run("-p", target.roles["a"], "--once", "--min-wait", "100ms")
        chains = [[(task["tid"], task.get("relation")) for task in chain["tasks"]] for chain in result.of_type("chain")]
        holder = (target.roles["holder"], "stopped-by")
        wanted = [(target.roles["a"], "holds"), holder, (target.pid, None)]
        expect(chains == [wanted], f"the chain is {chains}, not {wanted}\n{result}")


@test
def a_chain_says_what_keeps_a_task_from_running(bench):
    kept = (("slow_holder.py stop", "signal 19 (STOP)", "stopped"), ("frozen.py v1", "cgroup /", "frozen"),
            ("frozen.py v2", "cgroup /", "frozen"))  # fmt: skip
    for program, by, reason in kept:
        with bench.start(quiet(program, ends_by_eof=program.startswith("frozen"))) as target:
            target.go()
            target.wait_ready()
            time.sleep(0.5)
            pids = ",".join(str(tid) for tid in target.roles.values())
            result = bench.dltrace.run("-p", pids, "--once", "--min-wait", "100ms")
            ends = [chain["tasks"][-1] for chain in result.of_type("chain")]
            told = [end["wait"] for end in ends if end.get("open") == reason]
            right = [wait for wait in told if wait["kind"] == "stopped" and wait["object"].startswith(by)]
            expect(right == told and told, f"{program}: no chain ends in {by}\n{result}")


@test
def a_chain_names_what_is_awaited(bench):
    for what, named in (
        ("inotify", "inotify of descriptor"),
        ("uffd", "whoever serves its page faults (userfaultfd)"),
        ("uring", "completions of its io_uring"),
        ("seccomp", "an answer of its seccomp supervisor"),
        ("terminal", "terminal /dev/pts/"),
    ):
        with bench.start(quiet(f"klock/awaited {what}")) as target:
            target.go()
            target.wait_ready()
            time.sleep(0.3)
            result = bench.dltrace.run("-p", target.pid, "--once", "--min-wait", "100ms")
            ends = [chain["tasks"][-1] for chain in result.of_type("chain")]
            right = [end for end in ends if end.get("open") and end["wait"]["object"].startswith(named)]
            expect(right, f"{what}: no chain ends in {named}\n{result}")


@test
def a_chain_leads_through_locks_of_the_kernel(bench):
    if not kernel_tells():
        raise Skip("the kernel does not tell which lock is waited for")
    for program, kept in (("klock/rwsem", "kernel rwsem of"), ("klock/terminal", "kernel mutex of")):
        with bench.start(quiet(program)) as target:
            target.go()
            target.wait_ready()
            time.sleep(0.3)
            pids = f"{target.pid},{target.roles['b']}"
            result = bench.dltrace.run("-p", pids, "--once", "--min-wait", "100ms")
            chains = [chain["tasks"] for chain in result.of_type("chain") if chain["tasks"][0]["tid"] == target.roles["b"]]
            waiter, holder = (chains[0] + [{}, {}])[:2] if chains else ({}, {})
            right = waiter.get("relation") == "holds" and waiter["wait"]["object"].startswith(kept)
            expect(right and holder.get("tid") == target.roles["a"], f"{program}: a is not the holder\n{result}")


@test
def a_finding_is_resolved_when_a_member_is_killed(bench):
    case = case_of("two_locks.py Lock")
    with bench.start(case) as target, bench.dltrace.watch("-p", target.pid, *EAGER) as watch:
        begin(bench, case, target)
        found = watch.wait_for(lambda line: line.get("type") == "deadlock", 10)
        expect(found, f"not found\n{watch.out}")
        os.kill(target.roles["b"], signal.SIGKILL)
        gone = watch.wait_for(lambda line: line.get("type") == "resolved", 5)
        expect(gone and gone["id"] == found["id"], f"not resolved\n{watch.out}")
        expect({"verdict", "time", "after_s"} <= gone.keys(), gone)
        again = watch.wait_for(lambda line: line.get("type") == "deadlock", 3)
        expect(again and again["verdict"] == "dead-owner", f"the lock of the dead is not found\n{watch.out}")
        expect(watch.end().status == 3, "status is not 3")


@test
def watching_ends_with_the_last_target(bench):
    with sleeping() as program:
        with bench.dltrace.watch("-p", program.pid, *EAGER) as watch:
            expect(watch.has_begun(), "no first look")
            program.kill()
            program.wait()
            result = watch.end(number=0)
            expect(result.status == 0 and not malformed(result), f"status is not 0\n{result}")


@test
def signals_end_watching_with_a_summary(bench):
    with sleeping() as program:
        for number in (signal.SIGINT, signal.SIGTERM):
            with bench.dltrace.watch("-p", program.pid, *EAGER) as watch:
                expect(watch.has_begun(), "no first look")
                start = time.monotonic()
                result = watch.end(number)
                expect(result.status == 0 and not malformed(result), f"status is not 0\n{result}")
                expect(time.monotonic() - start < 2, "took longer than 2 s")


@test
def duration_ends_watching(bench):
    with sleeping() as program:
        result = bench.dltrace.run("-p", program.pid, *EAGER, "--duration", "1s")
        expect(result.status == 0 and 0.9 < result.elapsed_s < 3, result)
        expect(result.lines[-1]["looks"] >= 4, result)


@test
def a_command_gives_its_own_status(bench):
    for script, status in (("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)):
        result = bench.dltrace.run("--", "/bin/sh", "-c", script)
        expect(result.status == status, f"{script}: status is not {status}\n{result}")


@test
def a_command_that_cannot_be_found_or_run_is_127_or_126(bench):
    plain = bench.scratch / "no-program"
    plain.write_text("no program\n")
    for command, status in (("/no/such/program", 127), ("no-such-program-here", 127), (plain, 126), ("/", 126)):
        result = bench.dltrace.run("--", command, json_output=False)
        expect(result.status == status, f"{command}: status is not {status}\n{result}")


@test
def a_command_that_hangs_is_killed_on_request_and_is_124(bench):
    argv = case_of("pipe_own").argv(bench.sources, bench.binaries)
    with open(bench.scratch / "go", "w+b") as go:
        go.write(b"\n")
        go.seek(0)
        result = bench.dltrace.run(*EAGER, "--kill", "--", *argv, stdin=go, json_output=False)
    expect(result.status == 124 and result.elapsed_s < 5, f"status is not 124 within 5 s\n{result}")


@test
def a_command_keeps_its_output_and_input(bench):
    message = b"through and through\n"
    path = bench.scratch / "message"
    path.write_bytes(message)
    with open(path, "rb") as stdin:
        result = bench.dltrace.run("-q", "-o", "/dev/null", "--", "/bin/cat", stdin=stdin, json_output=False)
    expect(result.status == 0 and result.out == message.decode(), result)


@test
def a_closed_output_ends_quietly_with_the_status_so_far(bench):
    case = case_of("mutex_abba none")
    with hung(bench, case) as target:
        read_end, write_end = os.pipe()
        os.close(read_end)
        try:
            result = bench.dltrace.run("-p", target.pid, "--once", stdout=write_end)
        finally:
            os.close(write_end)
        expect(result.status == 3 and not result.err, f"not quiet with status 3\n{result}")


@test
def an_output_that_cannot_be_written_is_status_1(bench):
    case = case_of("mutex_abba none")
    with hung(bench, case) as target, open("/dev/full", "r+") as full:
        result = bench.dltrace.run("-p", target.pid, "--once", stdout=full)
        expect(result.status == 1 and result.err, f"status is not 1\n{result}")


@test
def what_was_asked_for_and_cannot_be_written_is_status_1(bench):
    for option in ("--help", "--version", "--features"):
        with open("/dev/full", "r+") as full:
            result = bench.dltrace.run(option, stdout=full, json_output=False)
        expect(result.status == 1 and len(result.err.splitlines()) == 1, f"status is not 1 with one line\n{result}")


@test
def a_file_does_not_take_the_place_of_a_closed_output(bench):
    path = bench.scratch / "recording"
    with hung(bench, case_of("mutex_abba none")) as target:
        closed = ("/bin/sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-')
        result = bench.dltrace.run("-p", target.pid, "--once", "--record", path, prefix=closed)
    expect(result.status == 3, f"status is not 3\n{result}")
    again = bench.dltrace.run("--replay", path)
    expect(again.status == 3 and not again.err, f"the recording is not whole\n{again}")


@test
def findings_go_to_the_named_file(bench):
    case = case_of("mutex_abba none")
    path = bench.scratch / "findings"
    with hung(bench, case) as target:
        result = bench.dltrace.run("-p", target.pid, "--once", "-o", path)
        expect(result.status == 3 and not result.out and '"cycle"' in path.read_text(), result)


@test
def a_recording_replayed_without_privilege_gives_the_same_findings(bench):
    case = case_of("two_locks.py Lock")
    path = bench.scratch / "recording"
    with hung(bench, case) as target:
        live = bench.dltrace.run("-p", target.pid, "--once", "--record", path)
    os.chmod(bench.scratch, 0o755)
    os.chmod(path, 0o644)
    again = bench.dltrace.run("--replay", path, prefix=AS_NOBODY)
    expect(live.status == 3 and again.status == 3, f"{live}\n{again}")
    for found in live.deadlocks():  # a recording is of the whole system: there may be more
        same = [other for other in again.deadlocks() if other["id"] == found["id"]]
        expect(len(same) == 1, f"{found['id']} is not in the replay\n{again}")
        for key in ("verdict", "certainty", "tasks", "victim_count"):
            expect(same[0][key] == found[key], f"another {key}: {same[0][key]}, not {found[key]}")


def samples(text):
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))


@test
def the_textfile_is_whole_and_counts_what_was_found(bench):
    case = case_of("mutex_abba none")
    path = bench.scratch / "dltrace.prom"
    with hung(bench, case) as target:
        result = bench.dltrace.run("-p", target.pid, *EAGER, "--duration", "1s", "--textfile", path)
    expect(result.status == 3, result)
    text = path.read_text()
    found = samples(text)
    expect(os.stat(path).st_mode & 0o777 == 0o644 and text.endswith("\n"), oct(os.stat(path).st_mode))
    for verdict, count in (("self", 0), ("cycle", 1), ("dead-owner", 0), ("no-waker", 0)):
        value = found.get(f'dltrace_deadlocks_active{{verdict="{verdict}"}}')
        expect(value == str(count), f"{verdict} is {value}, not {count}\n{text}")
    expect(found.get('dltrace_deadlocks_detected_total{verdict="cycle"}') == "1", text)
    expect(float(found.get("dltrace_deadlocked_tasks", 0)) == 3, text)
    age_s = time.time() - float(found.get("dltrace_last_look_timestamp_seconds", 0))
    expect(0 <= age_s < 60, f"the last look was {age_s} s ago\n{text}")
    for family in ("build_info", "blocked_tasks", "open_waits"):
        expect(f"# TYPE dltrace_{family} gauge" in text and f"# HELP dltrace_{family} " in text, text)
    left = [name for name in os.listdir(bench.scratch) if "dltrace.prom" in name]
    expect(left == ["dltrace.prom"], f"left behind: {left}")


def programs_held_by(pid):
    """Ids of the BPF programs that a process holds, itself or through links."""
    held = set()
    for fd in os.listdir(f"/proc/{pid}/fdinfo"):
        held |= set(re.findall(r"^prog_id:\s*(\d+)$", proc.read(f"{pid}/fdinfo/{fd}"), re.MULTILINE))
    return held


def programs_loaded():
    bpftool = shutil.which("bpftool", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    listing = subprocess.run([bpftool, "prog", "list"], capture_output=True, text=True, check=True)
    return set(re.findall(r"^(\d+): ", listing.stdout, re.MULTILINE))


def within(patience_s, answer):
    """What it answers as soon as that is true of anything, or last."""
    end = time.monotonic() + patience_s
    while not (result := answer()) and time.monotonic() < end:
        time.sleep(0.05)
    return result


@test
def a_killed_dltrace_leaves_no_program_behind(bench):
    for attach in ("auto", "none"):
        with bench.dltrace.watch("--all", *EAGER, "--attach", attach) as watch:
            within(20, lambda: programs_held_by(watch.program.pid) & programs_loaded())
            time.sleep(1)  # for the others
            before = programs_held_by(watch.program.pid) & programs_loaded()
            expect(before, f"--attach {attach}: it holds no program while it runs")
            os.kill(watch.program.pid, signal.SIGKILL)
            watch.program.wait()
        # the kernel takes its time: nobody may be running them any more
        gone = within(10, lambda: not before & programs_loaded())
        expect(gone, f"--attach {attach}: programs {before & programs_loaded()} are left")


def looks_without_delay(bench, target, *options):
    """One look at the target, and one at everything: neither may take two seconds."""
    for scope in (("-p", target.pid), ("--all",)):
        result = bench.dltrace.run(*scope, "--once", *options, timeout_s=10)
        expect(result.elapsed_s < 2, f"took {result.elapsed_s:.1f} s\n{result}")
        expect(not malformed(result), f"{malformed(result)}\n{result}")
        yield result


@test
def a_page_under_userfaultfd_delays_nothing(bench):
    case = quiet("uffd_page")
    with bench.start(case) as target:
        target.go()
        target.wait_ready()
        time.sleep(1.2)
        for result in looks_without_delay(bench, target):
            # Two threads do wait for each other: whoever can tell without the word may say so.
            for found in judge.findings_for(result.deadlocks(), target.family()):
                waiters = {task["tid"] for task in found["tasks"] + found["victims"]}
                expect(waiters == set(target.roles.values()), f"not all three are stuck: {found}")


@test
def a_page_of_a_dead_fuse_server_delays_nothing_and_holds_up_nobody(bench):
    if not os.path.exists("/dev/fuse"):
        raise Skip("no /dev/fuse")
    place = bench.scratch / "fuse"
    place.mkdir()
    case = quiet(f"fuse_page {place}", ends_by_eof=True)
    with bench.start(case) as target:
        target.go()
        target.wait_ready()
        time.sleep(1.2)
        waiter = target.roles["a"]
        expect(proc.call(waiter) == 202, f"the waiter is in {proc.call(waiter)}, not in futex")
        for result in looks_without_delay(bench, target):
            found = judge.findings_for(result.deadlocks(), target.family())
            expect(not found, f"a deadlock on a page that nobody may read: {found}")
        maps = subprocess.run(["/bin/cat", f"/proc/{waiter}/maps"], capture_output=True, timeout=2)
        expect(maps.returncode == 0, "the target's address space is held up")


@contextmanager
def dead_fuse_server(bench, how):
    """A process that nobody may ask much, beside two threads that wait for each other: (target, hung)."""
    if not os.path.exists("/dev/fuse"):
        raise Skip("no /dev/fuse")
    place = bench.scratch / f"fuse-{how}"
    place.mkdir()
    with hung(bench, case_of("mutex_abba none")) as other:
        with bench.start(quiet(f"fuse_page {place} {how}", ends_by_eof=True)) as target:
            target.go()
            target.wait_ready()
            time.sleep(0.3)
            yield target, other


def finds_what_hangs_beside(bench, target, other, *options):
    """In bounded time. The family is not asked for: who reads /proc as widely waits, too."""
    result = bench.dltrace.run("--once", "--min-wait", "100ms", *options, timeout_s=5)
    expect(result.elapsed_s < 3, f"took {result.elapsed_s:.1f} s\n{result}")
    expect(not malformed(result), f"{malformed(result)}\n{result}")
    named = [{task["pid"] for task in found["tasks"] + found["victims"]} for found in result.deadlocks()]
    expect({other.pid} in named, f"the deadlock beside it was not found\n{result}")
    expect(not any(pids & {target.pid, target.roles["a"]} for pids in named), f"a deadlock too many\n{result}")
    return result.lines[-1]["incomplete"]


@test
def who_waits_in_execve_for_a_dead_fuse_server_delays_nothing(bench):
    with dead_fuse_server(bench, "exec") as (target, other):
        both = f"{target.roles['a']},{other.pid}"
        finds_what_hangs_beside(bench, target, other, "-p", both)
        finds_what_hangs_beside(bench, target, other, "--all")
        incomplete = finds_what_hangs_beside(bench, target, other, "-p", both, "--source", "proc")
        expect("quarantine" in incomplete, f"not said: {incomplete}")


@test
def an_address_space_that_stays_locked_delays_nothing(bench):
    with dead_fuse_server(bench, "mmap") as (target, other):
        both = f"{target.roles['a']},{other.pid}"
        finds_what_hangs_beside(bench, target, other, "-p", both)
        finds_what_hangs_beside(bench, target, other, "--all")
        finds_what_hangs_beside(bench, target, other, "-p", both, "--source", "proc")


@test
def targets_are_neither_stopped_nor_made_to_run(bench):
    case = case_of("two_locks.py Lock")
    with hung(bench, case) as target:
        tasks = [tid for pid in target.family() for tid in proc.threads(pid)]
        before = {tid: (proc.switches(tid), proc.status(tid)["State"]) for tid in tasks}
        bench.dltrace.run("-p", target.pid, *EAGER, "--duration", "1s")
        after = {tid: (proc.switches(tid), proc.status(tid)["State"]) for tid in tasks}
        expect(before == after, f"{before} became {after}")


@test
def strict_says_5_where_a_wait_could_not_be_judged(bench):
    # syslog(2), which no kind knows, waits for a message of the kernel's
    syslog = "import ctypes\nwhile True: ctypes.CDLL(None).klogctl(2, ctypes.create_string_buffer(1 << 20), 1 << 20)"
    case = quiet(f"sh:exec /usr/bin/python3 -c '{syslog}'")
    with bench.start(case) as target:
        target.go()
        target.wait_ready()
        time.sleep(1.2)
        result = bench.dltrace.run("-p", target.pid, "--once", "--strict")
        expect(result.status == 5, f"status is not 5\n{result}")


@test
def two_instances_get_along(bench):
    case = case_of("mutex_abba none")
    with hung(bench, case) as target, bench.dltrace.watch("--all", *EAGER) as other:
        result = bench.dltrace.run("-p", target.pid, "--once")
        expect(result.status == 3 and len(result.deadlocks()) == 1, result)
        family = target.family()
        other.wait_for(lambda line: line.get("type") == "deadlock" and judge.findings_for([line], family), 20)
        ended = other.end()
        mine = judge.findings_for(ended.deadlocks(), target.family())
        expect(len(mine) == 1 and mine[0]["id"] == result.deadlocks()[0]["id"], f"{result}\n{ended}")
