# SPDX-License-Identifier: BSD-2-Clause
"""Threads between the GIL and what C code waits for: gil.py WHAT.

ctypes.PyDLL keeps the GIL during a call, as a C extension does that forgets to give it back;
ctypes.CDLL gives it back.
"""
import ctypes
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import hang

polite = ctypes.CDLL(None)
rude = ctypes.PyDLL(None)
mutex = ctypes.create_string_buffer(40)  # pthread_mutex_t, zeroed: PTHREAD_MUTEX_INITIALIZER
room = ctypes.create_string_buffer(8)
pipe = os.pipe()
taken = threading.Event()
go = threading.Event()


def compute():
    while True:
        sum(range(100))


def take_then_compute():
    polite.pthread_mutex_lock(mutex)
    taken.set()
    compute()


def take_then_sleep():
    polite.pthread_mutex_lock(mutex)
    taken.set()
    polite.sleep(1000)
    polite.pthread_mutex_unlock(mutex)


def take_with_gil():
    taken.wait()
    go.wait()
    rude.pthread_mutex_lock(mutex)


def take_politely():
    taken.wait()
    go.wait()
    polite.pthread_mutex_lock(mutex)


def read_with_gil():
    go.wait()
    rude.read(pipe[0], room, 1)


def write_now_and_then():
    go.wait()
    time.sleep(0.3)
    os.write(pipe[1], b"x")
    compute()


def sleep_with_gil():
    go.wait()
    rude.sleep(1000)


def sleep_politely():
    polite.sleep(1000)


WHAT = {
    "mutex": (take_then_compute, take_with_gil),
    "mutex-beside": (take_then_compute, take_with_gil, sleep_politely),
    "mutex-crowd": (take_then_compute, take_with_gil, compute, compute),
    "pipe": (compute, read_with_gil, write_now_and_then),
    # these go on
    "given-back": (take_then_compute, take_politely),
    "held-slowly": (take_then_sleep, take_with_gil, compute),
    "sleep": (compute, sleep_with_gil),
    "turns": (compute, compute, compute),
}


def main():
    hang.go()
    threads = [threading.Thread(target=target, daemon=True) for target in WHAT[sys.argv[1]]]
    for thread in threads:
        thread.start()
    while any(thread.native_id is None for thread in threads):
        time.sleep(0.01)
    hang.ready(main=os.getpid(), **dict(zip("abcd", (thread.native_id for thread in threads))))
    go.set()
    threads[1].join()


if __name__ == "__main__":
    main()
