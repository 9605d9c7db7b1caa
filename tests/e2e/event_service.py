# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a service that waits for its SIGTERM handler to set an Event: of threading, or of
multiprocessing."""
import multiprocessing
import os
import signal
import sys
import threading

import hang

if __name__ == "__main__":
    hang.go()
    end = {"threading": threading, "multiprocessing": multiprocessing}[sys.argv[1]].Event()
    signal.signal(signal.SIGTERM, lambda number, frame: end.set())
    hang.ready(main=os.getpid())
    end.wait()
