# SPDX-License-Identifier: BSD-2-Clause
"""Multiprocessing's locks, glibc's mutexes, semaphores, joins, children, pipes, polls, shells."""
from harness.case import A_B_HOLD, EITHER, LIKELY, Case, cycle, dead_owner, no_waker, quiet, self_wait

SEMLOCKS = {"a": "semlock", "b": "semlock"}
MUTEXES = {"a": "mutex", "b": "mutex"}
MAIN_JOINS = ("<module>", "a.join()")
POSTED_BY_PARENT = {"main": "wait4", "a": "semlock", "b": "semlock"}
# Under forkserver the parent polls a sentinel that serves the child by custom, or its wait is open.
FORKSERVER = {"may_miss": True, "certainty": LIKELY}


def own_lock():
    for how in ("direct", "function"):
        place = ("add", "with lock") if how == "function" else ("run", "lock.acquire()")
        more = {"causes": {"a": "semlock"}, "edges": (("a", "holds", "a"),), "places": {"a": place},
                "objects": {"a": "Lock lock"}}  # fmt: skip
        yield self_wait(f"self_lock.py {how}", victims=("main",), **more)
        yield self_wait(f"self_lock.py {how} spawn", LIKELY, victims=("main",), **more)
        yield self_wait(f"self_lock.py {how} forkserver", **more, **FORKSERVER)


def joins():
    causes = {"main": "wait4", "a": "poll"}
    edges = (("main", "child", "a"), ("a", "writer", "main"))
    places = {"main": MAIN_JOINS, "a": ("run", "parent_process().join()")}
    yield cycle("join_each_other.py", causes=causes, edges=edges, places=places)
    yield cycle("join_each_other.py spawn", EITHER, causes=causes, edges=edges, places=places)
    yield cycle("join_each_other.py forkserver", causes={"main": "poll", "a": "poll"}, **FORKSERVER)
    yield cycle(
        "join_ring.py",
        causes={"main": "wait4", "a": "wait4", "b": "poll"},
        edges=(("main", "child", "a"), ("a", "child", "b"), ("b", "writer", "main")),
        places={"main": MAIN_JOINS, "a": ("run", "b.join()"), "b": ("join", "process.join()")},
    )


def two_locks():
    acquired = {role: ("take_both", "second.acquire()") for role in "ab"}
    for kind in ("Lock", "RLock"):
        # A fork knows the program's variables; a process that starts anew, its arguments.
        globally = {"a": f"{kind} two", "b": f"{kind} one"}
        locally = dict.fromkeys("ab", f"{kind} second")
        more = {"causes": SEMLOCKS, "edges": A_B_HOLD, "places": acquired}
        yield cycle(f"two_locks.py {kind}", victims=("main",), objects=globally, **more)
        # Others may open a named lock, but an RLock is released by its holder alone.
        named = LIKELY if kind == "Lock" else EITHER
        yield cycle(f"two_locks.py {kind} spawn", named, victims=("main",), objects=locally, **more)
        yield cycle(f"two_locks.py {kind} forkserver", named, objects=locally, **more)
    entered = {role: ("take_both", "with second") for role in "ab"}
    for method in ("fork", "spawn", "forkserver"):
        objects = {"a": "Lock two", "b": "Lock one"} if method == "fork" else dict.fromkeys("ab", "Lock second")
        yield cycle(f"two_locks_lively.py {method}", LIKELY, causes=SEMLOCKS, edges=A_B_HOLD, places=entered,
                    since=dict.fromkeys("ab", ("take_both", "with first")), objects=objects)  # fmt: skip
    yield cycle("uffd_heap.py", causes=SEMLOCKS, victims=("main",), edges=A_B_HOLD)


def died_with_lock():
    edges = (("a", "holds", "the dead"), ("b", "holds", "the dead"))
    taken = {"causes": SEMLOCKS, "edges": edges, "places": {role: ("take", "with lock") for role in "ab"},
             "objects": dict.fromkeys("ab", "Lock lock")}  # fmt: skip
    for how in ("exception", "kill", "exit"):
        yield dead_owner(f"died_holding.py {how} join", victims=("main",), **taken)
        yield dead_owner(f"died_holding.py {how} sleep", LIKELY, **taken)
    yield dead_owner("died_holding.py kill join spawn", LIKELY, victims=("main",), **taken)
    yield dead_owner("died_holding.py kill join forkserver", LIKELY, **taken)
    yield dead_owner(
        "died_holding.py exit wait", causes={"main": "semlock"}, edges=(("main", "holds", "the dead"),),
        places={"main": ("take", "with lock")}, objects={"main": "Lock lock"},
    )  # fmt: skip
    workers = {"causes": {**SEMLOCKS, "c": "semlock"}, "edges": edges,
               "objects": dict.fromkeys("abc", "Lock SimpleQueue._rlock"),
               "places": {role: ("<module>", "Pool(3)") for role in "ab"}}  # fmt: skip
    yield dead_owner("pool_killed.py apply", victims=("main",), **workers)
    yield dead_owner("pool_killed.py sleep", LIKELY, **workers)


def nobody_left():
    for what in ("semaphore", "event", "condition", "barrier"):
        wait = "acquire" if what == "semaphore" else "wait"
        places = {"main": MAIN_JOINS, **{role: (f"wait_for_{what}", f"{what}.{wait}()") for role in "ab"}}
        more = {"causes": POSTED_BY_PARENT, "places": places}
        yield no_waker(f"never.py {what}", edges=(("main", "child", "a"),),
                       objects=dict.fromkeys("ab", "Semaphore thing"), **more)  # fmt: skip
        yield no_waker(f"never.py {what} spawn", LIKELY, objects=dict.fromkeys("ab", f"Semaphore {what}"), **more)
        yield no_waker(f"never.py {what} forkserver", causes=SEMLOCKS, may_cause=("main",), **FORKSERVER)
    yield no_waker("sem_shared", causes={"main": "wait4", "a": "sem", "b": "sem"})
    yield no_waker("sem_private", causes={"main": "join", "a": "sem", "b": "sem"})
    yield no_waker("cond_never", causes={"main": "join", "a": "cond|futex", "b": "cond|futex"})
    yield Case(
        "threads_two_locks.py",
        ("no-waker", "cycle"),  # a cycle for who reads the interpreter's stacks
        EITHER,
        causes={"a": "futex|sem|python-lock", "b": "futex|sem|python-lock"},
        may_cause=("main",),
        places={role: ("take_both", "with locks[not first]") for role in "ab"},
    )


def pipes():
    feeder = {"causes": {"main": "wait4", "feeder": "pipe-write"}, "may_cause": ("a",),
              "places": {"main": MAIN_JOINS}, "frames": {"feeder": "Queue._feed"}}  # fmt: skip
    yield cycle("queue_join_first.py", edges=(("feeder", "reader", "main"),), **feeder)
    yield cycle("queue_join_first.py spawn", EITHER, **feeder)
    yield cycle("queue_join_first.py forkserver", causes={"feeder": "pipe-write"}, may_cause=("a", "main"),
                **FORKSERVER)  # fmt: skip
    yield cycle(
        "lock_and_pipe.py",
        causes={"main": "semlock", "a": "pipe-read"},
        edges=(("main", "holds", "a"), ("a", "writer", "main")),
        places={"main": ("<module>", "with lock"), "a": ("work", "orders.recv()")},
        objects={"main": "Lock lock"},
    )
    yield cycle(
        "subprocess_pipes.py stdout",
        causes={"main": "wait4", "child": "pipe-write"},
        edges=(("main", "child", "child"), ("child", "reader", "main")),
        places={"main": ("wait_before_reading.<locals>.<lambda>", "child.wait()")},
    )
    yield cycle(
        "subprocess_pipes.py stderr",
        causes={"main": "pipe-read", "child": "pipe-write"},
        edges=(("main", "writer", "child"), ("child", "reader", "main")),
        places={"main": ("read_the_other.<locals>.<lambda>", "child.stdout.read()")},
    )
    yield cycle(
        "subprocess_pipes.py stdin",
        causes={"main": "wait4", "child": "pipe-read"},
        edges=(("main", "child", "child"), ("child", "writer", "main")),
        places={"main": ("wait_with_open_input.<locals>.<lambda>", "child.wait()")},
    )
    readers = {"a": "pipe-read", "b": "pipe-read", "c": "pipe-read"}
    ring = (("a", "writer", "c"), ("b", "writer", "a"), ("c", "writer", "b"))
    yield cycle("pipe_ring tidy", causes=readers, victims=("main",), edges=ring)
    yield cycle("pipe_ring untidy", causes={**readers, "main": "wait4"})
    yield self_wait("pipe_own", causes={"main": "pipe-read"}, edges=(("main", "writer", "main"),))
    for call in ("poll", "select"):
        for what, relation in (("in", "writer"), ("out", "reader")):
            yield cycle(
                f"poll_pipe {call} {what}",
                causes={"main": "wait4", "a": call},
                edges=(("main", "child", "a"), ("a", relation, "main")),
            )


def waits_for_children():
    writer = (("a", "writer", "main"), ("main", "child", "a"))
    for form, kind in (("pid", "wait4"), ("pidfd", "waitid")):
        causes = {"main": kind, "a": "pipe-read"}
        yield cycle(f"wait_forms {form}", causes=causes, victims=("b",), edges=writer)
    forms = {"wait4": ("any", "wall", "thread", "clone"), "waitid": ("pgid", "all", "peek")}
    for kind, form in ((kind, form) for kind, several in forms.items() for form in several):
        causes = {"main": kind, "a": "pipe-read", "b": "pipe-read"}
        yield cycle(f"wait_forms {form}", causes=causes, edges=(*writer, ("main", "child", "b")))


def mutexes():
    for besides in ("none", "spin", "sleep", "serve", "recursive"):
        yield cycle(f"mutex_abba {besides}", causes=MUTEXES, victims=("main",), edges=A_B_HOLD)
    yield cycle("mutex_abba leader", causes=MUTEXES, edges=A_B_HOLD)
    yield cycle(
        "mutex_abba none", causes=MUTEXES, victims=("main",), edges=A_B_HOLD, prefix=("/usr/bin/unshare", "-pf")
    )
    yield cycle("mutex_crowd", causes=MUTEXES, victims=("main",), victim_count=201, edges=A_B_HOLD)
    yield self_wait("mutex_twice", causes={"a": "mutex"}, victims=("main",), edges=(("a", "holds", "a"),))
    dead = {"causes": {"a": "mutex"}, "victims": ("main",), "edges": (("a", "holds", "the dead"),)}
    yield dead_owner("mutex_holder_ended", **dead)
    yield dead_owner("mutex_fork", **dead)
    yield dead_owner("mutex_shared dead", **dead)
    yield cycle("mutex_shared abba", causes=MUTEXES, victims=("main",), edges=A_B_HOLD)
    yield cycle(
        "join_mutex",
        causes={"main": "join", "a": "mutex"},
        edges=(("main", "joins", "a"), ("a", "holds", "main")),
    )
    for seats in (3, 5):
        roles = "abcde"[:seats]
        around = tuple((here, "holds", there) for here, there in zip(roles, roles[1:] + roles[0]))
        yield cycle(
            f"philosophers {seats}", causes=dict.fromkeys(roles, "mutex"), victims=("main",), edges=around
        )
    yield cycle(
        "nested",
        causes={"main": "join", "a": "mutex", "b": "wait4", "child": "pipe-read"},
        edges=(("a", "holds", "b"), ("b", "child", "child"), ("main", "joins", "a")),
    )


POSITIVES = [
    *own_lock(),
    *joins(),
    *two_locks(),
    *died_with_lock(),
    *nobody_left(),
    *pipes(),
    *waits_for_children(),
    *mutexes(),
]

NEAR_MISSES = [
    *(quiet(f"two_locks.py timeout {method}") for method in ("fork", "spawn", "forkserver")),
    quiet("two_locks.py retry"),
    quiet("two_locks.py order"),
    *(quiet(f"rlock_again.py {method}") for method in ("fork", "spawn", "forkserver")),
    quiet("with_exception.py"),
    quiet("lock_baton.py often"),
    *(quiet(f"lock_baton.py late {method}") for method in ("fork", "spawn", "forkserver")),
    quiet("thread_baton.py"),
    *(quiet(f"third_could_post.py {method}") for method in ("fork", "spawn", "forkserver")),
    *(quiet(f"never.py {what} live") for what in ("semaphore", "event", "condition", "barrier")),
    quiet("slow_holder.py sleep"),
    quiet("slow_holder.py read"),
    quiet("slow_holder.py stop"),
    *(quiet(f"pool_killed.py idle {method}") for method in ("fork", "spawn", "forkserver")),
    quiet("idle_executor.py processes"),
    quiet("idle_executor.py threads"),
    *(quiet(f"sleeping_child.py {method}") for method in ("fork", "spawn", "forkserver")),
    quiet("event_service.py threading"),
    quiet("event_service.py multiprocessing"),
    quiet("asyncio_signals.py"),
    quiet("alarm_read.py"),
    quiet("slow_producer.py"),
    quiet("event_later.py"),
    quiet("subprocess_pipes.py slow"),
    quiet("fd_in_flight.py"),
    quiet("poll_socket.py"),
    quiet("terminal_read.py"),
    quiet("frozen.py v1", ends_by_eof=True),
    quiet("frozen.py v2", ends_by_eof=True),
    quiet("mutex_abba timed"),
    quiet("mutex_slow"),
    quiet("mutex_slow work"),
    quiet("sem_private live"),
    quiet("cond_never live"),
    quiet("sem_sigchld"),
    *(quiet(f"pipe_own {way_on}") for way_on in ("alarm", "timer", "handler")),
    quiet("wait_forms nohang"),
    quiet("poll_pipe poll timed"),
    quiet("vfork_sleep"),
    quiet("traced_holder"),
    quiet("sh:sleep 1000 | cat"),
    quiet("sh:sleep 1000 & wait"),
    quiet("bash:sleep 1000; :"),
    quiet("bash:trap : CHLD; sleep 1000 & wait"),
    quiet("bash:sleep 1000 | tee >(cat) | cat"),
    quiet("bash:coproc cat; read line <&${COPROC[0]} & sleep 1000"),
    quiet("bash:mkfifo $PWD/fifo-$$; cat $PWD/fifo-$$"),
    quiet("sh:tail -f /dev/null"),
    quiet("sh:printf 'all: a b\\na b: ; @sleep 1000\\n' | make -s -j2 -f -"),
    quiet("sh:echo 1 2 3 | xargs -n1 -P2 sleep 1000"),
]
