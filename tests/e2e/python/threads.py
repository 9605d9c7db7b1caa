# SPDX-License-Identifier: BSD-2-Clause
"""Threads of one process that hang, or only look like it: threads.py WHAT [lively].

lively: another thread of the process runs now and then, and could release any Lock.
"""
import contextlib
import os
import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import hang

account_lock = threading.Lock()
audit_lock = threading.RLock()
ledger = threading.Condition(threading.Lock())
both = threading.Barrier(2)
done = threading.Event()
jobs = queue.Queue()
rows = [threading.Lock() for _ in range(5)]


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.owner_lock = threading.RLock()
        self.by_name = {"till": threading.Lock()}

    def withdraw(self):
        with self.lock:
            both.wait()
            with account_lock:
                pass

    def close(self):
        with self.owner_lock:
            both.wait()
            with audit_lock:
                pass


account = Account()


def transfer():
    with account_lock:
        both.wait()
        with account.lock:
            pass


def audit():
    with audit_lock:
        both.wait()
        with account.owner_lock:
            pass


def take_twice():
    with account_lock:
        with account_lock:
            pass


def lock_then_ledger():
    with account_lock:
        both.wait()
        with ledger:
            pass


def ledger_then_lock():
    with ledger:
        both.wait()
        with account_lock:
            pass


@contextlib.contextmanager
def locked(lock):
    with lock:
        yield


def row_then_till():
    with rows[3]:
        both.wait()
        with account.by_name["till"]:
            pass


def till_then_row():
    with account.by_name["till"]:
        both.wait()
        with rows[3]:
            pass


def managed():
    with locked(account_lock):
        both.wait()
        with account.lock:
            pass


def several(first, second):
    with first, contextlib.suppress(ValueError):
        try:
            both.wait()
            with second:
                pass
        finally:
            pass


def acquire_only(first, second):
    first.acquire()
    both.wait()
    second.acquire()


def take(lock):
    lock.acquire()
    both.wait()


def wait_for(lock):
    with lock:
        pass


def wait_for_late(lock):
    both.wait()
    time.sleep(0.3)  # the other thread has ended
    with lock:
        pass


def join_other(threads, other):
    both.wait()
    threads[other].join()


def release_inside():
    """Inside the with, but not holding."""
    with account_lock:
        account_lock.release()
        done.wait()
        account_lock.acquire()


def wait_on_ledger():
    with ledger:
        ledger.wait()


def hold_slowly(lock):
    with lock:
        hang.sleep_for_ever()


def consume():
    while True:
        jobs.get()


def locked_get():
    with account_lock:
        both.wait()
        jobs.get()


def locked_put():
    both.wait()
    with account_lock:
        jobs.put(1)


def nested_submit(pool):
    return pool.submit(int).result()


def start(*targets):
    threads = [threading.Thread(target=target, args=arguments, daemon=True) for target, *arguments in targets]
    for thread in threads:
        thread.start()
    return threads


def native(thread):
    """Thread.native_id of 3.8 is right, but not set at once."""
    while thread.native_id is None:
        time.sleep(0.01)
    return thread.native_id


def switches():
    """How often each thread slept, as far as it still exists: a joined one may be on its way out."""
    found = {}
    for tid in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError), open(f"/proc/self/task/{tid}/status") as status:
            found[tid] = [line for line in status if line.startswith("voluntary")]
    return found


def settle(threads):
    """Until the threads have come to where they hang: a barrier and a lock look alike from outside."""
    tids = {str(native(thread)) for thread in threads}
    seen = None
    while True:
        now = {tid: count for tid, count in switches().items() if tid in tids}
        if now == seen:
            return
        seen = now
        time.sleep(0.4)


def join_ring():
    threads = []
    threads += [
        threading.Thread(target=join_other, args=(threads, other), name=name, daemon=True)
        for name, other in (("two", 1), ("one", 0))
    ]
    for thread in threads:
        thread.start()
    return threads


def after(first, second):
    """second once first sleeps or has ended."""
    threads = start(first)
    time.sleep(0.3)
    return threads + start(second)


def executor():
    pool = ThreadPoolExecutor(1)
    future = pool.submit(nested_submit, pool)
    return [*pool._threads], future


WHAT = {
    "lock": lambda: start((transfer,), (account.withdraw,)),
    "rlock": lambda: start((audit,), (account.close,)),
    "condition": lambda: start((lock_then_ledger,), (ledger_then_lock,)),
    "elements": lambda: start((row_then_till,), (till_then_row,)),
    "manager": lambda: start((managed,), (account.withdraw,)),
    "several": lambda: start((several, account_lock, account.lock), (several, account.lock, account_lock)),
    "acquire": lambda: start((acquire_only, account_lock, account.lock), (acquire_only, account.lock, account_lock)),
    "acquire-rlock": lambda: start(
        (acquire_only, audit_lock, account.owner_lock), (acquire_only, account.owner_lock, audit_lock)
    ),
    "self": lambda: start((take_twice,)),
    "died": lambda: start((take, account_lock), (wait_for_late, account_lock)),
    "died-rlock": lambda: start((take, audit_lock), (wait_for_late, audit_lock)),
    "join": join_ring,
    "released": lambda: after((release_inside,), (acquire_only_first,)),
    "queue": lambda: start((locked_get,), (locked_put,)),
    "ledger": lambda: after((wait_on_ledger,), (wait_on_ledger,)),
    "slow": lambda: after((hold_slowly, account_lock), (wait_for, account_lock)),
    "slow-rlock": lambda: after((hold_slowly, audit_lock), (wait_for, audit_lock)),
    "consumers": lambda: start((consume,), (consume,)),
}


def acquire_only_first():
    """Holds by acquire() what the other one is inside of, and waits for what that one will do."""
    account_lock.acquire()
    with account.lock:
        done.wait()


def main():
    hang.go()
    what, lively = sys.argv[1], "lively" in sys.argv
    if lively:  # before any thread ends, whose pthread_self() it would get, and with that its RLocks
        start((hang.sleep_for_ever,))
    if what == "executor":
        threads, future = executor()
        waiting = future.result
    else:
        threads = WHAT[what]()
        waiting = threads[-1].join
    roles = dict(zip("ab", map(native, threads)))
    if what.startswith("died"):
        threads[0].join()
        roles.pop("a")
    settle(threads)
    hang.ready(main=os.getpid(), **roles)
    if lively:
        hang.sleep_for_ever()
    waiting()


if __name__ == "__main__":
    main()
