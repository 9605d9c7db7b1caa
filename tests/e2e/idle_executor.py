# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: idle executors, of processes or of threads, whose owner waits for its user."""
import os
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import hang

if __name__ == "__main__":
    hang.go()
    kind = ThreadPoolExecutor if sys.argv[1] == "threads" else ProcessPoolExecutor
    executor = kind(2)
    list(executor.map(abs, range(8)))
    hang.ready(main=os.getpid())
    hang.sleep_for_ever()
