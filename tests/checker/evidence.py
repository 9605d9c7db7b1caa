# SPDX-License-Identifier: BSD-2-Clause
"""Reads again every fact that a report rests on. Each function gives a list of objections."""

import os
import re
import time

from . import kernellocks, sockets, sysvipc, waits
from .procfs import COMPAT_CALLS, KCMP_FILE, TICK_NS, Unreadable, is_same, read_bytes, read_link, read_memory

SYSCALL_WORDS = 7  # number and six arguments; what follows is stack pointer and program counter
TRIES, TRY_S = 50, 0.002
VALUE_ROOM = 95  # a longer value may have been cut


def check_memory(item):
    wanted = bytes.fromhex(item["bytes"])
    there = read_memory(item["pid"], int(item["address"], 16), len(wanted))
    if there != wanted:
        return [f"memory of {item['pid']} at {item['address']} is {there.hex()}, not {item['bytes']}"]
    return []


def same_call(line, value):
    there, claimed = line.split()[:SYSCALL_WORDS], value.split()
    try:
        return [int(word, 0) for word in there] == [int(word, 0) for word in claimed]
    except ValueError:
        return False


def same_line(line, value):
    """The line is the value, or begins with it and does not go on in the same word.

    A report has a space for the kernel's tab.
    """
    line = line.replace("\t", " ")
    if not line.startswith(value):
        return False
    return line == value or len(value) >= VALUE_ROOM or not line[len(value)].isalnum()


def as_native(text):
    """A report gives a 32-bit call the number of the 64-bit call that it is like."""
    words = text.split()
    if len(words) > 8 and int(words[7], 16) < 1 << 32:
        words[0] = str(COMPAT_CALLS.get(int(words[0]), words[0]))
    return " ".join(words)


def is_try(cause):
    """It runs, and gets no further: its holder's sleep carries the proof."""
    return cause.get("wait", {}).get("kind") == "gil"


def check_proc_of(item, cause):
    """Of a task that wakes up every few milliseconds, until it is seen asleep."""
    for _ in range(TRIES if is_try(cause) else 1):
        found = check_proc(item)
        if not found:
            break
        time.sleep(TRY_S)
    return found


def check_proc(item):
    path, value = item["path"], item["value"]
    if ".." in path.split("/"):
        return [f"{path} is no path to trust"]
    if os.path.islink(path):
        there = read_link(path)
        return [] if there == value else [f"{path} is {there!r}, not {value!r}"]
    text = read_bytes(path).decode(errors="replace")
    if path.endswith("/syscall"):
        text = as_native(text)
        return [] if same_call(text, value) else [f"{path} says {text.strip()!r}, not {value!r}"]
    if any(same_line(line, value) for line in text.splitlines()):
        return []
    return [f"{path} has no line {value!r}"]


def count_mappers(system, cause, inode):
    """Shared writable mappings, one for each address space, of a file that the cause maps."""
    counts = set()
    for dev in {mapping.dev for mapping in system.mappings(cause["pid"]) if mapping.inode == inode}:
        seen, unmapped = {}, system.file_users(dev, inode)
        for mapping in system.mappers(dev, inode):
            seen.setdefault(min(system.sharers(mapping.pid)), []).append((mapping.pid, mapping.writable))
        # One list for each address space, of which the first process is counted.
        lists = [[writable for pid, writable in found if pid == found[0][0]] for found in seen.values()]
        unmapped -= {pid for found in seen.values() for pid, _ in found}
        for mapped in (sum(map(len, lists)), sum(map(sum, lists))):
            counts |= {mapped, mapped + len(unmapped)}
    return counts


def count_ends(access):
    return lambda system, _, inode: {system.descriptions(system.pipe_ends(inode, access))}


def is_of_inode(file, inode):
    try:
        return file.info().get(b"ino", b"").strip() == b"%d" % inode
    except Unreadable:
        return False  # closed meanwhile


def count_sharers(system, _, inode):
    """Descriptors of each description of the file."""
    files = [file for pid in system.pids for file in system.files(pid) if file.target.startswith("/")]
    files = [file for file in files if is_of_inode(file, inode)]
    return {sum(is_same(KCMP_FILE, one.tid, other.tid, one.fd, other.fd) for other in files) for one in files}


def count_operator(_, cause, number):
    values = sysvipc.semaphores(cause["pid"], object_of(cause))
    return {values[number][1]}


def object_of(cause):
    """The first argument of the call: the id of a System V object."""
    return int(read_bytes(f"/proc/{cause['pid']}/task/{cause['tid']}/syscall").split()[1], 16)


def count_user(of):
    return lambda system, cause, number: {sysvipc.queue(cause["pid"], number)[of]}


def count_tasks(system, cause, _):
    return {sum(len(system.threads(pid)) for pid in system.sharers(cause["pid"]))}


def count_socket(system, _, inode):
    return {system.descriptions(waits.holding(system, f"socket:[{inode}]"))}


def count_eventfd(system, _, number):
    users = waits.holding(system, "anon_inode:[eventfd]", lambda file: int(file.info()[b"eventfd-id"]) == number)
    return {system.descriptions(users)}


def number_of_keeper(system, cause, _):
    task = system.task(cause["tid"])
    fd = int(read_bytes(f"/proc/{cause['tid']}/syscall").split()[1], 16)
    return {other.tid for other in kernellocks.keepers(system, task, waits.file_of(system, task, fd).target) or ()}


def number_of_peer(_, cause, inode):
    found = sockets.find(cause["tid"], f"socket:[{inode}]")
    return {found.peer} if found else set()


# What a census counts -> every number that is right for it.
CENSUSES = [
    (re.compile(r"holders of socket (\d+)"), count_socket),
    (re.compile(r"holders of eventfd (\d+)"), count_eventfd),
    (re.compile(r"(?:peer|listener) of socket (\d+)"), number_of_peer),
    (re.compile(r"(?:mappers|mappings).*inode (\d+)"), count_mappers),
    (re.compile(r"(?:writers|write ends|writing descriptions).*?(\d+)"), count_ends(os.O_WRONLY)),
    (re.compile(r"(?:readers|read ends|reading descriptions).*?(\d+)"), count_ends(os.O_RDONLY)),
    (re.compile(r"owner of the kernel \w+ that (\d+) sleeps for"), number_of_keeper),
    (re.compile(r"last operator of semaphore (\d+) of set"), count_operator),
    (re.compile(r"last sender of message queue (\d+)"), count_user(0)),
    (re.compile(r"last receiver of message queue (\d+)"), count_user(1)),
    (re.compile(r"sharers of a description of inode (\d+)"), count_sharers),
    (re.compile(r"(?:tasks|threads|users).*(?:address space|memory|process)"), count_tasks),
]


def check_kernel(item, system, cause, certainty):
    if item["kernel"] is None and certainty == "proven":
        return [f"{item['what']}: without the kernel's number, a count proves nothing"]
    if item["kernel"] not in (None, item["found"]):
        return [f"{item['what']}: the kernel has {item['kernel']}, found were {item['found']}"]
    for pattern, count in CENSUSES:
        match = pattern.search(item["what"])
        if not match:
            continue
        counts = count(system, cause, int(match[1]) if pattern.groups else None)
        if item["found"] in counts:
            return []
        return [f"{item['what']}: {item['found']} were claimed, there are {sorted(counts)}"]
    return [f"{item['what']}: a census that cannot be counted again"]


def check_item(item, system, cause, certainty):
    source = item["source"]
    try:
        if source == "memory":
            return check_memory(item)
        if source == "proc":
            return check_proc_of(item, cause)
        if source == "kernel":
            return check_kernel(item, system, cause, certainty)
    except Unreadable as error:
        return [str(error)]
    return [] if certainty == "likely" else ["history proves nothing"]


def check_edge(edge, system, cause, certainty):
    found = []
    call = f"/proc/{cause['pid']}/task/{cause['tid']}/syscall"
    name = f"the edge of {cause['tid']} to {edge.get('tid', edge.get('group', 'nobody'))}"
    for item in edge["evidence"]:
        found += check_item(item, system, cause, certainty)
    if not any(item.get("path") == call for item in edge["evidence"]):
        found.append(f"{name} does not show the waiter's call")
    counted = edge["relation"] in ("writer", "reader", "may-post", "may-wake")
    if certainty == "proven" and counted and not any(i["source"] == "kernel" for i in edge["evidence"]):
        found.append(f"{name} is proven without a census")
    return found


def check_cause(cause, system, certainty):
    """The task is the one named, has not run since, and all its evidence stands."""
    task, found = system.task(cause["tid"]), []
    if not task or task.pid != cause["pid"]:
        return [f"there is no task {cause['tid']} in process {cause['pid']}"]
    if task.start_ticks != cause["start_time_ns"] // TICK_NS:
        found.append(f"{cause['tid']} started at tick {task.start_ticks}, not {cause['start_time_ns']} ns")
    if task.switches != cause["switches"] and not is_try(cause):
        found.append(f"{cause['tid']} has {task.switches} switches, not {cause['switches']}")
    for edge in cause["waits_for"]:
        found += check_edge(edge, system, cause, certainty)
    return found
