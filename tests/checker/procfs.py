# SPDX-License-Identifier: BSD-2-Clause
"""What /proc says: tasks, memory, mappings, open files. Layouts: proc(5)."""

import ctypes
import glob
import os
import platform
import re
import struct

KCMP = {"x86_64": 312, "aarch64": 272}.get(platform.machine())
KCMP_FILE, KCMP_VM = 0, 1
TICK_NS = 10**9 // os.sysconf("SC_CLK_TCK")
PF_KTHREAD, PF_FORKNOEXEC = 0x00200000, 0x40  # include/linux/sched.h

_libc = ctypes.CDLL(None, use_errno=True)


class Unreadable(Exception):
    """A fact that could not be read again."""


def read_bytes(path):
    try:
        with open(path, "rb", 0) as file:
            return file.read()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None


def read_link(path):
    try:
        return os.readlink(path)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None


def living_thread(pid):
    """A first thread that has ended has no memory and no files, but the process's others have them."""
    try:
        tids = sorted(int(name) for name in os.listdir(f"/proc/{pid}/task"))
    except (FileNotFoundError, ProcessLookupError):
        return pid
    for tid in tids:
        try:
            os.readlink(f"/proc/{tid}/exe")
            return tid
        except OSError:
            pass
    return pid


def read_memory(pid, address, length):
    try:
        fd = os.open(f"/proc/{living_thread(pid)}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = os.pread(fd, length, address)
        finally:
            os.close(fd)
    except (OSError, OverflowError) as error:
        raise Unreadable(f"memory of {pid} at {address:#x}: {error}") from None
    if len(data) != length:
        raise Unreadable(f"memory of {pid} at {address:#x}: short")
    return data


def read_word(pid, address, form="<Q"):
    return struct.unpack(form, read_memory(pid, address, struct.calcsize(form)))[0]


def is_same(kind, pid, other, first=0, second=0):
    """kcmp(2): the same open file description, or the same address space."""
    result = _libc.syscall(KCMP, pid, other, kind, ctypes.c_ulong(first), ctypes.c_ulong(second))
    if result < 0:
        raise Unreadable(f"kcmp of {pid} and {other}: {os.strerror(ctypes.get_errno())}")
    return result == 0


# i386 system calls (asm/unistd_32.h) -> those of x86-64 that take the same arguments
COMPAT_CALLS = {3: 0, 4: 1, 7: 61, 114: 61, 145: 19, 146: 20, 168: 7, 240: 202, 284: 247, 422: 202}


class Task:
    """A thread as it was at one moment."""

    def __init__(self, pid, tid):
        self.pid, self.tid = pid, tid
        base = f"/proc/{pid}/task/{tid}"
        stat = read_bytes(f"{base}/stat")
        fields = stat[stat.rindex(b")") + 2 :].split()
        self.state = fields[0].decode()
        self.ppid, self.group = int(fields[1]), int(fields[2])
        self.kernel_thread = bool(int(fields[6]) & PF_KTHREAD)
        self.forked = bool(int(fields[6]) & PF_FORKNOEXEC)  # of a first thread: and no execve() since
        self.start_ticks = int(fields[19])
        status = dict(
            line.split(b":", 1) for line in read_bytes(f"{base}/status").splitlines() if b":" in line
        )
        self.switches = sum(
            int(status[key]) for key in (b"voluntary_ctxt_switches", b"nonvoluntary_ctxt_switches")
        )
        self.ns_tids = [int(word) for word in status.get(b"NSpid", b"%d" % tid).split()]
        self.tracer = int(status[b"TracerPid"])
        masks = {key: int(status[key.encode()], 16) for key in ("SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt")}
        self.pending = (masks["SigPnd"] | masks["ShdPnd"]) & ~masks["SigBlk"] & ~masks["SigIgn"]
        self.caught, self.blocked = (
            {n for n in range(1, 65) if masks[key] >> (n - 1) & 1} for key in ("SigCgt", "SigBlk")
        )

    @property
    def alive(self):
        return self.state not in "ZX"

    def call(self):
        """(number, arguments), or None if it is not in a system call."""
        words = read_bytes(f"/proc/{self.pid}/task/{self.tid}/syscall").split()
        if len(words) < 9 or words[0] == b"-1":
            return None
        number, args = int(words[0]), [int(word, 16) for word in words[1:7]]
        if int(words[7], 16) < 1 << 32:  # the stack of a 32-bit program
            return COMPAT_CALLS.get(number, -number), args
        return number, args

    def stack_pointer(self):
        return int(read_bytes(f"/proc/{self.pid}/task/{self.tid}/syscall").split()[7], 16)

    def wchan(self):
        try:
            return read_bytes(f"/proc/{self.pid}/task/{self.tid}/wchan").decode()
        except Unreadable:
            return ""


class Mapping:
    def __init__(self, pid, line):
        words = line.split(None, 5)
        first, last = words[0].split(b"-")
        self.pid = pid
        self.start, self.end = int(first, 16), int(last, 16)
        self.shared, self.writable = words[1][3:4] == b"s", words[1][1:2] == b"w"
        self.offset, self.inode = int(words[2], 16), int(words[4])
        major, minor = words[3].split(b":")
        self.dev = os.makedev(int(major, 16), int(minor, 16))
        self.path = words[5].decode(errors="replace").strip() if len(words) > 5 else ""

    def links(self):
        """Names that the file still has; from its path if the kernel does not tell."""
        try:
            return os.stat(f"/proc/{living_thread(self.pid)}/map_files/{self.start:x}-{self.end:x}").st_nlink
        except OSError:
            return 0 if self.path.endswith("(deleted)") else 1


class OpenFile:
    def __init__(self, pid, tid, fd, target):
        self.pid, self.fd, self.target = pid, fd, target
        self.tid = tid  # by whom it can be asked about

    def info(self):
        return dict(
            line.split(b":", 1)
            for line in read_bytes(f"/proc/{self.tid}/fdinfo/{self.fd}").splitlines()
            if b":" in line
        )

    def may(self, access):
        mode = int(self.info()[b"flags"], 8) & os.O_ACCMODE
        return mode == os.O_RDWR or mode == access


class System:
    """One reading of the system; what was asked once is remembered."""

    def __init__(self):
        self.pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        self._cache = {}

    def _remember(self, key, make):
        if key not in self._cache:
            self._cache[key] = make()
        return self._cache[key]

    def tids(self, pid):
        def read():
            try:
                return sorted(int(name) for name in os.listdir(f"/proc/{pid}/task"))
            except OSError:
                return []

        return self._remember(("tids", pid), read)

    def task(self, tid):
        """The task, or None if there is none of that number."""

        def read():
            try:
                status = read_bytes(f"/proc/{tid}/status")
                return Task(int(re.search(rb"^Tgid:\s*(\d+)", status, re.M)[1]), tid)
            except Unreadable:
                return None

        return self._remember(("task", tid), read)

    def task_anew(self, tid):
        self._cache.pop(("task", tid), None)
        return self.task(tid)

    def threads(self, pid):
        """Tasks of the process that are still alive."""
        tasks = (self.task(tid) for tid in self.tids(pid))
        return [task for task in tasks if task and task.alive]

    def children(self, pid):
        """Leaders of processes whose parent is pid, dead ones too."""
        leaders = (self.task(other) for other in self.pids)
        return [leader for leader in leaders if leader and leader.ppid == pid]

    def mappings(self, pid):
        def read():
            try:
                lines = read_bytes(f"/proc/{living_thread(pid)}/maps").splitlines()
                return [Mapping(pid, line) for line in lines]
            except Unreadable:
                return []

        return self._remember(("maps", pid), read)

    def mapping(self, pid, address):
        for mapping in self.mappings(pid):
            if mapping.start <= address < mapping.end:
                return mapping
        raise Unreadable(f"nothing is mapped at {address:#x} of {pid}")

    def files(self, pid):
        def read():
            result = []
            tid = living_thread(pid)
            for path in glob.glob(f"/proc/{tid}/fd/*"):
                try:
                    result.append(OpenFile(pid, tid, int(os.path.basename(path)), os.readlink(path)))
                except OSError:
                    pass
            return result

        return self._remember(("files", pid), read)

    def program(self, pid):
        try:
            return os.path.basename(os.readlink(f"/proc/{living_thread(pid)}/exe"))
        except OSError:
            return ""

    def sharers(self, pid):
        """Processes that live in the same address space, pid among them."""

        def read():
            result = []
            for other in self.pids:
                try:
                    if other == pid or is_same(KCMP_VM, living_thread(pid), living_thread(other)):
                        result.append(other)
                except Unreadable:
                    pass
            return result

        return self._remember(("sharers", pid), read)

    def mappers(self, dev, inode):
        """Shared mappings of the file, in every process."""

        def read():
            return [
                mapping
                for pid in self.pids
                for mapping in self.mappings(pid)
                if mapping.inode == inode and mapping.dev == dev and mapping.shared
            ]

        return self._remember(("mappers", dev, inode), read)

    def file_users(self, dev, inode):
        """Processes that hold a descriptor of the file."""
        result = set()
        for pid in self.pids:
            for file in self.files(pid):
                try:
                    stat = os.stat(f"/proc/{file.tid}/fd/{file.fd}")
                except OSError:
                    continue
                if (stat.st_dev, stat.st_ino) == (dev, inode):
                    result.add(pid)
        return result

    def pipe_ends(self, inode, access):
        """Descriptors of that end of the pipe: os.O_RDONLY or os.O_WRONLY."""

        def read():
            result = []
            for pid in self.pids:
                for file in self.files(pid):
                    try:
                        if file.target == f"pipe:[{inode}]" and file.may(access):
                            result.append(file)
                    except Unreadable:
                        pass
            return result

        return self._remember(("pipe", inode, access), read)

    def descriptions(self, files):
        """How many open file descriptions the descriptors stand for."""
        distinct = []
        for file in files:
            if not any(is_same(KCMP_FILE, file.tid, known.tid, file.fd, known.fd) for known in distinct):
                distinct.append(file)
        return len(distinct)

    def is_frozen(self, pid):
        """By its cgroup (v2), or about to be."""
        try:
            path = re.search(rb"^0::(.*)$", read_bytes(f"/proc/{pid}/cgroup"), re.M)[1].decode()
            events = read_bytes(f"/sys/fs/cgroup{path}/cgroup.events")
            freeze = read_bytes(f"/sys/fs/cgroup{path}/cgroup.freeze")
        except (Unreadable, TypeError):
            return False
        return b"frozen 1" in events or freeze.strip() == b"1"
