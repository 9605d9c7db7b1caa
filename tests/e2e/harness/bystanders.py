# SPDX-License-Identifier: BSD-2-Clause
"""Healthy programs of all sorts, idle and busy, in which nothing may be found.

A bystander is a shell script. It is marked by a variable of its environment, so
that what it leaves behind in another session is found and ended, too. It finds
its own empty directory as its working directory, and loads itself if it is to be
busy. NEEDED names the programs without which it cannot run.
"""
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness import proc
from harness.target import Skip, end_family

MARK = "DLTRACE_BYSTANDER"
# Not as root, where a program refuses to.
AS_NOBODY = "setpriv --reuid nobody --regid nogroup --clear-groups"


@dataclass(frozen=True)
class Bystander:
    name: str
    needed: tuple
    script: str
    quick: bool = True  # cheap enough for every run of the tests

    def start(self, scratch):
        missing = [program for program in self.needed if not find(program)]
        if missing:
            raise Skip(f"{self.name}: not installed: {' '.join(missing)}")
        home = Path(scratch) / self.name
        home.mkdir()
        home.chmod(0o777)
        return Running(self, home)


def find(program):
    """Debian keeps the programs of PostgreSQL out of the path."""
    postgres = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return shutil.which(program) or (str(postgres[-1]) if postgres else None)


class Running:
    def __init__(self, bystander, home):
        self.name = bystander.name
        self.mark = f"{MARK}={os.getpid()}-{bystander.name}"
        path = ":".join([*map(str, Path("/usr/lib/postgresql").glob("*/bin")), os.environ["PATH"]])
        environment = {**os.environ, MARK: self.mark.split("=")[1], "PATH": path, "HOME": str(home), "TMPDIR": str(home)}
        self.log = home / "log"
        with open(self.log, "wb") as log:
            self.program = subprocess.Popen(
                ["/bin/bash", "-c", bystander.script],
                cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def family(self, table=None):
        table = table or proc.processes()
        marked = {pid for pid in table if self.mark.encode() in environment_of(pid)}
        for pid in {self.program.pid, *marked}:
            marked |= proc.family(pid, table)
        return marked

    def last_words(self):
        return self.log.read_text(errors="replace")[-500:]

    def stop(self):
        for pid in self.family():
            end_family(pid)
        self.program.wait()


def environment_of(pid):
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


POSTGRES = f"""
initdb() {{ {AS_NOBODY} initdb -D $PWD/data -A trust -U me >/dev/null; }}
run() {{ {AS_NOBODY} "$@"; }}
initdb && run postgres -D $PWD/data -k $PWD -c listen_addresses='' -c max_connections=40 &
until pg_isready -q -h $PWD -U me -d postgres; do sleep 0.2; done
createdb -h $PWD -U me bench
"""

NGINX = """
cat >nginx.conf <<EOF
daemon off; user nobody nogroup; worker_processes 2; pid $PWD/pid; error_log $PWD/error.log;
events { worker_connections 64; }
http { access_log off; client_body_temp_path $PWD/a; proxy_temp_path $PWD/b; fastcgi_temp_path $PWD/c;
       uwsgi_temp_path $PWD/d; scgi_temp_path $PWD/e; server { listen unix:$PWD/socket; root $PWD; } }
EOF
echo hello >index.html
nginx -p $PWD -c $PWD/nginx.conf &
until [ -S socket ]; do sleep 0.1; done
"""

PYTHON = "/usr/bin/python3 -B -c"

BYSTANDERS = (
    Bystander(
        "postgres-busy", ("postgres", "initdb", "pgbench", "setpriv"),
        POSTGRES + "pgbench -q -i -h $PWD -U me bench; while pgbench -h $PWD -U me -c 8 -j 2 -T 20 bench; do :; done",
    ),
    # A session in which somebody thinks holds a lock that three others wait for.
    Bystander(
        "postgres-lock", ("postgres", "initdb", "psql", "setpriv"),
        POSTGRES + """psql() { command psql -q -h $PWD -U me bench; }
        psql <<<'create table t (i int)'
        mkfifo thinks; psql <thinks & exec 3>thinks; echo 'begin; lock table t;' >&3; sleep 1
        for i in 1 2 3; do psql <<<'select * from t' & done; wait""",
    ),
    Bystander(
        "redis", ("redis-server", "redis-benchmark"),
        "redis-server --port 0 --unixsocket $PWD/socket --save '' & until [ -S socket ]; do sleep 0.1; done;"
        "while redis-benchmark -q -s $PWD/socket -c 20 -n 50000 -t set,get,lpush; do sleep 1; done",
    ),
    Bystander("redis-blpop", ("redis-server", "redis-cli"),
        "redis-server --port 0 --unixsocket $PWD/socket --save '' & until [ -S socket ]; do sleep 0.1; done;"
        "redis-cli -s $PWD/socket blpop nothing 0"),  # fmt: skip
    Bystander("nginx-idle", ("nginx",), NGINX + "wait"),
    Bystander(
        "nginx-busy", ("nginx", "curl"),
        NGINX + "while curl -s --unix-socket socket 'http://me/index.html?[1-2000]' >/dev/null; do sleep 0.1; done",
    ),
    Bystander(
        "gunicorn", ("gunicorn",),
        "cat >app.py <<'EOF'\ndef app(environ, start):\n    start('200 OK', [])\n    return [b'hello']\nEOF\n"
        "exec gunicorn -w 2 --threads 2 -b unix:$PWD/socket app:app",
    ),
    Bystander(
        "pool-busy", (),
        f"exec {PYTHON} 'import multiprocessing\n"
        "def work(n): return sum(range(n))\n"
        "with multiprocessing.Pool(4) as pool:\n"
        "    while True: pool.map(work, range(2000))'",
    ),
    Bystander(
        "executors", (),
        f"exec {PYTHON} 'import concurrent.futures as f, time\n"
        "t, p = f.ThreadPoolExecutor(4), f.ProcessPoolExecutor(2)\n"
        "while True: list(t.map(len, [[]] * 50)); list(p.map(len, [[]] * 50)); time.sleep(0.05)'",
    ),
    Bystander(
        "asyncio", (),
        f"exec {PYTHON} 'import asyncio\n"
        "async def serve(r, w):\n"
        "    while line := await r.readline(): w.write(line); await w.drain()\n"
        "async def main():\n"
        "    server = await asyncio.start_unix_server(serve, \"socket\")\n"
        "    pairs = [await asyncio.open_unix_connection(\"socket\") for _ in range(8)]\n"
        "    child = await asyncio.create_subprocess_exec(\"sleep\", \"100000\")\n"
        "    while True:\n"
        "        for r, w in pairs: w.write(b\"x\\n\"); await r.readline()\n"
        "        await asyncio.to_thread(sum, range(1000)); await asyncio.sleep(0.02)\n"
        "asyncio.run(main())'",
    ),
    Bystander(
        "node", ("node",),
        "cat >app.js <<'EOF'\n"
        "const { Worker, isMainThread, parentPort } = require('worker_threads');\n"
        "if (isMainThread) {\n"
        "  const http = require('http').createServer((q, s) => s.end('hello')).listen(process.cwd() + '/socket');\n"
        "  require('child_process').spawn('sleep', ['100000']);\n"
        "  const idle = new Worker(__filename), busy = new Worker(__filename);\n"
        "  busy.on('message', (n) => setTimeout(() => busy.postMessage(n + 1), 5)); busy.postMessage(0);\n"
        "  setInterval(() => require('fs').readFile(__filename, () => {}), 20);\n"
        "} else parentPort.on('message', (n) => parentPort.postMessage(n));\n"
        "EOF\nexec node app.js",
        quick=False,
    ),
    Bystander(
        "jvm", ("java", "javac"),
        "cat >Main.java <<'EOF'\n"
        "import java.util.concurrent.*;\n"
        "public class Main { public static void main(String[] a) throws Exception {\n"
        "  ExecutorService pool = Executors.newFixedThreadPool(8);\n"
        "  BlockingQueue<Integer> never = new LinkedBlockingQueue<>();\n"
        "  Thread idle = new Thread(() -> { try { never.take(); } catch (InterruptedException e) {} }); idle.start();\n"
        "  Object lock = new Object();\n"
        "  for (int n = 0;; n++) { CountDownLatch latch = new CountDownLatch(50);\n"
        "    for (int i = 0; i < 50; i++) pool.submit(() -> { synchronized (lock) { byte[] b = new byte[1 << 16]; } latch.countDown(); });\n"
        "    latch.await(); Thread.sleep(5); if (n % 100 == 0) System.gc(); } } }\n"
        "EOF\njavac Main.java && exec java -Xmx128m Main",
        quick=False,
    ),
    Bystander("tmux", ("tmux",), "tmux -S $PWD/socket -f /dev/null new-session -d 'cat'; sleep 100000"),
    Bystander("ssh-agent", ("ssh-agent",), "exec ssh-agent -D -a $PWD/socket"),
    Bystander("dbus", ("dbus-daemon",), "exec dbus-daemon --session --nofork --address=unix:path=$PWD/socket"),
    Bystander(
        "make", ("make",),
        "printf 'all: $(addprefix job-,$(shell seq 40))\\njob-%%: ; @sleep 0.0$*\\n' >Makefile; while make -s -j3; do :; done",
    ),
    Bystander(
        "shells", (),
        "yes | tee >(cat >/dev/null) | while read line; do sleep 0.01; done & (sleep 100000 | cat) &"
        "coproc cat; exec flock $PWD/lock sleep 100000 & flock $PWD/other sleep 100000; wait",
    ),
    Bystander("paused", (), "sleep 100000 | cat & kill -s STOP $!; wait"),
)

# Every stressor of stress-ng that synchronises tasks with each other.
STRESSORS = (
    "affinity clone daemon dnotify epoll eventfd exec fanotify fifo flock fork futex inotify kill lease lockf "
    "locka lockofd mq msg mutex netlink-proc nice pipe pipeherd poll pthread ptrace resched sem sem-sysv sendfile "
    "session sigabrt sigchld sigfd sigio signal sigpending sigpipe sigq sigrt sigsuspend sigtrap sock sockabuse "
    "sockdiag sockfd sockpair spawn splice switch tee timerfd udp userfaultfd vfork vm-splice "
    "wait yield zombie"
).split()


def stressors(names, seconds):
    few = " --zombie-max 200" if "zombie" in names else ""
    arguments = " ".join(f"--{name} 1" for name in names) + few
    return Bystander(
        f"stress-ng-{names[0]}-to-{names[-1]}", ("stress-ng",),
        # It ends early where this machine refuses what all of them need.
        f"while :; do nice stress-ng --temp-path $PWD --oomable --timeout {seconds} -q {arguments}; sleep 1; done",
    )  # fmt: skip
