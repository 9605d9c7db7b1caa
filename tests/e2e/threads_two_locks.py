# SPDX-License-Identifier: BSD-2-Clause
"""Two threads take two threading.Locks in opposite order, main joins them."""
import os
import threading

import hang

locks = [threading.Lock(), threading.Lock()]
both = threading.Barrier(2)


def take_both(first):
    with locks[first]:
        both.wait()
        with locks[not first]:
            pass


if __name__ == "__main__":
    hang.go()
    threads = [threading.Thread(target=take_both, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    hang.ready(main=os.getpid(), a=threads[0].native_id, b=threads[1].native_id)
    for thread in threads:
        thread.join()
