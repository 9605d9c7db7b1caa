# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a threading.Lock that its taker waits for again and another thread releases."""
import os
import threading
import time

import hang

lock = threading.Lock()


def take_again_and_again():
    while True:
        lock.acquire()


if __name__ == "__main__":
    hang.go()
    threading.Thread(target=take_again_and_again, daemon=True).start()
    hang.ready(main=os.getpid())
    while True:
        time.sleep(0.3)
        try:
            lock.release()
        except RuntimeError:
            pass  # on a busy machine it has not been taken again yet
