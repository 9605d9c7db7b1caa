# SPDX-License-Identifier: BSD-2-Clause
"""Near miss: a parent waits for a child that only sleeps."""
import os

import hang

if __name__ == "__main__":
    hang.go()
    a = hang.start(hang.context(), hang.sleep_for_ever)
    hang.ready(main=os.getpid(), a=a)
    a.join()
